"""A log view in which one looks for things: search, filter, next error, times."""

from __future__ import annotations

import asyncio
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from time import monotonic

from rich.cells import cell_len

from widgets.log_filter import AllLines, LogFilter
from widgets.log_index import LineIndex
from widgets.log_pattern import Both, Errors, Finder, Pattern, whole
from widgets.log_prompt import PromptKind
from widgets.log_rows import Mark, Row
from widgets.log_scroller import LogScroller
from widgets.log_text import parse_time
from widgets.log_window import Position

SLICE = 0.008
"""Seconds of looking before the keyboard gets its turn."""

PROGRESS_INTERVAL = 0.15
"""Seconds between two repaints that say how far the looking is."""

MOST_CONTEXT = 9

_AT_ONCE = 0.004
"""Seconds spent on lines that have just come in before the screen is painted."""


@dataclass(frozen=True, slots=True)
class _Jump:
    """Where to go as soon as it is known."""

    index: LineIndex
    what: str
    start: int
    forward: bool


@dataclass(frozen=True, slots=True)
class _Place:
    """Where the view stood before it was filtered, and where the filter put it."""

    top: Position
    follow: bool
    filtered_top: Position


class LogFinder(LogScroller):
    """Search marks every match and leaves all lines in view; a filter hides lines. Each knows nothing of the other,
    but that under a filter search and errors go through the lines that match it."""

    _pattern: Pattern | None = None
    _search: LineIndex | None = None
    _filter: LogFilter | None = None
    _next_filter: LogFilter | None = None
    _errors: LineIndex | None = None
    _jump: _Jump | None = None
    _current: int | None = None
    _place: _Place | None = None
    _around = 0
    _note = ""
    _looking = False
    _asked = False

    @property
    def match_count(self) -> int:
        """How many lines the search has found so far."""
        return self._search.count if self._search else 0

    @property
    def shown_count(self) -> int:
        """How many lines match the filter, context not counted; all lines when there is none."""
        return self._filter.matches.count if self._filter else len(self._store)

    @property
    def looking(self) -> bool:
        """Whether a search, a filter or a jump is still under way."""
        return self._looking

    def search(self, text: str) -> None:
        """Mark all matches of a pattern, or none when it is empty; see `widgets.log_pattern`.

        Raises:
            ValueError: If it is not a regular expression.
        """
        if text == self._typed(self._pattern):
            return
        self._pattern = Pattern.parse(text) if text else None
        self._jump = self._current = None
        self._index_again()
        self._paint()

    def filter(self, include: str = "", exclude: str = "") -> None:
        """Show only lines with one pattern and without another, as soon as they are found; without either, all.

        Raises:
            ValueError: If one of them is not a regular expression.
        """
        if (include, exclude) == (self._filter_text("filter"), self._filter_text("exclude")):
            return
        included = Pattern.parse(include) if include else None
        excluded = Pattern.parse(exclude) if exclude else None
        if included or excluded:
            self._next_filter = LogFilter(self._store, included, excluded)
            self._next_filter.context = self._around
            self._look()
        else:
            self._next_filter = None
            self._use_filter(None)

    def action_match(self, direction: int) -> None:
        """Go to the next match of the search, or the one before."""
        if self._search:
            self._go(self._search, f"match of {self._typed(self._pattern)}", direction)

    def action_error(self, direction: int) -> None:
        """Go to the next error, or the one before."""
        if self._errors is None:
            self._errors = LineIndex(self._store, self._among(Errors()))
        self._go(self._errors, "error", direction)

    def action_context(self, lines: int) -> None:
        """Show more or fewer lines around those that the filter finds."""
        self._around = min(max(0, self._around + lines), MOST_CONTEXT)
        for only in (self._filter, self._next_filter):
            if only:
                only.context = self._around
        self._paint()

    def action_jump_time(self, seconds: int, direction: int) -> None:
        """Go to the first line of the next minute, hour, or whatever lasts so many seconds, or of the one before."""
        self._catch_up()
        if not self._rows:
            return
        here, unit = self._rows[0].number, seconds * 1000
        if direction > 0:
            line = self._store.find_time((self._store[here].timestamp_ms // unit + 1) * unit)
        else:
            line = self._store.find_time(self._store[max(0, here - 1)].timestamp_ms // unit * unit)
        self._to_top(line, "no later line")

    def go_to_time(self, text: str) -> None:
        """Go to a time of day on the day of the first line in view, or to a date and time.

        Raises:
            ValueError: If it is neither; the text is for a person.
        """
        self._catch_up()
        if self._rows:
            near = self._store[self._rows[0].number].timestamp_ms
            moment = parse_time(text, near, local=self.timestamps == "local")
            self._to_top(self._store.find_time(moment), "no line is so late")

    def action_clear_found(self) -> None:
        """Take back the search, or when there is none the filter."""
        if self._pattern:
            self.search("")
        else:
            self.filter()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Leave keys that have nothing to act on to the program around."""
        match action:
            case "match":
                return self._pattern is not None
            case "context":
                return self._filter is not None and self._filter.include is not None
            case "clear_found":
                return bool(self._pattern or self._filter or self._next_filter)
        return super().check_action(action, parameters)

    def on_mount(self) -> None:
        """Look for what was asked for before."""
        self._look()

    def clear(self) -> None:
        """Forget all lines and follow again; search and filter stay."""
        self._jump = self._current = self._place = None
        super().clear()
        self._look()

    def _typed(self, pattern: Pattern | None) -> str:
        return pattern.source if pattern else ""

    def _filter_text(self, kind: PromptKind) -> str:
        only = self._next_filter or self._filter
        if only is None:
            return ""
        return self._typed({"filter": only.include, "exclude": only.exclude}.get(kind))

    def _among(self, finder: Finder) -> Finder:
        """What a finder means among the lines that match the filter."""
        return Both(self._filter.matches.finder, finder) if self._filter else finder

    def _index_again(self) -> None:
        """Search and errors go through other lines now."""
        self._search = LineIndex(self._store, self._among(self._pattern)) if self._pattern else None
        self._errors = None
        self._asked = True
        self._look()

    def _use_filter(self, only: LogFilter | None) -> None:
        if self._filter is None and only is None:
            return
        self._catch_up()
        window, place = self._window, self._place
        if place and window.top == place.filtered_top and self.follow == place.follow:
            window.top = place.top
        top = window.top
        self._filter = only
        window.shown = only or AllLines(self._store)
        self._index_again()
        self._paint()
        self._place = _Place(top, self.follow, window.top) if only else None

    def _go(self, index: LineIndex | None, what: str, direction: int, *, here: bool = False) -> None:
        """Go to one of the lines of an index, from the last one or the first in view on."""
        self._catch_up()
        if index is None or not self._rows:
            return
        first, last = self._rows[0].number, self._rows[-1].number
        if self._current is not None and first <= self._current <= last:
            start = self._current + direction * (not here)
        else:
            start = first if direction > 0 else last
        self._jump = _Jump(index, what, start, direction > 0)
        self._look()

    def _land(self, jump: _Jump) -> None:
        index = jump.index
        line = index.first_from(jump.start) if jump.forward else index.last_until(jump.start)
        if line is None:
            line = index.line(0 if jump.forward else index.count - 1)
            self._note = "from the top" if jump.forward else "from the end"
        if line is None:
            self._note = f"no {jump.what}"
            self._paint()
            return
        self._current = line
        self.follow = False
        self._reveal(line)
        self.show_line(line)

    def _reveal(self, line: int) -> None:
        """Move sideways until the first match in the line is in view."""
        if self.wrap or not self._pattern:
            return
        shown = whole(self._store[line].text)
        spans = self._pattern.spans(shown, 0, len(shown))
        if not spans:
            return
        start, end = (cell_len(shown[:at]) for at in spans[0])
        window = self._window
        if not window.left <= start <= end <= window.left + window.text_width:
            window.left = max(0, start - window.text_width // 2) if end > window.text_width else 0

    def _to_top(self, line: int, otherwise: str) -> None:
        shown = self._window.shown.next(line)
        if shown is None:
            self._note = otherwise
            self._paint()
            return
        self.follow = False
        self._current = shown
        self._move_to((shown, 0), upward=shown <= self._window.top[0])

    def _added(self, moved: list[int]) -> None:
        if moved:
            self._shift(lambda line: line + bisect_right(moved, line))
        super()._added(moved)
        self._look()

    def _shift(self, moved: Callable[[int], int]) -> None:
        """Lines have moved: find those again that are remembered."""
        if self._current is not None:
            self._current = moved(self._current)
        if self._place:
            (top, row), (filtered, part) = self._place.top, self._place.filtered_top
            self._place = _Place((moved(top), row), self._place.follow, (moved(filtered), part))

    def _unfinished(self) -> Iterator[LineIndex]:
        """What there is to look through."""
        for index in (
            self._next_filter and self._next_filter.matches,
            self._filter and self._filter.matches,
            self._search,
            self._jump and self._jump.index,
        ):
            if index and not index.complete:
                yield index

    def _look(self) -> None:
        if (
            self.is_attached
            and not self._looking
            and (next(self._unfinished(), None) or self._next_filter or self._jump)
        ):
            self._looking = True
            self.run_worker(self._look_through(), group="log-index")

    async def _look_through(self) -> None:
        """Look for everything asked for, a slice at a time."""
        painted = monotonic()
        try:
            while (index := next(self._unfinished(), None)) or self._next_filter or self._jump:
                if index:
                    index.work(SLICE)
                self._arrive()
                if monotonic() - painted > PROGRESS_INTERVAL:
                    self._paint()
                    painted = monotonic()
                await asyncio.sleep(0)
        finally:
            self._looking = False
        self._paint_soon()

    def _arrive(self) -> None:
        """Use what is found by now."""
        if self._next_filter and self._next_filter.matches.complete:
            only, self._next_filter = self._next_filter, None
            self._use_filter(only)
        if self._jump and self._jump.index.complete:
            jump, self._jump = self._jump, None
            self._land(jump)
        if self._asked and not next(self._unfinished(), None):
            self._asked = False
            self._paint()

    def _settle(self) -> None:
        for index in (self._filter and self._filter.matches, self._search):
            if index:
                index.work(_AT_ONCE)
        super()._settle()

    def _lines_from(self, line: int) -> int:
        return (
            self._filter.matches.count - self._filter.matches.rank(line) if self._filter else super()._lines_from(line)
        )

    def _nothing(self) -> str:
        return "No line matches the filter." if self._filter and self._store else super()._nothing()

    def _found_text(self) -> str:
        parts = [self._note]
        index = next(self._unfinished(), None)
        if index and index.progress < 1:
            parts.append(f"looking… {index.progress:.0%}")
        if self._search:
            count = self._search.count
            known = self._current is not None and self._search.first_from(self._current) == self._current
            rank = f"{self._search.rank(self._current or 0) + 1:,} of " if known else ""
            parts.append(f"match {rank}{count:,}" if rank else f"{count:,} match{'es'[: 2 * (count != 1)]}")
        if self._filter:
            include, exclude = self._filter_text("filter"), self._filter_text("exclude")
            patterns = " ".join(sign + text for sign, text in (("&", include), ("!", exclude)) if text)
            context = f" ±{self._around}" if include and self._around else ""
            parts.append(f"{patterns}{context}: {self._filter.matches.count:,} of {len(self._store):,} lines")
        return " · ".join(filter(None, parts))

    def _marks(self, row: Row) -> Sequence[Mark]:
        marks = super()._marks(row)
        if self._pattern is None:
            return marks
        style = self._style("current" if row.number == self._current else "match")
        edge = row.offset + len(row.text)
        spans = self._pattern.spans(row.shown, row.offset, edge)
        return [*marks, *((start, min(stop, edge), style) for start, stop in spans)]

    def _styled(self, row: Row) -> Row:
        if (
            self._filter
            and self._around
            and row.level == ""
            and self._filter.matches.first_from(row.number) != row.number
        ):
            return row._replace(level="context")
        return row
