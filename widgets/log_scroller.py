"""A log that one moves in: it follows the newest line until the person scrolls up."""

from __future__ import annotations

from typing import ClassVar, get_args

from textual import events
from textual.binding import BindingType
from textual.message import Message

from widgets.log_canvas import LogCanvas
from widgets.log_keys import SCROLLER_BINDINGS
from widgets.log_text import Timestamps
from widgets.log_window import Position

WHEEL_ROWS = 3


class LogScroller(LogCanvas, can_focus=True):
    """Follows a log until the person scrolls up, and asks for what came before the first line."""

    BINDINGS: ClassVar[list[BindingType]] = SCROLLER_BINDINGS

    class FollowChanged(Message, namespace="log_view"):
        """The view began to follow the newest line, or let go of it."""

        def __init__(self, log_view: LogScroller, following: bool) -> None:
            super().__init__()
            self.log_view = log_view
            self.following = following

        @property
        def control(self) -> LogScroller:
            """The view that sent this."""
            return self.log_view

    class HistoryWanted(Message, namespace="log_view"):
        """The person reached the first line: older ones may be fetched and given to `prepend`.

        Sent once; again only after the view has left the first line, as it does when older lines come in.
        """

        def __init__(self, log_view: LogScroller) -> None:
            super().__init__()
            self.log_view = log_view

        @property
        def control(self) -> LogScroller:
            """The view that sent this."""
            return self.log_view

    _history_wanted = False

    def clear(self) -> None:
        """Forget all lines and follow again."""
        self._history_wanted = False
        super().clear()

    def watch_follow(self) -> None:
        """Count new lines from here, and tell."""
        super().watch_follow()
        self.post_message(self.FollowChanged(self, self.follow))

    def action_follow(self) -> None:
        """Go to the newest line and stay there."""
        self.follow = True

    def action_toggle_follow(self) -> None:
        """Follow the newest line, or stop here."""
        self.follow = not self.follow

    def action_cycle_timestamps(self) -> None:
        """Show times in the next way."""
        modes = get_args(Timestamps)
        self.timestamps = modes[(modes.index(self.timestamps) + 1) % len(modes)]

    def action_toggle_wrap(self) -> None:
        """Wrap long lines, or cut them at the edge."""
        self.wrap = not self.wrap

    def action_scroll_rows(self, rows: int) -> None:
        """Move by rows: up when negative."""
        self._catch_up()
        if self._store and (rows < 0 or not self.follow):
            self._move_to(self._window.walk(self._window.top, rows), upward=rows < 0)

    def action_scroll_pages(self, pages: int) -> None:
        """Move by pages, keeping one row of the old page."""
        self.action_scroll_rows(pages * max(1, len(self._rows) - 1))

    def action_scroll_halves(self, halves: int) -> None:
        """Move by half pages."""
        self.action_scroll_rows(halves * max(1, len(self._rows) // 2))

    def action_scroll_top(self) -> None:
        """Go to the oldest line."""
        self._catch_up()
        self._move_to((0, 0), upward=True)

    def action_scroll_sideways(self, direction: int) -> None:
        """Move unwrapped lines by half a screen, to the right only while there is more of a line on the screen."""
        self._catch_up()
        window = self._window
        left = max(0, window.left + direction * max(1, window.text_width // 2)) if self._store else 0
        if not self.wrap and (direction < 0 or window.reaches(self._rows, left)):
            window.left = left
            self._paint()

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Wheel."""
        event.stop()
        self.action_scroll_rows(-WHEEL_ROWS)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Wheel."""
        event.stop()
        self.action_scroll_rows(WHEEL_ROWS)

    def _move_to(self, top: Position, *, upward: bool) -> None:
        moved_up = top < self._window.top
        self._window.top = top
        if moved_up and self.follow:
            self.follow = False
        else:
            self._paint()
        if upward and self._window.at_start and not self._history_wanted:
            self._history_wanted = True
            self.post_message(self.HistoryWanted(self))

    def show_line(self, line: int) -> None:
        """Bring a line on the screen, with some lines before it; nothing moves when it is there already."""
        self._catch_up()
        if any(row.number == line for row in self._rows):
            self._paint()
            return
        self._move_to(self._window.walk((line, 0), -(len(self._rows) // 3)), upward=line < self._window.top[0])

    def _settle(self) -> None:
        super()._settle()
        if not self._window.at_start:
            self._history_wanted = False
