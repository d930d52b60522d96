"""A sample of a file's rows that stays small however long the file is, and the histograms that are made of it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

BINS = 16
"""Bars of a histogram, at most."""

_ROWS = 4000
_CELLS = 2_000_000
"""Numbers that are kept at most: 16 MB. A very wide file is sampled in fewer rows."""


class RowSample:
    """Keeps rows of numbers so that each row of the file is as likely to be among them as any other."""

    def __init__(self, width: int) -> None:
        self._room = max(2, min(_ROWS, _CELLS // max(width, 1)))
        self._random = np.random.RandomState(0)
        self._lots = np.empty(0)
        """A random number for each row that is kept; the rows with the least ones stay."""

        self._rows = np.empty((0, width))

    def add(self, rows: npt.NDArray[np.float64]) -> None:
        """Add the rows of a block; NaN where a cell is no number."""
        lots = self._random.random_sample(len(rows))
        if len(self._lots) == self._room:
            drawn = lots < self._lots.max()
            rows, lots = rows[drawn], lots[drawn]
        lots = np.concatenate([self._lots, lots])
        rows = np.concatenate([self._rows, rows])
        if len(lots) > self._room:
            stay = np.argpartition(lots, self._room - 1)[: self._room]
            lots, rows = lots[stay], rows[stay]
        self._lots, self._rows = lots, rows

    def histogram(self, place: int, minimum: float, maximum: float) -> tuple[int, ...]:
        """How many sampled rows lie in each of `BINS` equal parts between the least and the greatest value."""
        column = self._rows[:, place]
        return _binned(column[np.isfinite(column)], None, minimum, maximum)


def histogram_of_values(values: Sequence[tuple[float | str, int]], minimum: float | None) -> tuple[int, ...]:
    """The bars of a column whose different values were all counted: exact.

    Numbers are in order, a bar for each or for neighbours together; texts come with the most frequent first.
    """
    if minimum is None:
        return tuple(count for _, count in values[:BINS])
    numbers = sorted((value, count) for value, count in values if not isinstance(value, str) and np.isfinite(value))
    if len(numbers) <= BINS:
        return tuple(count for _, count in numbers)
    found = np.array([value for value, _ in numbers])
    counts = np.array([count for _, count in numbers])
    return _binned(found, counts, found[0], found[-1])


def _binned(
    numbers: npt.NDArray[np.float64], weights: npt.NDArray[np.int64] | None, minimum: float, maximum: float
) -> tuple[int, ...]:
    if not float(maximum) - float(minimum) < np.inf:  # the range of the largest numbers overflows
        numbers, minimum, maximum = numbers / 4, minimum / 4, maximum / 4
    counts, _ = np.histogram(numbers, BINS, (minimum, maximum), weights=weights)
    return tuple(counts.tolist())
