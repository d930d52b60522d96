"""Where the columns of a table stand on a line of a given width, and which are left out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, NamedTuple

from widgets.table_columns import Column, R

GAP = 2
"""Cells between two columns."""


class Slot(NamedTuple, Generic[R]):
    """A column in its place on the line."""

    column: Column[R]
    start: int
    """The first cell, counted from the left edge of the line."""
    width: int


@dataclass(frozen=True)
class Layout(Generic[R]):
    """The columns on a line, from the left."""

    slots: tuple[Slot[R], ...] = ()
    hidden_left: bool = False
    hidden_right: bool = False
    """Whether the person can get at more columns by scrolling in that direction."""

    @property
    def columns(self) -> list[Column[R]]:
        """The columns that are shown."""
        return [slot.column for slot in self.slots]


def layout(columns: Sequence[Column[R]], width: int, *, start: int = 0, skipped: int = 0) -> Layout[R]:
    """The columns in `width` cells, in the given order, each with its place and width.

    Args:
        columns: all columns.
        width: the cells of the line.
        start: the first of these cells, counted from the left edge of the screen.
        skipped: with 0, the columns with the lowest priority go. Otherwise the person scrolled: the first column
            stays, so that one knows the rows, and beside it are the columns from that index on.
    """
    shown = _from(columns, width, skipped) if skipped else _fitting(columns, width)
    slots: list[Slot[R]] = []
    for column, cells in zip(shown, _widths(shown, width), strict=True):
        slots.append(Slot(column, start, cells))
        start += cells + GAP
    more = shown[-1] is not columns[-1] if skipped else len(shown) < len(columns)
    return Layout(tuple(slots), hidden_left=skipped > 1, hidden_right=more)


def stops(columns: Sequence[Column[R]], width: int) -> list[int]:
    """The values of `skipped` that show something else than the one before, until the last column is shown."""
    found = [0]
    last = layout(columns, width)
    for skipped in range(1, len(columns)):
        if not last.hidden_right:
            break
        following = layout(columns, width, skipped=skipped)
        if following.columns != last.columns:
            found.append(skipped)
            last = following
    return found


def _from(columns: Sequence[Column[R]], width: int, skipped: int) -> list[Column[R]]:
    """The first column and those from `skipped` on that fit; where not even two fit, only the second of them."""
    first, *others = columns[0], *columns[skipped:]
    if _least(first, others[0]) > width:
        return others[:1]
    shown = [first, others.pop(0)]
    while others and _least(*shown, others[0]) <= width:
        shown.append(others.pop(0))
    return shown


def _fitting(columns: Sequence[Column[R]], width: int) -> list[Column[R]]:
    """The columns without those that have to go; among equals the rightmost goes first, and one always stays."""
    shown = list(columns)
    while len(shown) > 1 and _least(*shown) > width:
        lowest = min(reversed(range(len(shown))), key=lambda index: shown[index].priority)
        del shown[lowest]
    return shown


def _widths(columns: Sequence[Column[R]], width: int) -> list[int]:
    """The minimum of every column, then the bounded ones up to their maximum, then the rest shared out."""
    widths = [column.width.minimum for column in columns]
    spare = width - sum(widths) - GAP * (len(columns) - 1)
    if spare < 0:
        return [max(width, 0)] if columns else []
    for index in sorted(range(len(columns)), key=lambda index: -columns[index].priority):
        maximum = columns[index].width.maximum
        if maximum is not None:
            grown = min(spare, maximum - widths[index])
            widths[index] += grown
            spare -= grown
    shares = sum(column.width.share for column in columns if column.width.maximum is None)
    for index, column in enumerate(columns):
        if column.width.maximum is None:
            grown = spare * column.width.share // shares
            widths[index] += grown
            spare -= grown
            shares -= column.width.share
    return widths


def _least(*columns: Column[R]) -> int:
    """The cells that the columns need at least."""
    return sum(column.width.minimum for column in columns) + GAP * (len(columns) - 1)
