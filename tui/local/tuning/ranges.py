"""The ranges a tuning job searches: read from a request's strings, checked, and written back as the service does."""

from __future__ import annotations

import math
import sys
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from tui.local.errors import validation_error

MAX_RANGES = 30
"""The most hyperparameters a training job definition can tune."""

_ORDERS_OF_MAGNITUDE = 1000
"""How many times the lower bound the upper one is when `Auto` means a logarithmic scale."""


@dataclass(frozen=True, slots=True)
class NumericRange:
    """An integer or continuous range; a value of it may be either bound."""

    name: str
    low: float
    high: float
    scaling: str
    """`Linear`, `Logarithmic` or `ReverseLogarithmic`; what `Auto` means is decided by `read_ranges`."""

    kind: ClassVar[str] = "Continuous"

    @property
    def combinations(self) -> float:
        """How many values there are."""
        return math.inf

    @property
    def samples(self) -> Sequence[str]:
        """Values that together show whether an algorithm takes every value."""
        return (self.text(self.low), self.text(self.high))

    def text(self, value: Any) -> str:
        """A value as the service writes it: with all the digits that tell it from its neighbours."""
        return repr(float(value))

    def parse(self, text: str) -> float | None:
        """The value that a text stands for; None when it is not one of the range."""
        return _within(self, _parsed(float, text))


@dataclass(frozen=True, slots=True)
class IntegerRange(NumericRange):
    """An integer range; its bounds are whole."""

    kind: ClassVar[str] = "Integer"

    @property
    def combinations(self) -> float:
        """How many values there are."""
        return self.high - self.low + 1

    def text(self, value: Any) -> str:
        """A value as the service writes it: without a point."""
        return str(int(value))

    def parse(self, text: str) -> float | None:
        """The value that a text stands for; None when it is not one of the range."""
        return _within(self, _parsed(int, text))


@dataclass(frozen=True, slots=True)
class CategoricalRange:
    """A list of values, each a text that is passed on as it is."""

    name: str
    samples: Sequence[str]

    kind: ClassVar[str] = "Categorical"

    @property
    def combinations(self) -> float:
        """How many values there are."""
        return len(self.samples)

    def text(self, value: Any) -> str:
        """A value as the service writes it."""
        return str(value)

    def parse(self, text: str) -> str | None:
        """The text, or None when it is not one of the list."""
        return text if text in self.samples else None


Range = NumericRange | CategoricalRange

_LARGEST = {IntegerRange: 2.0**53, NumericRange: sys.float_info.max / 2}
"""The greatest bounds: up to here a 64-bit float counts without gaps, and can hold the width of a range."""


def read_ranges(ranges: Mapping[str, Any]) -> list[Range]:
    """The ranges of a `ParameterRanges`, in the order integer, continuous, categorical.

    Raises AwsError: ValidationException for ranges that cannot be searched.
    """
    if ranges.get("AutoParameters"):
        raise validation_error(
            "AutoParameters is not available: this embedded SageMaker does not choose ranges. Give the ranges of "
            f"{', '.join(parameter['Name'] for parameter in ranges['AutoParameters'])}."
        )
    read: list[Range] = [
        *(_numeric(IntegerRange, int, item) for item in ranges.get("IntegerParameterRanges", ())),
        *(_numeric(NumericRange, float, item) for item in ranges.get("ContinuousParameterRanges", ())),
        *(_categorical(item) for item in ranges.get("CategoricalParameterRanges", ())),
    ]
    repeated = [name for name, count in Counter(one.name for one in read).items() if count > 1]
    if repeated:
        raise validation_error(f"Duplicate hyperparameter names found in the parameter ranges: {', '.join(repeated)}.")
    if len(read) > MAX_RANGES:
        raise validation_error(
            f"A training job definition can tune at most {MAX_RANGES} hyperparameters; the parameter ranges name "
            f"{len(read)}."
        )
    return read


def completed_ranges(ranges: Mapping[str, Any]) -> dict[str, Any]:
    """A `ParameterRanges` as the service describes it: with every kind, and a ScalingType for each numeric range."""
    numeric = {
        kind: [{"ScalingType": "Auto"} | item for item in ranges.get(kind, ())]
        for kind in ("IntegerParameterRanges", "ContinuousParameterRanges")
    }
    return numeric | {"CategoricalParameterRanges": ranges.get("CategoricalParameterRanges", [])}


def combinations(ranges: Sequence[Range]) -> float:
    """How many combinations of values there are."""
    return math.prod(one.combinations for one in ranges)


def _numeric(kind: type[NumericRange], parse: Callable[[str], float], item: Mapping[str, str]) -> NumericRange:
    name = item["Name"]
    bounds = {}
    for member in ("MinValue", "MaxValue"):
        value = _parsed(parse, item[member])
        if value is None:
            noun = "an integer" if kind is IntegerRange else "a number"
            raise validation_error(
                f"The {member}, [{item[member]}], of the hyperparameter, [{name}], isn't {noun}. Bounds are given as "
                "text that spells one."
            )
        bounds[member] = value
    low, high = bounds["MinValue"], bounds["MaxValue"]
    if low >= high:
        raise validation_error(
            f"The MinValue, [{item['MinValue']}], of the hyperparameter, [{name}], must be less than its MaxValue, "
            f"[{item['MaxValue']}]."
        )
    if max(abs(low), abs(high)) > _LARGEST[kind]:
        raise validation_error(
            f"The bounds of the hyperparameter, [{name}], must be within -{_LARGEST[kind]:g} and {_LARGEST[kind]:g}."
        )
    return kind(name, low, high, _scaling(kind, item, low, high))


def _scaling(kind: type[NumericRange], item: Mapping[str, str], low: float, high: float) -> str:
    scaling = item.get("ScalingType", "Auto")
    where = (
        f"of the hyperparameter, [{item['Name']}], isn't valid for its range, [{item['MinValue']}, {item['MaxValue']}]"
    )
    if scaling == "Auto":
        return "Logarithmic" if low > 0 and high / low >= _ORDERS_OF_MAGNITUDE else "Linear"
    if scaling == "Logarithmic" and low <= 0:
        raise validation_error(
            f"The ScalingType, [Logarithmic], {where}. Logarithmic scaling works only for ranges that have only values "
            "greater than 0."
        )
    if scaling == "ReverseLogarithmic" and kind is IntegerRange:
        raise validation_error(
            f"The ScalingType, [ReverseLogarithmic], {where}. Reverse logarithmic scaling works only for continuous "
            "ranges."
        )
    if scaling == "ReverseLogarithmic" and not (low >= 0 and high < 1):
        raise validation_error(
            f"The ScalingType, [ReverseLogarithmic], {where}. Reverse logarithmic scaling works only for ranges that "
            "are entirely within the range 0<=x<1.0."
        )
    return scaling


def _categorical(item: Mapping[str, Any]) -> CategoricalRange:
    repeated = [value for value, count in Counter(item["Values"]).items() if count > 1]
    if repeated:
        raise validation_error(
            f"Duplicate values found for the categorical hyperparameter, [{item['Name']}]: {', '.join(repeated)}."
        )
    return CategoricalRange(item["Name"], tuple(item["Values"]))


def _parsed(parse: Callable[[str], float], text: str) -> float | None:
    try:
        value = parse(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _within(range_: NumericRange, value: float | None) -> float | None:
    return value if value is not None and range_.low <= value <= range_.high else None
