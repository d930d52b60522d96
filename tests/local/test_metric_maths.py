"""Metric maths: what expressions mean, and that they are only ever read."""

from __future__ import annotations

import contextlib
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.local.cloudwatch.expressions import ExpressionError, parse
from tui.local.cloudwatch.maths import Calculation
from tui.local.cloudwatch.rollups import Window
from tui.local.cloudwatch.series import Series, Value

NUMBERS = st.floats(min_value=-1e6, max_value=1e6)
SERIES = st.dictionaries(st.integers(0, 9).map(lambda minute: 60 * minute), NUMBERS).map(
    lambda points: dict(sorted(points.items()))
)


def calculated(expression: str, **metrics: dict[int, float]) -> Value:
    """The value of an expression over metrics with points at 0, 60, … 540."""
    series = {name: Series(points, 60, name) for name, points in metrics.items()}
    return Calculation(series, series, 60, lambda period: Window(0, 600, period)).value(parse(expression))


def points(expression: str, **metrics: dict[int, float]) -> Any:
    value = calculated(expression, **metrics)
    assert isinstance(value, Series)
    return dict(value.points)


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("1 + 2 * 3", 7.0),
        ("(1 + 2) * 3", 9.0),
        ("10 - 4 - 3", 3.0),
        ("2 ^ 3 ^ 2", 512.0),
        ("-2 ^ 2", -4.0),
        ("2 ^ -1", 0.5),
        ("- - 3", 3.0),
        ("7 / 2", 3.5),
        ("1e3 + .5", 1000.5),
        ("1 < 2", 1.0),
        ("2 <= 1", 0.0),
        ("3 == 3 AND 2 != 2", 0.0),
        ("0 OR 1 AND 0", 0.0),
        ("1 || 0 && 0", 1.0),
        ("5 > 3 == 1", 1.0),
        ("ABS(0 - 4) + CEIL(1.2) + FLOOR(1.8)", 7.0),
        ("LOG10(1000) + LOG(1)", 3.0),
        ("IF(1 > 2, 5, 6)", 6.0),
    ],
)
def test_numbers(expression: str, expected: float) -> None:
    assert calculated(expression) == pytest.approx(expected)


def test_operators_work_where_both_sides_have_a_point() -> None:
    first, second = {0: 1.0, 60: 2.0, 120: 3.0}, {60: 10.0, 120: 0.0, 180: 9.0}
    assert points("a + b", a=first, b=second) == {60: 12.0, 120: 3.0}
    assert points("a / b", a=first, b=second) == {60: 0.2}
    assert points("100 * a / (a + 1)", a=first) == {0: 50.0, 60: pytest.approx(200 / 3), 120: 75.0}
    assert points("2 - a", a=first) == {0: 1.0, 60: 0.0, 120: -1.0}
    assert points("-a", a=first) == {0: -1.0, 60: -2.0, 120: -3.0}
    assert points("a > 1 AND a < 3", a=first) == {0: 0.0, 60: 1.0, 120: 0.0}
    assert points("LOG(a - 1)", a=first) == {60: 0.0, 120: math.log(2)}
    assert points("a ^ 1e6", a={0: 2.0, 60: 1.0}) == {60: 1.0}


def test_aggregates_of_one_series_are_numbers_and_of_several_are_series() -> None:
    first, second = {0: 1.0, 60: 3.0}, {60: 5.0, 120: 7.0}
    assert calculated("SUM(a)", a=first) == 4.0
    assert calculated("AVG(a) + MIN(a) + MAX(a)", a=first) == 6.0
    assert calculated("STDDEV(a)", a=first) == 1.0
    assert points("a / SUM(a)", a=first) == {0: 0.25, 60: 0.75}
    assert points("SUM(METRICS())", a=first, b=second) == {0: 1.0, 60: 8.0, 120: 7.0}
    assert points("AVG([a, b])", a=first, b=second) == {0: 1.0, 60: 4.0, 120: 7.0}
    assert points('MAX(METRICS("err"))', err1=first, err2=second, other={60: 99.0}) == {0: 1.0, 60: 5.0, 120: 7.0}
    assert points("a - AVG(b)", a=first, b={}) == {}


def test_arrays_are_worked_on_member_by_member() -> None:
    value = calculated("METRICS() * 2 + [b, a]", a={0: 1.0}, b={0: 10.0})
    assert isinstance(value, list)
    assert [(series.label, series.points) for series in value] == [("a", {0: 12.0}), ("b", {0: 21.0})]
    assert points("SUM(ABS(METRICS()))", a={0: -1.0}, b={0: -2.0}) == {0: 3.0}


