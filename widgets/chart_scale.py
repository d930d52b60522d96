"""From values to places on a chart: ranges, round tick values, and curves thinned to what can be seen."""

from __future__ import annotations

import sys
from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from math import ceil, floor, isfinite, log10
from operator import itemgetter

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Axis:
    """A range of finite values, linear or, when all of them are positive, logarithmic."""

    low: float
    high: float
    log: bool = False

    @classmethod
    def around(cls, low: float, high: float, *, log: bool = False) -> Axis:
        """The range from the lowest to the highest value; with room on both sides when they are all but the same."""
        size = max(abs(low), abs(high))
        if high / 2 - low / 2 > max(size * 1e-9, 1e-300):
            return cls(low, high, log)
        if log:
            return cls(low / 2, min(high * 2, sys.float_info.max), log)
        room = size / 10 if size > 1e-300 else 1.0
        return cls(max(low - room, -sys.float_info.max), min(high + room, sys.float_info.max), log)

    def share(self, value: float) -> float:
        """Where on the axis the value lies: 0 at the low end, 1 at the high end."""
        low, high, value = map(log10, (self.low, self.high, value)) if self.log else (self.low, self.high, value)
        # Halved, because the distance of two finite numbers may not be finite.
        return (value / 2 - low / 2) / (high / 2 - low / 2)

    def ticks(self, count: int) -> list[float]:
        """About so many round values within the range; its ends when there is no round value between them."""
        decades = range(ceil(log10(self.low)), floor(log10(self.high)) + 1) if self.log else range(0)
        if len(decades) > 1:
            return [10.0**decade for decade in decades[:: ceil(len(decades) / count)]]
        span = self.high / count - self.low / count
        magnitude = 10.0 ** floor(log10(span))
        step = next((m * magnitude for m in (1, 2, 5) if m * magnitude >= span), 10 * magnitude)
        if not step or not isfinite(step):
            return [self.low, self.high]
        return [n * step for n in range(ceil(self.low / step), floor(self.high / step) + 1)] or [self.low, self.high]

    def labels(self, values: Sequence[float]) -> list[str]:
        """Values on this axis written alike, with as many digits as it takes to tell neighbours apart."""
        step = min((after - before for before, after in pairwise(values)), default=0.0)
        if self.log or not step or not isfinite(step):
            return [f"{value:g}" for value in values]
        largest = max(map(abs, values))
        if largest >= 1e6 or step < 1e-4:
            digits = min(17, max(1, ceil(log10(largest) - log10(step)) + 1))
            return [f"{value:.{digits}g}" for value in values]
        decimals = max(0, -floor(log10(step) + 1e-9))
        return [f"{value:.{decimals}f}" for value in values]


def curves(points: Sequence[Point], visible: Callable[[float], bool]) -> list[list[Point]]:
    """The points in the order of x, parted where a y is not visible; points without a finite x are left out."""
    if not all(map(isfinite, map(itemgetter(0), points))):
        points = [point for point in points if isfinite(point[0])]
    ordered = sorted(points, key=itemgetter(0))
    if all(map(visible, map(itemgetter(1), ordered))):
        return [ordered] if ordered else []
    return [list(run) for seen, run in groupby(ordered, key=lambda point: visible(point[1])) if seen]


def thinned(curve: Sequence[Point], axis: Axis, columns: int) -> Sequence[Point]:
    """The curve with at most four points in each of the columns its x values round to, which draw the same picture.

    They are the first and the last, which neighbouring columns connect to, and the lowest and the highest.
    """
    if len(curve) <= 4 * columns:
        return curve
    xs = [x for x, _ in curve]
    ys = [y for _, y in curve]
    shares = [(column + 0.5) / (columns - 1) for column in range(columns - 1)]
    bounds = [axis.low * (1 - share) + axis.high * share for share in shares]
    cuts = [0, *(bisect_left(xs, bound) for bound in bounds), len(xs)]
    result: list[Point] = []
    for start, stop in pairwise(cuts):
        if start < stop:
            part = ys[start:stop]
            result += [curve[start], (xs[start], min(part)), (xs[start], max(part)), curve[stop - 1]]
    return result
