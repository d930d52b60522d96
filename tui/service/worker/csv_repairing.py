"""Writing a CSV file anew without what the doctor found, block by block; the file itself stays as it is."""

from __future__ import annotations

import csv
import io
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import numpy.typing as npt

from tui.resources.csv_cells import PLAIN_NUMBER, is_missing, is_number, plain_number
from tui.resources.csv_repairs import Repaired, RepairPlan, plan_problem
from tui.resources.csv_reports import ReadProgress
from tui.resources.datasets import DataError
from tui.service.worker.context import TaskContext
from tui.service.worker.csv_reading import Block, opened, read_blocks
from tui.service.worker.csv_tables import Tables
from tui.service.worker.row_repeats import RowRepeats, row_hashes

_REPORT_SECONDS = 0.2


def repair_csv(context: TaskContext, plan: RepairPlan) -> Repaired:
    """Write the new file of a plan, which appears complete or not at all, sending `ReadProgress` meanwhile.

    The source is read once, and once before that when repeated rows are to go.

    Raises:
        DataError: The plan does not hold, the source cannot be read, the target exists or cannot be written.
    """
    if problem := plan_problem(plan):
        raise DataError(f"Cannot repair '{plan.path}'", "the plan does not hold", problem)
    meter = _Meter(context, plan)
    with _new_file(Path(plan.target)) as staged:
        repeats = _repeated_lines(plan, meter) if plan.has("drop-repeats") else np.empty(0, np.int64)
        rows = _Rows(plan, repeats)
        written = plan.written
        with staged.open("w", encoding=written.encoding, newline="") as target:
            if written.has_header:
                target.write(rows.text([list(plan.columns)], quoted=True))
            for block in read_blocks(Path(plan.path), plan.dialect):
                target.write(rows.repaired(block))
                meter.advance(rows.kept, block.done_bytes)
    return Repaired(plan.target, rows.kept, rows.left_out, rows.changed)


def _repeated_lines(plan: RepairPlan, meter: _Meter) -> npt.NDArray[np.int64]:
    with RowRepeats() as repeats:
        tables = Tables(Path(plan.path), plan.dialect, len(plan.columns))
        for table in tables:
            repeats.add(row_hashes(table.data, table.separator), table.lines)
            meter.advance(repeats.rows, tables.done_bytes)
        meter.begin_again()
        return repeats.repeated_lines()


class _Meter:
    """Passes on how far the readings are, and a person's wish to stop."""

    def __init__(self, context: TaskContext, plan: RepairPlan) -> None:
        self._context = context
        with opened(Path(plan.path)):
            self._size = Path(plan.path).stat().st_size
        self._readings = 2 if plan.has("drop-repeats") else 1
        self._before = 0
        self._reported = time.monotonic()

    def advance(self, rows: int, done_bytes: int) -> None:
        """So much of this reading is done."""
        self._context.check()
        if time.monotonic() - self._reported >= _REPORT_SECONDS:
            self._reported = time.monotonic()
            self._context.report(ReadProgress(rows, self._before + done_bytes, self._readings * self._size))

    def begin_again(self) -> None:
        """The first reading is over."""
        self._before = self._size


class _Rows:
    """The rows of a plan's source as the new file has them."""

    def __init__(self, plan: RepairPlan, repeats: npt.NDArray[np.int64]) -> None:
        self.kept = 0
        self.left_out = 0
        self.changed = 0
        """Cells that are not written as they stood."""

        self._plan = plan
        self._width = len(plan.columns)
        self._repeats = repeats
        self._order = plan.order
        self._moved = self._order != tuple(range(self._width))
        self._skip_header = plan.dialect.has_header
        needed = plan.columns_of("drop-unlabelled") | plan.columns_of("drop-incomplete")
        self._needed = [plan.columns.index(name) for name in needed]
        self._cleared = {plan.columns.index(name) for name in plan.columns_of("clear-cells")}
        plain = {plan.columns.index(name) for name in plan.columns_of("plain-numbers")}
        self._rewritten = sorted({*self._cleared, *(range(self._width) if plan.has("decimal") else plain)})

    def repaired(self, block: Block) -> str:
        """The text that stands for a block in the new file."""
        rows, lines = self._read(block)
        if self._skip_header and rows:
            self._skip_header = False
            rows, lines = rows[1:], lines[1:]
        kept = self._chosen(rows, lines)
        self.kept += len(kept)
        self.left_out += len(rows) - len(kept)
        for place in self._rewritten:
            self._rewrite(kept, place)
        return self.text(kept, quoted=block.quoted)

    def text(self, rows: list[list[str]], *, quoted: bool) -> str:
        """Rows as text; `quoted` ones, and those that hold what separates fields, get quotation marks where needed."""
        dialect = self._plan.written
        if self._moved:
            rows = [[row[place] for place in self._order] if len(row) == self._width else row for row in rows]
        if not quoted and dialect.separator == self._plan.dialect.separator:
            return "".join(dialect.separator.join(row) + dialect.newline for row in rows)
        text = io.StringIO(newline="")
        csv.writer(text, delimiter=dialect.separator, lineterminator=dialect.newline).writerows(rows)
        return text.getvalue()

    def _read(self, block: Block) -> tuple[list[list[str]], list[int]]:
        separator = self._plan.dialect.separator
        if block.quoted:
            records = list(block.quoted_records(separator))
            return [fields for fields, _ in records], [line for _, line in records]
        found = [(line, text) for line, text in enumerate(block.text.split("\n"), block.first_line) if text]
        return [text.split(separator) for _, text in found], [line for line, _ in found]

    def _chosen(self, rows: list[list[str]], lines: list[int]) -> list[list[str]]:
        if len(self._repeats):
            repeated = np.isin(np.array(lines, np.int64), self._repeats, assume_unique=True)
            rows = [row for row, again in zip(rows, repeated.tolist(), strict=True) if not again]
        if self._plan.has("drop-ragged"):
            rows = [row for row in rows if len(row) == self._width]
        for place in self._needed:
            rows = [row for row in rows if len(row) != self._width or not is_missing(row[place])]
        return rows

    def _rewrite(self, rows: list[list[str]], place: int) -> None:
        decimal, plain = self._plan.dialect.decimal, PLAIN_NUMBER.fullmatch
        clears = place in self._cleared
        for row in rows:
            if len(row) != self._width or plain(row[place]):
                continue
            cell = row[place]
            if is_number(cell, decimal):
                row[place] = plain_number(cell, decimal)
            elif clears and cell:
                row[place] = ""
            self.changed += row[place] != cell


@contextmanager
def _new_file(target: Path) -> Iterator[Path]:
    """A file beside `target` that gets its name when the block ends, unless there is one of that name by then."""
    what = f"Cannot write '{target}'"
    try:
        if target.exists():
            raise FileExistsError
        with tempfile.TemporaryDirectory(prefix=f".{target.name[:40]}.", dir=target.parent) as workshop:
            staged = Path(workshop, "new")
            yield staged
            os.link(staged, target)  # unlike renaming it never replaces what is there
    except FileExistsError as error:
        raise DataError(what, "there is a file of that name already", "Choose another name.") from error
    except UnicodeEncodeError as error:
        raise DataError(what, f"a character does not exist in {error.encoding}", "Write UTF-8 instead.") from error
    except OSError as error:
        raise DataError(what, str(error.strerror or error), "Choose a folder that you may write to.") from error
