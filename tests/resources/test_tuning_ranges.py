"""Hyperparameters of a tuning job, from typed lines to the request and back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.resources.tuning_ranges import (
    Categories,
    Hyperparameters,
    Kind,
    LineError,
    NumberRange,
    Range,
    Scaling,
    parameter_ranges,
    ranges_of,
    read_lines,
)


def test_lines_are_values_and_ranges() -> None:
    text = "gamma = 4\neta = 0.05 .. 0.5 log\n\nmax_depth=3..12\nalpha = 0 .. 10 continuous\nbooster = {gbtree, dart}"
    assert read_lines(text) == Hyperparameters(
        {"gamma": "4"},
        {
            "eta": NumberRange("0.05", "0.5", "Continuous", "Logarithmic"),
            "max_depth": NumberRange("3", "12", "Integer"),
            "alpha": NumberRange("0", "10", "Continuous"),
            "booster": Categories(("gbtree", "dart")),
        },
    )


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("eta", "Line 1 is not of the form name = value or name = low .. high."),
        ("eta =", "Line 1 is not of the form name = value or name = low .. high."),
        ("eta = 0.5 .. 0.1", "Line 1, eta: the lower bound 0.5 must be below the upper bound 0.1."),
        ("eta = 1 .. 1", "Line 1, eta: the lower bound 1 must be below the upper bound 1."),
        ("eta = a .. 1", "Line 1, eta: the bound 'a' is not a number."),
        ("eta = 0 .. nan", "Line 1, eta: the bound 'nan' is not a number."),
        ("eta = 0 .. 1 log", "Line 1, eta: logarithmic scaling needs a lower bound above 0; it is 0."),
        ("eta = 0.1 .. 1 reverselog", "Line 1, eta: reverse logarithmic scaling needs bounds from 0 to below 1."),
        ("depth = 1 .. 3 reverselog", "Line 1, depth: reverse logarithmic scaling is for continuous ranges only."),
        ("depth = 1.5 .. 3 integer", "Line 1, depth: the bound 1.5 of an integer range is not a whole number."),
        ("eta = 0.1 .. 1 cubic", "Line 1, eta: 'cubic' is no scaling: it is auto, linear, log or reverselog."),
        ("booster = {a,}", "Line 1, booster: a categorical range lists its values between braces: {a, b}."),
        ("booster = {a, a}", "Line 1, booster: it lists a value twice."),
        ("b = {" + ",".join(map(str, range(31))) + "}", "Line 1, b: it lists 31 values, 30 are allowed."),
        ("eta = 1\neta = 0 .. 1", "Line 2 names eta again."),
    ],
)
def test_a_line_that_cannot_be_read_is_named(line: str, sentence: str) -> None:
    with pytest.raises(LineError) as caught:
        read_lines(line)
    assert str(caught.value) == sentence


SCALINGS: list[Scaling] = ["Auto", "Linear", "Logarithmic", "ReverseLogarithmic"]

names = st.from_regex(r"[a-z_]{1,12}", fullmatch=True)
values = st.from_regex(r"[a-zA-Z0-9:._-]{1,12}", fullmatch=True).filter(lambda text: ".." not in text)


@st.composite
def number_ranges(draw: st.DrawFn) -> NumberRange:
    if draw(st.booleans()):
        low = draw(st.integers(1, 1000))
        high = low + draw(st.integers(1, 1000))
        kinds: list[Kind] = ["Integer", "Continuous"]
        return NumberRange(str(low), str(high), draw(st.sampled_from(kinds)), draw(st.sampled_from(SCALINGS[:3])))
    low_part = draw(st.integers(1, 400))
    high_part = low_part + draw(st.integers(1, 400))
    return NumberRange(f"{low_part / 1000}", f"{high_part / 1000}", "Continuous", draw(st.sampled_from(SCALINGS)))


ranges = st.one_of(
    number_ranges(), st.lists(values, min_size=1, max_size=5, unique=True).map(lambda found: Categories(tuple(found)))
)


@given(st.dictionaries(names, values, max_size=4), st.dictionaries(names, ranges, max_size=4))
def test_what_is_written_is_read_again(static: dict[str, str], found: dict[str, Range]) -> None:
    hyperparameters = Hyperparameters({name: static[name] for name in static if name not in found}, found)
    assert read_lines(str(hyperparameters)) == hyperparameters


@given(st.dictionaries(names, ranges, max_size=6))
def test_ranges_survive_the_request(found: dict[str, Range]) -> None:
    assert ranges_of(parameter_ranges(found)) == found
