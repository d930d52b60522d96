"""One row of a log view: what of a line stands in it, what stands before it, and how both are drawn."""

from __future__ import annotations

from collections.abc import Callable
from itertools import accumulate
from textwrap import wrap
from typing import NamedTuple

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual.selection import Selection
from textual.strip import Strip

from widgets.log_store import LogLine, LogStore
from widgets.log_text import Level, Timestamps, cut, displayed, host_color, level, stamp, wrapped
from widgets.text import clean, middle, one_line

HOST_COLORS = 6
HOST_WIDTH = 12

DAY_MS = 24 * 3600 * 1000

StyleOf = Callable[[str], Style]
"""The style of a part of the log view, by the name of its component class; "" is the view's own."""


class Row(NamedTuple):
    """A part of a line as wide as the view."""

    number: int
    """The line's index in the store."""
    line: LogLine
    level: Level
    offset: int
    """How many characters of the shown line stand before this part."""
    text: str
    continued: bool
    """Whether this is a further row of a wrapped line."""


def cut_row(number: int, line: LogLine, left: int, width: int) -> Row:
    """The row of an unwrapped line scrolled sideways by `left` cells."""
    text = displayed(line.text, left + width)
    offset, part = cut(text, left, width)
    return Row(number, line, level(text), offset, part, False)


def wrapped_rows(number: int, line: LogLine, width: int) -> list[Row]:
    """All rows of a wrapped line."""
    parts = wrapped(line.text, width)
    of_level = level(parts[0])
    offsets = accumulate(map(len, parts), initial=0)
    return [Row(number, line, of_level, offset, part, offset > 0) for offset, part in zip(offsets, parts, strict=False)]


class Gutter:
    """What stands before every line: its time when asked for, and its host when there are several."""

    def __init__(self, store: LogStore, mode: Timestamps) -> None:
        self._mode = mode
        self._first = store[0].timestamp_ms
        last = store[len(store) - 1].timestamp_ms
        self._dated = self._first // DAY_MS != last // DAY_MS
        self._stamp_width = max(len(self._stamp(self._first)), len(self._stamp(last)))
        hosts = store.hosts if len(store.hosts) > 1 else []
        self._host_width = min(HOST_WIDTH, max((cell_len(one_line(host)) for host in hosts), default=0))
        self.width = sum(width + 1 for width in (self._stamp_width, self._host_width) if width)

    def _stamp(self, timestamp_ms: int) -> str:
        return stamp(timestamp_ms, self._mode, self._first, dated=self._dated)

    def parts(self, line: LogLine) -> list[tuple[str, str]]:
        """The name of the component class and the text of each part."""
        parts = []
        if self._stamp_width:
            time = self._stamp(line.timestamp_ms).rjust(self._stamp_width)
            parts.append(("timestamp", set_cell_size(time, self._stamp_width) + " "))
        if self._host_width:
            name = set_cell_size(middle(one_line(line.host), self._host_width), self._host_width)
            parts.append((f"host-{host_color(line.host, HOST_COLORS)}", name + " "))
        return parts


def draw(row: Row, gutter: Gutter, width: int, style_of: StyleOf, selection: Selection | None) -> Strip:
    """The row in `width` cells; each segment carries its place in the log, which is what selecting by mouse reads."""
    span = selection.get_span(row.number) if selection else None
    segments: list[Segment] = []

    def place(name: str, text: str, x: int) -> None:
        style = style_of(name)
        start, end = _span_within(span, x, len(text))
        pieces = ((0, start, style), (start, end, style + style_of("selection")), (end, len(text), style))
        for begin, stop, piece_style in pieces if start < end else ((0, len(text), style),):
            if begin < stop:
                offset = Style.from_meta({"offset": (x + begin, row.number)})
                segments.append(Segment(text[begin:stop], piece_style + offset))

    x = 0
    for name, text in [("", " " * gutter.width)] if row.continued else gutter.parts(row.line):
        place(name, text, x)
        x += len(text)
    place(row.level, set_cell_size(row.text, width - gutter.width), x + row.offset)
    return Strip(segments, width)


def _span_within(span: tuple[int, int] | None, x: int, length: int) -> tuple[int, int]:
    """The part of a selected span (end -1: to the end of the line) that falls on `length` characters from `x` on."""
    if span is None:
        return 0, 0
    start = min(max(0, span[0] - x), length)
    return start, length if span[1] < 0 else min(max(0, span[1] - x), length)


def shown_line(line: LogLine, gutter: Gutter) -> str:
    """The whole line as text, with what stands before it."""
    return "".join(text for _, text in gutter.parts(line)) + displayed(line.text, len(line.text))


def paragraph(text: str, width: int, style: Style) -> list[Strip]:
    """Text of several lines, folded between words."""
    rows = [row for line in clean(text).split("\n") for row in wrap(line, max(1, width)) or [""]]
    return [Strip([Segment(set_cell_size(row, width), style)], width) for row in rows]


def footer(new_lines: int, status: str, width: int, style_of: StyleOf) -> list[Strip]:
    """The row that says how many lines are new below, and the status; no row when there is neither."""
    notice = f"↓ {new_lines:,} new line{'s'[: new_lines > 1]} (f follow)" if new_lines else ""
    status = one_line(status)
    if not notice and not status:
        return []
    notice = (notice + "  ")[:width] if notice else ""
    segments = [
        Segment(notice, style_of("notice")),
        Segment(set_cell_size(status, width - len(notice)), style_of("status")),
    ]
    return [Strip([segment for segment in segments if segment.text], width)]
