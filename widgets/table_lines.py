"""The lines of a table: its header, its rows, and the words it says about itself."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Generic, NamedTuple

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from widgets.line_view import LineStyles
from widgets.table_columns import R
from widgets.table_layout import Layout, Slot
from widgets.table_model import Sort
from widgets.text import cells, content, end, one_line

GUTTER = 1
"""Cells at the left edge of every line, before the first column."""
MARK = "▌"
"""What a marked row has in its gutter."""
SCROLLBAR = 1
"""Cells at the right edge, kept free even when everything fits, so that no column moves when it does not."""


@dataclass(frozen=True, slots=True)
class TextLine:
    """A line of words: a state of the table, or nothing at all."""

    text: str = ""
    component: str = ""
    """The component class it is styled by; empty: the table's own style."""

    def draw(self, width: int, styles: LineStyles) -> Strip:
        """The text after the gutter, shortened at its end."""
        text = " " * GUTTER + end(one_line(self.text), width - GUTTER - SCROLLBAR)
        return _strip([(text, styles(self.component))], width, styles(self.component))


@dataclass(frozen=True)
class HeaderLine(Generic[R]):
    """The titles, which column the rows are sorted by, and at which side columns are hidden."""

    layout: Layout[R]
    sort: Sort | None

    def draw(self, width: int, styles: LineStyles) -> Strip:
        """Each title over its column, aligned like its cells."""
        style = styles("table--header")
        parts = [("‹" if self.layout.hidden_left else " ", style)]
        position = GUTTER
        for slot in self.layout.slots:
            title = self._title(slot)
            room = slot.width - cells(title)
            before = room if slot.column.align == "right" else 0
            parts.append((" " * (slot.start - position + before) + title + " " * (room - before), style))
            position = slot.start + slot.width
        return _strip(parts, width, style, ("›", style) if self.layout.hidden_right else None)

    def _title(self, slot: Slot[R]) -> str:
        arrow = ""
        if self.sort is not None and self.sort.column == slot.column.key:
            arrow = " ▼" if self.sort.reverse else " ▲"
        return end(end(one_line(slot.column.title), slot.width - len(arrow)) + arrow, slot.width)


class RowLine(NamedTuple, Generic[R]):
    """A row, with the cursor and the mark or without."""

    slots: tuple[Slot[R], ...]
    row: R
    cursor: bool
    marked: bool
    thumb: bool
    """Whether the scrollbar's thumb passes here."""

    def draw(self, width: int, styles: LineStyles) -> Strip:
        """The cells in their columns; the cursor's colours win over theirs, for a cell always has words as well."""
        blank = styles("table--cursor" if self.cursor else "")
        mark = blank if self.cursor or not self.marked else styles("table--mark")
        parts: list[tuple[str, Style]] = [(MARK if self.marked else " ", mark)]
        position = GUTTER
        for column, start, slot_width in self.slots:
            pieces = column.cell(self.row).render(slot_width)
            gap = start - position
            room = slot_width - sum(cells(text) for text, _ in pieces)
            if column.align == "right":
                gap, room = gap + room, 0
            if gap:
                parts.append((" " * gap, blank))
            parts += [(text, blank if self.cursor else styles(token)) for text, token in pieces]
            position = start + slot_width - room
        bar = ("▐", styles("table--scrollbar")) if self.thumb else None
        return _strip(parts, width, blank, bar)


def _strip(
    parts: Iterable[tuple[str, Style]], width: int, blank: Style, last: tuple[str, Style] | None = None
) -> Strip:
    """The parts as a strip of exactly `width` cells, neighbours in one style joined: each style change costs bytes."""
    segments: list[Segment] = []
    text, style, room = "", blank, width - (last is not None)
    for part, part_style in parts:
        room -= cells(part)
        if part_style is style or part_style == style:
            text += part
        elif part:
            if text:
                segments.append(Segment(text, style))
            text, style = part, part_style
    if room > 0 and style is not blank and style != blank:
        segments += [Segment(text, style), Segment(" " * room, blank)]
    elif text or room > 0:
        segments.append(Segment(text + " " * room, style))
    if room < 0:
        segments = list(Strip(segments).crop(0, width - (last is not None)))
    return Strip(segments if last is None else [*segments, Segment(*last)], width)


def text_lines(text: str, width: int, component: str) -> list[TextLine]:
    """Untrusted text of a few lines below an empty one, wrapped, in the style of a component class."""
    room = max(width - GUTTER - SCROLLBAR, 1)
    return [TextLine(), *(TextLine(line.plain.rstrip(), component) for line in content(text).wrap(room))]
