"""Checking a request against the service model, with every constraint and in the service's own words.

Members that the model does not know are left out, as the AWS JSON services do. A value of the wrong JSON type is a
`SerializationException` at once; constraints are checked all over the request and reported together.
"""

from __future__ import annotations

from typing import Any

from tui.local.errors import AwsError
from tui.local.model import ServiceModel, Shape
from tui.local.patterns import matches

_INTEGER_RANGES = {"integer": range(-(2**31), 2**31), "long": range(-(2**63), 2**63)}

_LAST_SECOND = 2**53
"""Epoch seconds that no timestamp reaches; a float still counts them one by one."""

_JAVA_NAMES = {
    "string": "a String",
    "blob": "a String",
    "boolean": "a Boolean",
    "integer": "an Integer",
    "long": "a Long",
    "float": "a Float",
    "double": "a Double",
    "timestamp": "milliseconds since epoch",
}


def validated(model: ServiceModel, operation: str, request: object, code: str) -> dict[str, Any]:
    """The request as the handler of the operation gets it: known members only, timestamps as float epoch seconds.

    Raises:
        AwsError: `SerializationException` for a value of the wrong type, or `code` (the service's name for a
            request that breaks a constraint) with every violation found.
    """
    name = model.input_shape(operation)
    if name is None:
        return {}
    check = _Check(model.shapes)
    accepted: dict[str, Any] = check.value(name, request, "")
    if check.violations:
        count = len(check.violations)
        errors = "error" if count == 1 else "errors"
        raise AwsError(code, f"{count} validation {errors} detected: " + "; ".join(check.violations))
    return accepted


class _Check:
    """One walk over a request; gathers the violations it meets."""

    def __init__(self, shapes: dict[str, Shape]) -> None:
        self._shapes = shapes
        self.violations: list[str] = []

    def value(self, name: str, given: Any, path: str) -> Any:
        """The value without what the model does not know; `path` is how the service names its place."""
        shape = self._shapes[name]
        match shape["type"]:
            case "structure":
                return self._structure(shape, given, path)
            case "list":
                return self._list(shape, given, path)
            case "map":
                return self._map(shape, given, path)
            case _:
                accepted = _scalar(shape, given)
                for constraint, met in _constraints(shape, accepted):
                    if not met:
                        self._violate(name, accepted, path, constraint)
                return accepted

    def _structure(self, shape: Shape, given: Any, path: str) -> dict[str, Any]:
        if not isinstance(given, dict):
            raise _unexpected(given)
        prefix = f"{path}." if path else ""
        for member in shape.get("required", ()):
            if given.get(member) is None:
                self._violate_null(prefix + _camel(member))
        return {
            member: self.value(reference["shape"], given[member], prefix + _camel(member))
            for member, reference in shape["members"].items()
            if given.get(member) is not None
        }

    def _list(self, shape: Shape, given: Any, path: str) -> list[Any]:
        if not isinstance(given, list):
            raise _unexpected(given)
        self._check_size(shape, given, path)
        name = shape["member"]["shape"]
        accepted = []
        unmet: list[str] = []
        for number, member in enumerate(given, start=1):
            place = f"{path}.{number}.member"
            if member is None:
                self._violate_null(place)
            elif self._is_scalar(name):
                accepted.append(_scalar(self._shapes[name], member))
                unmet = unmet or _broken(self._shapes[name], accepted[-1])
            else:
                accepted.append(self.value(name, member, place))
        if unmet:
            self._violate(name, accepted, path, f"Member must satisfy constraint: [{', '.join(unmet)}]")
        return accepted

    def _map(self, shape: Shape, given: Any, path: str) -> dict[str, Any]:
        if not isinstance(given, dict):
            raise _unexpected(given)
        self._check_size(shape, given, path)
        key_name, value_name = shape["key"]["shape"], shape["value"]["shape"]
        accepted = {}
        unmet_keys: list[str] = []
        unmet_values: list[str] = []
        for key, member in given.items():
            unmet_keys = unmet_keys or _broken(self._shapes[key_name], _scalar(self._shapes[key_name], key))
            if member is None:
                self._violate_null(f"{path}.{key}.member")
            elif self._is_scalar(value_name):
                accepted[key] = _scalar(self._shapes[value_name], member)
                unmet_values = unmet_values or _broken(self._shapes[value_name], accepted[key])
            else:
                accepted[key] = self.value(value_name, member, f"{path}.{key}.member")
        if unmet_keys:
            self._violate(key_name, accepted, path, f"Map keys must satisfy constraint: [{', '.join(unmet_keys)}]")
        if unmet_values:
            self._violate(value_name, accepted, path, f"Map value must satisfy constraint: [{', '.join(unmet_values)}]")
        return accepted

    def _is_scalar(self, name: str) -> bool:
        return self._shapes[name]["type"] not in {"structure", "list", "map"}

    def _check_size(self, shape: Shape, given: list[Any] | dict[str, Any], path: str) -> None:
        for constraint, met in _sized(shape, len(given)):
            if not met:
                self.violations.append(f"Value '{_java(given)}' at '{path}' failed to satisfy constraint: {constraint}")

    def _violate(self, name: str, given: Any, path: str, constraint: str) -> None:
        shown = "" if self._shapes[name].get("sensitive") else f" '{_java(given)}'"
        self.violations.append(f"Value{shown} at '{path}' failed to satisfy constraint: {constraint}")

    def _violate_null(self, path: str) -> None:
        self.violations.append(f"Value null at '{path}' failed to satisfy constraint: Member must not be null")


