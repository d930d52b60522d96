"""A log in which one goes from place to place: matches, errors, times."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from rich.style import Style

from widgets.log_finder import LogFinder
from widgets.log_index import LineIndex
from widgets.log_pattern import Errors, whole
from widgets.log_rows import Mark, Row
from widgets.log_text import parse_time


@dataclass(frozen=True, slots=True)
class _Jump:
    """Where to go as soon as it is known."""

    index: LineIndex
    what: str
    start: int
    forward: bool


class LogJumper(LogFinder):
    """Goes to the next or the previous line of some kind, as soon as it is known which one that is."""

    _errors: LineIndex | None = None
    _jump: _Jump | None = None
    _current: int | None = None
    """The line last gone to."""
    _left_before: int | None = None
    """How far to the right the view stood before a match further right was brought into view."""

    def search(self, text: str) -> None:
        """Mark all matches of a pattern, or none when it is empty; see `widgets.log_pattern`.

        Raises:
            ValueError: If it is not a regular expression.
        """
        before = self._pattern
        super().search(text)
        if self._pattern is not before:
            self._jump = self._current = None
            self._paint()

    def action_match(self, direction: int) -> None:
        """Go to the next match of the search, or the one before."""
        if self._search:
            self._go(self._search, f"match of {self._typed(self._pattern)}", direction)

    def action_error(self, direction: int) -> None:
        """Go to the next error, or the one before."""
        if self._errors is None:
            self._errors = LineIndex(self._store, self._among(Errors()))
        self._go(self._errors, "error", direction)

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

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Leave keys that have nothing to act on to the program around."""
        if action == "match":
            return self._pattern is not None
        return super().check_action(action, parameters)

    def clear(self) -> None:
        """Forget all lines and follow again; search and filter stay."""
        self._jump = self._current = self._left_before = None
        super().clear()

    def action_scroll_sideways(self, direction: int) -> None:
        """Move unwrapped lines by half a screen, and stay there."""
        self._left_before = None
        super().action_scroll_sideways(direction)

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
        if index is self._search:
            self._reveal(line)
        else:
            self._move_back_left()
        self.show_line(line)

    def _reveal(self, line: int) -> None:
        """Move sideways until the first match in the line is in view."""
        if self.wrap or not self._pattern:
            return
        shown = whole(self._store[line].text)
        spans = self._spans(shown, 0, len(shown))
        if not spans:
            return
        start, end = (cell_len(shown[:at]) for at in spans[0])
        window = self._window
        if not window.left <= start <= end <= window.left + window.text_width:
            before = window.left if self._left_before is None else self._left_before
            self._move_back_left()
            if not window.left <= start <= end <= window.left + window.text_width:
                window.left = max(0, start - window.text_width // 2) if end > window.text_width else 0
                self._left_before = before

    def _move_back_left(self) -> None:
        """Undo the move to a match: other lines may have nothing so far to the right."""
        if self._left_before is not None:
            self._window.left, self._left_before = self._left_before, None

    def _to_top(self, line: int, otherwise: str) -> None:
        shown = self._window.shown.next(line)
        if shown is None:
            self._note = otherwise
            self._paint()
            return
        self.follow = False
        self._current = shown
        self._move_back_left()
        self._move_to((shown, 0), upward=shown <= self._window.top[0])

    def _index_again(self) -> None:
        self._errors = None
        self._move_back_left()
        super()._index_again()

    def _shift(self, moved: Callable[[int], int]) -> None:
        super()._shift(moved)
        if self._current is not None:
            self._current = moved(self._current)

    def _unfinished(self) -> Iterator[LineIndex]:
        yield from super()._unfinished()
        if self._jump and not self._jump.index.complete:
            yield self._jump.index

    @property
    def _busy(self) -> bool:
        return self._jump is not None or super()._busy

    def _arrive(self) -> None:
        super()._arrive()
        if self._jump and self._jump.index.complete:
            jump, self._jump = self._jump, None
            self._land(jump)

    def _found_text(self) -> str:
        parts = [super()._found_text()]
        errors, line = self._errors, self._current
        if errors and line is not None and errors.first_from(line) == line:
            parts.insert(0, f"error {errors.rank(line) + 1:,} of {errors.count:,}")
        return " · ".join(filter(None, parts))

    def _search_text(self, search: LineIndex) -> str:
        if self._current is None or search.first_from(self._current) != self._current:
            return super()._search_text(search)
        return f"match {search.rank(self._current) + 1:,} of {search.count:,}"

    def _marks(self, row: Row) -> Sequence[Mark]:
        marks = super()._marks(row)
        if row.number != self._current:
            return marks
        style = self._style("here")
        ground = Style(bgcolor=style.bgcolor, underline=style.underline)
        return [(row.offset, row.offset + self.size.width, ground), *marks]

    def _match_style(self, row: Row) -> Style:
        return self._style("current") if row.number == self._current else super()._match_style(row)
