"""Which lines of a log a search or a filter means: found in slices, so that nobody waits, and kept up to date."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from itertools import accumulate
from time import perf_counter

from widgets.cpu_limit import TooSlow
from widgets.log_pattern import Finder, found
from widgets.log_segment import Segment
from widgets.log_store import LogStore

_FIRST_PIECE, _LARGEST_PIECE = 128, 2048
"""Lines looked at between two looks at the clock: as many as take about `_PIECE_SECONDS`."""

_PIECE_SECONDS = 0.001


class _Found:
    """What was found in a segment."""

    __slots__ = ("edits", "lines", "scanned")

    def __init__(self, edits: int) -> None:
        self.edits = edits
        self.scanned = 0
        self.lines = array("I")


class LineIndex:
    """The lines that a finder means, by their index in the store.

    What came into the store since the last `work` does not count as found yet.
    """

    def __init__(self, store: LogStore, finder: Finder) -> None:
        self.finder = finder
        self.too_slow = False
        """Whether the finder was given up because a few lines took it far too long."""
        self._store = store
        self._found: dict[Segment, _Found] = {}
        self._before = [0]
        self._synced = -1
        self._started = -1
        self._number = 0
        self._complete = -1
        self._piece = _FIRST_PIECE

    @property
    def complete(self) -> bool:
        """Whether every line was looked at, or no more will be."""
        return self.too_slow or self._complete == self._store.version

    @property
    def progress(self) -> float:
        """Which part of the segments was looked at, 0 to 1."""
        return min(1.0, len(self._found) / max(1, len(self._store.segments)))

    def work(self, seconds: float) -> bool:
        """Look at more lines, for about so long, and say whether that is all."""
        if self.complete:
            return True
        if self._started != self._store.version:
            self._start()
        until = perf_counter() + seconds
        self._synced = -1
        segments = self._store.segments
        while self._number < len(segments):
            segment = segments[self._number]
            state = self._found.get(segment)
            if state is None:
                state = self._found[segment] = _Found(segment.edits)
            while state.scanned < len(segment):
                if not self._look(segment, state):
                    return True
                if perf_counter() > until:
                    return False
            self._number += 1
        self._complete = self._started
        return True

    def _start(self) -> None:
        """Begin at the first segment again, and keep what is known of those that are as they were."""
        self._started, self._number = self._store.version, 0
        self._found = {
            segment: self._found[segment]
            for segment in self._store.segments
            if segment in self._found and self._found[segment].edits == segment.edits
        }

    def _look(self, segment: Segment, state: _Found) -> bool:
        """Look at the next piece of a segment; False when that is given up."""
        stop = min(state.scanned + self._piece, len(segment))
        start = perf_counter()
        try:
            lines = found(self.finder, segment, state.scanned, stop)
        except TooSlow:
            self.too_slow = self._piece == 1
            self._piece = 1
            return not self.too_slow
        state.lines.extend(lines)
        state.scanned = stop
        if perf_counter() - start < _PIECE_SECONDS / 2:
            self._piece = min(self._piece * 2, _LARGEST_PIECE)
        elif perf_counter() - start > _PIECE_SECONDS:
            self._piece = max(self._piece // 2, 1)
        return True

    @property
    def count(self) -> int:
        """How many lines are found."""
        self._sync()
        return self._before[-1]

    def rank(self, line: int) -> int:
        """How many of the lines stand before this one."""
        self._sync()
        number = self._segment_of(line)
        if number < 0:
            return 0
        return self._before[number] + bisect_left(self._lines(number), line - self._store.starts[number])

    def line(self, rank: int) -> int | None:
        """The line before which so many others stand."""
        self._sync()
        if not 0 <= rank < self._before[-1]:
            return None
        number = bisect_left(self._before, rank + 1) - 1
        return self._store.starts[number] + self._lines(number)[rank - self._before[number]]

    def first_from(self, line: int) -> int | None:
        """The first of the lines that is this one or stands after it."""
        return self.line(self.rank(line))

    def last_until(self, line: int) -> int | None:
        """The last of the lines that is this one or stands before it."""
        return self.line(self.rank(line + 1) - 1)

    def _segment_of(self, line: int) -> int:
        return bisect_left(self._store.starts, line + 1) - 1

    def _lines(self, number: int) -> array[int]:
        state = self._found.get(self._store.segments[number])
        return state.lines if state else array("I")

    def _sync(self) -> None:
        if self._synced != self._store.version:
            self._synced = self._store.version
            numbers = range(len(self._store.segments))
            self._before = list(accumulate((len(self._lines(number)) for number in numbers), initial=0))
