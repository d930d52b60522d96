"""A table that stays instant at any number of rows, because it only ever works on what is on screen.

Rows come from outside as one value, are replaced whole and told apart by key. Only lines on which something else
belongs than before are painted; an update without news writes nothing to the terminal.
"""

from __future__ import annotations

import asyncio
from bisect import bisect_right
from collections.abc import Callable, Sequence
from typing import ClassVar, Literal

from textual import events
from textual.binding import BindingType
from textual.geometry import Size
from textual.reactive import var

from widgets.line_view import Line
from widgets.slices import in_slices
from widgets.table_columns import Column, R
from widgets.table_export import Format, export_lines
from widgets.table_keys import KEYS
from widgets.table_layout import Layout, layout, stops
from widgets.table_lines import GUTTER, SCROLLBAR, HeaderLine, RowLine, TextLine, text_lines
from widgets.table_marks import Marks
from widgets.table_messages import TableMessages
from widgets.table_model import Sort
from widgets.table_rows import TableRows
from widgets.table_style import COMPONENT_CLASSES, DEFAULT_CSS
from widgets.table_window import Window
from widgets.text import one_line

Selection = Literal["cursor", "marked", "shown", "all"]
"""Which rows of a table."""

MARK_ALL_SECONDS = 2.0
"""How long the key that marks all rows, and those pressed after it, wait for the filter to find them."""


