"""Search expressions, compiled to a predicate over records: filters, nested filters, sub-expressions, And and Or."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from typing import Any

from tui.local.errors import validation_error
from tui.local.search_properties import Kind, Property, find_property, list_element, unknown_property

MAX_CONDITIONS = 50
"""The most filters, nested filters and sub-expressions in one request."""

Predicate = Callable[[Mapping[str, Any]], bool]

_ORDER: dict[str, Callable[[Any, Any], bool]] = {
    "GreaterThan": operator.gt,
    "GreaterThanOrEqualTo": operator.ge,
    "LessThan": operator.lt,
    "LessThanOrEqualTo": operator.le,
}
_TEXT_KINDS = (Kind.TEXT, Kind.HYPERPARAMETER)


def compile_expression(expression: Mapping[str, Any], shape: str) -> Predicate:
    """The predicate of a request's SearchExpression over records of a shape of the service model.

    Raises ValidationException for what cannot be evaluated.
    """
    if _count(expression) > MAX_CONDITIONS:
        raise validation_error(f"A search expression can contain at most {MAX_CONDITIONS} conditions in all.")
    return _expression(expression, shape)


def _count(expression: Mapping[str, Any]) -> int:
    return (
        len(expression.get("Filters", ()))
        + sum(1 + len(nested["Filters"]) for nested in expression.get("NestedFilters", ()))
        + sum(1 + _count(sub) for sub in expression.get("SubExpressions", ()))
    )


def _expression(expression: Mapping[str, Any], shape: str) -> Predicate:
    conditions = [
        *(_filter(item, find_property(item["Name"], shape)) for item in expression.get("Filters", ())),
        *(_nested(item, shape) for item in expression.get("NestedFilters", ())),
        *(_expression(item, shape) for item in expression.get("SubExpressions", ())),
    ]
    if not conditions:
        raise validation_error("A search expression must contain at least one filter, nested filter or subexpression.")
    combine = any if expression.get("Operator") == "Or" else all
    return lambda record: combine(condition(record) for condition in conditions)


def _nested(nested: Mapping[str, Any], shape: str) -> Predicate:
    """True when one element of the list satisfies all the filters."""
    name = nested["NestedPropertyName"]
    element = list_element(name, shape)
    conditions = []
    for item in nested["Filters"]:
        prefix, _, rest = item["Name"].partition(f"{name}.")
        if prefix or not rest:
            raise unknown_property(item["Name"], shape)
        conditions.append(_filter(item, find_property(rest, element)))
    parent = tuple(name.split("."))

    def matches(record: Mapping[str, Any]) -> bool:
        value: Any = record
        for step in parent:
            value = value.get(step, {})
        return any(all(condition(item) for condition in conditions) for item in value)

    return matches


def _filter(item: Mapping[str, str], tested: Property) -> Predicate:
    name = item.get("Operator", "Equals")
    text = item.get("Value")
    if name in ("Exists", "NotExists"):
        wanted = name == "Exists"
        return lambda record: (next(tested.values(record), None) is not None) is wanted
    if text is None:
        raise validation_error(f"The filter on {tested.name} needs a Value for the operator {name}.")
    if tested.kind is Kind.GROUP:
        raise validation_error(f"The property {tested.name} has no value of its own: use Exists or NotExists.")
    if name in ("Contains", "In"):
        return _text_filter(tested, name, text)
    if name in _ORDER:
        if tested.kind in (Kind.TEXT, Kind.BOOLEAN):
            raise validation_error(
                f"The operator {name} is not supported for the {tested.kind.value} property {tested.name}."
            )
        return _any(tested, _comparison(tested, text, _ORDER[name]))
    equal = _any(tested, _comparison(tested, text, operator.eq))
    return equal if name == "Equals" else lambda record: not equal(record)


def _text_filter(tested: Property, name: str, text: str) -> Predicate:
    if tested.kind not in _TEXT_KINDS:
        raise validation_error(f"The operator {name} is supported for text properties only; {tested.name} is not one.")
    if name == "Contains":
        return _any(tested, lambda value: text in value)
    choices = {choice.strip() for choice in text.split(",")}
    return _any(tested, lambda value: value in choices)


def _comparison(tested: Property, text: str, compare: Callable[[Any, Any], bool]) -> Callable[[Any], bool]:
    if tested.kind is not Kind.HYPERPARAMETER:
        wanted = tested.comparable(text)
        return lambda value: compare(value, wanted)
    number = as_number(text)
    if number is None:
        if compare is not operator.eq:
            raise validation_error(f"The value {text!r} for the property {tested.name} must be a number to be ordered.")
        return lambda value: bool(value == text)
    # As documented: against an integer, a decimal hyperparameter counts as its integer part.
    whole = text.lstrip("+-").isdigit()

    def compares(value: str) -> bool:
        own = as_number(value)
        return own is not None and compare(int(own) if whole else own, number)

    return compares


def as_number(text: str) -> float | None:
    """The finite number a text spells, or None."""
    try:
        number = float(text)
    except ValueError:
        return None
    return number if abs(number) < float("inf") else None


def _any(tested: Property, holds: Callable[[Any], bool]) -> Predicate:
    return lambda record: any(holds(value) for value in tested.values(record))
