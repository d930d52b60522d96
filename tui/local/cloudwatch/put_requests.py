"""What PutMetricData takes, and what it refuses."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tui.local.cloudwatch.metrics import Reading
from tui.local.cloudwatch.summary import Summary
from tui.local.errors import AwsError

_MOST_DATA = 1000
_MOST_VALUES = 150
_OLDEST_SECONDS = 14 * 86_400
_FUTURE_SECONDS = 2 * 3600
_GREATEST = 2.0**360

Member = Mapping[str, Any]


def readings(request: Member) -> list[Reading]:
    """The readings of a PutMetricData request; raises AwsError when one of them is wrong."""
    if request["Namespace"].startswith("AWS/"):
        raise _invalid("The value AWS/ for parameter Namespace is invalid.")
    if "EntityMetricData" in request:
        raise _invalid("EntityMetricData is not supported by the embedded SageMaker: put the data in MetricData.")
    data = request.get("MetricData", [])
    if not data:
        raise AwsError("MissingParameter", "The parameter MetricData is required.")
    _check_size("MetricData", data, _MOST_DATA)
    now = time.time()
    return [
        reading
        for number, datum in enumerate(data, start=1)
        for reading in _readings(datum, f"MetricData.member.{number}", now)
    ]


def _readings(datum: Member, place: str, now: float) -> Iterator[Reading]:
    timestamp = datum.get("Timestamp", now)
    if timestamp < now - _OLDEST_SECONDS:
        raise _invalid(f"The parameter {place}.Timestamp must specify a time no more than two weeks in the past.")
    if timestamp > now + _FUTURE_SECONDS:
        raise _invalid(f"The parameter {place}.Timestamp must specify a time no more than two hours in the future.")
    resolution = datum.get("StorageResolution", 60)
    if resolution not in {1, 60}:
        raise _invalid(f"The value {resolution} for parameter {place}.StorageResolution is invalid: it is 1 or 60.")
    dimensions = tuple((dimension["Name"], dimension["Value"]) for dimension in datum.get("Dimensions", ()))
    if len(dict(dimensions)) < len(dimensions):
        raise _invalid(f"The parameter {place}.Dimensions has two dimensions of one name.")
    for summary in _summaries(datum, place):
        yield Reading(datum["MetricName"], dimensions, timestamp, summary, datum.get("Unit", "None"), resolution)


def _summaries(datum: Member, place: str) -> Iterator[Summary]:
    """What a datum says in one of its three ways."""
    ways = [way for way in ("Value", "Values", "StatisticValues") if way in datum]
    if not ways:
        raise AwsError(
            "MissingParameter",
            f"At least one of the parameters {place}.Value, {place}.Values, {place}.StatisticValues must be specified.",
        )
    if len(ways) > 1:
        raise AwsError(
            "InvalidParameterCombination",
            f"The parameters {place}.{ways[0]} and {place}.{ways[1]} are mutually exclusive"
            " and you have specified both.",
        )
    match ways[0]:
        case "Value":
            yield Summary.of(_number(datum["Value"], f"{place}.Value"))
        case "Values":
            yield from _counted(datum, place)
        case _:
            yield _statistics(datum["StatisticValues"], f"{place}.StatisticValues")


def _counted(datum: Member, place: str) -> Iterator[Summary]:
    values = datum["Values"]
    counts = datum.get("Counts", [1.0] * len(values))
    _check_size(f"{place}.Values", values, _MOST_VALUES)
    if len(values) != len(counts):
        raise _invalid(f"The parameters {place}.Values and {place}.Counts must be of the same size.")
    for value, given in zip(values, counts, strict=True):
        count = _number(given, f"{place}.Counts")
        if count <= 0:
            raise _invalid(f"The value {count} for parameter {place}.Counts must be greater than 0.")
        yield Summary.of(_number(value, f"{place}.Values"), count)


def _statistics(given: Member, place: str) -> Summary:
    count, total, minimum, maximum = (
        _number(given[name], f"{place}.{name}") for name in ("SampleCount", "Sum", "Minimum", "Maximum")
    )
    if count <= 0:
        raise _invalid(f"The value {count} for parameter {place}.SampleCount must be greater than 0.")
    if minimum > maximum:
        raise _invalid(f"The parameter {place}.Maximum must be greater than or equal to {place}.Minimum.")
    if minimum == maximum:
        return Summary.of(minimum, count)
    return Summary(count, total, minimum, maximum, distribution=None)


def _number(value: float, place: str) -> float:
    if not (math.isfinite(value) and abs(value) <= _GREATEST):
        shown = "NaN" if math.isnan(value) else value
        raise _invalid(f"The value {shown} for parameter {place} is invalid.")
    return float(value)


def _check_size(place: str, members: Sequence[Any], most: int) -> None:
    if len(members) > most:
        raise _invalid(f"The collection {place} must not have a size greater than {most}.")


def _invalid(message: str) -> AwsError:
    return AwsError("InvalidParameterValue", message)
