"""The JSONPath of batch transform's data processing: the operators that the service documents, and no others.

`$`, `.name`, `['name', 'other']`, `[0, -1, 2:5]`, `.*` and `[*]`. Unlike Python's, a slice includes its end. A step
that names one member or one index selects that value; any other selects an object or a list of what it names.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

_NAME = re.compile(r"[^.\[\]'\"\s,*:$@?()]+")
_QUOTED = re.compile(r"'([^']*)'|\"([^\"]*)\"")
_RANGE = re.compile(r"(-?\d+)?\s*:\s*(-?\d+)?")
_INDEX = re.compile(r"-?\d+")
_SPACE = re.compile(r"\s*")


class PathSyntaxError(ValueError):
    """A text that is not a path; says where and what is wrong with it."""


class SelectionError(ValueError):
    """A value that does not have what a path selects."""


@dataclass(frozen=True, slots=True)
class Range:
    """A slice of a list, both ends included; None stands for the first or the last element."""

    first: int | None
    last: int | None


@dataclass(frozen=True, slots=True)
class Members:
    """Members of an object, by name."""

    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Elements:
    """Elements of a list, by index, from the end when it is negative, or by range."""

    items: tuple[int | Range, ...]


@dataclass(frozen=True, slots=True)
class Everything:
    """All elements of a list, or all values of an object."""


Step: TypeAlias = Members | Elements | Everything


@dataclass(frozen=True, slots=True)
class Path:
    """A parsed path."""

    text: str
    steps: tuple[Step, ...]

    @property
    def selects_all(self) -> bool:
        """Whether this is `$`, which leaves a value as it is."""
        return not self.steps

    @property
    def fits_rows(self) -> bool:
        """Whether the path can be applied to a row of CSV, which is a list of columns."""
        return len(self.steps) <= 1 and not any(isinstance(step, Members) for step in self.steps)

    def select(self, value: Any) -> Any:
        """What the path selects of a JSON value; raises SelectionError when it is not there."""
        return _select(self.steps, value)


def parse(text: str) -> Path:
    """Read a path; an empty text is `$`, as for the service. Raises PathSyntaxError."""
    return Path(text, tuple(_Parser(text).steps()) if text else ())


def _select(steps: Sequence[Step], value: Any) -> Any:
    if not steps:
        return value
    step, rest = steps[0], steps[1:]
    match step:
        case Members((name,)):
            return _select(rest, _member(value, name))
        case Members(names):
            return {name: _select(rest, _member(value, name)) for name in names}
        case Elements((int() as index,)):
            return _select(rest, _list(value)[_position(index, _list(value))])
        case Elements(items):
            return [_select(rest, _list(value)[index]) for item in items for index in _positions(item, _list(value))]
        case Everything():
            children = value.values() if isinstance(value, Mapping) else _list(value)
            return [_select(rest, child) for child in children]


def _member(value: Any, name: str) -> Any:
    if not isinstance(value, Mapping) or name not in value:
        raise SelectionError(f"there is no member '{name}'")
    return value[name]


def _list(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise SelectionError("there is no list to take elements from")
    return value


def _position(index: int, values: Sequence[Any]) -> int:
    if not -len(values) <= index < len(values):
        raise SelectionError(f"the index {index} is not within the {len(values)} elements there are")
    return index % len(values)


def _positions(item: int | Range, values: Sequence[Any]) -> Sequence[int]:
    if isinstance(item, int):
        return (_position(item, values),)
    first = 0 if item.first is None else _position(item.first, values)
    last = len(values) - 1 if item.last is None else _position(item.last, values)
    return range(first, last + 1)


class _Parser:
    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0

    def steps(self) -> Iterator[Step]:
        if not self._accept("$"):
            raise self._error("a path begins with $")
        while self._at < len(self._text):
            if self._accept("["):
                yield self._bracket()
            elif self._accept("."):
                yield self._after_dot()
            else:
                raise self._error("expected . or [")

    def _after_dot(self) -> Step:
        if self._accept("["):
            return self._bracket()
        if self._accept("*"):
            return Everything()
        return Members((self._match(_NAME, "a name")[0],))

    def _bracket(self) -> Step:
        self._match(_SPACE, "")
        if self._accept("*"):
            step: Step = Everything()
        elif self._text[self._at : self._at + 1] in ("'", '"'):
            step = Members(tuple(self._list_of(self._quoted)))
        else:
            step = Elements(tuple(self._list_of(self._element)))
        self._match(_SPACE, "")
        if not self._accept("]"):
            raise self._error("expected ]")
        return step

    def _list_of(self, item: Callable[[], Any]) -> Iterator[Any]:
        yield item()
        self._match(_SPACE, "")
        while self._accept(","):
            self._match(_SPACE, "")
            yield item()
            self._match(_SPACE, "")

    def _quoted(self) -> str:
        found = self._match(_QUOTED, "a name in quotes")
        return found[1] if found[1] is not None else found[2]

    def _element(self) -> int | Range:
        if (found := _RANGE.match(self._text, self._at)) is not None:
            self._at = found.end()
            first, last = (None if end is None else int(end) for end in found.groups())
            return Range(first, last)
        return int(self._match(_INDEX, "an index, a range or a name in quotes")[0])

    def _accept(self, token: str) -> bool:
        found = self._text.startswith(token, self._at)
        if found:
            self._at += len(token)
        return found

    def _match(self, pattern: re.Pattern[str], what: str) -> re.Match[str]:
        found = pattern.match(self._text, self._at)
        if found is None:
            raise self._error(f"expected {what}")
        self._at = found.end()
        return found

    def _error(self, message: str) -> PathSyntaxError:
        return PathSyntaxError(f"{message} at character {self._at + 1} of {self._text}")
