"""The statistics that can be asked for: from `Average` over `p99.9` to trimmed means."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass

from tui.local.cloudwatch.summary import Distribution, Summary

_PLAIN: dict[str, Callable[[Summary], float | None]] = {
    "SampleCount": lambda summary: summary.count,
    "Sum": lambda summary: summary.total,
    "Minimum": lambda summary: summary.minimum,
    "Maximum": lambda summary: summary.maximum,
    "Average": lambda summary: summary.total / summary.count if summary.count else None,
}

_PERCENT = r"\d{1,2}(?:\.\d{1,10})?|100(?:\.0{1,10})?"
_PERCENTILE = re.compile(rf"p({_PERCENT})")
_UP_TO = re.compile(rf"(tm|tc|ts)({_PERCENT})")
_BETWEEN = re.compile(r"(TM|TC|TS|PR)\((\d*\.?\d*)(%?):(\d*\.?\d*)(%?)\)")


@dataclass(frozen=True, slots=True)
class Statistic:
    """One statistic, e.g. of the name `p90`."""

    name: str
    extended: bool
    """Whether it needs the distribution of the values."""

    _compute: Callable[[Summary], float | None]

    def of(self, summary: Summary) -> float | None:
        """Its value; None where it has none: no percentile of reported statistics, nor with negative values."""
        if self.extended and (summary.distribution is None or summary.minimum < 0):
            return None
        return self._compute(summary)


def parse_statistic(name: str) -> Statistic | None:
    """The statistic of that name; None when there is none."""
    if plain := _PLAIN.get(name):
        return Statistic(name, False, plain)
    compute = _extended(name)
    return None if compute is None else Statistic(name, True, lambda summary: compute(_spread(summary)))


def _spread(summary: Summary) -> Distribution:
    if summary.distribution is None:
        raise ValueError("a summary of statistics has no distribution")
    return summary.distribution


def _extended(name: str) -> Callable[[Distribution], float | None] | None:
    if name == "IQM":
        return _Part("TM", 25.0, 75.0, percent=True).of
    if match := _PERCENTILE.fullmatch(name):
        percent = float(match[1])
        return lambda spread: spread.percentile(percent)
    if match := _UP_TO.fullmatch(name):
        return _Part(match[1].upper(), 0.0, float(match[2]), percent=True).of
    match = _BETWEEN.fullmatch(name)
    if match is None:
        return None
    kind, low, low_percent, high, high_percent = match.groups()
    percent = bool(low_percent or high_percent)
    mixed = percent and bool((low and not low_percent) or (high and not high_percent))
    if mixed or (percent and kind == "PR") or not (low or high) or "." in {low, high}:
        return None
    return _Part(kind, float(low or "-inf"), float(high or "inf"), percent=percent).of


@dataclass(frozen=True, slots=True)
class _Part:
    """A statistic of those values that lie above a low and not above a high bound, in percent of all or as values."""

    kind: str
    low: float
    high: float
    percent: bool

    def of(self, spread: Distribution) -> float | None:
        """The mean (TM), count (TC) or sum (TS) of the part, or its share of all in percent (PR)."""
        part = self._between_ranks(spread) if self.percent else self._between_values(spread)
        count = math.fsum(part.values())
        total = math.fsum(value * occurred for value, occurred in part.items())
        match self.kind:
            case "TC":
                return count
            case "PR":
                return 100 * count / spread.reached[-1]
            case "TS":
                return total
            case _:
                return total / count if count else None

    def _between_ranks(self, spread: Distribution) -> dict[float, float]:
        """How often each value occurs between two ranks; a value that lies across a bound counts in part."""
        whole = spread.reached[-1]
        first, last = whole * max(self.low, 0.0) / 100, whole * min(self.high, 100.0) / 100
        part, begin = {}, 0.0
        for value, end in zip(spread.values, spread.reached, strict=True):
            if (inside := min(end, last) - max(begin, first)) > 0:
                part[value] = inside
            begin = end
        return part

    def _between_values(self, spread: Distribution) -> dict[float, float]:
        return {value: occurred for value, occurred in spread.occurrences().items() if self.low < value <= self.high}
