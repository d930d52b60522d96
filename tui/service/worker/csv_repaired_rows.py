"""The rows of a CSV file as the doctor writes them: whole columns at once where a block is regular."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

import numpy as np

from tui.resources.csv_cells import PLAIN_NUMBER, is_missing, is_number, plain_number
from tui.resources.csv_repairs import RepairPlan
from tui.service.worker.csv_grid import Grid, runs
from tui.service.worker.csv_reading import Block
from tui.service.worker.row_repeats import LineSet


class RepairedRows:
    """The rows of a plan's source as the new file has them."""

    def __init__(self, plan: RepairPlan, repeats: LineSet | None) -> None:
        """`repeats` has the lines of the rows that repeat another one and are to go."""
        self.kept = 0
        self.left_out = 0
        self.changed = 0
        """Cells that are not written as they stood."""

        self._plan = plan
        self._width = len(plan.columns)
        self._repeats = repeats
        self._order = plan.order
        self._written = plan.written
        self._moved = self._order != tuple(range(self._width))
        self._skip_header = plan.dialect.has_header
        needed = plan.columns_of("drop-unlabelled") | plan.columns_of("drop-incomplete")
        self._needed = [plan.columns.index(name) for name in needed]
        self._cleared = {plan.columns.index(name) for name in plan.columns_of("clear-cells")}
        plain = {plan.columns.index(name) for name in plan.columns_of("plain-numbers")}
        self._rewritten = sorted({*self._cleared, *(range(self._width) if plan.has("decimal") else plain)})

    def header(self) -> str:
        """The first line of the new file."""
        return self._text([list(self._plan.columns)], quoted=True)

    def repaired(self, block: Block) -> str:
        """The text that stands for a block in the new file."""
        grid = Grid.of(block, self._plan.dialect.separator, self._width)
        if grid is None:
            return self._of_records(block)
        if self._skip_header:
            self._skip_header = False
            grid.drop_first()
        before = len(grid)
        if self._repeats:
            grid.keep(~self._repeats.among(grid.lines))
        for place in self._needed:
            grid.keep(~grid.missing(place))
        self.kept += len(grid)
        self.left_out += before - len(grid)
        separator = self._plan.dialect.separator
        pieces = [self._rewritten_span(grid, first, last) for first, last in runs(self._order)]
        lines = pieces[0] if len(pieces) == 1 else map(separator.join, zip(*pieces, strict=True))
        if self._written.separator != separator:
            return self._with_marks(line.split(separator) for line in lines)
        return self._written.newline.join([*lines, ""])

    def _of_records(self, block: Block) -> str:
        """The text for a block that has to be read record by record."""
        rows, lines = block.records(self._plan.dialect.separator)
        if self._skip_header and rows:
            self._skip_header = False
            rows, lines = rows[1:], lines[1:]
        kept = self._chosen(rows, lines)
        self.kept += len(kept)
        self.left_out += len(rows) - len(kept)
        for place in self._rewritten:
            for row in kept:
                if len(row) == self._width:
                    row[place] = self._rewritten_cell(row[place], place)
        return self._text(kept, quoted=block.quoted)

    def _text(self, rows: list[list[str]], *, quoted: bool) -> str:
        """Rows as text; `quoted` ones, and those that hold what separates fields, get quotation marks where needed."""
        if self._moved:
            rows = [[row[place] for place in self._order] if len(row) == self._width else row for row in rows]
        if not quoted and self._written.separator == self._plan.dialect.separator:
            return "".join(self._written.separator.join(row) + self._written.newline for row in rows)
        return self._with_marks(rows)

    def _with_marks(self, rows: Iterable[Sequence[str]]) -> str:
        text = io.StringIO(newline="")
        csv.writer(text, delimiter=self._written.separator, lineterminator=self._written.newline).writerows(rows)
        return text.getvalue()

    def _chosen(self, rows: list[list[str]], lines: list[int]) -> list[list[str]]:
        if self._repeats:
            repeated = self._repeats.among(np.array(lines, np.int64))
            rows = [row for row, again in zip(rows, repeated.tolist(), strict=True) if not again]
        if self._plan.has("drop-ragged"):
            rows = [row for row in rows if len(row) == self._width]
        for place in self._needed:
            rows = [row for row in rows if len(row) != self._width or not is_missing(row[place])]
        return rows

    def _rewritten_span(self, grid: Grid, first: int, last: int) -> list[str]:
        texts = grid.span(first, last)
        places = [place for place in self._rewritten if first <= place <= last]
        for record in grid.odd(places) if places else ():
            cells = grid.cells(record, first, last)
            for place in places:
                cells[place - first] = self._rewritten_cell(cells[place - first], place)
            texts[record] = self._plan.dialect.separator.join(cells)
        return texts

    def _rewritten_cell(self, cell: str, place: int) -> str:
        decimal = self._plan.dialect.decimal
        text = cell
        if PLAIN_NUMBER.fullmatch(cell):
            return cell
        if is_number(cell, decimal):
            text = plain_number(cell, decimal)
        elif place in self._cleared:
            text = ""
        self.changed += text != cell
        return text
