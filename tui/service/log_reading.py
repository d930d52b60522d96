"""One person's reading of a log: all of its streams merged by time, without a line lost or doubled."""

from __future__ import annotations

import asyncio
import math
from bisect import bisect_right
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator
from operator import attrgetter
from typing import Any

from tui.resources.logs import LogBatch, LogLine, LogSource
from tui.service.errors import NotFound, Throttled, Unreachable, WorkerLost
from tui.service.gateway import Gateway
from tui.service.log_cursor import StreamCursor

QUIET_POLLS_AT_END = 2
"""Polls without news after a job's end before its log counts as complete: CloudWatch lags behind."""

ROUNDS_PER_POLL = 20
"""Pages read from each stream before the status and the list of streams are asked for again."""

LINES_PER_BATCH = 2000
"""Lines handed out before the event loop gets its turn."""

FIRST_SCREENS = 1000
"""With fewer lines than that in the newest pages, the pages before them are read at once."""

LOOK_BACK_POLLS = 12
"""Polls after which lines that came late are looked for."""

State = Callable[[], Awaitable[tuple[bool, str]]]
"""Tells whether what writes the log still runs, and why it may have no log yet."""

_PASSING = (Throttled, Unreachable, WorkerLost)

_time = attrgetter("timestamp_ms")


