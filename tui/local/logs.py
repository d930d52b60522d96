"""CloudWatch Logs of the embedded SageMaker: writing, reading and searching log events."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from tui.local import log_events
from tui.local.log_events import END, Event, Position, Span
from tui.local.log_filter import compile_pattern
from tui.local.log_groups import (
    LogGroups,
    Request,
    Response,
    bad_token,
    group_name,
    group_row,
    invalid,
    now_ms,
    stream_row,
    streams_with_prefix,
)
from tui.local.store import Store

_PAGE_EVENTS = 10_000
_PAGE_BYTES = 1_048_576
_BATCH_BYTES = 1_048_576
_DAY_MS = 86_400_000
_FUTURE_MS = 7_200_000
_OLDEST_DAYS = 14

_SCAN_EVENTS = 100_000
"""How many events one FilterLogEvents looks at; it then answers what it found, maybe nothing, and a token."""

_DESCENDING_SINCE = 1_704_067_200_000
"""2024-01-01 in ms: FilterLogEvents reads newest first only from there on."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """Events that a stream has just taken in."""

    group: str
    stream: str
    events: Sequence[tuple[int, str]]
    """Timestamp in ms, and message."""

    ingested: int
    """When they came in, in ms."""


Subscriber = Callable[[Arrival], None]
"""Told of arrivals by the thread that has stored them; it must not take long."""


class Logs(LogGroups):
    """The operations of CloudWatch Logs that answer at once, and `append` for the writers on this side of the wire."""

    def __init__(self, store: Store) -> None:
        super().__init__(store)
        self._subscribers: dict[Subscriber, frozenset[str]] = {}
        self._subscribing = threading.Lock()

    def subscribe(self, groups: Sequence[str], subscriber: Subscriber) -> Callable[[], None]:
        """Tell of what comes into some groups from now on, until the answer is called."""
        with self._subscribing:
            self._subscribers[subscriber] = frozenset(groups)

        def unsubscribe() -> None:
            with self._subscribing:
                self._subscribers.pop(subscriber, None)

        return unsubscribe

    def _publish(self, group: str, stream: str, events: Sequence[tuple[int, str]], now: int) -> None:
        with self._subscribing:
            told = [subscriber for subscriber, groups in self._subscribers.items() if group in groups]
        for subscriber in told if events else ():
            subscriber(Arrival(group, stream, events, now))

    def append(self, group: str, stream: str, events: Sequence[tuple[int, str]]) -> None:
        """Add events (timestamp in ms, message) to a stream, in one transaction; makes the group and stream if missing.

        Empty messages are left out: the service has none.
        """
        now = now_ms()
        with self._store.write() as connection:
            connection.execute("INSERT OR IGNORE INTO log_groups (name, created) VALUES (?, ?)", (group, now))
            connection.execute(
                "INSERT OR IGNORE INTO log_streams (log_group, name, created) VALUES (?, ?, ?)",
                (group_row(connection, group)["id"], stream, now),
            )
            stored = [(timestamp, _storable(message)) for timestamp, message in events if message]
            _insert(connection, stream_row(connection, group, stream), stored, now)
        self._publish(group, stream, stored, now)

    def put_log_events(self, request: Request) -> Response:
        """Add a batch to a stream; events outside the time the service accepts are left out and reported."""
        events = [(event["timestamp"], _storable(event["message"])) for event in request["logEvents"]]
        if any(later[0] < earlier[0] for earlier, later in pairwise(events)):
            raise invalid("Log events in a single PutLogEvents request must be in chronological order.")
        batch_bytes = sum(log_events.size(message) for _, message in events)
        if batch_bytes > _BATCH_BYTES:
            raise invalid(f"Upload too large: {batch_bytes} bytes exceeds limit of {_BATCH_BYTES}")
        now = now_ms()
        with self._store.write() as connection:
            stream = stream_row(connection, request["logGroupName"], request["logStreamName"])
            retention = group_row(connection, request["logGroupName"])["retention"] or _OLDEST_DAYS
            too_old = sum(timestamp < now - _OLDEST_DAYS * _DAY_MS for timestamp, _ in events)
            expired = sum(timestamp < now - retention * _DAY_MS for timestamp, _ in events)
            too_new = sum(timestamp > now + _FUTURE_MS for timestamp, _ in events)
            accepted = events[max(too_old, expired) : len(events) - too_new]
            if accepted and accepted[-1][0] - accepted[0][0] > _DAY_MS:
                raise invalid(
                    "The batch of log events in a single PutLogEvents request cannot span more than 24 hours."
                )
            sequence = _insert(connection, stream, accepted, now)
        self._publish(request["logGroupName"], request["logStreamName"], accepted, now)
        rejected = {}
        if too_old:
            rejected["tooOldLogEventEndIndex"] = too_old
        if expired > too_old:
            rejected["expiredLogEventEndIndex"] = expired
        if too_new:
            rejected["tooNewLogEventStartIndex"] = len(events) - too_new
        answer: Response = {"nextSequenceToken": f"{sequence + 1:056d}"}
        return answer | ({"rejectedLogEventsInfo": rejected} if rejected else {})

    def get_log_events(self, request: Request) -> Response:
        """One page of a stream, the oldest event of the page first.

        A token is a position in the stream and a direction to read from there, so it stays good while events arrive;
        its direction goes before startFromHead. At the end the token that came in goes out again.
        """
        with self._store.read() as connection:
            stream = stream_row(connection, group_name(request), request["logStreamName"])["id"]
            low = here = Position(min(END.timestamp, request.get("startTime", 0)), stream)
            high = Position(min(END.timestamp, request.get("endTime", END.timestamp)), stream)
            forward = request.get("startFromHead", False)
            if "nextToken" in request:
                forward, here = _read_token(request["nextToken"])
                if here.stream != stream:
                    raise bad_token()
                low, high = (max(low, here), high) if forward else (low, min(high, here))
            limit = request.get("limit", _PAGE_EVENTS)
            page: list[Event] = []
            page_bytes = 0
            for event in log_events.read(connection, stream, low, high, newest_first=not forward, limit=limit):
                page_bytes += log_events.size(event[-1])
                if page and page_bytes > _PAGE_BYTES:
                    break
                page.append(event)
        if not forward:
            page.reverse()
        first, last = (Position.before(page[0]), Position.after(page[-1])) if page else (here, here)
        return {
            "events": [
                {"timestamp": timestamp, "message": message, "ingestionTime": ingested}
                for timestamp, _, _, ingested, message in page
            ],
            "nextForwardToken": _token(last, forward=True),
            "nextBackwardToken": _token(first, forward=False),
        }

    def filter_log_events(self, request: Request) -> Response:
        """One page of the events of a group that match a pattern, its streams interleaved by time.

        A page may be short or empty: only an answer without nextToken is the last.
        """
        if "logStreamNames" in request and "logStreamNamePrefix" in request:
            raise invalid("logStreamNames and logStreamNamePrefix are mutually exclusive parameters.")
        matches = compile_pattern(request.get("filterPattern", ""))
        low = Position(min(END.timestamp, request.get("startTime", 0)))
        # Other than that of GetLogEvents, the endTime of FilterLogEvents is inclusive.
        high = Position(min(END.timestamp, request["endTime"] + 1)) if "endTime" in request else END
        forward = request.get("startFromHead", True)
        if "nextToken" in request:
            forward, here = _read_token(request["nextToken"])
            low, high = (max(low, here), high) if forward else (low, min(high, here))
        elif not forward and low.timestamp < _DESCENDING_SINCE:
            raise invalid("startFromHead can be false only with a startTime on or after 2024-01-01T00:00:00Z.")

        with self._store.read() as connection:
            streams = _searched_streams(connection, request)
            spans = [Span(row["first_event"], row["last_event"], row["id"]) for row in streams]
            events = log_events.interleave(connection, spans, low, high, newest_first=not forward)
            found, beyond = _search(events, matches, request.get("limit", _PAGE_EVENTS))
        names = {row["id"]: row["name"] for row in streams}
        answer: Response = {
            "events": [
                {
                    "logStreamName": names[event[1]],
                    "timestamp": event[0],
                    "message": event[4],
                    "ingestionTime": event[3],
                    "eventId": str(Position.before(event)),
                }
                for event in found
            ],
            "searchedLogStreams": [],
        }
        if beyond is None:
            return answer
        position = Position.before(beyond) if forward else Position.after(beyond)
        return answer | {"nextToken": _token(position, forward=forward)}


def _insert(connection: sqlite3.Connection, stream: sqlite3.Row, events: Sequence[tuple[int, str]], now: int) -> int:
    """Store events of one stream and keep its totals; answers the sequence number of the last event."""
    last: int = stream["sequence"] + len(events)
    if events:
        numbered = enumerate(events, start=stream["sequence"] + 1)
        log_events.insert(connection, ((time, stream["id"], number, now, text) for number, (time, text) in numbered))
        times = [timestamp for timestamp, _ in events]
        connection.execute(
            "UPDATE log_streams SET sequence = :last, last_ingestion = :now, bytes = bytes + :bytes,"
            " first_event = MIN(COALESCE(first_event, :oldest), :oldest),"
            " last_event = MAX(COALESCE(last_event, :newest), :newest) WHERE id = :id",
            {
                "id": stream["id"],
                "last": last,
                "now": now,
                "bytes": sum(log_events.size(message) for _, message in events),
                "oldest": min(times),
                "newest": max(times),
            },
        )
    return last


def _searched_streams(connection: sqlite3.Connection, request: Request) -> list[sqlite3.Row]:
    """The streams with events that a FilterLogEvents request is about."""
    group = group_name(request)
    if "logStreamNames" in request:
        rows = [stream_row(connection, group, name) for name in dict.fromkeys(request["logStreamNames"])]
    else:
        rows = streams_with_prefix(connection, group, request.get("logStreamNamePrefix"))
    return [row for row in rows if row["last_event"] is not None]


def _search(events: Iterable[Event], matches: Callable[[str], bool], limit: int) -> tuple[list[Event], Event | None]:
    """The matching events of one page, and the event the next page begins with: None at the end."""
    found: list[Event] = []
    page_bytes = 0
    for scanned, event in enumerate(events):
        if len(found) == limit or scanned == _SCAN_EVENTS:
            return found, event
        if matches(event[-1]):
            page_bytes += log_events.size(event[-1])
            if found and page_bytes > _PAGE_BYTES:
                return found, event
            found.append(event)
    return found, None


def _storable(message: str) -> str:
    """The message without what UTF-8 cannot hold: a lone surrogate becomes a question mark."""
    return message if message.isascii() else message.encode(errors="replace").decode()


def _token(position: Position, *, forward: bool) -> str:
    return f"{'f' if forward else 'b'}/{position}"


def _read_token(token: str) -> tuple[bool, Position]:
    """Whether a token leads forward, and the position it continues from."""
    direction, _, digits = token.partition("/")
    try:
        position = Position.parse(digits)
    except ValueError:
        raise bad_token() from None
    if direction not in {"f", "b"}:
        raise bad_token()
    return direction == "f", position
