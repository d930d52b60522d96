"""Time series, and what the operators and functions of metric maths make of them.

A value is a number, a time series, or an array of time series. Operators work point by point where both sides have a
point; what has no value, such as a division by zero, is no point.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, pairwise
from typing import Literal

from tui.local.cloudwatch.expressions import ExpressionError


@dataclass(frozen=True, slots=True)
class Series:
    """Values by the start of their period, in epoch seconds, in ascending order."""

    points: Mapping[int, float]
    period: int
    label: str

    def with_points(self, points: Iterable[tuple[int, float]]) -> Series:
        """The series with other points; those without a value are left out."""
        return replace(self, points={time: value for time, value in points if math.isfinite(value)})


Value = float | Series | list[Series]

Gap = float | Literal["REPEAT", "LINEAR"]
"""What fills a gap: a number, the value before it, or the line to the value behind it."""


def negative(given: Value) -> Value:
    """The value with its sign changed."""
    return _pointwise(operator.neg)(given)


def operate(symbol: str, left: Value, right: Value) -> Value:
    """What an operator makes of two values; an array is worked on member by member."""
    function = _OPERATORS[symbol]
    match left, right:
        case list(), list():
            if len(left) != len(right):
                raise ExpressionError(f"Arrays of {len(left)} and {len(right)} time series do not fit together")
            return [_member(function, *pair) for pair in zip(left, right, strict=True)]
        case list(), float() | Series():
            return [_member(function, member, right) for member in left]
        case float() | Series(), list():
            return [_member(function, left, member) for member in right]
        case float() | Series(), float() | Series():
            return _paired(function, left, right)
    raise AssertionError("a value is a number, a time series or an array")


def choose(condition: Value, met: Value, unmet: Value) -> Value:
    """`met` where the condition is not 0, `unmet` where it is."""
    match condition:
        case float():
            return met if condition else unmet
        case list():
            return [_chosen(member, met, unmet) for member in condition]
        case _:
            return _chosen(condition, met, unmet)


def fill(given: Value, gap: Gap, times_of: Callable[[int], range]) -> Value:
    """The time series with a point at all times of their periods."""
    return _lengthwise("FILL", lambda series: _filled(series, gap, times_of(series.period)))(given)


def _period(given: Value) -> float:
    """The seconds between two points."""
    if not isinstance(given, Series):
        raise ExpressionError("PERIOD takes one time series")
    return float(given.period)


def _tried(function: Callable[..., float], *values: float) -> float:
    """The result, or NaN where there is none."""
    try:
        return function(*values)
    except (ArithmeticError, ValueError):
        return math.nan


def _at(value: Series | float, time: int) -> float:
    return value.points.get(time, math.nan) if isinstance(value, Series) else value


def _paired(function: Callable[[float, float], float], left: Series | float, right: Series | float) -> Series | float:
    sides = [side for side in (left, right) if isinstance(side, Series)]
    if not sides:
        return _tried(function, _at(left, 0), _at(right, 0))
    _require_one_period(sides)
    times = [time for time in sides[0].points if time in sides[-1].points]
    return sides[0].with_points((time, _tried(function, _at(left, time), _at(right, time))) for time in times)


def _member(function: Callable[[float, float], float], left: Series | float, right: Series | float) -> Series:
    combined = _paired(function, left, right)
    if not isinstance(combined, Series):
        raise ExpressionError("An array holds time series")
    return combined


def _chosen(condition: Series, met: Value, unmet: Value) -> Series:
    if isinstance(met, list) or isinstance(unmet, list):
        raise ExpressionError("IF chooses between time series and numbers, not arrays")
    return condition.with_points((time, _at(met if value else unmet, time)) for time, value in condition.points.items())


def _filled(series: Series, gap: Gap, times: range) -> Series:
    if isinstance(gap, float):
        return series.with_points((time, series.points.get(time, gap)) for time in times)
    filled = dict(series.points)
    behind = [(times.stop, math.nan)]
    for (earlier, value), (later, following) in pairwise([*series.points.items(), *behind]):
        slope = 0.0 if gap == "REPEAT" else (following - value) / (later - earlier)
        filled |= {time: value + slope * (time - earlier) for time in range(earlier + times.step, later, times.step)}
    return series.with_points(sorted(filled.items()))


def _require_one_period(several: Sequence[Series]) -> None:
    if len(periods := {series.period for series in several}) > 1:
        shown = " and ".join(str(seconds) for seconds in sorted(periods))
        raise ExpressionError(f"Time series of different periods ({shown} seconds) cannot be combined")


def _pointwise(function: Callable[[float], float]) -> Callable[[Value], Value]:
    """The function of a number as one of every point."""

    def changed(series: Series) -> Series:
        return series.with_points((time, _tried(function, value)) for time, value in series.points.items())

    def apply(given: Value) -> Value:
        match given:
            case float():
                return _tried(function, given)
            case list():
                return [changed(member) for member in given]
            case _:
                return changed(given)

    return apply


def _lengthwise(name: str, function: Callable[[Series], Series]) -> Callable[[Value], Value]:
    """The function of a time series as one of a value, which must not be a number."""

    def apply(given: Value) -> Value:
        match given:
            case float():
                raise ExpressionError(f"{name} takes a time series, not a number")
            case list():
                return [function(member) for member in given]
            case _:
                return function(given)

    return apply


def _aggregate(function: Callable[[Sequence[float]], float]) -> Callable[[Value], Value]:
    """The function of numbers as one that makes one time series of an array, and a number of a time series."""

    def apply(given: Value) -> Value:
        match given:
            case float():
                return given
            case Series():
                return function(list(given.points.values())) if given.points else math.nan
            case []:
                raise ExpressionError("There is no metric to combine")
            case _:
                _require_one_period(given)
                columns: dict[int, list[float]] = {}
                for series in given:
                    for time, value in series.points.items():
                        columns.setdefault(time, []).append(value)
                return given[0].with_points((time, function(columns[time])) for time in sorted(columns))

    return apply


def _deviation(values: Sequence[float]) -> float:
    mean = math.fsum(values) / len(values)
    return math.sqrt(math.fsum((value - mean) ** 2 for value in values) / len(values))


def _differences(series: Series) -> Series:
    return series.with_points((time, now - before) for (_, before), (time, now) in pairwise(series.points.items()))


def _rates(series: Series) -> Series:
    return series.with_points(
        (time, (now - before) / (time - earlier)) for (earlier, before), (time, now) in pairwise(series.points.items())
    )


def _running_sum(series: Series) -> Series:
    return series.with_points(zip(series.points, accumulate(series.points.values()), strict=True))


_OPERATORS: Mapping[str, Callable[[float, float], float]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "^": math.pow,
    "<": lambda left, right: float(left < right),
    "<=": lambda left, right: float(left <= right),
    ">": lambda left, right: float(left > right),
    ">=": lambda left, right: float(left >= right),
    "==": lambda left, right: float(left == right),
    "!=": lambda left, right: float(left != right),
    "AND": lambda left, right: float(bool(left) and bool(right)),
    "OR": lambda left, right: float(bool(left) or bool(right)),
}

FUNCTIONS: Mapping[str, Callable[[Value], Value]] = {
    "SUM": _aggregate(math.fsum),
    "AVG": _aggregate(lambda values: math.fsum(values) / len(values)),
    "MIN": _aggregate(min),
    "MAX": _aggregate(max),
    "STDDEV": _aggregate(_deviation),
    "ABS": _pointwise(abs),
    "CEIL": _pointwise(lambda value: float(math.ceil(value))),
    "FLOOR": _pointwise(lambda value: float(math.floor(value))),
    "LOG": _pointwise(math.log),
    "LOG10": _pointwise(math.log10),
    "DIFF": _lengthwise("DIFF", _differences),
    "RATE": _lengthwise("RATE", _rates),
    "RUNNING_SUM": _lengthwise("RUNNING_SUM", _running_sum),
    "PERIOD": _period,
}
"""The functions of one value."""
