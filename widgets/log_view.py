"""A log that stays instant at any length: it keeps lines compactly and draws only those on the screen."""

from __future__ import annotations

import sys
from bisect import bisect_left
from collections.abc import Iterable
from time import monotonic
from typing import ClassVar, get_args

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Offset, Region, Size
from textual.message import Message
from textual.reactive import var
from textual.selection import Selection
from textual.strip import Strip
from textual.timer import Timer
from textual.widget import Widget

from widgets.log_rows import HOST_COLORS, Row, draw, footer, paragraph, shown_line
from widgets.log_store import Line, LogStore
from widgets.log_text import Timestamps
from widgets.log_window import LogWindow, Position

PAINT_INTERVAL = 0.25
"""Seconds between two repaints that arriving lines cause; what the person does is painted at once."""

WHEEL_ROWS = 3


class LogView(Widget, can_focus=True):
    """Follows a log until the person scrolls up, then says how many lines are new below.

    The offset and the scroll bar are its own: a scrolled container would lay out and paint twice for every line.
    """

    DEFAULT_CSS = """
    LogView {
        height: 1fr;
        background: $surface;
        color: $foreground;
        & > .log-view--info { color: $foreground; }
        & > .log-view--warning { color: $text-warning; }
        & > .log-view--error { color: $text-error; text-style: bold; }
        & > .log-view--traceback { color: $text-error; }
        & > .log-view--timestamp { color: $text-muted; }
        & > .log-view--empty { color: $text-muted; }
        & > .log-view--status { color: $text-muted; }
        & > .log-view--notice { color: $text-accent; text-style: bold; }
        & > .log-view--thumb { color: $scrollbar; }
        & > .log-view--host-0 { color: $text-primary; }
        & > .log-view--host-1 { color: $text-success; }
        & > .log-view--host-2 { color: $text-warning; }
        & > .log-view--host-3 { color: $text-secondary; }
        & > .log-view--host-4 { color: $foreground; text-style: bold; }
        & > .log-view--host-5 { color: $text-accent; }
    }
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "log-view--info",
        "log-view--warning",
        "log-view--error",
        "log-view--traceback",
        "log-view--timestamp",
        "log-view--empty",
        "log-view--status",
        "log-view--notice",
        "log-view--thumb",
        *(f"log-view--host-{number}" for number in range(HOST_COLORS)),
    }

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f", "toggle_follow", "Follow", id="log.follow", tooltip="Stay at the newest line, or stop there"),
        Binding("t", "cycle_timestamps", "Times", id="log.timestamps", tooltip="Times: off, relative, UTC, local"),
        Binding("w", "toggle_wrap", "Wrap", id="log.wrap", tooltip="Wrap long lines, or cut them at the edge"),
        Binding("k,up", "scroll_rows(-1)", "Up", id="log.up", tooltip="One line up", show=False),
        Binding("j,down", "scroll_rows(1)", "Down", id="log.down", tooltip="One line down", show=False),
        Binding("ctrl+b,pageup", "scroll_pages(-1)", "Page up", id="log.page_up", tooltip="One page up", show=False),
        Binding(
            "ctrl+f,pagedown", "scroll_pages(1)", "Page down", id="log.page_down", tooltip="One page down", show=False
        ),
        Binding("g,home", "scroll_top", "First line", id="log.top", tooltip="To the oldest line", show=False),
        Binding("G,end", "follow", "Last line", id="log.end", tooltip="To the newest line, and follow", show=False),
        Binding("h,left", "scroll_sideways(-1)", "Left", id="log.left", tooltip="Half a screen left", show=False),
        Binding("l,right", "scroll_sideways(1)", "Right", id="log.right", tooltip="Half a screen right", show=False),
    ]

    follow: var[bool] = var(True, init=False)
    """Whether the view stays at the newest line."""
    timestamps: var[Timestamps] = var[Timestamps]("off", init=False)
    """Which time stands before each line."""
    wrap: var[bool] = var(False, init=False)
    """Whether long lines continue on the next row."""
    empty_text: var[str] = var("", init=False)
    """What stands in place of lines while there are none: why not, and what to do."""
    status_text: var[str] = var("", init=False)
    """One line at the bottom, for what the log itself does not say."""

    class FollowChanged(Message):
        """The view began to follow the newest line, or let go of it."""

        def __init__(self, log_view: LogView, following: bool) -> None:
            super().__init__()
            self.log_view = log_view
            self.following = following

        @property
        def control(self) -> LogView:
            """The view that sent this."""
            return self.log_view

    class HistoryWanted(Message):
        """The person reached the first line: older ones may be fetched and given to `prepend`.

        Sent once; again only after the view has left the first line, as it does when older lines come in.
        """

        def __init__(self, log_view: LogView) -> None:
            super().__init__()
            self.log_view = log_view

        @property
        def control(self) -> LogView:
            """The view that sent this."""
            return self.log_view

    def __init__(
        self, *, name: str | None = None, id: str | None = None, classes: str | None = None, disabled: bool = False
    ) -> None:
        super().__init__(name=name, id=id, classes=classes, disabled=disabled)
        self._store = LogStore()
        self._window = LogWindow(self._store)
        self._rows: list[Row] = []
        self._seen = 0
        self._history_wanted = False
        self._frame: list[Strip] = []
        self._frame_size = Size()
        self._styles: dict[str, Style] = {}
        self._painted_at = 0.0
        self._paint_timer: Timer | None = None

    @property
    def line_count(self) -> int:
        """How many lines the log holds."""
        return len(self._store)

    @property
    def new_lines(self) -> int:
        """How many lines came in below since the view let go of the newest one."""
        return 0 if self.follow else len(self._store) - self._seen

    def extend(self, lines: Iterable[Line]) -> None:
        """Add newer lines; late ones among them go where their time puts them."""
        self._added(self._store.append(lines))

    def prepend(self, lines: Iterable[Line]) -> None:
        """Add older lines, without moving what is on the screen."""
        self._added(self._store.prepend(lines))

    def clear(self) -> None:
        """Forget all lines and follow again."""
        self._store.clear()
        self._rows = []
        self._window.top, self._window.left, self._seen = (0, 0), 0, 0
        self._history_wanted = False
        self.follow = True
        self._paint()

    def _added(self, moved: list[int]) -> None:
        self._window.shift(moved)
        self._seen += bisect_left(moved, self._seen)
        if not self.is_attached:
            return
        if moved and self.text_selection:
            self.screen.clear_selection()
        if self._paint_timer is None:
            wait = self._painted_at + PAINT_INTERVAL - monotonic()
            if wait > 0:
                self._paint_timer = self.set_timer(wait, self._paint)
            else:
                self._paint()

    def validate_timestamps(self, timestamps: Timestamps) -> Timestamps:
        """Only the known ways of showing times."""
        if timestamps not in get_args(Timestamps):
            raise ValueError(f"timestamps must be one of {', '.join(get_args(Timestamps))}, not {timestamps!r}")
        return timestamps

    def watch_follow(self, follow: bool) -> None:
        """Count new lines from here, and tell."""
        self._seen = len(self._store)
        self._paint()
        self.post_message(self.FollowChanged(self, follow))

    def watch_wrap(self) -> None:
        """Keep the first line on the screen where it is."""
        self._window.top, self._window.left = (self._window.top[0], 0), 0
        self._paint()

    def watch_timestamps(self) -> None:
        """Draw the times."""
        self._paint()

    def watch_empty_text(self) -> None:
        """Draw the text."""
        self._paint()

    def watch_status_text(self) -> None:
        """Draw the text."""
        self._paint()

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
        if upward and self._window.top == (0, 0) and not self._history_wanted:
            self._history_wanted = True
            self.post_message(self.HistoryWanted(self))

    def _catch_up(self) -> None:
        """Before moving: know the place of what has come in and is not painted yet."""
        if self._paint_timer is not None:
            self._settle()

    def notify_style_update(self) -> None:
        """Draw again in the new styles."""
        super().notify_style_update()
        self._frame = []

    def selection_updated(self, selection: Selection | None) -> None:
        """Mark what is selected."""
        self._paint()

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:
        """The selected text as shown, times and hosts included, and what ends it."""
        last = len(self._store) - 1
        start = selection.start or Offset(0, 0)
        end = selection.end or Offset(sys.maxsize, last)
        if start.y > last:
            return None
        gutter = self._window.gutter
        lines = [shown_line(self._store[index], gutter) for index in range(start.y, min(end.y, last) + 1)]
        if end.y <= last:
            lines[-1] = lines[-1][: end.x]
        lines[0] = lines[0][start.x :]
        return "\n".join(lines), "\n"

    def render_line(self, y: int) -> Strip:
        """One row of the screen."""
        if not self._frame or self._frame_size != self.size:
            self._frame = self._draw_frame()
        return self._frame[y]

    def _paint(self) -> None:
        """Bring the screen up to date, writing only the rows that differ."""
        if self._paint_timer is not None:
            self._paint_timer.stop()
            self._paint_timer = None
        if not self.size:
            return
        self._painted_at = monotonic()
        old = self._frame if self._frame_size == self.size else []
        self._frame = self._draw_frame()
        changed = [y for y, strip in enumerate(self._frame) if not old or strip != old[y]]
        if changed:
            self.refresh(*(Region(0, y, self.size.width, 1) for y in changed))

    def _draw_frame(self) -> list[Strip]:
        self._frame_size = self.size
        self._styles.clear()
        width, height = self.size
        self._settle()
        body = self._draw_rows() if self._store else paragraph(self.empty_text, width, self._style("empty"))
        bottom = footer(self.new_lines, self.status_text, width, self._style)
        blank = Strip.blank(width, self.rich_style)
        return [*[*body, *[blank] * height][: height - len(bottom)], *bottom]

    def _settle(self) -> None:
        """Find the rows in view, for the place asked for and the lines there are now."""
        window = self._window
        window.width, window.wrap, window.timestamps = self.size.width - 1, self.wrap, self.timestamps
        while self._store:
            noticed = bool(self.new_lines)
            height = self.size.height - (noticed or bool(self.status_text))
            end = window.end(height)
            window.top = end if self.follow else min(window.top, end)
            self._rows = window.visible(height)
            if self._rows:
                self._seen = max(self._seen, self._rows[-1].number + 1)
            if bool(self.new_lines) == noticed:
                break
        if window.top > (0, 0):
            self._history_wanted = False

    def _draw_rows(self) -> list[Strip]:
        width = self.size.width
        gutter = self._window.gutter
        selection = self.text_selection
        bar = Strip([Segment("▐", self._style("thumb"))], 1)
        strips = [draw(row, gutter, width, self._style, selection) for row in self._rows]
        for y in self._window.thumb(self._rows):
            strips[y] = Strip.join([strips[y].crop(0, width - 1), bar])
        return strips

    def _style(self, name: str) -> Style:
        if name not in self._styles:
            self._styles[name] = (
                self.screen.get_component_rich_style("screen--selection")
                if name == "selection"
                else self.get_component_rich_style(f"log-view--{name}")
                if name
                else self.rich_style
            )
        return self._styles[name]
