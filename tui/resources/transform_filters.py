"""The filters of batch transform: the JSONPath that the service understands, tried out on a record before it costs.

`$`, `.name`, `['name', 'other']`, `[0, -1, 2:5]`, `.*` and `[*]`; unlike in Python the end of a slice is included.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from tui.resources.transforms import media_type

MAX_FILTER = 63
"""Characters of a filter, by the service model."""

CSV = "text/csv"
JSON = "application/json"
JSON_LINES = "application/jsonlines"

_STEP = re.compile(
    r"\.(?P<name>[^.\[\]'\"\s,*:$@?()]+)"
    r"|\.?\[\s*(?P<all>\*)\s*\]"
    r"|(?P<values>\.\*)"
    r"|\.?\[\s*(?P<quoted>(?:'[^']*'|\"[^\"]*\")(?:\s*,\s*(?:'[^']*'|\"[^\"]*\"))*)\s*\]"
    r"|\.?\[\s*(?P<places>(?:-?\d+|(?:-?\d+)?\s*:\s*(?:-?\d+)?)(?:\s*,\s*(?:-?\d+|(?:-?\d+)?\s*:\s*(?:-?\d+)?))*)\s*\]"
)


class FilterError(ValueError):
    """A filter that is none, or a record that does not have what one selects; the text is a sentence."""


@dataclass(frozen=True, slots=True)
class Names:
    """Members of an object."""

    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Places:
    """Elements of a list: single ones, and slices with both ends included; None stands for the first or the last."""

    items: tuple[int | tuple[int | None, int | None], ...]


@dataclass(frozen=True, slots=True)
class All:
    """Everything one level below."""


Step = Names | Places | All


@dataclass(frozen=True, slots=True)
class Filter:
    """A filter that was understood."""

    text: str
    steps: tuple[Step, ...]

    @property
    def selects_all(self) -> bool:
        """Whether it leaves a record as it is."""
        return not self.steps

    @property
    def fits_rows(self) -> bool:
        """Whether it can be applied to a row of CSV, whose columns have places and no names."""
        return len(self.steps) <= 1 and not any(isinstance(step, Names) for step in self.steps)

    def select(self, value: Any) -> Any:
        """What it leaves of a value.

        Raises:
            FilterError: There is no such thing in it.
        """
        return _select(self.steps, value, self.text)


@lru_cache(maxsize=64)
def read_filter(text: str) -> Filter:
    """A filter as it is typed; nothing is `$`.

    Raises:
        FilterError: It is none that the service understands.
    """
    if not text:
        return Filter("$", ())
    if not text.startswith("$"):
        raise FilterError("A filter begins with $, like $[1:] or $.features.")
    steps: list[Step] = []
    place = 1
    while place < len(text):
        found = _STEP.match(text, place)
        if found is None:
            raise FilterError(f"Not understood from {text[place:]!r} on; examples: $[1:], $[0,-1], $.name.")
        place = found.end()
        if found["name"] is not None:
            steps.append(Names((found["name"],)))
        elif found["quoted"] is not None:
            steps.append(Names(tuple(name[1:-1] for name in re.findall(r"'[^']*'|\"[^\"]*\"", found["quoted"]))))
        elif found["places"] is not None:
            steps.append(Places(tuple(map(_item, found["places"].split(",")))))
        else:
            steps.append(All())
    return Filter(text, tuple(steps))


def filter_problem(text: str, content_type: str) -> str:
    """What is wrong with a filter for records of a content type; empty when nothing is."""
    if len(text) > MAX_FILTER:
        return f"The filter has {len(text)} characters, {MAX_FILTER} are allowed."
    try:
        found = read_filter(text)
    except FilterError as error:
        return str(error)
    if media_type(content_type) == CSV and not found.fits_rows:
        return "A filter of text/csv selects columns by their places, like $[1:] or $[0,-1]."
    return ""


def filtered(record: str, text: str, content_type: str) -> str:
    """What a filter leaves of a record, as it is sent or stored.

    Raises:
        FilterError: The filter or the record is wrong.
    """
    found = read_filter(text)
    if found.selects_all:
        return record
    return written(found.select(parsed(record, content_type)), content_type)


def parsed(record: str, content_type: str) -> Any:
    """A record as a value: the columns of a row, or what the JSON says.

    Raises:
        FilterError: It is not of the content type.
    """
    try:
        return columns(record) if media_type(content_type) == CSV else json.loads(record)
    except (ValueError, csv.Error, RecursionError) as error:
        raise FilterError(f"The record is not {content_type}: {error}.") from error


def columns(record: str) -> list[str]:
    """The columns of a row of CSV."""
    return next(csv.reader([record]), []) if '"' in record else record.split(",")


def written(value: Any, content_type: str) -> str:
    """A value as a record."""
    if media_type(content_type) != CSV:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    line = io.StringIO()
    csv.writer(line, lineterminator="").writerow([value] if isinstance(value, str) else value)
    return line.getvalue()


def _item(text: str) -> int | tuple[int | None, int | None]:
    first, colon, last = (part.strip() for part in text.partition(":"))
    return (int(first) if first else None, int(last) if last else None) if colon else int(first)


def _select(steps: Sequence[Step], value: Any, text: str) -> Any:
    if not steps:
        return value
    step, rest = steps[0], steps[1:]
    match step:
        case Names(names):
            chosen = {name: _select(rest, _member(value, name, text), text) for name in names}
            return chosen if len(names) > 1 else chosen[names[0]]
        case Places(items):
            values = _elements(value, text)
            if len(items) == 1 and isinstance(items[0], int):
                return _select(rest, values[_place(items[0], values, text)], text)
            return [_select(rest, values[place], text) for item in items for place in _range(item, values, text)]
        case All():
            children = value.values() if isinstance(value, dict) else _elements(value, text)
            return [_select(rest, child, text) for child in children]


def _member(value: Any, name: str, text: str) -> Any:
    if not isinstance(value, dict) or name not in value:
        raise FilterError(f"{text} selects {name}, which the record does not have.")
    return value[name]


def _elements(value: Any, text: str) -> list[Any]:
    if not isinstance(value, list):
        raise FilterError(f"{text} selects elements of a list, and the record has none there.")
    return value


def _place(item: int, values: Sequence[Any], text: str) -> int:
    if not -len(values) <= item < len(values):
        raise FilterError(f"{text} selects place {item}, and the record has {len(values)}, counted from 0.")
    return item % len(values)


def _range(item: int | tuple[int | None, int | None], values: Sequence[Any], text: str) -> range:
    if isinstance(item, int):
        place = _place(item, values, text)
        return range(place, place + 1)
    first, last = item
    start = 0 if first is None else _place(first, values, text)
    return range(start, (len(values) - 1 if last is None else _place(last, values, text)) + 1)