def test_gaps_are_filled() -> None:
    sparse = {120: 2.0, 300: 8.0}
    everywhere = range(0, 600, 60)
    assert points("FILL(a, 0)", a=sparse) == {time: sparse.get(time, 0.0) for time in everywhere}
    assert points("FILL(a, REPEAT)", a=sparse) == {
        time: 2.0 if time < 300 else 8.0 for time in everywhere if time >= 120
    }
    assert points("FILL(a, LINEAR)", a=sparse) == {120: 2.0, 180: 4.0, 240: 6.0, 300: 8.0}
    assert points("FILL(a, -1)", a={}) == dict.fromkeys(everywhere, -1.0)


def test_functions_along_a_series() -> None:
    series = {0: 1.0, 60: 4.0, 180: 10.0}
    assert points("DIFF(a)", a=series) == {60: 3.0, 180: 6.0}
    assert points("RATE(a)", a=series) == {60: 0.05, 180: 0.05}
    assert points("RUNNING_SUM(a)", a=series) == {0: 1.0, 60: 5.0, 180: 15.0}
    assert points("a / PERIOD(a)", a={0: 120.0}) == {0: 2.0}
    assert points("TIME_SERIES(7) + a", a=series) == {0: 8.0, 60: 11.0, 180: 17.0}


def test_if_chooses_point_by_point() -> None:
    series = {0: 1.0, 60: 5.0, 120: 3.0}
    assert points("IF(a > 2, a, 0)", a=series) == {0: 0.0, 60: 5.0, 120: 3.0}
    assert points("IF(a > 2, b)", a=series, b={60: 9.0}) == {60: 9.0}
    assert points("IF(SUM(a) > 100, a, b)", a=series, b={0: 1.0}) == {0: 1.0}


@given(SERIES, SERIES, st.sampled_from(["+", "-", "*"]))
def test_operators_are_those_of_numbers(first: dict[int, float], second: dict[int, float], symbol: str) -> None:
    functions = {"+": float.__add__, "-": float.__sub__, "*": float.__mul__}
    expected = {time: functions[symbol](first[time], second[time]) for time in first if time in second}
    assert points(f"a {symbol} b", a=first, b=second) == expected


@given(SERIES)
def test_laws(series: dict[int, float]) -> None:
    assert points("a - a", a=series) == dict.fromkeys(series, 0.0)
    assert points("FILL(FILL(a, 3), 4)", a=series) == points("FILL(a, 3)", a=series)
    sums = points("RUNNING_SUM(a)", a=series)
    assert points("DIFF(b)", b=sums).keys() == points("DIFF(a)", a=series).keys()
    if series:
        assert calculated("MIN(a) <= AVG(a) + 0.001 AND AVG(a) <= MAX(a) + 0.001", a=series) == 1.0


@pytest.mark.parametrize(
    ("expression", "reason"),
    [
        ("", "The expression ends too early"),
        ("1 +", "The expression ends too early"),
        ("(1", "')' expected instead of the end"),
        ("1 2", "Unexpected '2'"),
        ("a ; b", "';' has no meaning here"),
        ("a.b", "'.' has no meaning here"),
        ("__import__('os')", "The function __import__ is not implemented by the embedded SageMaker"),
        ("SEARCH('{N} m', 'Average')", "The function SEARCH is not implemented by the embedded SageMaker"),
        ("SELECT AVG(m) FROM n", "Unexpected 'AVG'"),
        ("nobody + 1", "The id 'nobody' is not defined"),
        ("RATE(1)", "RATE takes a time series, not a number"),
        ("RATE(a, a)", "RATE does not take these 2 arguments"),
        ("FILL(a, b)", "A number is expected instead of a time series"),
        ("[1, 2]", "An array holds time series, not numbers"),
        ("'text'", "A text has no value"),
        ("[a, b] + [a]", "Arrays of 2 and 1 time series do not fit together"),
        ("SUM(METRICS('zzz'))", "There is no metric to combine"),
        ("(" * 51 + "1" + ")" * 51, "More than 50 levels are nested"),
        ("-" * 1000 + "1", "More than 50 levels are nested"),
    ],
)
def test_what_makes_no_sense_is_said(expression: str, reason: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        calculated(expression, a={0: 1.0}, b={0: 2.0})
    assert str(caught.value) == reason


def test_series_of_different_periods_are_not_combined() -> None:
    series = {"a": Series({0: 1.0}, 60, "a"), "b": Series({0: 1.0}, 300, "b")}
    with pytest.raises(ExpressionError, match="different periods \\(60 and 300 seconds\\)"):
        Calculation(series, series, 60, lambda period: Window(0, 600, period)).value(parse("a + b"))


def test_a_long_sum_is_no_deep_tree() -> None:
    assert calculated("+".join(["1"] * 1024)) == 1024.0


@given(st.text(st.sampled_from("ab1.+-*/^<>=!&|()[],'\" ANDORSUMIF"), max_size=60))
def test_whatever_is_written_is_read_or_refused(expression: str) -> None:
    with contextlib.suppress(ExpressionError):
        value = calculated(expression, a={0: 1.0, 60: 2.0}, b={0: 0.0})
        assert isinstance(value, float | Series | list)
