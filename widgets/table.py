"""A table that stays instant at any number of rows, because it only ever works on what is on screen.

Rows come from outside as one value, are replaced whole and told apart by key. Only lines on which something else
belongs than before are painted; an update without news writes nothing to the terminal.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar, Generic

from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.reactive import var

from widgets.line_view import Line, LineView
from widgets.table_columns import Column, R, Slot, layout
from widgets.table_lines import GUTTER, SCROLLBAR, HeaderLine, RowLine, TextLine, text_lines
from widgets.table_message import MessageRow, TableMessage
from widgets.table_model import Sort, TableModel
from widgets.table_window import Window
from widgets.text import one_line

_WHEEL_ROWS = 3


class Table(LineView, Generic[R], can_focus=True):
    """A table of rows of type `R` with cursor, sort and filter.

    Cells are hostile text until proven otherwise: nothing in them is markup, nothing in them reaches the terminal's
    command interpreter, and their width is measured in cells.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "select", "Open", id="table.select", tooltip="Open the row under the cursor"),
        Binding("s", "sort_next", "Sort", id="table.sort", tooltip="Sort by the next column, after the last as given"),
        Binding("S", "sort_reverse", "Reverse", id="table.reverse", tooltip="Turn the sort order round", show=False),
        Binding("up,k", "move(-1)", "Up", id="table.up", tooltip="To the row above", show=False),
        Binding("down,j", "move(1)", "Down", id="table.down", tooltip="To the row below", show=False),
        Binding("home,g", "first", "First", id="table.first", tooltip="To the first row", show=False),
        Binding("end,G", "last", "Last", id="table.last", tooltip="To the last row", show=False),
        Binding("pageup,ctrl+b", "page(-1)", "Page up", id="table.page_up", tooltip="One screen up", show=False),
        Binding("pagedown,ctrl+f", "page(1)", "Page down", id="table.page_down", tooltip="One screen down", show=False),
    ]

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "table--header",
        "table--cursor",
        "table--error",
        "table--note",
        "table--scrollbar",
    }
    """
    | Class | What |
    | :- | :- |
    | `table--header` | The line of titles. |
    | `table--cursor` | The row under the cursor; with `:focus` while keys go to the table. |
    | `table--error` | The band above stale rows, and the error where there are no rows. |
    | `table--note` | The loading and empty texts. |
    | `table--scrollbar` | The thumb of the scrollbar. |
    """

    DEFAULT_CSS = """
    Table {
        height: 1fr;
        background: $background;
        color: $foreground;

        & > .table--header { color: $text-muted; text-style: bold; }
        & > .table--note { color: $text-muted; }
        & > .table--error { background: $error-muted; color: $text-error; text-style: bold; }
        & > .table--scrollbar { color: $primary; }
        & > .table--cursor {
            background: $block-cursor-blurred-background;
            color: $block-cursor-blurred-foreground;
            text-style: $block-cursor-blurred-text-style;
        }
        &:focus > .table--cursor {
            background: $block-cursor-background;
            color: $block-cursor-foreground;
            text-style: $block-cursor-text-style;
        }
        &:ansi > .table--error { background: ansi_default; color: ansi_red; text-style: bold reverse; }
        &:ansi > .table--cursor { text-style: underline; }
        &:ansi:focus > .table--cursor { text-style: bold; }
        &:nocolor > .table--error { text-style: bold; }
        &:nocolor > .table--cursor { text-style: underline; }
        &:nocolor:focus > .table--cursor { text-style: reverse; }
    }
    """

    # Without init: the first frame is composed from these anyway, and most watchers cost a pass over the rows.
    rows: var[tuple[R, ...]] = var((), init=False)
    """All rows in their natural order; of rows with the same key the last one counts."""
    filter_text: var[str] = var("", init=False)
    """A filter line: words, `!word`, `column:value`; see `widgets.table_filter`."""
    sort: var[Sort | None] = var(None, init=False)
    """What orders the rows; None: as given."""
    loading_text: var[str] = var("", init=False)
    """What is under way and since when; shown while there are no rows."""
    empty_text: var[str] = var("", init=False)
    """What to do about having no rows; shown when there are none and nothing is loading."""
    error_text: var[str] = var("", init=False)
    """What went wrong and how old the rows are: a band above them, or in full where there are none."""

    class Selected(TableMessage[MessageRow]):
        """The person opened a row, by Enter or double click."""

        def __init__(self, table: Table[MessageRow], row: MessageRow) -> None:
            super().__init__(table)
            self.row = row

    class Highlighted(TableMessage[MessageRow]):
        """Under the cursor is another row, the same row with other values, or (None) no row at all."""

        def __init__(self, table: Table[MessageRow], row: MessageRow | None) -> None:
            super().__init__(table)
            self.row = row

    class Counted(TableMessage[MessageRow]):
        """Another number of rows is shown, or exists."""

        def __init__(self, table: Table[MessageRow], shown: int, total: int) -> None:
            super().__init__(table)
            self.shown = shown
            self.total = total

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
        super().__init__(name=name, id=id, classes=classes, disabled=disabled)
        self._columns = tuple(columns)
        self._model = TableModel(self._columns, key)
        self._window = Window()
        self._placed: Sequence[str] = ()
        self._slots: tuple[Slot[R], ...] = ()
        self._laid_out = 0
        self._announced_row: R | None = None
        self._announced_counts = (0, 0)

    @property
    def shown(self) -> int:
        """How many rows the filter lets through."""
        return len(self._model.keys)

    @property
    def total(self) -> int:
        """How many rows there are."""
        return self._model.total

    @property
    def cursor_row(self) -> R | None:
        """The row under the cursor, if any is shown."""
        return self._model.row(self._model.keys[self._window.cursor]) if self.shown else None

    def move_to(self, key: str) -> bool:
        """Put the cursor on the row with this key; False, and nothing moves, if it is not shown."""
        if key not in self._model.keys:
            return False
        self._show(self._window.at(self._model.keys.index(key)))
        return True

    def watch_rows(self, rows: tuple[R, ...]) -> None:
        """Take the new rows over."""
        self._model.set_rows(rows)
        self._rearranged()

    def watch_filter_text(self, line: str) -> None:
        """Show what matches."""
        self._model.set_filter(line)
        self._rearranged()

    def watch_sort(self, sort: Sort | None) -> None:
        """Show the rows in the new order."""
        self._model.set_sort(sort)
        self._rearranged()

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

    def action_move(self, rows: int) -> None:
        """Move the cursor down by so many rows."""
        self._show(self._window.at(self._window.cursor + rows))

    def action_page(self, pages: int) -> None:
        """Move the cursor and the rows down by so many screens."""
        self._show(self._window.paged(pages))

    def action_first(self) -> None:
        """Move the cursor to the first row."""
        self._show(self._window.at(0))

    def action_last(self) -> None:
        """Move the cursor to the last row."""
        self._show(self._window.at(self._window.count - 1))

    def action_sort(self, column_key: str, reverse: bool = False) -> None:
        """Sort by a column; KeyError if there is no such column."""
        self.sort = Sort(column_key, reverse)

    def action_sort_next(self) -> None:
        """Sort by the next column on screen, after the last one as given."""
        keys = [slot.column.key for slot in self._slots]
        place = keys.index(self.sort.column) + 1 if self.sort and self.sort.column in keys else 0
        self.sort = Sort(keys[place]) if place < len(keys) else None

    def action_sort_reverse(self) -> None:
        """Turn the order of the sorted column round."""
        if self.sort is not None:
            self.sort = Sort(self.sort.column, not self.sort.reverse)

    def compose_lines(self, size: Size) -> Sequence[Line]:
        """The band, the header, and the rows or the reason why there are none."""
        if size.width != self._laid_out:
            self._laid_out = size.width
            self._slots = layout(self._columns, size.width - GUTTER - SCROLLBAR, start=GUTTER)
        self._window = self._window.resized(max(size.height - self._body_top, 0))
        lines: list[Line] = [HeaderLine(self._slots, self.sort)]
        if self._body_top == 2:
            lines.insert(0, TextLine(self.error_text, "table--error"))
        lines += self._row_lines() if self.shown else self._note_lines(size.width)
        return [*lines, *(TextLine() for _ in range(size.height - len(lines)))][: size.height]

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Scroll without moving the cursor."""
        self._scroll(event, _WHEEL_ROWS)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Scroll without moving the cursor."""
        self._scroll(event, -_WHEEL_ROWS)

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

    def _scroll(self, event: events.MouseEvent, rows: int) -> None:
        event.stop()
        event.prevent_default()
        self._show(self._window.scrolled(self._window.top + rows))

    def _sort_by_click(self, x: int) -> None:
        """A title sorts upwards first, then downwards, then no more."""
        for slot in self._slots:
            if slot.start <= x < slot.start + slot.width:
                key = slot.column.key
                following = {Sort(key): Sort(key, reverse=True), Sort(key, reverse=True): None}
                self.sort = following.get(self.sort, Sort(key)) if self.sort else Sort(key)

    @property
    def _body_top(self) -> int:
        """The screen line of the first row: below the header, and below the band if there is one."""
        return 2 if self.error_text and self.total else 1

    def _rearranged(self) -> None:
        """Find the cursor's row again among the rows that are shown now."""
        keys = self._model.keys
        self._window = self._window.follow(self._placed, keys)
        self._placed = keys or self._placed
        self._show(self._window)

    def _show(self, window: Window) -> None:
        """Put the window on screen and tell what is new about it."""
        self._window = window
        self.update_lines()
        row, counts = self.cursor_row, (self.shown, self.total)
        if counts != self._announced_counts:
            self._announced_counts = counts
            self.post_message(self.Counted(self, *counts))
        if row != self._announced_row:
            self._announced_row = row
            self.post_message(self.Highlighted(self, row))

    def _row_lines(self) -> list[RowLine[R]]:
        window, keys = self._window, self._model.keys
        thumb = window.thumb
        return [
            RowLine(self._slots, self._model.row(keys[index]), index == window.cursor, index - window.top in thumb)
            for index in range(window.top, min(window.top + window.height, window.count))
        ]

    def _note_lines(self, width: int) -> Sequence[TextLine]:
        if self.total:
            hidden = f"None of the {self.total:,} rows matches “{one_line(self.filter_text)}”."
            return text_lines(hidden, width, "table--note")
        if self.error_text:
            return text_lines(self.error_text, width, "table--error")
        return text_lines(self.loading_text or self.empty_text, width, "table--note")