class Table(TableRows[R], TableMessages, can_focus=True):
    """A table of rows of type `R` with cursor, marks, sort and filter.

    Cells are hostile text until proven otherwise: nothing in them is markup, nothing in them reaches the terminal's
    command interpreter, and their width is measured in cells.
    """

    BINDINGS: ClassVar[list[BindingType]] = KEYS

    COMPONENT_CLASSES: ClassVar[set[str]] = COMPONENT_CLASSES
    DEFAULT_CSS = DEFAULT_CSS

    # Without init: the first frame is composed from these anyway.
    loading_text: var[str] = var("", init=False)
    """What is under way and since when; shown while there are no rows."""
    empty_text: var[str] = var("", init=False)
    """What to do about having no rows; shown when there are none and nothing is loading."""
    error_text: var[str] = var("", init=False)
    """What went wrong and how old the rows are: a band above them, or in full where there are none."""

    def __init__(
        self,
        columns: Sequence[Column[R]],
        key: Callable[[R], str],
        *,
        name: str | None = None,
        id: str | None = None,
        classes: str | None = None,
        disabled: bool = False,
    ) -> None:
        super().__init__(columns, key, name=name, id=id, classes=classes, disabled=disabled)
        self._marks = Marks()
        self._layout: Layout[R] = Layout()
        self._skipped = 0
        self._room = 0
        self._announced_row: R | None = None
        self._announced_counts = (0, 0)
        self._announced_marks: tuple[R, ...] = ()
        self._announced_hidden = 0

    @property
    def columns(self) -> tuple[Column[R], ...]:
        """All columns, on screen or not."""
        return self._columns

    @property
    def marked(self) -> tuple[R, ...]:
        """The marked rows as they are now, in their natural order, those that the filter hides as well."""
        return self._model.rows_of(self._marks.keys)

    async def export(
        self, format: Format, rows: Selection = "shown", *, columns: Literal["shown", "all"] = "shown"
    ) -> str:
        """Rows as CSV, JSON or Markdown: those on screen and below in their order, or others in the natural order.

        "marked" includes marked rows that the filter hides; "cursor" is one row, or none.
        """
        chosen = self._layout.columns if columns == "shown" else self._columns
        if rows == "shown":
            await self.settled()
        return "".join([line async for line in in_slices(export_lines(format, chosen, self._selected(rows)))])

    def cell_text(self, column_key: str) -> str:
        """What a column says for the row under the cursor, empty without one; KeyError if there is no such column."""
        column = {column.key: column for column in self._columns}[column_key]
        return "" if self.cursor_row is None else column.text(self.cursor_row)

    def why_not(self, action: str) -> str:
        """Why the keys of an action do nothing now, in words that follow a colon; empty if they do something."""
        match action:
            case "select" | "mark" | "mark_range" | "mark_all" if not self.total:
                return "there are no rows"
            case "select" | "mark" | "mark_range" if not self.shown:
                return "the filter has found no row yet" if self.looking else "the filter hides all rows"
            case "sort_reverse" if self.sort is None:
                return "no column sorts the rows"
            case "clear_marks" if not self._marks.keys:
                return "no row is marked"
            case "scroll_columns" if not self._layout.hidden_right and not self._skipped:
                return "all columns are on screen"
        return ""

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Whether a key does something now; None dims it."""
        return None if self.why_not(action) else super().check_action(action, parameters)

    def watch_loading_text(self) -> None:
        """Show what is under way."""
        self._show(self._window)

    def watch_empty_text(self) -> None:
        """Show what to do next."""
        self._show(self._window)

    def watch_error_text(self) -> None:
        """Show or remove the band; it takes a line from the rows."""
        self._show(self._window)

    def action_select(self) -> None:
        """Open the row under the cursor."""
        row = self.cursor_row
        if row is not None:
            self.post_message(self.Selected(self, row))

    def action_mark(self) -> None:
        """Mark the row under the cursor, or take its mark away, and go on to the next row."""
        if (key := self._cursor_key) is not None:
            self._set_marks(self._marks.toggled(key))
            self.action_move(1)

    def action_mark_range(self) -> None:
        """Mark the rows from the last mark to the cursor; without one, the row under the cursor."""
        if (key := self._cursor_key) is not None:
            self._set_marks(self._marks.through(self._model.keys, key))

    async def action_mark_all(self) -> None:
        """Mark all rows that the filter shows."""
        try:
            async with asyncio.timeout(MARK_ALL_SECONDS):
                await self.settled()
        except TimeoutError:
            self.notify("Nothing is marked: the filter has not looked through all rows yet.", severity="warning")
            return
        self._set_marks(self._marks.joined(self._model.keys))

    def action_clear_marks(self) -> None:
        """Take all marks away, those of hidden rows as well."""
        self._set_marks(Marks())

    def action_scroll_columns(self, columns: int) -> None:
        """Show other columns, where not all of them fit; the first one stays."""
        places = stops(self._columns, self._room)
        place = bisect_right(places, self._skipped) - 1 + columns
        self._lay_out(places[max(0, min(place, len(places) - 1))])
        self.update_lines()

    def action_sort(self, column_key: str, reverse: bool = False) -> None:
        """Sort by a column; KeyError if there is no such column."""
        self.sort = Sort(column_key, reverse)

    def action_sort_next(self) -> None:
        """Sort by the next column on screen, after the last one as given."""
        keys = [column.key for column in self._layout.columns]
        place = keys.index(self.sort.column) + 1 if self.sort and self.sort.column in keys else 0
        self.sort = Sort(keys[place]) if place < len(keys) else None

    def action_sort_reverse(self) -> None:
        """Turn the order of the sorted column round."""
        if self.sort is not None:
            self.sort = Sort(self.sort.column, not self.sort.reverse)

    def compose_lines(self, size: Size) -> Sequence[Line]:
        """The band, the header, and the rows or the reason why there are none."""
        if size.width - GUTTER - SCROLLBAR != self._room:
            self._room = size.width - GUTTER - SCROLLBAR
            self._lay_out(self._skipped)
        self._window = self._window.resized(max(size.height - self._body_top, 0))
        lines: list[Line] = [HeaderLine(self._layout, self.sort)]
        if self._body_top == 2:
            lines.insert(0, TextLine(self.error_text, "table--error"))
        lines += self._row_lines() if self.shown else self._note_lines(size.width)
        return [*lines, *(TextLine() for _ in range(size.height - len(lines)))][: size.height]

    def on_click(self, event: events.Click) -> None:
        """Sort by the title, or move the cursor to the row that was clicked; a double click opens it."""
        offset = event.get_content_offset(self)
        if offset is None or offset.y >= len(self.lines):
            return
        line = self.lines[offset.y]
        if isinstance(line, HeaderLine):
            self._sort_by_click(offset.x)
        elif isinstance(line, RowLine):
            self._show(self._window.at(self._window.top + offset.y - self._body_top))
            if event.chain == 2:
                self.action_select()

    def _selected(self, rows: Selection) -> Sequence[R]:
        match rows:
            case "cursor":
                return () if self.cursor_row is None else (self.cursor_row,)
            case "marked":
                return self.marked
            case "shown":
                return self._model.shown_rows()
            case "all":
                return self._model.rows

    def _sort_by_click(self, x: int) -> None:
        """A title sorts upwards first, then downwards, then no more."""
        for slot in self._layout.slots:
            if slot.start <= x < slot.start + slot.width:
                key = slot.column.key
                following = {Sort(key): Sort(key, reverse=True), Sort(key, reverse=True): None}
                self.sort = following.get(self.sort, Sort(key)) if self.sort else Sort(key)

    @property
    def _body_top(self) -> int:
        """The screen line of the first row: below the header, and below the band if there is one."""
        return 2 if self.error_text and self.total else 1

    def _lay_out(self, skipped: int) -> None:
        """Place the columns, scrolled so far or as far as there still is something to scroll to."""
        places = stops(self._columns, self._room)
        self._skipped = places[bisect_right(places, skipped) - 1]
        self._layout = layout(self._columns, self._room, start=GUTTER, skipped=self._skipped)

    def _rearranged(self) -> None:
        """Show the rows; the marks of those that are gone go with them."""
        self._marks = self._marks.within(self._model.existing)
        super()._rearranged()
        if not self.looking:
            self._announce_marks()

    def _set_marks(self, marks: Marks) -> None:
        self._marks = marks
        self.update_lines()
        self._announce_marks()

    def _show(self, window: Window) -> None:
        """Put the window on screen and tell what is new about it."""
        super()._show(window)
        row, counts = self.cursor_row, (self.shown, self.total)
        if counts != self._announced_counts:
            if 0 in (counts[0], self._announced_counts[0]):
                self.refresh_bindings()
            self._announced_counts = counts
            self.post_message(self.Counted(self, *counts))
        if row != self._announced_row:
            self._announced_row = row
            self.post_message(self.Highlighted(self, row))

    def _announce_marks(self) -> None:
        """Tell what is marked now; a pass over all rows if anything is, so not for a mere step of the cursor."""
        keys = self._marks.keys
        marked = self.marked if keys else ()
        hidden = len(keys.difference(self._model.keys)) if keys and self.shown < self.total else 0
        if marked != self._announced_marks or hidden != self._announced_hidden:
            self._announced_marks, self._announced_hidden = marked, hidden
            self.post_message(self.Marked(self, marked, hidden))

    def _row_lines(self) -> list[RowLine[R]]:
        window, slots, marks = self._window, self._layout.slots, self._marks.keys
        top, bottom, thumb = window.top, window.top + window.height, window.thumb
        keyed = zip(self._model.keys[top:bottom], self._model.shown_rows(top, bottom), strict=True)
        return [
            RowLine(slots, row, top + y == window.cursor, key in marks, y in thumb)
            for y, (key, row) in enumerate(keyed)
        ]

    def _note_lines(self, width: int) -> Sequence[TextLine]:
        if self.total:
            if self._model.filter_problem:
                return text_lines(self._model.filter_problem, width, "table--note")
            if self.looking:
                return text_lines(f"Looking through {self.total:,} rows…", width, "table--note")
            hidden = f"None of the {self.total:,} rows matches “{one_line(self.filter_text)}”."
            return text_lines(hidden, width, "table--note")
        if self.error_text:
            return text_lines(self.error_text, width, "table--error")
        empty_text = "" if self.looking else self.empty_text
        return text_lines(self.loading_text or empty_text, width, "table--note")
