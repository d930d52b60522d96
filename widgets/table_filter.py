"""The filter line of a table, as a predicate over the texts of its rows.

All words of the line must match, whatever their case:

    churn            some cell of the row contains it
    "in progress"    the same for a phrase with spaces; the closing quote may be missing
    ~chtr            some cell contains these characters in this order, with anything between them
    re:^churn-\\d     a regular expression matches in some cell; spaces in it need quotes: re:"a b"
    status:failed    the cell of that column contains it; also status:"in progress", status:~fld, status:re:^f
    !churn           not so; in front of any of the above
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from typing import NamedTuple

Match = Callable[[str], bool]
"""Whether a row is meant, by its text: case folded, one cell per line."""

_WORD = re.compile(r'(?:[^\s"]|(?<=[^\s!~:])")*(?:"[^"]*"?)?')
"""A run without spaces, or one that ends in a phrase: a quote inside of a word is a character like any other."""


class FilterError(ValueError):
    """A filter line that cannot be understood; the text says why, for the person who typed it."""


class _Word(NamedTuple):
    """One word of the line, taken apart."""

    inverse: bool
    column: str
    """Case folded; empty for the whole row."""
    matches: Match


def parse(line: str, columns: Sequence[str]) -> Match | None:
    """The predicate a filter line stands for, or None if it asks for nothing.

    A word that is still being typed (`!`, `status:`, `~`) asks for nothing yet, and a word before a colon that names
    no column is text like any other, so that ARNs and S3 URIs can be pasted.

    Args:
        line: as typed.
        columns: the names of the columns in the order of the cells.

    Raises:
        FilterError: a regular expression in it is not one.
    """
    places = {name.casefold(): place for place, name in enumerate(columns)}
    words = [word for found in _WORD.finditer(line) if (word := _parsed(found.group(), places)) is not None]
    matches = [_match(word, places) for word in words]
    if len(matches) <= 1:
        return matches[0] if matches else None
    return lambda text: all(match(text) for match in matches)


def _match(word: _Word, places: dict[str, int]) -> Match:
    matches = word.matches
    if word.column:
        place = places[word.column]
        if word.inverse:
            return lambda text: not matches(text.split("\n")[place])
        return lambda text: matches(text.split("\n")[place])
    if word.inverse:
        return lambda text: not matches(text)
    return matches


def _parsed(word: str, columns: Collection[str]) -> _Word | None:
    rest = word.removeprefix("!")
    inverse = rest != word
    name, colon, value = rest.partition(":")
    column = name.casefold() if colon and name.casefold() in columns else ""
    if column:
        rest = value
    if rest.startswith("re:"):
        wanted, test = _unquoted(rest.removeprefix("re:")), _expression
    elif rest.startswith("~"):
        wanted, test = _unquoted(rest.removeprefix("~")), _fuzzy
    else:
        wanted, test = _unquoted(rest), _containing
    return _Word(inverse, column, test(wanted)) if wanted else None


def _unquoted(text: str) -> str:
    return text[1:].removesuffix('"') if text.startswith('"') else text


def _containing(wanted: str) -> Match:
    folded = wanted.casefold()
    return lambda text: folded in text


def _fuzzy(wanted: str) -> Match:
    """In one cell, therefore never past a line break; a class that excludes what comes next cannot backtrack."""
    first, *others = map(re.escape, wanted.casefold())
    search = re.compile(first + "".join(rf"[^{char}\n]*{char}" for char in others)).search
    return lambda text: search(text) is not None


def _expression(wanted: str) -> Match:
    """In one cell after the other, so that ^ and $ are the ends of a cell and nothing matches across two."""
    try:
        search = re.compile(wanted, re.IGNORECASE).search
    except (re.error, OverflowError) as error:
        raise FilterError(f"{wanted} is not a regular expression: {error}") from error
    return lambda text: any(search(cell) is not None for cell in text.split("\n"))
