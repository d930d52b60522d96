"""Millions of log lines in little memory, always in the order of time.

The lines lie in segments of a few thousand: one buffer of UTF-8, and beside it arrays of offsets, timestamps and host
numbers, 14 bytes a line. Appending touches the last segment, a late line only the segment it falls into, an older page
only the first. A segment's buffer is plain newline-separated text, so it can be searched, saved or moved to a file as
it is.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, groupby, islice
from math import ceil
from operator import attrgetter
from typing import Protocol

SEGMENT_LINES = 4096
"""Lines in one segment at most; a late line costs a copy of its segment."""

SEGMENT_BYTES = 1 << 20
"""Text in one segment, not counting what its last batch adds: long lines fill a segment before the line limit does."""

Key = tuple[int, str]
"""What lines are ordered by: timestamp and host."""


class Line(Protocol):
    """What a line that comes in must say; any value with these attributes will do."""

    @property
    def timestamp_ms(self) -> int:
        """Milliseconds since the epoch."""

    @property
    def host(self) -> str:
        """Who wrote it."""

    @property
    def text(self) -> str:
        """What was written."""


@dataclass(frozen=True, slots=True)
class LogLine:
    """One line of one host's log; the timestamp is in milliseconds since the epoch."""

    timestamp_ms: int
    host: str
    text: str


_key = attrgetter("timestamp_ms", "host")


class LogStore:
    """Lines ordered by (timestamp, host), lines of equal key in the order of their sequence.

    `append` takes lines that follow the stored ones in their host's sequence, `prepend` lines that precede them; their
    timestamps may interleave with the stored ones in any way. Telling repeated lines apart is the caller's business.
    """

    def __init__(self) -> None:
        self._host_numbers: dict[str, int] = {}
        self._hosts: list[str] = []
        self._segments: list[_Segment] = []
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
    def hosts(self) -> Sequence[str]:
        """The names of all hosts, in the order in which they were first seen."""
        return self._hosts

    def clear(self) -> None:
        """Forget every line and host."""
        self._host_numbers.clear()
        self._hosts = []
        self._segments.clear()
        self._starts.clear()
        self._count = 0

    def append(self, lines: Iterable[Line]) -> list[int]:
        """Add newer lines, and say where those that came late went.

        Returns:
            The old index in front of which each late line was put, ascending; lines added at the end are not in it.
        """
        batch = sorted(lines, key=_key)
        late = bisect_left(batch, self._segments[-1].last_key, key=_key) if self._segments else 0
        moved = self._merge(batch[:late], older=False)
        self._push(batch[late:])
        return moved

    def prepend(self, lines: Iterable[Line]) -> list[int]:
        """Add older lines, and say in front of which old index each was put, ascending."""
        batch = sorted(lines, key=_key)
        if self._segments:
            return self._merge(batch, older=True)
        self._push(batch)
        return [0] * len(batch)

    def _push(self, batch: Sequence[Line]) -> None:
        """Add ordered lines that belong at the end."""
        done = 0
        while done < len(batch):
            if not self._segments or self._segments[-1].full:
                self._starts.append(self._count)
                self._segments.append(_Segment(self._hosts))
            segment = self._segments[-1]
            piece = batch[done : done + SEGMENT_LINES - len(segment)]
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
        merged: list[tuple[int, _Segment]] = []
        for number, group in groupby(batch, segment_of):
            addition = _Segment(self._hosts)
            self._fill(addition, list(group))
            positions = self._segments[number].positions(addition, older=older)
            moved.extend(self._starts[number] + position for position in positions)
            merged.append((number, self._segments[number].merged(addition, positions)))
        for number, segment in reversed(merged):
            self._segments[number : number + 1] = segment.split()
        if merged:
            *self._starts, self._count = accumulate(map(len, self._segments), initial=0)
        return moved

    def _fill(self, segment: _Segment, lines: Sequence[Line]) -> None:
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


class _Segment:
    """A run of lines: line i is `text[offsets[i]:offsets[i + 1]]`, its last byte a newline."""

    __slots__ = ("_names", "hosts", "offsets", "text", "times")

    def __init__(self, names: Sequence[str]) -> None:
        self._names = names
        self.text = bytearray()
        self.offsets = array("I", [0])
        self.times = array("q")
        self.hosts = array("H")

    def __len__(self) -> int:
        return len(self.times)

    @property
    def full(self) -> bool:
        return len(self) >= SEGMENT_LINES or len(self.text) >= SEGMENT_BYTES

    @property
    def first_key(self) -> Key:
        return self.times[0], self._names[self.hosts[0]]

    @property
    def last_key(self) -> Key:
        return self.times[-1], self._names[self.hosts[-1]]

    def order(self) -> list[Key]:
        return list(zip(self.times, map(self._names.__getitem__, self.hosts), strict=True))

    def line(self, index: int) -> LogLine:
        text = self.text[self.offsets[index] : self.offsets[index + 1] - 1].decode("utf-8", "surrogatepass")
        return LogLine(self.times[index], self._names[self.hosts[index]], text)

    def add(self, texts: Sequence[str], times: Sequence[int], hosts: Sequence[int]) -> None:
        """Add lines at the end."""
        joined = "\n".join([*texts, ""])
        data = joined.encode("utf-8", "surrogatepass")
        if len(data) == len(joined):
            lengths: Iterable[int] = map(len, texts)
        else:
            lengths = (len(text.encode("utf-8", "surrogatepass")) for text in texts)
        ends = accumulate((length + 1 for length in lengths), initial=self.offsets[-1])
        self.offsets.extend(islice(ends, 1, None))
        self.text += data
        self.times.extend(times)
        self.hosts.extend(hosts)

    def positions(self, addition: _Segment, *, older: bool) -> list[int]:
        """In front of which of this segment's lines each line of the addition belongs."""
        find = bisect_left if older else bisect_right
        keys = self.order()
        return [find(keys, key) for key in addition.order()]

    def merged(self, addition: _Segment, positions: Sequence[int]) -> _Segment:
        """Both segments' lines as one, each added line in front of its position."""
        result = _Segment(self._names)
        done = 0
        for position, run in groupby(range(len(addition)), positions.__getitem__):
            added = list(run)
            result.copy(self, done, position)
            result.copy(addition, added[0], added[-1] + 1)
            done = position
        result.copy(self, done, len(self))
        return result

    def copy(self, other: _Segment, start: int, stop: int) -> None:
        """Add the other segment's lines from `start` up to `stop` at the end."""
        shift = self.offsets[-1] - other.offsets[start]
        self.offsets.extend([offset + shift for offset in other.offsets[start + 1 : stop + 1]])
        self.text += other.text[other.offsets[start] : other.offsets[stop]]
        self.times.extend(other.times[start:stop])
        self.hosts.extend(other.hosts[start:stop])

    def split(self) -> list[_Segment]:
        """The lines in equal parts that each keep to the limits: no crumbs, however often a segment is merged into."""
        parts = min(len(self), max(ceil(len(self) / SEGMENT_LINES), ceil(len(self.text) / (2 * SEGMENT_BYTES))))
        if parts <= 1:
            return [self]
        result = []
        for part in range(parts):
            piece = _Segment(self._names)
            piece.copy(self, len(self) * part // parts, len(self) * (part + 1) // parts)
            result.append(piece)
        return result
