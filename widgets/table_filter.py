"""The filter line of a table, as a predicate over rows.

Words are separated by spaces and all of them must match, whatever their case:

    churn            some cell of the row contains it
    !churn           no cell contains it
    status:failed    the cell of that column contains it
    !status:failed   it does not
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar

R = TypeVar("R")
Text = Callable[[R], str]
"""What is searched of a row, case folded."""
Match = Callable[[R], bool]


def parse(line: str, whole: Text[R], columns: Mapping[str, Text[R]]) -> Match[R] | None:
    """The predicate a filter line stands for, or None if it asks for nothing.

    A word that is still being typed (`!`, `status:`) asks for nothing yet, and a word before a colon that names no
    column is text like any other, so that ARNs and S3 URIs can be pasted.
    """
    matches = [match for word in line.casefold().split() if (match := _word(word, whole, columns)) is not None]
    if len(matches) <= 1:
        return matches[0] if matches else None
    return lambda row: all(match(row) for match in matches)


def _word(word: str, whole: Text[R], columns: Mapping[str, Text[R]]) -> Match[R] | None:
    wanted = word.removeprefix("!")
    name, colon, value = wanted.partition(":")
    text = whole
    if colon and name in columns:
        text, wanted = columns[name], value
    if not wanted:
        return None
    if word.startswith("!"):
        return lambda row: wanted not in text(row)
    return lambda row: wanted in text(row)
