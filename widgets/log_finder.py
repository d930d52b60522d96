"""A log in which one looks for things: a search marks lines, a filter hides lines."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from time import monotonic

from rich.style import Style
from textual import work

from widgets.cpu_limit import TooSlow
from widgets.log_filter import AllLines, LogFilter
from widgets.log_index import LineIndex
from widgets.log_pattern import Both, Finder, Pattern
from widgets.log_prompt import PromptKind
from widgets.log_rows import Mark, Row
from widgets.log_scroller import LogScroller
from widgets.log_window import Position
from widgets.slices import SLICE, give_way

TOO_SLOW = "this regular expression takes too long: is there a repeat within a repeat, as in (a+)+?"

PROGRESS_INTERVAL = 0.15
"""Seconds between two repaints that say how far the looking is."""

MOST_CONTEXT = 9

_AT_ONCE = 0.004
"""Seconds spent on lines that have just come in before the screen is painted."""


@dataclass(frozen=True, slots=True)
class _Place:
    """Where the view stood before it was filtered, and where the filter put it."""

    top: Position
    follow: bool
    filtered_top: Position


class LogFinder(LogScroller):
    """Search marks every match and leaves all lines in view; a filter hides lines. Each knows nothing of the other,
    but that under a filter the search goes through the lines that match it."""

    _pattern: Pattern | None = None
    _search: LineIndex | None = None
    _filter: LogFilter | None = None
    _next_filter: LogFilter | None = None
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
        """Whether something that was asked for is still being looked for."""
        return self._looking

    def search(self, text: str) -> None:
        """Mark all matches of a pattern, or none when it is empty; see `widgets.log_pattern`.

        Raises:
            ValueError: If it is not a regular expression.
        """
        if text == self._typed(self._pattern):
            return
        self._pattern = Pattern.parse(text) if text else None
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

    def action_context(self, lines: int) -> None:
        """Show more or fewer lines around those that the filter finds."""
        self._around = min(max(0, self._around + lines), MOST_CONTEXT)
        for only in (self._filter, self._next_filter):
            if only:
                only.context = self._around
        self._paint()

    def action_clear_found(self) -> None:
        """Take back the search, or when there is none the filter."""
        if self._pattern:
            self.search("")
        else:
            self.filter()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Leave keys that have nothing to act on to the program around."""
        match action:
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
        self._place = None
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
        """The search goes through other lines now."""
        self._search = LineIndex(self._store, self._among(self._pattern)) if self._pattern else None
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

    def _added(self, moved: list[int]) -> None:
        if moved:
            self._shift(lambda line: line + bisect_right(moved, line))
        super()._added(moved)
        self._look()

    def _shift(self, moved: Callable[[int], int]) -> None:
        """Lines have moved: find those again that are remembered."""
        if self._place:
            (top, row), (filtered, part) = self._place.top, self._place.filtered_top
            self._place = _Place((moved(top), row), self._place.follow, (moved(filtered), part))

    def _unfinished(self) -> Iterator[LineIndex]:
        """What there is to look through."""
        for index in (
            self._next_filter and self._next_filter.matches,
            self._filter and self._filter.matches,
            self._search,
        ):
            if index and not index.complete:
                yield index

    @property
    def _busy(self) -> bool:
        """Whether there is something to look through, or to do when that is done."""
        given_up = self._search is not None and self._search.too_slow
        return given_up or self._next_filter is not None or next(self._unfinished(), None) is not None

    def _look(self) -> None:
        if self.is_attached and not self._looking and self._busy:
            self._looking = True
            self._look_through()

    @work(group="log-index")
    async def _look_through(self) -> None:
        """Look for everything asked for, a slice at a time."""
        painted = monotonic()
        try:
            while self._busy:
                await give_way()
                if index := next(self._unfinished(), None):
                    index.work(SLICE)
                self._arrive()
                if monotonic() - painted > PROGRESS_INTERVAL:
                    self._paint()
                    painted = monotonic()
        finally:
            self._looking = False
        self._paint_soon()

    def _arrive(self) -> None:
        """Use what is found by now."""
        self._give_up()
        if self._next_filter and self._next_filter.matches.complete:
            only, self._next_filter = self._next_filter, None
            if only.matches.too_slow:
                self._note = TOO_SLOW
            else:
                self._use_filter(only)
        if self._asked and not next(self._unfinished(), None):
            self._asked = False
            self._paint()

    def _give_up(self) -> None:
        """Search no more for something that would take for ever."""
        if self._search and self._search.too_slow:
            self.search("")
            self._note = TOO_SLOW
            self._paint()

    def _settle(self) -> None:
        for index in (self._filter and self._filter.matches, self._search):
            if index:
                index.work(_AT_ONCE)
        self._look()
        super()._settle()

    def _lines_from(self, line: int) -> int:
        found = self._filter.matches if self._filter else None
        return found.count - found.rank(line) if found else super()._lines_from(line)

    def _nothing(self) -> str:
        return "No line matches the filter." if self._filter and self._store else super()._nothing()

    def _found_text(self) -> str:
        parts = [self._note]
        index = next(self._unfinished(), None)
        if index and index.progress < 1:
            parts.append(f"looking… {index.progress:.0%}")
        if self._search:
            parts.append(self._search_text(self._search))
        if self._filter:
            include, exclude = self._filter_text("filter"), self._filter_text("exclude")
            patterns = " ".join(sign + text for sign, text in (("&", include), ("!", exclude)) if text)
            context = f" ±{self._around}" if include and self._around else ""
            parts.append(f"{patterns}{context}: {self._filter.matches.count:,} of {len(self._store):,} lines")
            if self._filter.matches.too_slow:
                parts.append(TOO_SLOW)
        return " · ".join(filter(None, parts))

    def _search_text(self, search: LineIndex) -> str:
        """How many lines the search has found."""
        return f"{search.count:,} match{'es'[: 2 * (search.count != 1)]}"

    def _marks(self, row: Row) -> Sequence[Mark]:
        style, edge = self._match_style(row), row.offset + len(row.text)
        spans = self._spans(row.shown, row.offset, edge)
        return [*super()._marks(row), *((start, min(stop, edge), style) for start, stop in spans)]

    def _match_style(self, _row: Row) -> Style:
        """How matches in a row are drawn."""
        return self._style("match")

    def _spans(self, shown: str, start: int, stop: int) -> list[tuple[int, int]]:
        """Where the search stands in a line; in none any more as soon as one takes too long."""
        if self._pattern is None or self._search is None or self._search.too_slow:
            return []
        try:
            return self._pattern.spans(shown, start, stop)
        except TooSlow:
            self._search.too_slow = True
            self.call_later(self._give_up)
            return []

    def _styled(self, row: Row) -> Row:
        only = self._filter if self._around and row.level == "" else None
        return row._replace(level="context") if only and only.matches.first_from(row.number) != row.number else row
