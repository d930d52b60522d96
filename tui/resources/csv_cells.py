"""The grammar of one CSV cell: what is missing, what is a number, and how a number is written for the algorithms."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal

MISSING = frozenset({"", "NA", "N/A", "n/a", "NaN", "nan", "NAN", "null", "NULL", "None", "?"})
"""The spellings of a missing value; the built-in algorithms know only the empty cell."""

BOOLEANS = frozenset({"true", "false", "yes", "no", "t", "f", "y", "n"})
"""Words that make a column a boolean one, in lower case."""

PLAIN_NUMBER = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")
"""A number as every CSV reader of the built-in algorithms takes it."""

_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?")
_DECIMAL_COMMA = re.compile(r"[+-]?[0-9]+,[0-9]+")
_DATE = re.compile(
    r"(?:[0-9]{4}[-/.][0-9]{1,2}[-/.][0-9]{1,2}|[0-9]{1,2}[-/.][0-9]{1,2}[-/.][0-9]{4})"
    r"(?:[T ][0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]+)?)?(?:Z|[+-][0-9]{2}:?[0-9]{2})?)?"
)


def is_missing(cell: str) -> bool:
    """Whether the cell says that there is no value."""
    return cell.strip() in MISSING


def is_number(cell: str, decimal: str = ".") -> bool:
    """Whether the cell is a finite number, scientific notation and surrounding blanks included."""
    return _NUMBER.fullmatch(_with_point(cell, decimal)) is not None


def is_decimal_comma(cell: str) -> bool:
    """Whether the cell can only be a number if the comma is the decimal sign."""
    return _DECIMAL_COMMA.fullmatch(cell.strip()) is not None


def is_date(cell: str) -> bool:
    """Whether the cell is a date, with or without a time of day."""
    return _DATE.fullmatch(cell.strip()) is not None


def plain_number(cell: str, decimal: str = ".") -> str:
    """The number in plain decimal form, with all the digits it came with; a missing value is the empty string.

    `1e-3` becomes `0.001`, ` +2 ` becomes `2`, a plain number stays as it stands.

    Raises:
        ValueError: The cell is neither a finite number nor missing.
    """
    if PLAIN_NUMBER.fullmatch(cell):
        return cell
    if is_missing(cell):
        return ""
    text = _with_point(cell, decimal)
    if not _NUMBER.fullmatch(text):
        raise ValueError(cell)
    return format(Decimal(text), "f")


def class_name(cell: str) -> str:
    """The name of the class a label cell stands for: the text, or the number without needless zeros (`1.0` is `1`)."""
    text = cell.strip()
    return format(Decimal(text).normalize(), "f") if _NUMBER.fullmatch(text) else text


def in_order(names: Iterable[str]) -> tuple[str, ...]:
    """Class names sorted as numbers when all are, else as text; the place of a name is its code."""
    found = list(names)
    by_number = all(_NUMBER.fullmatch(name) for name in found)
    return tuple(sorted(found, key=float) if by_number else sorted(found))


def _with_point(cell: str, decimal: str) -> str:
    text = cell.strip()
    return text if decimal == "." else text.replace(decimal, ".")
