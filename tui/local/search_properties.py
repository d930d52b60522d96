"""The properties that Search can look at: which there are, of what kind, and their values in a record."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from typing import Any

from tui.local.errors import AwsError, validation_error
from tui.local.model import service_model

Comparable = str | float | bool
"""A value in the form in which it is compared; timestamps are epoch seconds."""


class Kind(Enum):
    """What a property holds, which decides the operators it knows."""

    TEXT = "text"
    NUMBER = "number"
    TIMESTAMP = "timestamp"
    BOOLEAN = "boolean"
    HYPERPARAMETER = "hyperparameter"
    """Text that is compared as a number when it and the other side are numbers."""
    GROUP = "structure"
    """A structure or list: it can only exist or not."""


_TAGS = "TagList"

_WRAPPED = {"ModelDashboardModel": "Model"}
"""Records whose own properties stand one level down: `ModelName` is found as well as `Model.ModelName`."""

_KINDS = {
    "string": Kind.TEXT,
    "integer": Kind.NUMBER,
    "long": Kind.NUMBER,
    "float": Kind.NUMBER,
    "double": Kind.NUMBER,
    "timestamp": Kind.TIMESTAMP,
    "boolean": Kind.BOOLEAN,
}


@dataclass(frozen=True, slots=True)
class Property:
    """One property of a record, by its dotted name."""

    name: str
    path: tuple[str, ...]
    kind: Kind

    def values(self, record: Mapping[str, Any]) -> Iterator[Any]:
        """The property's values: several where the path leads through a list, none where it is absent."""
        match self.path:
            case ("Metrics", name):
                return (item["Value"] for item in record.get("FinalMetricDataList", ()) if item["MetricName"] == name)
            case (*parents, "Tags", key) if key not in ("Key", "Value"):
                tags = _follow(record, (*parents, "Tags"))
                return (tag["Value"] for tag in tags if tag["Key"] == key)
        return _follow(record, self.path)

    def comparable(self, text: str) -> Comparable:
        """A filter's value in the form in which this property is compared.

        Raises ValidationException when the text is not of the property's kind.
        """
        try:
            match self.kind:
                case Kind.NUMBER:
                    return float(text)
                case Kind.TIMESTAMP:
                    moment = datetime.fromisoformat(text)
                    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
                case Kind.BOOLEAN:
                    return {"true": True, "false": False}[text.lower()]
        except (ValueError, KeyError):
            forms = {
                Kind.NUMBER: "a number",
                Kind.TIMESTAMP: "an ISO 8601 time such as 2026-11-23T07:24:09",
                Kind.BOOLEAN: "true or false",
            }
            raise validation_error(
                f"The value {text!r} is not valid for the property {self.name}: it must be {forms[self.kind]}."
            ) from None
        return text


def find_property(name: str, shape: str) -> Property:
    """The property of this name in a shape of the service model; raises ValidationException for an unknown one."""
    first, _, rest = name.partition(".")
    if shape == "TrainingJob" and rest:
        if first == "Metrics":
            return Property(name, (first, rest), Kind.NUMBER)
        if first == "HyperParameters":
            return Property(name, (first, rest), Kind.HYPERPARAMETER)
    path: list[str] = []
    at, rest = shape, name
    while rest:
        definition = _element(at)
        first, _, rest = rest.partition(".")
        if at == _TAGS and first not in definition["members"]:
            first, rest, at = f"{first}.{rest}".rstrip("."), "", "TagValue"
        elif definition["type"] == "map":
            first, rest = f"{first}.{rest}".rstrip("."), ""
            at = definition["value"]["shape"]
        elif definition["type"] == "structure":
            if not path and first not in definition["members"] and (wrapped := _WRAPPED.get(shape)):
                path.append(wrapped)
                definition = _element(definition["members"][wrapped]["shape"])
            if first not in definition["members"]:
                raise unknown_property(name, shape)
            at = definition["members"][first]["shape"]
        else:
            raise unknown_property(name, shape)
        path.append(first)
    return Property(name, tuple(path), _KINDS.get(_element(at)["type"], Kind.GROUP))


def list_element(name: str, shape: str) -> str:
    """The shape of the elements of a list property, for nested filters; raises ValidationException for others."""
    shapes = service_model("sagemaker").shapes
    at = shape
    for step in name.split("."):
        member = shapes[at].get("members", {}).get(step)
        if member is None:
            raise unknown_property(name, shape)
        at = member["shape"]
    if shapes[at]["type"] != "list":
        raise validation_error(f"The property {name} is not a list: nested filters need one, e.g. InputDataConfig.")
    return str(shapes[at]["member"]["shape"])


def unknown_property(name: str, shape: str) -> AwsError:
    """The error for a name that is no property of a shape."""
    special = "Metrics.<metric>, HyperParameters.<name> or " if shape == "TrainingJob" else ""
    return validation_error(
        f"Unknown property name: {name}. Use a property of {shape} as search results have it, {special}Tags.<key>."
    )


def _element(shape: str) -> dict[str, Any]:
    """A shape's definition, that of its elements for a list."""
    shapes = service_model("sagemaker").shapes
    definition = shapes[shape]
    while definition["type"] == "list":
        definition = shapes[definition["member"]["shape"]]
    return definition


def _follow(value: Any, path: tuple[str, ...]) -> Iterator[Any]:
    if isinstance(value, list):
        for item in value:
            yield from _follow(item, path)
    elif not path:
        yield value
    elif path[0] in value:
        yield from _follow(value[path[0]], path[1:])
