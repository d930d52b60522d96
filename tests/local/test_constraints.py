"""Every constraint of every served operation's request, broken on purpose, one after the other."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import pytest

from tui.local.errors import AwsError
from tui.local.model import Shape, service_model
from tui.local.patterns import matches
from tui.local.validation import validated

SERVED = {
    "sagemaker": [
        *("CreateTrainingJob", "DescribeTrainingJob", "ListTrainingJobs", "StopTrainingJob", "DeleteTrainingJob"),
        *("CreateHyperParameterTuningJob", "DescribeHyperParameterTuningJob", "ListHyperParameterTuningJobs"),
        *("StopHyperParameterTuningJob", "DeleteHyperParameterTuningJob"),
        "ListTrainingJobsForHyperParameterTuningJob",
        *("CreateModel", "DescribeModel", "ListModels", "DeleteModel"),
        *("CreateEndpointConfig", "DescribeEndpointConfig", "ListEndpointConfigs", "DeleteEndpointConfig"),
        *("CreateEndpoint", "DescribeEndpoint", "ListEndpoints", "DeleteEndpoint"),
        *("UpdateEndpoint", "UpdateEndpointWeightsAndCapacities"),
        *("CreateTransformJob", "DescribeTransformJob", "ListTransformJobs", "StopTransformJob"),
        *("Search", "AddTags", "ListTags", "DeleteTags"),
    ],
    "sagemaker-runtime": ["InvokeEndpoint"],
    "logs": [
        *("CreateLogGroup", "CreateLogStream", "DeleteLogGroup", "DeleteLogStream", "PutRetentionPolicy"),
        *("PutLogEvents", "GetLogEvents", "FilterLogEvents", "DescribeLogGroups", "DescribeLogStreams"),
        "StartLiveTail",
    ],
    "cloudwatch": [
        *("PutMetricData", "GetMetricData", "GetMetricStatistics", "ListMetrics"),
        *("PutMetricAlarm", "DescribeAlarms", "DescribeAlarmsForMetric", "DescribeAlarmHistory", "DeleteAlarms"),
        *("EnableAlarmActions", "DisableAlarmActions", "SetAlarmState"),
    ],
    "application-autoscaling": ["DescribeScalableTargets", "DescribeScalingPolicies"],
    "iam": ["GetRole", "ListRoles"],
}

_SAMPLES: dict[str, Any] = {"string": "", "integer": 0, "long": 0, "float": 0.0, "double": 0.0, "boolean": False}
_STRANGE = ("\0", "", " ", "-", "\u2028", "no such value!", "{}")
_LONGEST = 1_000_000


class Broken(NamedTuple):
    """A request that breaks one constraint, and how the answer must say so."""

    request: Any
    complaint: str


def _broken(
    shapes: dict[str, Shape], name: str, path: str, wrap: Callable[[Any], Any], within: tuple[str, ...] = ()
) -> Iterator[Broken]:
    """Requests that break the constraints of a shape and of all below it; `wrap` puts a value at the shape's place."""
    shape = shapes[name]
    if name in within:
        return

    def broken(value: Any, constraint: str) -> Broken:
        return Broken(wrap(value), f" at '{path}' failed to satisfy constraint: {constraint}")

    inner = (*within, name)
    kind = shape["type"]
    match kind:
        case "structure":
            for member, reference in shape["members"].items():
                place = (f"{path}." if path else "") + member[0].lower() + member[1:]
                if member in shape.get("required", ()):
                    null = f"Value null at '{place}' failed to satisfy constraint: Member must not be null"
                    yield Broken(wrap({}), null)
                yield from _broken(shapes, reference["shape"], place, _as_member(wrap, member), inner)
        case "list":
            member = shape["member"]["shape"]
            yield from (broken(value, text) for value, text in _lengths(shape, lambda n: [_sample(shapes, member)] * n))
            if shapes[member]["type"] in ("structure", "list", "map"):
                yield from _broken(shapes, member, f"{path}.1.member", lambda value: wrap([value]), inner)
            else:
                for value, text in _wrong(shapes[member]):
                    yield broken([value], f"Member must satisfy constraint: [~{text}")
        case "map":
            key, value_name = shape["key"]["shape"], shape["value"]["shape"]
            sample = _sample(shapes, value_name)
            yield from (broken(v, text) for v, text in _lengths(shape, lambda n: {f"k{i}": sample for i in range(n)}))
            for value, text in _wrong(shapes[key]):
                yield broken({value: sample}, f"Map keys must satisfy constraint: [~{text}")
            for value, text in _wrong(shapes[value_name]):
                yield broken({"k": value}, f"Map value must satisfy constraint: [~{text}")
        case _:
            yield from (broken(value, text) for value, text in _wrong(shape))


def _as_member(wrap: Callable[[Any], Any], member: str) -> Callable[[Any], Any]:
    return lambda value: wrap({member: value})


def _wrong(shape: Shape) -> Iterator[tuple[Any, str]]:
    """Scalars that break each constraint of a shape, with the constraint in the service's words."""
    kind = shape["type"]
    if "enum" in shape:
        yield "no such value!", f"Member must satisfy enum value set: [{', '.join(shape['enum'])}]"
    if kind == "string":
        yield from _lengths(shape, lambda length: "a" * length)
        pattern = shape.get("pattern")
        if pattern is not None:
            for value in _STRANGE:
                if not matches(pattern, value):
                    yield value, f"Member must satisfy regular expression pattern: {pattern}"
    elif kind in _SAMPLES:
        if "max" in shape and shape["max"] < 2**31 - 1:
            yield shape["max"] + 1, f"Member must have value less than or equal to {shape['max']}"
        if "min" in shape and shape["min"] > -(2**31):
            yield shape["min"] - 1, f"Member must have value greater than or equal to {shape['min']}"


def _lengths(shape: Shape, make: Callable[[int], Any]) -> Iterator[tuple[Any, str]]:
    """Values that are too long and too short."""
    if shape.get("max", _LONGEST) < _LONGEST:
        yield make(shape["max"] + 1), f"Member must have length less than or equal to {shape['max']}"
    if shape.get("min", 0) > 0:
        yield make(shape["min"] - 1), f"Member must have length greater than or equal to {shape['min']}"


def _sample(shapes: dict[str, Shape], name: str) -> Any:
    """A value of the right JSON type, which may break constraints of its own."""
    kind = shapes[name]["type"]
    return {"structure": {}, "map": {}, "list": []}.get(kind, _SAMPLES.get(kind, 0))


@pytest.mark.parametrize(
    ("service", "operation"), [(service, operation) for service, names in SERVED.items() for operation in names]
)
def test_each_constraint_is_held(service: str, operation: str) -> None:
    model = service_model(service)
    name = model.input_shape(operation)
    assert name is not None
    count = 0
    for request, complaint in _broken(model.shapes, name, "", lambda value: value):
        with pytest.raises(AwsError) as refused:
            validated(model, operation, request, "ValidationException")
        before, _, after = complaint.partition("~")
        assert before in refused.value.message, request
        assert after in refused.value.message.partition(before)[2], request
        count += 1
    assert count > 0
