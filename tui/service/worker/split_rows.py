"""Turning the records of a CSV file into labels and features that are numbers, by a split plan."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from tui.resources.csv_cells import MISSING, PLAIN_NUMBER, class_name, is_missing, plain_number
from tui.resources.datasets import DataError, SplitPlan
from tui.resources.split_plans import CATEGORY_LIMIT, no_number, too_many
from tui.service.worker.csv_grid import Grid, runs
from tui.service.worker.csv_reading import Block, cannot_read, read_blocks


@dataclass(slots=True)
class Records:
    """The records of a block that is no `Grid`; they answer what a grid does."""

    fields: list[list[str]]
    lines: list[int]
    """The line in the file of each."""

    separator: str

    def __len__(self) -> int:
        return len(self.fields)

    def drop_first(self) -> None:
        """Leave out the first record."""
        del self.fields[0], self.lines[0]

    def column(self, place: int) -> list[str]:
        """The cells of a column."""
        return [fields[place] for fields in self.fields]

    def span(self, first: int, last: int) -> list[str]:
        """The text of each record from one column to another, both included."""
        return [self.separator.join(fields[first : last + 1]) for fields in self.fields]

    def cells(self, record: int, first: int, last: int) -> list[str]:
        """The cells of a record from one column to another, both included."""
        return self.fields[record][first : last + 1]

    def missing(self, place: int) -> npt.NDArray[np.bool_]:
        """For each record whether its cell in a column is a missing value."""
        return np.array([is_missing(fields[place]) for fields in self.fields], np.bool_)

    def odd(self, places: Sequence[int]) -> list[int]:
        """The records whose cell in one of the columns is no plain number."""
        plain = PLAIN_NUMBER.fullmatch
        return [
            record for record, fields in enumerate(self.fields) if not all(plain(fields[place]) for place in places)
        ]


@dataclass(frozen=True, slots=True)
class Survey:
    """What the first reading finds out for the second."""

    label_counts: Mapping[str, int]
    """Rows per class; for a regression all rows under the empty name."""

    rows_without_label: int
    categories: Mapping[str, tuple[str, ...]]
    """The sorted values of each encoded column."""


class RowReader:
    """The source of a plan: read once for a survey, and once more for the rows."""

    def __init__(self, plan: SplitPlan, path: Path, advance: Callable[[int, int], None]) -> None:
        """`advance` is told the number of rows and of bytes after each block; it may raise to end the reading."""
        self._plan = plan
        self._path = path
        self._advance = advance
        self._label = plan.columns.index(plan.label)
        self._features = [plan.columns.index(name) for name in plan.features]
        self._classifies = plan.task != "regression"

    def survey(self, on_bytes: Callable[[bytes], object]) -> Survey:
        """Read everything once: the classes, the categories, the rows.

        Raises:
            DataError: The file cannot be read, is ragged, or has a column with too many values to be encoded.
        """
        counts: Counter[str] = Counter()
        names: dict[str, str] = {}
        rows = 0
        values: dict[int, set[str]] = {
            self._plan.columns.index(encoding.column): set() for encoding in self._plan.encodings
        }
        for records in self._blocks(on_bytes):
            if self._classifies:
                for cell, count in Counter(records.column(self._label)).items():
                    counts[names.setdefault(cell, "" if is_missing(cell) else class_name(cell))] += count
                self._check_size(self._plan.label, len(counts))
            else:
                counts[""] += int(np.count_nonzero(records.missing(self._label)))
                rows += len(records)
            for place, kept in values.items():
                kept.update(map(str.strip, set(records.column(place))))
                self._check_size(self._plan.columns[place], len(kept))
        missing = counts.pop("", 0)
        categories = {
            self._plan.columns[place]: tuple(sorted(value for value in kept if not is_missing(value)))
            for place, kept in values.items()
        }
        return Survey(counts if self._classifies else {"": rows - missing}, missing, categories)

    def rows(
        self, classes: Sequence[str], categories: Mapping[str, Sequence[str]], on_bytes: Callable[[bytes], object]
    ) -> Iterator[tuple[list[str], list[str]]]:
        """The labels and the features, as text for the files, of the rows of each block that have a label.

        Raises:
            DataError: A cell of a number column is no number, or the file is not what it was at the survey.
        """
        encoders = {
            self._plan.columns.index(encoding.column): _codes(categories[encoding.column], encoding.kind == "one-hot")
            for encoding in self._plan.encodings
        }
        codes = {name: str(code) for code, name in enumerate(classes)}
        stretches = runs(self._features, alone=encoders)
        for records in self._blocks(on_bytes):
            labels = self._labels(records, codes)
            pieces = [
                self._encoded(records.column(first), encoders[first])
                if first in encoders
                else self._numbers(records, first, last)
                for first, last in stretches
            ]
            features = pieces[0] if len(pieces) == 1 else list(map(",".join, zip(*pieces, strict=True)))
            if "" in labels:
                features = [row for label, row in zip(labels, features, strict=True) if label]
                labels = [label for label in labels if label]
            yield labels, features

    def _blocks(self, on_bytes: Callable[[bytes], object]) -> Iterator[Grid | Records]:
        skip_header = self._plan.dialect.has_header
        rows = 0
        for block in read_blocks(self._path, self._plan.dialect, on_bytes=on_bytes):
            records = Grid.of(block, self._plan.dialect.separator, len(self._plan.columns)) or self._listed(block)
            if skip_header and len(records):
                records.drop_first()
                skip_header = False
            yield records
            rows += len(records)
            self._advance(rows, block.done_bytes)

    def _listed(self, block: Block) -> Records:
        width = len(self._plan.columns)
        separator = self._plan.dialect.separator
        records = Records(*block.records(separator), separator)
        lengths = list(map(len, records.fields))
        if lengths.count(width) != len(lengths):
            place = next(place for place, length in enumerate(lengths) if length != width)
            raise self._wrong(records, place, f"has {lengths[place]:,} fields where {width:,} are expected")
        return records

    def _labels(self, records: Grid | Records, codes: Mapping[str, str]) -> list[str]:
        if not self._classifies:
            return self._numbers(records, self._label, self._label)
        cells = records.column(self._label)
        return self._looked_up(cells, lambda cell: "" if is_missing(cell) else codes.get(class_name(cell)))

    def _encoded(self, cells: Sequence[str], encoder: Mapping[str, str]) -> list[str]:
        return self._looked_up(cells, lambda cell: encoder.get(cell.strip()))

    def _numbers(self, records: Grid | Records, first: int, last: int) -> list[str]:
        """The cells from one column to another in plain decimal form, separated by commas."""
        separator = self._plan.dialect.separator
        texts = records.span(first, last)
        for record in records.odd(range(first, last + 1)):
            cells = records.cells(record, first, last)
            for place, cell in enumerate(cells):
                try:
                    cells[place] = plain_number(cell, self._plan.dialect.decimal)
                except ValueError as error:
                    why = no_number(cell, self._plan.columns[first + place])
                    raise self._wrong(records, record, why) from error
            texts[record] = separator.join(cells)
        return texts if separator == "," else [text.replace(separator, ",") for text in texts]

    def _looked_up(self, cells: Sequence[str], text_of: Callable[[str], str | None]) -> list[str]:
        """What is written for each cell; every one of them was there at the survey."""
        texts: dict[str, str] = {}
        for cell in set(cells):
            text = text_of(cell)
            if text is None:
                raise changed(self._path)
            texts[cell] = text
        return [texts[cell] for cell in cells]

    def _wrong(self, records: Grid | Records, record: int, why: str) -> DataError:
        line = int(records.lines[record])
        return DataError(f"Cannot split '{self._path}'", f"line {line:,} {why}", "Correct it, or leave the column out.")

    def _check_size(self, column: str, size: int) -> None:
        if size > CATEGORY_LIMIT:
            why = too_many(column, CATEGORY_LIMIT)
            raise DataError(f"Cannot split '{self._path}'", why, "Leave it out or choose another.")


def changed(path: Path) -> DataError:
    """The complaint about a file that was another one at the second reading."""
    return DataError(cannot_read(path), "it changed while it was read", "Try again when it is complete.")


def _codes(categories: Sequence[str], one_hot: bool) -> Mapping[str, str]:
    """What is written for each value of a column; a missing value is all zeros, or an empty cell."""
    if one_hot:
        written = {name: ",".join("1" if name == other else "0" for other in categories) for name in categories}
        missing = ",".join("0" for _ in categories)
    else:
        written = {name: str(code) for code, name in enumerate(categories)}
        missing = ""
    return written | dict.fromkeys(MISSING, missing)
