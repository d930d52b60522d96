"""A sample of a file's rows that stays small however long the file is, and the histograms that are made of it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

BINS = 16
"""Bars of a histogram, at most."""

_ROWS = 4000
_CELLS = 500_000
"""Numbers that are kept at most: 4 MB. A very wide file is sampled in fewer rows."""


class RowSample:
    """Keeps rows of numbers so that each row of the file is as likely to be among them as any other."""

    def __init__(self, width: int) -> None:
        self._room = max(2, min(_ROWS, _CELLS // max(width, 1)))
        self._random = np.random.RandomState(0)
        self._lots = np.full(self._room, np.inf)
        """A random number for each row that is kept, infinity for a free place; the rows with the least ones stay."""

        self._rows = np.empty((self._room, width))

    def add(self, rows: npt.NDArray[np.float64]) -> None:
        """Add the rows of a block; NaN where a cell is no number."""
        lots = self._random.random_sample(len(rows))
        drawn = np.flatnonzero(lots < self._lots.max())
        stay = np.argpartition(np.concatenate([self._lots, lots[drawn]]), self._room - 1)[: self._room]
        is_new = stay >= self._room
        new = drawn[stay[is_new] - self._room]
        free = np.ones(self._room, np.bool_)
        free[stay[~is_new]] = False
        self._lots[free] = lots[new]
        self._rows[free] = rows[new]

    def histogram(self, place: int, minimum: float, maximum: float) -> tuple[int, ...]:
        """How many sampled rows lie in each of `BINS` equal parts between the least and the greatest value."""
        column = self._rows[np.isfinite(self._lots), place]
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
