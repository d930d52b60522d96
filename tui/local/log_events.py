"""Log events on disk: their order, the positions between them, and reading a range of them."""

from __future__ import annotations

import heapq
import sqlite3
from collections.abc import Iterator, Sequence
from typing import NamedTuple, TypeAlias

SCHEMA = """
CREATE TABLE IF NOT EXISTS log_events (
    timestamp INTEGER NOT NULL,
    stream INTEGER NOT NULL,
    sequence INTEGER NOT NULL,
    ingested INTEGER NOT NULL,
    message TEXT NOT NULL,
    PRIMARY KEY (stream, timestamp, sequence)
) WITHOUT ROWID;
"""

Event: TypeAlias = tuple[int, int, int, int, str]
"""Timestamp (ms), stream, sequence within the stream, ingestion time (ms), message; in the order events sort by."""

_OVERHEAD = 26
"""What the service adds to the UTF-8 bytes of every message when it counts a batch, a page or what is stored."""


class Position(NamedTuple):
    """A gap between events: just before the event with these numbers, whether or not there is one.

    Positions order as events do, first by time, so that a range between two of them holds for one stream and for many.
    """

    timestamp: int
    stream: int = 0
    sequence: int = 0

    @classmethod
    def before(cls, event: Event) -> Position:
        """The gap before an event."""
        return cls(*event[:3])

    @classmethod
    def after(cls, event: Event) -> Position:
        """The gap after an event."""
        return cls(event[0], event[1], event[2] + 1)

    @classmethod
    def parse(cls, digits: str) -> Position:
        """The position that `str` wrote; ValueError for anything else."""
        if len(digits) != 56 or not (digits.isascii() and digits.isdigit()):
            raise ValueError(f"not a position in the log: {digits!r}")
        return cls(int(digits[:16]), int(digits[16:32]), int(digits[32:]))

    def __str__(self) -> str:
        return f"{self.timestamp:016d}{self.stream:016d}{self.sequence:024d}"

    def within(self, stream: int) -> tuple[int, int]:
        """The same gap among the events of one stream, as the timestamp and sequence it comes before."""
        if stream == self.stream:
            return self.timestamp, self.sequence
        return (self.timestamp if stream > self.stream else self.timestamp + 1), 0


END = Position(10**15)
"""After every event: milliseconds of the year 33658."""


class Span(NamedTuple):
    """A stream and the time its events cover, both ends included, in ms."""

    first: int
    last: int
    stream: int


def size(message: str) -> int:
    """The bytes the service counts for an event."""
    return _OVERHEAD + (len(message) if message.isascii() else len(message.encode()))


def insert(connection: sqlite3.Connection, events: Iterator[Event]) -> None:
    """Store events; the caller numbers them."""
    connection.executemany(
        "INSERT INTO log_events (timestamp, stream, sequence, ingested, message) VALUES (?, ?, ?, ?, ?)", events
    )


def read(
    connection: sqlite3.Connection,
    stream: int,
    low: Position,
    high: Position,
    *,
    newest_first: bool = False,
    limit: int = -1,
) -> Iterator[Event]:
    """The events of a stream between two positions, in order or in reverse, at most `limit` unless that is negative."""
    order = "DESC" if newest_first else "ASC"
    cursor = connection.cursor()
    cursor.row_factory = None  # tuples: a page has thousands of rows
    return cursor.execute(
        "SELECT timestamp, stream, sequence, ingested, message FROM log_events"
        " WHERE stream = ? AND (timestamp, sequence) >= (?, ?) AND (timestamp, sequence) < (?, ?)"
        f" ORDER BY timestamp {order}, sequence {order} LIMIT ?",
        (stream, *low.within(stream), *high.within(stream), limit),
    )


def interleave(
    connection: sqlite3.Connection, spans: Sequence[Span], low: Position, high: Position, *, newest_first: bool = False
) -> Iterator[Event]:
    """The events of many streams between two positions as one sequence ordered by time.

    Streams that do not overlap in time are read one after the other, so that a group of thousands of finished jobs
    has a handful of streams open at once.
    """
    relevant = sorted(span for span in spans if span.last >= low.timestamp and span.first <= high.timestamp)
    clusters: list[list[Span]] = []
    last = -1
    for span in relevant:
        if span.first > last:
            clusters.append([])
        clusters[-1].append(span)
        last = max(last, span.last)
    for cluster in reversed(clusters) if newest_first else clusters:
        streams = [read(connection, span.stream, low, high, newest_first=newest_first) for span in cluster]
        yield from heapq.merge(*streams, reverse=newest_first)
