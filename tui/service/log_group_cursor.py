"""A place in many log streams at once, which moves towards their end and towards their head."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, NamedTuple

from tui.resources.logs import LogLine, LogSource, LogStream
from tui.service.errors import InvalidRequest, NotFound
from tui.service.gateway import Gateway
from tui.service.log_cursor import LINES_PER_TURN, REFUSALS
from tui.service.log_memory import LOOK_BACK_MS

OVERLAP_MS = 10_000
"""How far behind the newest line each poll begins: the hosts of a job are not equally fast with their lines."""

NAMES = 100
"""The most streams that one request may name."""

DESCENDING_SINCE = 1_704_067_200_000
"""2024-01-01 in ms: FilterLogEvents reads newest first only from there on."""

REMEMBERED = 200_000
"""Events whose ids are kept before the oldest are forgotten."""


class _Event(NamedTuple):
    stream: str
    id: str
    line: LogLine


@dataclass(slots=True)
class _Pass:
    """One reading of some streams from a time on to their end, page by page; events come in the order of time."""

    names: frozenset[str]
    request: dict[str, Any]
    frontiers: dict[str, int]
    """How far each stream was read when the pass began: what lies behind that is new, its id remembered or not."""

    token: str | None = None
    position: int = -1
    """The timestamp of the last event that came."""

    edge: set[str] = field(default_factory=set)
    """The ids of the events that have that timestamp."""

    def move(self, events: Sequence[_Event]) -> None:
        for event in events:
            if event.line.timestamp_ms > self.position:
                self.position = event.line.timestamp_ms
                self.edge.clear()
            self.edge.add(event.id)


class GroupCursor:
    """Many streams of one source by FilterLogEvents: a poll without news costs one call, however many they are.

    It begins at the head, or with the newest page and then has two ends. Each poll begins again a little before the
    newest line, and a stream whose listing tells of more than was read of it is first read by itself, from where it was
    left. Events are known by their ids, so that a line is given once.
    """

    def __init__(self, gateway: Gateway, source: LogSource, *, newest_first: bool, since: int = 0) -> None:
        self.at_end = False
        """Whether there was nothing more when it was last read."""
        self.at_head = not newest_first
        """Whether nothing lies before what was read."""
        self.oldest = math.inf
        """The timestamp of the oldest line that was read; infinite while there is none."""
        self.newest = -math.inf
        """The timestamp up to which the poll that is under way has come."""
        self.opened = not newest_first
        """Whether it has a place in the streams yet."""
        self._gateway = gateway
        self._source = source
        self._since = since
        self._streams: dict[str, LogStream] = {}
        self._whole = False
        self._unread: set[str] = set()
        """Streams that no poll has read to their end yet."""
        self._floors: dict[str, int] = {}
        """Where the lines of each stream begin that are read forward; those before them are history."""
        self._frontiers: dict[str, int] = {}
        """The newest timestamp that was read of each stream."""
        self._latest = -1
        self._ids: dict[str, int] = {}
        self._forgotten_to = -1
        self._deep = False
        self._passes: list[_Pass] = []
        self._refusals = 0
        self._historic: frozenset[str] = frozenset()
        self._backward: dict[str, Any] = {}
        """The request for the page before those that were read."""
        self._oldest_ids: set[str] = set()

    @property
    def streams(self) -> Collection[str]:
        """The names of the streams that it reads."""
        return self._streams.keys()

    def cover(self, streams: Iterable[LogStream], *, whole: bool) -> None:
        """Read these streams from now on, as they are listed now; `whole` says that the source has no others."""
        self._whole = whole
        self._streams = {stream.name: stream for stream in streams}
        for name in self._streams:
            if name not in self._floors:
                self._unread.add(name)
                self._floors[name] = self._since
                self._frontiers[name] = self._since - 1

    async def advance(self) -> Sequence[LogLine]:
        """The next lines towards the end; maybe none before it, for pages can be empty."""
        self.at_end = False
        self._passes = self._passes or list(self._plan())
        current = self._passes[0]
        token = {"nextToken": current.token} if current.token else {}
        try:
            page = await self._page(current.request | token)
        except NotFound:  # a stream that was listed is not there: the next listing knows
            self._passes = []
            self.at_end = True
            return ()
        except InvalidRequest:
            self._refusals += 1
            if current.token is None or self._refusals > REFUSALS:
                raise
            current.token = None  # it has expired
            current.request["startTime"] = max(current.request["startTime"], current.position)
            return ()
        events = await self._events(page, current.names)  # before anything moves: who leaves now gets the page again
        fresh = [event for event in events if self._is_fresh(event, current)]
        self._remember(fresh)
        current.move(events)
        current.token = page.get("nextToken")
        self.newest = current.position
        self._refusals = 0
        if current.token is None:
            self._unread -= current.names
            self._passes.pop(0)
        self.at_end = not self._passes
        return [event.line for event in fresh]

    def look_back(self) -> None:
        """Begin the next poll from earlier, for lines that came late."""
        self._deep = True

    async def open(self) -> Sequence[LogLine]:
        """The newest page that has lines; the history before it is for `older`, what comes behind it for `advance`."""
        self._historic = frozenset(self._streams)
        start = max(self._since, DESCENDING_SINCE)
        self._backward = self._where(self._historic) | {"startFromHead": False, "startTime": start}
        lines: Sequence[LogLine] = ()
        try:
            while not lines and not self.at_head:
                lines = await self._read_back()
        except NotFound:  # tried again with the next poll
            self.at_end = True
            return ()
        self.opened = True
        self._unread -= self._historic
        if not self.at_head:
            boundary = lines[0].timestamp_ms
            for name in self._historic:
                self._floors[name] = boundary + 1
                self._frontiers[name] = max(boundary, self._frontiers[name])
        return lines

    async def older(self) -> Sequence[LogLine]:
        """The lines right before those that were read; maybe none before the head, for pages can be empty."""
        try:
            return await self._read_back()
        except InvalidRequest:
            if "nextToken" not in self._backward:
                raise
            del self._backward["nextToken"]  # it has expired
            self._backward["endTime"] = int(self.oldest)
            return ()

    async def _read_back(self) -> Sequence[LogLine]:
        page = await self._page(self._backward)
        events = await self._events(page, self._historic)
        events = [event for event in reversed(events) if event.id not in self._oldest_ids]
        self._backward.pop("nextToken", None)
        if token := page.get("nextToken"):
            self._backward["nextToken"] = token
        self.at_head = token is None
        if not events:
            return ()
        oldest = events[0].line.timestamp_ms
        if oldest < self.oldest:
            self._oldest_ids.clear()
        self._oldest_ids |= {event.id for event in events if event.line.timestamp_ms == oldest}
        self.oldest = oldest
        if not self.opened:
            self._remember(events)
        return [event.line for event in events]

    def _is_fresh(self, event: _Event, current: _Pass) -> bool:
        at = event.line.timestamp_ms
        if at < self._floors[event.stream] or event.id in self._ids or event.id in current.edge:
            return False
        return at > self._forgotten_to or at > current.frontiers[event.stream]

    def _remember(self, events: Iterable[_Event]) -> None:
        for event in events:
            at = event.line.timestamp_ms
            self._ids[event.id] = at
            self._frontiers[event.stream] = max(self._frontiers[event.stream], at)
            self._latest = max(self._latest, at)
        for depth in (LOOK_BACK_MS, OVERLAP_MS):
            if len(self._ids) > REMEMBERED:
                self._forgotten_to = max(self._forgotten_to, self._latest - depth - 1)
                self._ids = {name: at for name, at in self._ids.items() if at > self._forgotten_to}

    def _plan(self) -> Iterator[_Pass]:
        """What one poll reads: the streams that lag behind, each from where it was left; then all of them."""
        names = frozenset(self._streams)
        depth, self._deep = (LOOK_BACK_MS if self._deep else OVERLAP_MS), False
        start = max(min((self._floors[name] for name in names), default=self._since), self._latest - depth)
        lagging = sorted(filter(lambda name: self._lags(name, start), names), key=self._resume)
        for first in range(0, len(lagging), NAMES):
            part = lagging[first : first + NAMES]
            where = {"logStreamNames": sorted(part), "startTime": self._resume(part[0])}
            yield _Pass(frozenset(part), where, dict(self._frontiers))
        yield _Pass(names, self._where(names) | {"startTime": start}, dict(self._frontiers))

    def _lags(self, name: str, start: int) -> bool:
        """Whether a stream may have lines before a time that were not read."""
        last = self._streams[name].last
        untold = name in self._unread or (last is not None and last > self._frontiers[name])
        return untold and self._resume(name) < start

    def _resume(self, name: str) -> int:
        return max(self._frontiers[name], self._floors[name])

    def _where(self, names: frozenset[str]) -> dict[str, Any]:
        if len(names) <= NAMES and not self._whole:
            return {"logStreamNames": sorted(names)}
        return {"logStreamNamePrefix": self._source.prefix} if self._source.prefix else {}

    async def _page(self, request: dict[str, Any]) -> dict[str, Any]:
        return await self._gateway.call("logs", "FilterLogEvents", logGroupName=self._source.group, **request)

    async def _events(self, page: dict[str, Any], names: frozenset[str]) -> list[_Event]:
        """The events of some streams in a page, made a few at a time so that a key need not wait for all of them."""
        hosts = {name: self._source.host(name) for name in names}
        columns = zip(page.get("streams", ()), page.get("ids", ()), page["timestamps"], page["messages"], strict=False)
        events: list[_Event] = []
        while part := list(islice(columns, LINES_PER_TURN)):
            events += [
                _Event(name, identifier, LogLine(at, hosts[name], text))
                for name, identifier, at, text in part
                if name in hosts
            ]
            await asyncio.sleep(0)
        return events
