"""Which lines of a log are shown: all, or those that match, with some lines around them."""

from __future__ import annotations

from typing import Protocol

from widgets.cpu_limit import TooSlow
from widgets.log_index import LineIndex
from widgets.log_pattern import Both, Finder, Pattern, whole
from widgets.log_store import LogStore


class Shown(Protocol):
    """The lines that are shown."""

    def next(self, line: int) -> int | None:
        """The first shown line that is this one or stands after it."""

    def previous(self, line: int) -> int | None:
        """The last shown line that is this one or stands before it."""


class AllLines:
    """Every line is shown."""

    def __init__(self, store: LogStore) -> None:
        self._store = store

    def next(self, line: int) -> int | None:
        """The line itself."""
        return line if line < len(self._store) else None

    def previous(self, line: int) -> int | None:
        """The line itself."""
        return line if line >= 0 else None


class LogFilter:
    """Lines with one pattern and without another are matches; shown are those and `context` lines on either side.

    A line with the excluded pattern is never shown, not even as context.
    """

    def __init__(self, store: LogStore, include: Pattern | None, exclude: Pattern | None) -> None:
        if include is None and exclude is None:
            raise ValueError("a filter needs a pattern")
        self.include = include
        self.exclude = exclude
        self.context = 0
        self._store = store
        finder: Finder | None = include
        if exclude:
            finder = Both(include, exclude, but=True)
        assert finder
        self.matches = LineIndex(store, finder)

    def next(self, line: int) -> int | None:
        """The first shown line that is this one or stands after it."""
        line = max(0, line)
        while (match := self.matches.first_from(line - self.context)) is not None:
            line = max(line, match - self.context, 0)
            if line >= len(self._store):
                return None
            if not self._excluded(line):
                return line
            line += 1
        return None

    def previous(self, line: int) -> int | None:
        """The last shown line that is this one or stands before it."""
        line = min(line, len(self._store) - 1)
        while line >= 0 and (match := self.matches.last_until(line + self.context)) is not None:
            line = min(line, match + self.context)
            if not self._excluded(line):
                return line
            line -= 1
        return None

    def _excluded(self, line: int) -> bool:
        if not self.context or self.exclude is None or self.matches.too_slow:
            return False
        try:
            return self.exclude.matches(whole(self._store[line].text))
        except TooSlow:
            self.matches.too_slow = True
            return False
