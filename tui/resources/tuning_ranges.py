"""Hyperparameters of a tuning job as a person types them: each on its line, either one value or a range.

gamma = 4                          one value for every training job
eta = 0.05 .. 0.5 log              a continuous range, with its scaling
max_depth = 3 .. 12                a whole-number range
booster = {gbtree, dart}           a categorical range
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

Kind = Literal["Integer", "Continuous"]
Scaling = Literal["Auto", "Linear", "Logarithmic", "ReverseLogarithmic"]

SCALINGS: dict[str, Scaling] = {
    "auto": "Auto",
    "linear": "Linear",
    "log": "Logarithmic",
    "logarithmic": "Logarithmic",
    "reverselog": "ReverseLogarithmic",
    "reverselogarithmic": "ReverseLogarithmic",
}
"""The words behind a range, and what the service calls them."""

_KINDS: dict[str, Kind] = {"integer": "Integer", "continuous": "Continuous"}
_WORD_OF: dict[Scaling, str] = {
    "Auto": "",
    "Linear": " linear",
    "Logarithmic": " log",
    "ReverseLogarithmic": " reverselog",
}

_RANGE = re.compile(r"(?P<low>\S+)\s*\.\.\s*(?P<high>\S+)(?P<words>(?:\s+\S+)*)")
_CATEGORIES = re.compile(r"\{(?P<values>.*)\}")

MAX_CATEGORIES = 30
"""The most values of a categorical range, by the service model."""


@dataclass(frozen=True, slots=True)
class NumberRange:
    """A range of numbers, bounds included; they stay as they were typed, since the service takes strings."""

    low: str
    high: str
    kind: Kind
    scaling: Scaling = "Auto"

    def __str__(self) -> str:
        # Bounds that are whole numbers are read as an integer range unless the line says otherwise.
        whole = _is_whole(self.low) and _is_whole(self.high)
        kind = " continuous" if whole and self.kind == "Continuous" else ""
        return f"{self.low} .. {self.high}{kind}{_WORD_OF[self.scaling]}"

    @property
    def logarithmic(self) -> bool:
        """Whether a picture of this range wants a logarithmic axis."""
        return self.scaling == "Logarithmic"


@dataclass(frozen=True, slots=True)
class Categories:
    """A choice of values."""

    values: tuple[str, ...]

    def __str__(self) -> str:
        return "{" + ", ".join(self.values) + "}"


Range = NumberRange | Categories


@dataclass(frozen=True, slots=True)
class Hyperparameters:
    """What a tuning job keeps and what it varies."""

    static: Mapping[str, str]
    ranges: Mapping[str, Range]

    def __str__(self) -> str:
        lines = [f"{name} = {value}" for name, value in self.ranges.items()]
        return "\n".join([*lines, *(f"{name} = {value}" for name, value in self.static.items())])


class LineError(ValueError):
    """A line that cannot be read; the text is a sentence that names it."""


def read_lines(text: str) -> Hyperparameters:
    """What the lines say; raises LineError for the first that says nothing or what cannot be."""
    static: dict[str, str] = {}
    ranges: dict[str, Range] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        name, equals, value = (part.strip() for part in line.partition("="))
        if not (name and equals and value):
            raise LineError(f"Line {number} is not of the form name = value or name = low .. high.")
        if name in static or name in ranges:
            raise LineError(f"Line {number} names {name} again.")
        try:
            found = _read_range(value)
        except LineError as error:
            raise LineError(f"Line {number}, {name}: {error}") from None
        if found is None:
            static[name] = value
        else:
            ranges[name] = found
    return Hyperparameters(static, ranges)


def _read_range(value: str) -> Range | None:
    if match := _CATEGORIES.fullmatch(value):
        return _categories(match["values"])
    match = _RANGE.fullmatch(value)
    if match is None:
        return None
    low, high = match["low"], match["high"]
    kind: Kind = "Integer" if _is_whole(low) and _is_whole(high) else "Continuous"
    scaling: Scaling = "Auto"
    for word in match["words"].lower().split():
        if word in _KINDS:
            kind = _KINDS[word]
        elif word in SCALINGS:
            scaling = SCALINGS[word]
        else:
            raise LineError(f"{word!r} is no scaling: it is auto, linear, log or reverselog.")
    _check_bounds(low, high, kind, scaling)
    return NumberRange(low, high, kind, scaling)


def _categories(text: str) -> Categories:
    values = tuple(value.strip() for value in text.split(","))
    if not all(values):
        raise LineError("a categorical range lists its values between braces: {a, b}.")
    if len(values) > MAX_CATEGORIES:
        raise LineError(f"it lists {len(values)} values, {MAX_CATEGORIES} are allowed.")
    if len(set(values)) < len(values):
        raise LineError("it lists a value twice.")
    return Categories(values)


def _check_bounds(low: str, high: str, kind: Kind, scaling: Scaling) -> None:
    bounds = []
    for bound in (low, high):
        number = as_number(bound)
        if number is None:
            raise LineError(f"the bound {bound!r} is not a number.")
        if kind == "Integer" and not _is_whole(bound):
            raise LineError(f"the bound {bound} of an integer range is not a whole number.")
        bounds.append(number)
    if bounds[0] >= bounds[1]:
        raise LineError(f"the lower bound {low} must be below the upper bound {high}.")
    if scaling == "Logarithmic" and bounds[0] <= 0:
        raise LineError(f"logarithmic scaling needs a lower bound above 0; it is {low}.")
    if scaling == "ReverseLogarithmic":
        if kind == "Integer":
            raise LineError("reverse logarithmic scaling is for continuous ranges only.")
        if bounds[0] < 0 or bounds[1] >= 1:
            raise LineError("reverse logarithmic scaling needs bounds from 0 to below 1.")


def as_number(text: str) -> float | None:
    """The finite number that a text spells, or None."""
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _is_whole(text: str) -> bool:
    return re.fullmatch(r"[+-]?\d+", text) is not None


def parameter_ranges(ranges: Mapping[str, Range]) -> dict[str, Any]:
    """`ParameterRanges` as CreateHyperParameterTuningJob takes them."""
    request: dict[str, list[dict[str, Any]]] = {
        "IntegerParameterRanges": [],
        "ContinuousParameterRanges": [],
        "CategoricalParameterRanges": [],
    }
    for name, found in ranges.items():
        if isinstance(found, Categories):
            request["CategoricalParameterRanges"].append({"Name": name, "Values": list(found.values)})
        else:
            bounds = {"Name": name, "MinValue": found.low, "MaxValue": found.high, "ScalingType": found.scaling}
            request[f"{found.kind}ParameterRanges"].append(bounds)
    return {member: items for member, items in request.items() if items}


def ranges_of(request: Mapping[str, Sequence[Mapping[str, Any]]]) -> dict[str, Range]:
    """The ranges in `ParameterRanges` of a description."""
    found: dict[str, Range] = {}
    kinds: tuple[Kind, ...] = ("Integer", "Continuous")
    for kind in kinds:
        for item in request.get(f"{kind}ParameterRanges", ()):
            scaling = item.get("ScalingType", "Auto")
            found[item["Name"]] = NumberRange(item["MinValue"], item["MaxValue"], kind, scaling)
    for item in request.get("CategoricalParameterRanges", ()):
        found[item["Name"]] = Categories(tuple(item["Values"]))
    return found
