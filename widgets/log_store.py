"""Millions of log lines in little memory, always in the order of time.

The lines lie in segments of a few thousand. Appending touches the last segment, a late line only the segment it falls
into, an older page only the first. A segment's text is one buffer, which is searched as a whole and moves to a
temporary file when the log outgrows its memory.
"""

from __future__ import annotations

import sys
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import accumulate, groupby
from operator import attrgetter

from widgets.log_bars import LiveBars
from widgets.log_segment import Key, Line, LogLine, Segment
from widgets.log_spill import SpillFile

__all__ = ["MEMORY_BYTES", "Line", "LogLine", "LogStore"]

MEMORY_BYTES = 128 << 20
"""Text kept in memory by default; older text goes to a temporary file."""

_key: Callable[[Line], Key] = attrgetter("timestamp_ms", "host")


class LogStore:
    """Lines ordered by (timestamp, host), lines of equal key in the order of their sequence.

    `append` takes lines that follow the stored ones in their host's sequence, `prepend` lines that precede them; their
    timestamps may interleave with the stored ones in any way. Telling repeated lines apart is the caller's business.
    A line that brings a progress bar further than its host's last line takes the place of that one.
    """

    def __init__(self, memory_bytes: int = MEMORY_BYTES) -> None:
        self._memory_bytes = memory_bytes
        self._spill_file: SpillFile | None = None
        self._bars = LiveBars()
        self._host_numbers: dict[str, int] = {}
        self._hosts: list[str] = []
        self._segments: list[Segment] = []
        self._version = 0
        self._starts: list[int] = []
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, index: int) -> LogLine:
        if not 0 <= index < self._count:
            raise IndexError(f"line {index} of a log of {self._count} lines")
        number = bisect_right(self._starts, index) - 1
        return self._segments[number].line(index - self._starts[number])

    def __iter__(self) -> Iterator[LogLine]:
        for segment in self._segments:
            for index in range(len(segment)):
                yield segment.line(index)

    @property
    def segments(self) -> Sequence[Segment]:
        """The runs of lines; one that is not the last is replaced when a line is merged into it."""
        return self._segments

    @property
    def starts(self) -> Sequence[int]:
        """The index of each segment's first line."""
        return self._starts

    @property
    def version(self) -> int:
        """Another number whenever something came in or went."""
        return self._version

    @property
    def hosts(self) -> Sequence[str]:
        """The names of all hosts, in the order in which they were first seen."""
        return self._hosts

    def clear(self) -> None:
        """Forget every line and host."""
        self._host_numbers.clear()
        self._hosts = []
        self._segments.clear()
        self._starts.clear()
        self._bars.clear()
        self._count = 0
        self._version += 1

    def find_time(self, timestamp_ms: int) -> int:
        """The index of the first line that is not older; the number of lines when all are."""
        number = max(0, bisect_left(self._segments, timestamp_ms, key=lambda segment: segment.times[0]) - 1)
        if not self._segments:
            return 0
        return self._starts[number] + bisect_left(self._segments[number].times, timestamp_ms)

    def append(self, lines: Iterable[Line]) -> list[int]:
        """Add newer lines, and say where those that came late went.

        Returns:
            The old index in front of which each late line was put, ascending; lines added at the end are not in it.
        """
        batch, replaced = self._bars.fold(sorted(lines, key=_key))
        for index, text in replaced.items():
            number = bisect_right(self._starts, index) - 1
            self._segments[number].replace(index - self._starts[number], text)
        late = bisect_left(batch, self._segments[-1].last_key, key=_key) if self._segments else 0
        moved = self._merge(batch[:late], older=False)
        self._bars.stored(moved, self._count)
        self._push(batch[late:])
        self._shrink()
        return moved

    def prepend(self, lines: Iterable[Line]) -> list[int]:
        """Add older lines, and say in front of which old index each was put, ascending."""
        if not self._segments:
            before = self._count
            self.append(lines)
            return [0] * (self._count - before)
        batch = LiveBars().fold(sorted(lines, key=_key))[0]
        moved = self._merge(batch, older=True)
        self._bars.stored(moved, self._count)
        self._shrink()
        return moved

    def _shrink(self) -> None:
        """Keep to the memory: text of the oldest segments goes to the file. Without room there, it stays."""
        self._version += 1
        excess = sum(segment.resident for segment in self._segments) - self._memory_bytes
        for segment in self._segments[:-1]:
            if excess <= 0:
                break
            if size := segment.resident:
                try:
                    self._spill_file = self._spill_file or SpillFile()
                    segment.spill(self._spill_file)
                except OSError:
                    self._memory_bytes = sys.maxsize
                    break
                excess -= size

    def _push(self, batch: Sequence[Line]) -> None:
        """Add ordered lines that belong at the end."""
        done = 0
        while done < len(batch):
            if not self._segments or not self._segments[-1].room:
                if self._segments:
                    self._segments[-1].seal()
                self._starts.append(self._count)
                self._segments.append(Segment(self._hosts))
            segment = self._segments[-1]
            piece = batch[done : done + segment.room]
            self._fill(segment, piece)
            self._count += len(piece)
            done += len(piece)

    def _merge(self, batch: Sequence[Line], *, older: bool) -> list[int]:
        """Put ordered lines in front of (older) or behind the stored lines of equal key."""

        bounds = [segment.last_key if older else segment.first_key for segment in self._segments]

        def segment_of(line: Line) -> int:
            if older:
                return min(bisect_left(bounds, _key(line)), len(bounds) - 1)
            return max(0, bisect_right(bounds, _key(line)) - 1)

        moved: list[int] = []
        merged: list[tuple[int, Segment]] = []
        for number, group in groupby(batch, segment_of):
            addition = Segment(self._hosts)
            self._fill(addition, list(group))
            positions = self._segments[number].positions(addition, older=older)
            moved.extend(self._starts[number] + position for position in positions)
            merged.append((number, self._segments[number].merged(addition, positions)))
        for number, segment in reversed(merged):
            self._segments[number : number + 1] = segment.split()
        if merged:
            *self._starts, self._count = accumulate(map(len, self._segments), initial=0)
        return moved

    def _fill(self, segment: Segment, lines: Sequence[Line]) -> None:
        numbers = self._host_numbers
        for host in dict.fromkeys(line.host for line in lines):
            if host not in numbers:
                numbers[host] = len(self._hosts)
                self._hosts.append(host)
        segment.add(
            [line.text for line in lines],
            [line.timestamp_ms for line in lines],
            [numbers[line.host] for line in lines],
        )
