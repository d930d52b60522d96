"""Which rows of a log are in view: a place in the log, and the walk from there over lines and wrapped rows."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence

from rich.cells import cell_len

from widgets.log_filter import AllLines, Shown
from widgets.log_json import laid_out
from widgets.log_rows import Gutter, Row, cut_row, extra_rows, wrapped_rows
from widgets.log_store import LogStore
from widgets.log_text import Timestamps, displayed

Position = tuple[int, int]
"""A row of the log: the index of a line, and which of its rows when it is wrapped."""


class LogWindow:
    """A window of `width` cells on a store, its first row at `top`. It looks at no more lines than fit into it."""

    def __init__(self, store: LogStore) -> None:
        self._store = store
        self.width = 0
        self.wrap = False
        self.timestamps: Timestamps = "off"
        self.left = 0
        """Cells by which unwrapped lines are scrolled sideways."""
        self.top: Position = (0, 0)
        self.shown: Shown = AllLines(store)
        """Which lines there are to see."""
        self.unfolded: set[int] = set()
        """Lines whose JSON is laid out below them."""

    @property
    def gutter(self) -> Gutter:
        """What stands before every line."""
        return Gutter(self._store, self.timestamps)

    @property
    def text_width(self) -> int:
        """The cells a line's text has beside the gutter."""
        return max(2, self.width - self.gutter.width)

    def visible(self, height: int) -> list[Row]:
        """The rows in view, at most `height` of them."""
        line, skip = self.top
        text_width = self.text_width
        rows: list[Row] = []
        while len(rows) < height and (shown := self.shown.next(line)) is not None:
            rows.extend(self._rows(shown, text_width)[skip if shown == line else 0 :])
            line, skip = shown + 1, 0
        return rows[:height]

    @property
    def at_start(self) -> bool:
        """Whether nothing stands above the top."""
        return self.top[1] == 0 and self.shown.previous(self.top[0] - 1) is None

    def end(self, height: int) -> Position:
        """The top with which the last row stands at the bottom."""
        return self.walk((len(self._store), 0), -height)

    def walk(self, position: Position, rows: int) -> Position:
        """The position some rows further down, or up when negative: not before the first row, maybe past the last."""
        line, row = position
        if not self.wrap and not self.unfolded and isinstance(self.shown, AllLines):
            return max(0, line + rows), 0
        text_width = self.text_width
        shown = self.shown.next(line)
        if shown != line:
            line, row = len(self._store) if shown is None else shown, 0
        row += rows
        while row < 0 and (previous := self.shown.previous(line - 1)) is not None:
            line = previous
            row += self._height(line, text_width)
        while line < len(self._store) and row >= (height := self._height(line, text_width)):
            following = self.shown.next(line + 1)
            line = len(self._store) if following is None else following
            row -= height
        return line, max(0, row)

    def reaches(self, rows: Sequence[Row], left: int) -> bool:
        """Whether any of the lines has something to show beyond `left` cells."""
        return any(cell_len(displayed(row.line.text, left + 1)) > left for row in rows)

    def thumb(self, rows: Sequence[Row]) -> range:
        """Where beside the rows in view the scroll bar's thumb stands; nowhere when they are the whole log."""
        lines = rows[-1].number - rows[0].number + 1 if rows else 0
        hidden = len(self._store) - lines
        if not rows or not hidden:
            return range(0)
        size = max(1, len(rows) * lines // len(self._store))
        start = round((len(rows) - size) * rows[0].number / hidden)
        return range(start, start + size)

    def shift(self, moved: Sequence[int]) -> None:
        """Stay at the same line after others were put in front of these indices."""
        line, row = self.top
        self.top = (line + bisect_right(moved, line), row)
        self.unfolded = {line + bisect_right(moved, line) for line in self.unfolded}

    def _height(self, index: int, text_width: int) -> int:
        return len(self._rows(index, text_width)) if self.wrap or index in self.unfolded else 1

    def _rows(self, index: int, text_width: int) -> list[Row]:
        line = self._store[index]
        rows = wrapped_rows(index, line, text_width) if self.wrap else [cut_row(index, line, self.left, text_width)]
        if index in self.unfolded:
            rows += extra_rows(index, line, laid_out(line.text), self.left, text_width, wrap=self.wrap)
        return rows
