"""What the columns of a CSV file hold, added up block by block."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from tui.resources.csv_cells import BOOLEANS
from tui.resources.csv_reports import CLASS_LIMIT, DISTINCT_CAP, Column, ColumnKind
from tui.service.worker.column_fingerprint import Fingerprints
from tui.service.worker.column_sample import RowSample, histogram_of_values
from tui.service.worker.column_texts import Texts

_EXAMPLES = 3
_PROBE_ROWS = 4 * DISTINCT_CAP
"""A column with too many different values usually shows it in so many rows."""

_VALUES = 50_000
"""Different values that are kept at most of all columns together: beyond it fewer of each column are counted."""


class Tally:
    """Counts, ranges and values of all columns; the numbers of a block are worked on as one matrix."""

    def __init__(self, names: Sequence[str], decimal: str = ".") -> None:
        width = len(names)
        self._decimal = decimal
        self.rows = 0
        self._names = tuple(names)
        self._cap = DISTINCT_CAP
        self._missing = np.zeros(width, np.int64)
        self._numbers = np.zeros(width, np.int64)
        self._infinite = np.zeros(width, np.int64)
        self._whole = np.ones(width, np.bool_)
        self._minimum = np.full(width, np.inf)
        self._maximum = np.full(width, -np.inf)
        self._scientific = np.zeros(width, np.bool_)
        self._dates = np.ones(width, np.bool_)
        self._counts_rows = np.ones(width, np.bool_)
        self._last_row = np.full(width, np.nan)
        self._values: list[dict[Any, int] | None] = [{} for _ in names]
        """The different values of each column; None once there are too many."""

        self._capped_examples: dict[int, tuple[str, ...]] = {}
        self._first_text: dict[int, tuple[str, int]] = {}
        self._sample = RowSample(width)
        self._fingerprints = Fingerprints(width)

    def add(self, frame: pd.DataFrame, lines: npt.NDArray[np.int64]) -> None:
        """Add the rows of a block; `lines` has the line in the file of each."""
        numeric = np.fromiter((kind.kind in "iuf" for kind in frame.dtypes), np.bool_, len(self._names))
        matrix = _numbers(frame, numeric)
        missing, hashes = self._add_texts(frame, numeric, lines, matrix)
        unknown = np.isnan(matrix)
        finite = np.isfinite(matrix)
        self.rows += len(frame)
        without_number = unknown.sum(axis=0)
        self._numbers += len(frame) - without_number
        self._missing += np.where(numeric, without_number, missing)
        self._dates[numeric & ~unknown.all(axis=0)] = False
        self._infinite += np.isinf(matrix).sum(axis=0)
        self._whole &= ((matrix == np.floor(matrix)) | ~finite).all(axis=0)
        self._minimum = np.minimum(self._minimum, np.where(finite, matrix, np.inf).min(axis=0))
        self._maximum = np.maximum(self._maximum, np.where(finite, matrix, -np.inf).max(axis=0))
        with np.errstate(invalid="ignore", over="ignore"):  # infinity less infinity is no step of one
            steps = np.diff(
                matrix, axis=0, prepend=np.where(np.isnan(self._last_row), matrix[0] - 1, self._last_row)[None]
            )
        self._counts_rows &= (steps == 1).all(axis=0)
        self._last_row = matrix[-1].copy()
        self._sample.add(matrix)
        self._fingerprints.add(matrix, hashes)
        for place in np.flatnonzero(numeric).tolist():
            if (values := self._values[place]) is not None:
                self._count(place, values, *_distinct_numbers(matrix[:, place]))
        self._make_room()

    def add_notation(self, data: bytes, separator: str) -> None:
        """Note the columns in which a number of the records is in scientific notation."""
        if b"e" not in data and b"E" not in data:
            return
        cells = np.frombuffer(data, np.uint8)
        places = np.flatnonzero((cells | 0x20) == ord("e"))
        places = places[(places > 0) & (places < len(cells) - 1)]
        before, after = cells[places - 1], cells[places + 1]
        digit_before = ((before >= ord("0")) & (before <= ord("9"))) | (before == ord("."))
        digit_after = ((after >= ord("0")) & (after <= ord("9"))) | (after == ord("+")) | (after == ord("-"))
        places = places[digit_before & digit_after]
        if not len(places):
            return
        marks = np.flatnonzero((cells == ord(separator)) | (cells == ord("\n")))
        self._scientific[np.unique(np.searchsorted(marks, places) % len(self._names))] = True

    def columns(self) -> tuple[Column, ...]:
        """What was found, in the order of the columns."""
        return tuple(self._column(place) for place in range(len(self._names)))

    def _add_texts(
        self,
        frame: pd.DataFrame,
        numeric: npt.NDArray[np.bool_],
        lines: npt.NDArray[np.int64],
        matrix: npt.NDArray[np.float64],
    ) -> tuple[npt.NDArray[np.int64], dict[int, npt.NDArray[np.int64]]]:
        """Add the columns that are not numeric and put their numbers into the matrix; missing cells, hashes of cells.

        One column after the other: the words of a whole block take many times the room of the block.
        """
        missing = np.zeros(len(numeric), np.int64)
        hashes: dict[int, npt.NDArray[np.int64]] = {}
        for place in np.flatnonzero(~numeric).tolist():
            texts = Texts.of(frame.iloc[:, place], self._decimal)
            matrix[:, place] = texts.cells
            missing[place] = np.count_nonzero(texts.codes < 0)
            hashes[place] = texts.hashes
            self._look_at_words(place, texts, lines)
            if (values := self._values[place]) is not None:
                self._count(place, values, *texts.distinct())
        return missing, hashes

    def _look_at_words(self, place: int, texts: Texts, lines: npt.NDArray[np.int64]) -> None:
        if place not in self._first_text and (found := texts.first_text()):
            row, text = found
            self._first_text[place] = (text, int(lines[row]))
        if self._dates[place]:
            self._dates[place] = texts.dated()

    def _count(self, place: int, values: dict[Any, int], found: list[Any], counts: list[int]) -> None:
        for value, count in zip(found, counts, strict=True):
            values[value] = values.get(value, 0) + count
        self._check_size(place, values)

    def _check_size(self, place: int, values: Mapping[Any, int]) -> None:
        if len(values) > self._cap:
            self._capped_examples[place] = tuple(_shown(value) for value in list(values)[:_EXAMPLES])
            self._values[place] = None

    def _make_room(self) -> None:
        """Keep the values of those columns only that have few of them, when there are too many of all columns."""
        while self._cap > CLASS_LIMIT + 1 and sum(len(values) for values in self._values if values) > _VALUES:
            self._cap = max(self._cap // 2, CLASS_LIMIT + 1)
            for place, values in enumerate(self._values):
                if values:
                    self._check_size(place, values)

    def _column(self, place: int) -> Column:
        values = self._values[place]
        numbers = int(self._numbers[place])
        texts = self.rows - int(self._missing[place]) - numbers
        first_text, first_text_line = self._first_text.get(place, ("", 0))
        minimum, maximum = float(self._minimum[place]), float(self._maximum[place])
        ranged = np.isfinite(minimum)
        by_count = sorted((values or {}).items(), key=lambda item: -item[1])
        counted = [(_shown(value), count) for value, count in by_count]
        if values is None:
            histogram = self._sample.histogram(place, minimum, maximum) if ranged else ()
        else:
            histogram = histogram_of_values(by_count, minimum if ranged else None)
        examples = self._capped_examples.get(place, tuple(value for value, _ in counted[:_EXAMPLES]))
        return Column(
            name=self._names[place],
            kind=self._kind(place, numbers, texts),
            missing=int(self._missing[place]),
            distinct=self._cap if values is None else len(values),
            distinct_capped=values is None,
            numbers=numbers,
            texts=texts,
            first_text=first_text,
            first_text_line=first_text_line,
            minimum=minimum + 0.0 if ranged else None,  # minus zero becomes zero
            maximum=maximum + 0.0 if ranged else None,
            infinite=int(self._infinite[place]),
            scientific=bool(self._scientific[place]) and numbers > texts,
            counts_rows=self.rows > 0 and bool(self._counts_rows[place]),
            values=tuple(counted),
            examples=examples,
            histogram=histogram,
            fingerprint=self._fingerprints[place],
        )

    def _kind(self, place: int, numbers: int, texts: int) -> ColumnKind:
        if not numbers and not texts:
            return "empty"
        if numbers > texts:
            return "integer" if self._whole[place] else "number"
        values = self._values[place]
        if values is not None and all(str(value).lower() in BOOLEANS for value in values):
            return "boolean"
        return "date" if self._dates[place] and not numbers else "text"


def _numbers(frame: pd.DataFrame, numeric: npt.NDArray[np.bool_]) -> npt.NDArray[np.float64]:
    """The numbers of a block, NaN where a cell is missing; the columns that are not numeric have yet to be filled."""
    if numeric.all():
        whole: npt.NDArray[np.float64] = frame.to_numpy(np.float64)
        return whole
    matrix = np.empty(frame.shape, order="F")
    places = np.flatnonzero(numeric)
    matrix[:, places] = frame.iloc[:, places].to_numpy(np.float64)
    return matrix


def _distinct_numbers(numbers: npt.NDArray[np.float64]) -> tuple[list[Any], list[int]]:
    """The different numbers and how often each is there; more than `DISTINCT_CAP` of them may be incomplete."""
    if len(numbers) <= DISTINCT_CAP:  # as in a wide file: numpy's arrangements would take longer than the counting
        found = sorted(Counter(numbers[~np.isnan(numbers)].tolist()).items())
        return [number for number, _ in found], [count for _, count in found]
    probe = np.unique(numbers[:_PROBE_ROWS])
    if len(probe) > DISTINCT_CAP + 1:
        return probe.tolist(), [0] * len(probe)
    distinct, counts = np.unique(numbers[~np.isnan(numbers)], return_counts=True)
    return distinct.tolist(), counts.tolist()


def _shown(value: float | str) -> str:
    return value if isinstance(value, str) else f"{value:.15g}"
