"""Turning the records of a CSV file into labels and features that are numbers, by a split plan."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from pathlib import Path

from tui.resources.csv_cells import MISSING, PLAIN_NUMBER, class_name, is_missing, plain_number
from tui.resources.datasets import DataError, SplitPlan
from tui.service.worker.csv_reading import Block, cannot_read, read_blocks

CATEGORY_LIMIT = 1000
"""Values a text column or a class label may have; more of them are names or ids."""

_NUMBER = r"-?[0-9]++(?:\.[0-9]++)?+"


@dataclass(frozen=True, slots=True)
class Records:
    """The records of a block that belong to the table."""

    block: Block
    fields: list[list[str]]
    header_lines: int
    """Records of the block above these."""


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
            cells = [fields[self._label] for fields in records.fields]
            if self._classifies:
                for cell, count in Counter(cells).items():
                    counts[names.setdefault(cell, "" if is_missing(cell) else class_name(cell))] += count
                self._check_size(self._plan.label, len(counts))
            else:
                counts[""] += sum(map(is_missing, cells))
                rows += len(cells)
            for place, kept in values.items():
                kept.update(fields[place].strip() for fields in records.fields)
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
        separator = self._plan.dialect.separator
        mark = re.escape(separator)
        plain_text = re.compile(rf"(?:{_NUMBER}[{mark}\n]|[{mark}\n])*+")
        copies = not encoders and separator != self._plan.dialect.decimal == "."
        pick = _picker(self._features)
        for records in self._blocks(on_bytes):
            copied = copies and plain_text.fullmatch(records.block.text) is not None
            if copied and not self._classifies:
                labels = [fields[self._label] for fields in records.fields]
            else:
                labels = self._labels(records, codes)
            if copied:
                features = [",".join(pick(fields)) for fields in records.fields]
            else:
                columns = [self._column(records, place, encoders.get(place)) for place in self._features]
                features = [",".join(row) for row in zip(*columns, strict=True)]
            if "" in labels:
                features = [row for label, row in zip(labels, features, strict=True) if label]
                labels = [label for label in labels if label]
            yield labels, features

    def _blocks(self, on_bytes: Callable[[bytes], object]) -> Iterator[Records]:
        header_lines = int(self._plan.dialect.has_header)
        width = len(self._plan.columns)
        rows = 0
        for block in read_blocks(self._path, self._plan.dialect, on_bytes=on_bytes):
            fields = block.records(self._plan.dialect.separator)
            lengths = list(map(len, fields))
            if lengths.count(width) != len(lengths):
                place = next(place for place, length in enumerate(lengths) if length != width)
                raise self._wrong(block, place, f"has {lengths[place]:,} fields where {width:,} are expected")
            skipped = min(header_lines, len(fields))
            yield Records(block, fields[skipped:], skipped)
            header_lines -= skipped
            rows += len(fields) - skipped
            self._advance(rows, block.done_bytes)

    def _labels(self, records: Records, codes: Mapping[str, str]) -> list[str]:
        if not self._classifies:
            return self._column(records, self._label, None)
        cells = [fields[self._label] for fields in records.fields]
        known = {cell: "" if is_missing(cell) else codes.get(class_name(cell)) for cell in set(cells)}
        return [self._known(known, cell) for cell in cells]

    def _column(self, records: Records, place: int, encoder: Mapping[str, str] | None) -> list[str]:
        cells = [fields[place] for fields in records.fields]
        if encoder is not None:
            return [self._known(encoder, cell.strip()) for cell in cells]
        plain = PLAIN_NUMBER.fullmatch
        decimal = self._plan.dialect.decimal
        numbers: list[str] = []
        try:
            numbers.extend(cell if plain(cell) else plain_number(cell, decimal) for cell in cells)
        except ValueError as error:
            name = self._plan.columns[place]
            why = f"has '{cells[len(numbers)][:40]}' in column '{name}', which is no number"
            raise self._wrong(records.block, len(numbers) + records.header_lines, why) from error
        return numbers

    def _known(self, texts: Mapping[str, str | None], cell: str) -> str:
        text = texts.get(cell)
        if text is None:
            raise changed(self._path)
        return text

    def _wrong(self, block: Block, place: int, why: str) -> DataError:
        line = block.line_number(place, self._plan.dialect.separator)
        return DataError(f"Cannot split '{self._path}'", f"line {line:,} {why}", "Correct it, or leave the column out.")

    def _check_size(self, column: str, size: int) -> None:
        if size > CATEGORY_LIMIT:
            why = f"column '{column}' has more than {CATEGORY_LIMIT:,} different values, too many for classes or codes"
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


def _picker(places: Sequence[int]) -> Callable[[Sequence[str]], Sequence[str]]:
    if len(places) > 1:
        return itemgetter(*places)
    only = places[0]
    return lambda fields: (fields[only],)