def _scalar(shape: Shape, given: Any) -> Any:
    """The value, if it has the JSON type that the shape asks for."""
    kind = shape["type"]
    match given:
        case bool():
            fits = kind == "boolean"
        case int() if kind in _INTEGER_RANGES:
            fits = given in _INTEGER_RANGES[kind]
        case int() | float():
            fits = kind in {"float", "double"} or (kind == "timestamp" and abs(given) < _LAST_SECOND)
        case str():
            fits = kind in {"string", "blob"} and _is_unicode(given)
        case _:
            raise _unexpected(given)
    if not fits:
        raise AwsError("SerializationException", f"{_token(given)} can not be converted to {_JAVA_NAMES[kind]}")
    return float(given) if kind == "timestamp" else given


def _is_unicode(text: str) -> bool:
    """Whether the text can be stored and sent: JSON escapes can spell half a surrogate pair."""
    return not any("\ud800" <= character <= "\udfff" for character in text)


def _constraints(shape: Shape, value: Any) -> list[tuple[str, bool]]:
    """The constraints of a scalar in the service's words, each with whether the value meets it."""
    found = []
    if "enum" in shape:
        found.append((f"Member must satisfy enum value set: [{', '.join(shape['enum'])}]", value in shape["enum"]))
    if isinstance(value, str):
        found += _sized(shape, len(value))
        if "pattern" in shape:
            pattern = shape["pattern"]
            found.append((f"Member must satisfy regular expression pattern: {pattern}", matches(pattern, value)))
    elif not isinstance(value, bool):
        if "max" in shape:
            found.append((f"Member must have value less than or equal to {shape['max']}", value <= shape["max"]))
        if "min" in shape:
            found.append((f"Member must have value greater than or equal to {shape['min']}", value >= shape["min"]))
    return found


def _broken(shape: Shape, value: Any) -> list[str]:
    """All constraints of a scalar in a list or map if it breaks one of them: the service then states them together."""
    constraints = _constraints(shape, value)
    return [] if all(met for _, met in constraints) else [text for text, _ in constraints]


def _sized(shape: Shape, length: int) -> list[tuple[str, bool]]:
    """The limits of a length, each with whether it is kept."""
    found = []
    if "max" in shape:
        found.append((f"Member must have length less than or equal to {shape['max']}", length <= shape["max"]))
    if "min" in shape:
        found.append((f"Member must have length greater than or equal to {shape['min']}", length >= shape["min"]))
    return found


def _camel(member: str) -> str:
    return member[:1].lower() + member[1:]


def _java(value: Any) -> str:
    """A value as Java prints it, which is how it stands in the service's messages."""
    match value:
        case dict():
            return "{" + ", ".join(f"{key}={_java(member)}" for key, member in value.items()) + "}"
        case list():
            return "[" + ", ".join(_java(member) for member in value) + "]"
        case bool():
            return str(value).lower()
        case _:
            return str(value)


def _unexpected(given: Any) -> AwsError:
    match given:
        case dict():
            message = "Start of structure or map found where not expected."
        case list():
            message = "Start of list found where not expected."
        case _:
            message = f"Unexpected field type: {_token(given)}"
    return AwsError("SerializationException", message)


def _token(given: Any) -> str:
    """The name of a JSON token in the service's messages."""
    match given:
        case None:
            return "VALUE_NULL"
        case bool():
            return "TRUE_VALUE" if given else "FALSE_VALUE"
        case str():
            return "STRING_VALUE"
        case _:
            return "NUMBER_VALUE"
