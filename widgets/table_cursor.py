"""A line view with a cursor on one of many rows: the keys that move it, and the wheel."""

from __future__ import annotations

from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType

from widgets.line_view import LineView
from widgets.table_window import Window

_WHEEL_ROWS = 3


class CursorView(LineView):
    """Moves a window over rows; subclasses say what the rows are and draw them."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", "Up", id="table.up", tooltip="To the row above", show=False),
        Binding("down,j", "move(1)", "Down", id="table.down", tooltip="To the row below", show=False),
        Binding("home,g", "first", "First", id="table.first", tooltip="To the first row", show=False),
        Binding("end,G", "last", "Last", id="table.last", tooltip="To the last row", show=False),
        Binding("pageup,ctrl+b", "page(-1)", "Page up", id="table.page_up", tooltip="One screen up", show=False),
        Binding("pagedown,ctrl+f", "page(1)", "Page down", id="table.page_down", tooltip="One screen down", show=False),
    ]

    def __init__(
        self,
        *,
        name: str | None = None,
        id: str | None = None,
        classes: str | None = None,
        disabled: bool = False,
    ) -> None:
        super().__init__(name=name, id=id, classes=classes, disabled=disabled)
        self._window = Window()

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

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Scroll without moving the cursor."""
        self._scroll(event, _WHEEL_ROWS)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Scroll without moving the cursor."""
        self._scroll(event, -_WHEEL_ROWS)

    def _scroll(self, event: events.MouseEvent, rows: int) -> None:
        event.stop()
        event.prevent_default()
        self._show(self._window.scrolled(self._window.top + rows))

    def _show(self, window: Window) -> None:
        """Put the window on screen."""
        self._window = window
        self.update_lines()