class LogReading:
    """The log of a source; `follow` can be left and taken up again where it was left."""

    def __init__(
        self,
        gateway: Gateway,
        source: LogSource,
        state: State,
        poll_seconds: Callable[[], float],
        *,
        host: str = "",
        newest_first: bool = True,
    ) -> None:
        self.hosts: tuple[str, ...] = ()
        """Who writes the log, as far as is known: also those that are left out."""
        self._gateway = gateway
        self._source = source
        self._state = state
        self._poll_seconds = poll_seconds
        self._host = host
        self._newest_first = newest_first
        self._cursors: dict[str, StreamCursor] = {}
        self._ready: list[LogLine] = []
        self._behind: list[LogLine] = []
        """Lines in front of which those of another stream are still missing."""
        self._going_back = asyncio.Lock()

    @property
    def at_head(self) -> bool:
        """Whether nothing lies before what was handed out."""
        return not self._behind and all(cursor.at_head for cursor in self._cursors.values())

    async def follow(self) -> AsyncIterator[LogBatch]:
        """The lines as they arrive, until the log is over: first the newest ones, or those from its head.

        New streams (more hosts, restarted ones) are picked up meanwhile. Errors that pass by themselves are said and
        tried again.
        """
        quiet = polls = 0
        while quiet < QUIET_POLLS_AT_END:
            fresh = 0
            try:
                running, waiting = await self._state()
                await self._find_streams()
                async for batch in self._rounds():
                    fresh += len(batch.lines)
                    yield batch
            except _PASSING as error:
                for batch in self._batches():
                    yield batch
                yield LogBatch((), waiting=str(error))
                await asyncio.sleep(self._poll_seconds())
                continue
            if not self._cursors:
                yield LogBatch((), waiting=waiting)
            if not all(cursor.at_end for cursor in self._cursors.values()):
                continue
            polls += 1
            quiet = 0 if running or fresh else quiet + 1
            if quiet == 1 or polls % LOOK_BACK_POLLS == 0:
                for cursor in self._cursors.values():
                    cursor.look_back()
            await asyncio.sleep(self._poll_seconds() / (1 if running else 2))
        yield LogBatch((), waiting="" if self._cursors else waiting, ended=True)

    async def older(self) -> tuple[LogLine, ...]:
        """The lines right before those handed out so far, some at a time, in the order of time; none at the head."""
        async with self._going_back:
            while not (lines := self._complete()) and not self.at_head:
                await self._read_back()
            self._behind += lines[:-LINES_PER_BATCH]
            return tuple(lines[-LINES_PER_BATCH:])

    async def _find_streams(self) -> None:
        names = await stream_names(self._gateway, self._source)
        self.hosts = tuple(dict.fromkeys(self._source.host(name) for name in names))
        newest_first = self._newest_first and not self._cursors
        for name in names:
            if name not in self._cursors and self._host in ("", self._source.host(name)):
                self._cursors[name] = StreamCursor(self._gateway, self._source, name, newest_first=newest_first)

    async def _rounds(self) -> AsyncIterator[LogBatch]:
        """What is new in all streams, a page of each at a time."""
        await self._open_streams()
        for batch in self._batches():
            yield batch
        pending = [cursor for cursor in self._cursors.values() if cursor.opened]
        for _ in range(ROUNDS_PER_POLL):
            await _all(map(self._advance, pending))
            pending = [cursor for cursor in pending if not cursor.at_end]
            for batch in self._batches(min((cursor.newest for cursor in pending), default=math.inf)):
                yield batch
                await asyncio.sleep(0)
            if not pending:
                return
        for batch in self._batches():
            yield batch
            await asyncio.sleep(0)

    async def _open_streams(self) -> None:
        unopened = [cursor for cursor in self._cursors.values() if not cursor.opened]
        if not unopened:
            return
        async with self._going_back:
            try:
                await _all(self._open(cursor) for cursor in unopened)
            finally:
                self._ready += self._complete()
            while len(self._ready) < FIRST_SCREENS and not self.at_head:
                await self._read_back()
                self._ready += self._complete()

    # Lines are put away right after they came, without a pause: a reading that is left at any moment keeps them.
    # Not `+= await`, which takes up the list before the pause.

    async def _open(self, cursor: StreamCursor) -> None:
        lines = await cursor.open()
        self._behind += lines

    async def _advance(self, cursor: StreamCursor) -> None:
        lines = await cursor.advance()
        self._ready += lines

    async def _go_back(self, cursor: StreamCursor) -> None:
        lines = await cursor.older()
        self._behind += lines

    async def _read_back(self) -> None:
        """Read the history of those streams of which the least far back is known."""
        behind = [cursor for cursor in self._cursors.values() if cursor.opened and not cursor.at_head]
        latest = max((cursor.oldest for cursor in behind), default=math.inf)
        await _all(self._go_back(cursor) for cursor in behind if cursor.oldest == latest)

    def _complete(self) -> list[LogLine]:
        """Take the lines that no line of another stream can come before any more."""
        cursors = [cursor for cursor in self._cursors.values() if cursor.opened and not cursor.at_head]
        since = max((cursor.oldest for cursor in cursors), default=-math.inf)
        lines = sorted((line for line in self._behind if line.timestamp_ms >= since), key=_time)
        self._behind = [line for line in self._behind if line.timestamp_ms < since]
        return lines

    def _batches(self, until: float = math.inf) -> Iterator[LogBatch]:
        """Hand out what is ready up to a timestamp, in the order of time: behind it, other streams may have more."""
        self._ready.sort(key=_time)
        count = bisect_right(self._ready, until, key=_time)
        while count > 0:
            lines = tuple(self._ready[: min(count, LINES_PER_BATCH)])
            del self._ready[: len(lines)]
            count -= len(lines)
            yield LogBatch(lines)


async def stream_names(gateway: Gateway, source: LogSource) -> list[str]:
    """The names of a source's streams; empty while there is no log yet."""
    prefix: dict[str, Any] = {"logStreamNamePrefix": source.prefix} if source.prefix else {}
    try:
        return [
            stream["logStreamName"]
            async for page in gateway.pages("logs", "DescribeLogStreams", logGroupName=source.group, **prefix)
            for stream in page["logStreams"]
        ]
    except NotFound:
        return []


async def _all(calls: Iterable[Awaitable[None]]) -> None:
    """Wait for all calls, then raise the first error there was: what the others gave is not lost."""
    for outcome in await asyncio.gather(*calls, return_exceptions=True):
        if isinstance(outcome, BaseException):
            raise outcome
