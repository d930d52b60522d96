"""The columns of a table as data."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, Literal, TypeVar

from widgets.cells import Cell, Plain
from widgets.text import one_line

if TYPE_CHECKING:
    from _typeshed import SupportsRichComparison

R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Width:
    """How wide a column may be, in cells; made by `fixed`, `between` and `flex`."""

    minimum: int
    maximum: int | None = None
    """None: takes a share of whatever the other columns leave."""
    share: int = 1


def fixed(cells: int) -> Width:
    """Always this wide: for statuses, ages, counts."""
    return Width(cells, cells)


def between(minimum: int, maximum: int) -> Width:
    """Grows up to the maximum before any flexible column grows: for text of a known longest form."""
    return Width(minimum, maximum)


def flex(share: int = 1, *, minimum: int = 8) -> Width:
    """Takes its share of the room that is left: for names."""
    return Width(minimum, None, share)


# No slots: in Python 3.11 `Column[Row](...)` cannot set `__orig_class__` on a frozen, slotted dataclass.
@dataclass(frozen=True)
class Column(Generic[R]):
    """One column of a table over rows of type `R`."""

    key: str
    """What filters (`key:value`) and sort calls name it by."""
    title: str
    value: Callable[[R], Cell | str]
    """Called for visible rows only, and for each row once when the person filters."""
    width: Width = Width(8)
    align: Literal["left", "right"] = "left"
    shorten: Literal["end", "middle"] = "end"
    """Where a plain text that is too long loses characters."""
    sort_key: Callable[[R], SupportsRichComparison | None] | None = None
    """What the column sorts by, its text if there is none; rows for which it is None come last in either direction."""
    priority: int = 0
    """Columns with the lowest priority go first when the table gets narrow."""
    style: Callable[[R], str] | None = None
    """A theme variable for plain text, by value; empty for the style of the row."""

    def cell(self, row: R) -> Cell:
        """What the column draws for a row."""
        value = self.value(row)
        if isinstance(value, str):
            return Plain(value, self.style(row) if self.style else "", self.shorten == "middle")
        return value

    def text(self, row: R) -> str:
        """What the column says for a row: what a filter matches and what is copied."""
        value = self.value(row)
        return one_line(value) if isinstance(value, str) else value.text
