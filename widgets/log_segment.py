"""A run of some thousand log lines in two or three buffers: 14 bytes a line beside the text."""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate, groupby, islice, pairwise
from math import ceil
from typing import Protocol

from widgets.log_spill import SpilledText, SpillFile

SEGMENT_LINES = 4096
"""Lines in one segment at most; a late line costs a copy of its segment."""

SEGMENT_BYTES = 1 << 20
"""Text in one segment, not counting what its last batch adds: long lines fill a segment before the line limit does."""

Key = tuple[int, str]
"""What lines are ordered by: timestamp and host."""

_UNPRINTED = bytes([*range(10), *range(11, 32), 127])


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


def _is_odd(text: str) -> bool:
    return not (text.isascii() and text.isprintable()) or "#0" in text


class Segment:
    """Line i is `text[offsets[i]:offsets[i + 1]]`, its last byte a newline."""

    __slots__ = ("_names", "_text", "edits", "hosts", "odd", "offsets", "times")

    def __init__(self, names: Sequence[str]) -> None:
        self._names = names
        self._text: bytearray | bytes | SpilledText = bytearray()
        self.offsets = array("I", [0])
        self.times = array("q")
        self.hosts = array("H")
        self.odd = array("I")
        """Lines that are not printable ASCII, or may hold CloudWatch's `#015` and its kind: they may be shown
        otherwise than they are stored. All others are shown byte by byte, which is what searching relies on."""
        self.edits = 0
        """How often a stored line was replaced."""

    def __len__(self) -> int:
        return len(self.times)

    @property
    def text(self) -> bytes | bytearray:
        """The text of all lines."""
        return self._text.read(0, self._text.size) if isinstance(self._text, SpilledText) else self._text

    @property
    def resident(self) -> int:
        """Bytes of text in memory."""
        return 0 if isinstance(self._text, SpilledText) else len(self._text)

    @property
    def room(self) -> int:
        """How many more lines it may take."""
        return SEGMENT_LINES - len(self) if self.offsets[-1] < SEGMENT_BYTES else 0

    @property
    def first_key(self) -> Key:
        """What the first line is ordered by."""
        return self.times[0], self._names[self.hosts[0]]

    @property
    def last_key(self) -> Key:
        """What the last line is ordered by."""
        return self.times[-1], self._names[self.hosts[-1]]

    def line(self, index: int) -> LogLine:
        """One line."""
        return LogLine(self.times[index], self._names[self.hosts[index]], self.line_text(index))

    def line_text(self, index: int) -> str:
        """The text of one line."""
        return self._slice(self.offsets[index], self.offsets[index + 1] - 1).decode("utf-8", "surrogatepass")

    def part(self, start: int, stop: int) -> bytes | bytearray:
        """The text of the lines from `start` up to `stop`."""
        return self._slice(self.offsets[start], self.offsets[stop])

    def texts(self, start: int, stop: int) -> list[str]:
        """The texts of the lines from `start` up to `stop`."""
        part = self.part(start, stop)
        if not self.odd:
            return part.decode("ascii").split("\n")[:-1]
        base = self.offsets[start]
        ends = [offset - base for offset in self.offsets[start : stop + 1]]
        return [part[begin : end - 1].decode("utf-8", "surrogatepass") for begin, end in pairwise(ends)]

    def seal(self) -> None:
        """No line will follow: give back the room kept for more."""
        if isinstance(self._text, bytearray):
            self._text = bytes(self._text)

    def spill(self, file: SpillFile) -> None:
        """Move the text to a file.

        Raises:
            OSError: If there is no room for it.
        """
        self._text = file.write(self.text)

    def add(self, texts: Sequence[str], times: Sequence[int], hosts: Sequence[int]) -> None:
        """Add lines at the end."""
        joined = "\n".join([*texts, ""])
        data = joined.encode("utf-8", "surrogatepass")
        if len(data) == len(joined):
            lengths: Iterable[int] = map(len, texts)
        else:
            lengths = (len(text.encode("utf-8", "surrogatepass")) for text in texts)
        if (
            len(data) != len(joined)
            or b"#0" in data
            or data.count(b"\n") != len(texts)
            or len(data.translate(None, _UNPRINTED)) != len(data)
        ):
            self.odd.extend(number for number, text in enumerate(texts, len(self)) if _is_odd(text))
        ends = accumulate((length + 1 for length in lengths), initial=self.offsets[-1])
        self.offsets.extend(islice(ends, 1, None))
        self._grow(data)
        self.times.extend(times)
        self.hosts.extend(hosts)

    def replace(self, index: int, text: str) -> None:
        """Put another text in the place of a line's."""
        data = text.encode("utf-8", "surrogatepass")
        start, stop = self.offsets[index], self.offsets[index + 1] - 1
        whole = self.text
        self._text = bytearray().join((whole[:start], data, whole[stop:]))
        moved = len(data) - (stop - start)
        self.offsets[index + 1 :] = array("I", [offset + moved for offset in self.offsets[index + 1 :]])
        if index not in self.odd:
            self.odd = array("I", sorted([*self.odd, index]))
        self.edits += 1

    def positions(self, addition: Segment, *, older: bool) -> list[int]:
        """In front of which of this segment's lines each line of the addition belongs."""
        find = bisect_left if older else bisect_right
        keys = self._order()
        return [find(keys, key) for key in addition._order()]

    def merged(self, addition: Segment, positions: Sequence[int]) -> Segment:
        """Both segments' lines as one, each added line in front of its position."""
        result = Segment(self._names)
        done = 0
        for position, run in groupby(range(len(addition)), positions.__getitem__):
            added = list(run)
            result._copy(self, done, position)
            result._copy(addition, added[0], added[-1] + 1)
            done = position
        result._copy(self, done, len(self))
        return result

    def split(self) -> list[Segment]:
        """The lines in equal parts that each keep to the limits: no crumbs, however often a segment is merged into."""
        parts = min(len(self), max(ceil(len(self) / SEGMENT_LINES), ceil(self.offsets[-1] / (2 * SEGMENT_BYTES))))
        if parts <= 1:
            return [self]
        result = []
        for part in range(parts):
            piece = Segment(self._names)
            piece._copy(self, len(self) * part // parts, len(self) * (part + 1) // parts)
            result.append(piece)
        return result

    def _order(self) -> list[Key]:
        return list(zip(self.times, map(self._names.__getitem__, self.hosts), strict=True))

    def _slice(self, start: int, stop: int) -> bytes | bytearray:
        return self._text.read(start, stop) if isinstance(self._text, SpilledText) else self._text[start:stop]

    def _grow(self, data: bytes | bytearray) -> None:
        if not isinstance(self._text, bytearray):
            self._text = bytearray(self.text)
        self._text += data

    def _copy(self, other: Segment, start: int, stop: int) -> None:
        """Add the other segment's lines from `start` up to `stop` at the end."""
        shift = self.offsets[-1] - other.offsets[start]
        first, last = bisect_left(other.odd, start), bisect_left(other.odd, stop)
        self.odd.extend([index - start + len(self) for index in other.odd[first:last]])
        self.offsets.extend([offset + shift for offset in other.offsets[start + 1 : stop + 1]])
        self._grow(other._slice(other.offsets[start], other.offsets[stop]))
        self.times.extend(other.times[start:stop])
        self.hosts.extend(other.hosts[start:stop])
