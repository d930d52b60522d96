"""The log view's foundation: it keeps the lines, a place among them, and draws what is on the screen."""

from __future__ import annotations

import sys
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from time import monotonic
from typing import ClassVar, get_args

from rich.segment import Segment
from rich.style import Style
from textual.geometry import Offset, Region, Size
from textual.reactive import var
from textual.selection import Selection
from textual.strip import Strip
from textual.timer import Timer
from textual.widget import Widget

from widgets.log_ansi import colored
from widgets.log_rows import Mark, Row, draw, footer, paragraph, shown_line
from widgets.log_store import MEMORY_BYTES, Line, LogStore
from widgets.log_style import PARTS, STYLESHEET
from widgets.log_text import Timestamps
from widgets.log_window import LogWindow

PAINT_INTERVAL = 0.25
"""Seconds between two repaints that arriving lines cause; what the person does is painted at once."""


class LogCanvas(Widget):
    """Shows the newest lines, or those from where it stands, and how many are new below.

    The offset and the scroll bar are its own: a scrolled container would lay out and paint twice for every line.
    """

    DEFAULT_CSS = STYLESHEET

    COMPONENT_CLASSES: ClassVar[set[str]] = PARTS

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

    def __init__(
        self,
        *,
        memory_bytes: int = MEMORY_BYTES,
        name: str | None = None,
        id: str | None = None,
        classes: str | None = None,
        disabled: bool = False,
    ) -> None:
        """Make an empty log.

        Args:
            memory_bytes: How much text is kept in memory; older text lies in a temporary file.
            name: As in every widget.
            id: As in every widget.
            classes: As in every widget.
            disabled: As in every widget.
        """
        super().__init__(name=name, id=id, classes=classes, disabled=disabled)
        self._store = LogStore(memory_bytes)
        self._window = LogWindow(self._store)
        self._rows: list[Row] = []
        self._seen = 0
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
        return 0 if self.follow else self._lines_from(self._seen)

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
        self._window.unfolded.clear()
        self._window.top, self._window.left, self._seen = (0, 0), 0, 0
        self.follow = True
        self._paint()

    def _added(self, moved: list[int]) -> None:
        self._window.shift(moved)
        self._seen += bisect_left(moved, self._seen)
        if not self.is_attached:
            return
        if moved and self.text_selection:
            self.screen.clear_selection()
        self._paint_soon()

    def _paint_soon(self) -> None:
        """Bring the screen up to date at the pace of what arrives."""
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

    def watch_follow(self) -> None:
        """Count new lines from here."""
        self._seen = len(self._store)
        self._paint()

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

    def _catch_up(self) -> None:
        """Before moving: know the place of what has come in and is not painted yet."""
        if self._paint_timer is not None:
            self._settle()

    def notify_style_update(self) -> None:
        """Draw again in the new styles."""
        super().notify_style_update()
        self._styles.clear()
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
        gutter, shown = self._window.gutter, self._window.shown
        lines = []
        line = shown.next(start.y)
        while line is not None and line <= end.y:
            text = shown_line(self._store[line], gutter)
            lines.append(text[start.x if line == start.y else 0 : end.x if line == end.y else None])
            line = shown.next(line + 1)
        return ("\n".join(lines), "\n") if lines else None

    def render_lines(self, crop: Region) -> list[Strip]:
        """The rows as they are drawn.

        Nothing that CSS can put around or over a widget belongs to a log, and looking for it takes Textual as long as
        drawing them takes us.
        """
        strips = [self.render_line(y) for y in crop.line_range]
        background = self.background_colors[1]
        for line_filter in self.get_line_filters():
            strips = [strip.apply_filter(line_filter, background) for strip in strips]
        return strips if crop.width == self.size.width else [strip.crop(*crop.column_span) for strip in strips]

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
        width, height = self.size
        self._settle()
        body = self._draw_rows() if self._rows else paragraph(self._nothing(), width, self._style("empty"))
        bottom = self._bottom(width)
        blank = Strip.blank(width, self.rich_style)
        return [*[*body, *[blank] * height][: height - len(bottom)], *bottom]

    def _settle(self) -> None:
        """Find the rows in view, for the place asked for and the lines there are now."""
        window = self._window
        window.width, window.wrap, window.timestamps = self.size.width - 1, self.wrap, self.timestamps
        self._rows = []
        while self._store:
            bottom = len(self._bottom(self.size.width))
            height = self.size.height - bottom
            end = window.end(height)
            window.top = end if self.follow else min(window.top, end)
            self._rows = window.visible(height)
            if self._rows:
                self._seen = max(self._seen, self._rows[-1].number + 1)
            if len(self._bottom(self.size.width)) >= bottom:
                break

    def _lines_from(self, line: int) -> int:
        """How many lines there are to see from this one on."""
        return len(self._store) - line

    def _nothing(self) -> str:
        """What stands in place of lines."""
        return self.empty_text

    def _bottom(self, width: int) -> list[Strip]:
        """What stands below the lines."""
        return footer(self.new_lines, self._found_text(), self.status_text, width, self._style)

    def _found_text(self) -> str:
        """What stands before the status."""
        return ""

    def _marks(self, row: Row) -> Sequence[Mark]:
        """The parts of a row that are drawn in a style of their own."""
        edge = row.offset + len(row.text)
        return () if row.extra else [(start, min(end, edge), style) for start, end, style in colored(row.line.text)]

    def _styled(self, row: Row) -> Row:
        """The row in the style it is to have."""
        return row

    def _draw_rows(self) -> list[Strip]:
        width = self.size.width
        gutter = self._window.gutter
        selection = self.text_selection
        bar = Strip([Segment("▐", self._style("thumb"))], 1)
        strips = [
            draw(self._styled(row), gutter, width, self._style, selection=selection, marks=self._marks(row))
            for row in self._rows
        ]
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
