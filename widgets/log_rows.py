"""One row of a log view: what of a line stands in it, what stands before it, and how both are drawn."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import accumulate, pairwise
from textwrap import wrap
from typing import Literal, NamedTuple

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


Mark = tuple[int, int, Style]
"""From one index of a text up to another, and how it is drawn."""


class Row(NamedTuple):
    """A part of a line as wide as the view."""

    number: int
    """The line's index in the store."""
    line: LogLine
    level: Level | Literal["context"]
    offset: int
    """How many characters of the shown line stand before this part."""
    text: str
    continued: bool
    """Whether this is a further row of the line."""
    shown: str
    """The shown line, as far as it was looked at; of a row of laid out JSON, that row."""
    extra: bool = False
    """Whether it is a row of laid out JSON."""


def cut_row(number: int, line: LogLine, left: int, width: int) -> Row:
    """The row of an unwrapped line scrolled sideways by `left` cells."""
    text = displayed(line.text, left + width)
    offset, part = cut(text, left, width)
    return Row(number, line, level(text), offset, part, False, text)


def wrapped_rows(number: int, line: LogLine, width: int) -> list[Row]:
    """All rows of a wrapped line."""
    parts = wrapped(line.text, width)
    of_level = level(parts[0])
    offsets = accumulate(map(len, parts), initial=0)
    whole = "".join(parts)
    return [
        Row(number, line, of_level, offset, part, offset > 0, whole)
        for offset, part in zip(offsets, parts, strict=False)
    ]


def extra_rows(number: int, line: LogLine, texts: Iterable[str], left: int, width: int, *, wrap: bool) -> list[Row]:
    """Further rows of a line that is shown in full."""
    parts = (part for text in texts for part in (wrapped(text, width) if wrap else (cut(text, left, width)[1],)))
    return [Row(number, line, "", 0, part, True, part, True) for part in parts]


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


def draw(
    row: Row, gutter: Gutter, width: int, style_of: StyleOf, *, selection: Selection | None, marks: Sequence[Mark]
) -> Strip:
    """The row in `width` cells; each segment carries its place in the log, which is what selecting by mouse reads.

    Args:
        row: What to draw.
        gutter: What stands before it.
        width: Cells in all.
        style_of: The styles.
        selection: What is selected by mouse.
        marks: Styles of parts of the shown line, by its indices; later ones lie over earlier ones.
    """
    span = selection.get_span(row.number) if selection else None
    segments: list[Segment] = []

    def place(name: str, text: str, x: int, marks: Sequence[Mark]) -> None:
        style = style_of(name)
        start, end = _span_within(span, x, len(text))
        if start < end:
            marks = [*marks, (start, end, style_of("selection"))]
        for begin, stop, piece_style in _pieces(len(text), style, marks):
            offset = Style.from_meta({"offset": (x + begin, row.number)})
            segments.append(Segment(text[begin:stop], piece_style + offset))

    x = 0
    for name, text in [("", " " * gutter.width)] if row.continued else gutter.parts(row.line):
        place(name, text, x, ())
        x += len(text)
    inner = [(start - row.offset, end - row.offset, style) for start, end, style in marks]
    place(row.level, set_cell_size(row.text, width - gutter.width), x + row.offset, inner)
    return Strip(segments, width)


def _pieces(length: int, style: Style, marks: Sequence[Mark]) -> Iterator[Mark]:
    """A text of this length cut where a mark begins or ends, with the styles of all marks on each piece."""
    if not marks:
        if length:
            yield 0, length, style
        return
    cuts = sorted({0, length, *(min(max(0, at), length) for start, end, _ in marks for at in (start, end))})
    for begin, stop in pairwise(cuts):
        over = [mark for start, end, mark in marks if start <= begin and stop <= end]
        yield begin, stop, Style.combine([style, *over])


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


def footer(new_lines: int, found: str, status: str, width: int, style_of: StyleOf) -> list[Strip]:
    """The row that says how many lines are new below, what was found, and the status; no row when all are empty."""
    notice = f"↓ {new_lines:,} new line{'s'[: new_lines > 1]} (f follow)  " if new_lines else ""
    found = one_line(found) + "  " if found else ""
    status = one_line(status)
    if not notice and not found and not status:
        return []
    strip = Strip(
        [Segment(notice, style_of("notice")), Segment(found, style_of("found")), Segment(status, style_of("status"))]
    )
    return [Strip(segment for segment in strip.adjust_cell_length(width, style_of("status")) if segment.text)]
