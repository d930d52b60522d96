"""One person's reading of a log: all of its streams merged by time, without a line lost or doubled."""

from __future__ import annotations

import asyncio
import math
import time
from bisect import bisect_right
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Iterable, Iterator, Sequence
from contextlib import aclosing, suppress
from operator import attrgetter

from tui.resources.logs import LogBatch, LogLine, LogSource, LogStream, Writing
from tui.service.errors import Throttled, Unreachable, WorkerLost
from tui.service.gateway import Gateway
from tui.service.log_cursor import StreamCursor
from tui.service.log_group_cursor import DESCENDING_SINCE, NAMES, GroupCursor
from tui.service.log_live_tail import live_tail
from tui.service.log_overlap import Overlap
from tui.service.log_streams import list_streams

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

MANY_STREAMS = 4
"""From so many streams on they are read together, with one call instead of one for each; fewer are read one by one,
with tokens that never give a line twice."""

LISTING_LAG_MS = 3_600_000
"""How old the times of listed streams may be."""

TOLD_AHEAD = 20_000
"""Lines that Live Tail may be ahead of the reading before that catches up, which fills in what was left out."""

State = Callable[[], Awaitable[Writing]]
"""Tells whether what writes the log still runs, and why it may have no log yet."""

Cursor = StreamCursor | GroupCursor

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
        only: frozenset[str] = frozenset(),
        window: float | None = None,
        newest_first: bool = True,
        heard: Callable[[Sequence[LogLine]], None] = lambda _: None,
    ) -> None:
        self.streams: tuple[LogStream, ...] = ()
        """The streams of the log, as far as they are known: also those that are left out."""
        self._gateway = gateway
        self._source = source
        self._state = state
        self._poll_seconds = poll_seconds
        self._only = only
        self._window = window
        self._newest_first = newest_first
        self._heard = heard
        self._since: int | None = None
        self._cursors: dict[str, StreamCursor] = {}
        self._group: GroupCursor | None = None
        self._ready: list[LogLine] = []
        self._behind: list[LogLine] = []
        """Lines in front of which those of another stream are still missing."""
        self._overlap = Overlap()
        self._going_back = asyncio.Lock()

    @property
    def at_head(self) -> bool:
        """Whether nothing lies before what was handed out."""
        return not self._behind and all(cursor.at_head for cursor in self._all)

    @property
    def _all(self) -> list[Cursor]:
        return [*self._cursors.values(), *((self._group,) if self._group else ())]

    async def follow(self) -> AsyncGenerator[LogBatch]:
        """The lines as they arrive, until the log is over: first the newest ones, or those from its head.

        New streams (more hosts, restarted ones) are picked up meanwhile. Errors that pass by themselves are said and
        tried again.
        """
        quiet = polls = 0
        while quiet < QUIET_POLLS_AT_END:
            fresh = 0
            try:
                writing = await self._state()
                await self._find_streams(writing)
                async for batch in self._rounds():
                    fresh += len(batch.lines)
                    yield batch
            except _PASSING as error:
                for batch in self._batches():
                    yield batch
                yield LogBatch((), waiting=str(error))
                await asyncio.sleep(self._poll_seconds())
                continue
            if not self._all or (not fresh and self._since):
                yield LogBatch((), waiting=self._why_empty(writing))
            if not all(cursor.at_end for cursor in self._all):
                continue
            polls += 1
            quiet = 0 if writing.running or fresh else quiet + 1
            if quiet == 1 or polls % LOOK_BACK_POLLS == 0:
                for cursor in self._all:
                    cursor.look_back()
            await asyncio.sleep(self._poll_seconds() / (1 if writing.running else 2))
        yield LogBatch((), waiting=self._why_empty(writing), ended=True)

    async def tail(self) -> AsyncGenerator[LogBatch]:
        """The lines as Live Tail tells of them, a batch each second, until what writes them or the session ends.

        `follow` goes on behind them: it brings what was left out, and nothing twice.

        Raises:
            ServiceError: when the session does not begin, or breaks off.
        """
        clock = asyncio.get_running_loop().time
        asked, quiet, begun = clock(), 0, False
        try:
            async with aclosing(live_tail(self._gateway, self._source, self._named())) as session:
                async for told in session:
                    if not begun or self._overlap.ahead > TOLD_AHEAD:
                        begun = True
                        self._overlap.begin()
                        async for batch in self._catch_up():
                            yield batch
                    hidden = {stream.host for stream in self.streams if not self._shows(stream)}
                    lines = tuple(self._overlap.told(line for line in told.lines if line.host not in hidden))
                    self._heard(lines)
                    yield LogBatch(lines, sampled=told.sampled)
                    if clock() - asked >= self._poll_seconds():
                        quiet = 0 if await self._still_written() else quiet + 1
                        asked = clock()
                    if quiet > QUIET_POLLS_AT_END:
                        return
        finally:
            self._overlap.end()

    async def older(self) -> tuple[LogLine, ...]:
        """The lines right before those handed out so far, some at a time, in the order of time; none at the head."""
        async with self._going_back:
            while not (lines := self._complete()) and not self.at_head:
                await self._read_back()
            self._behind += lines[:-LINES_PER_BATCH]
            return tuple(lines[-LINES_PER_BATCH:])

    async def _catch_up(self) -> AsyncIterator[LogBatch]:
        """Read once to the ends of all streams; what fails now by itself succeeds when the log is followed again."""
        with suppress(*_PASSING):
            await self._find_streams(await self._state())
            async for batch in self._rounds():
                yield batch

    async def _still_written(self) -> bool:
        try:
            return (await self._state()).running
        except _PASSING:
            return True

    def _shows(self, stream: LogStream) -> bool:
        names = (stream.name, stream.host, self._source.lens(stream.host))
        return not self._only or not self._only.isdisjoint(names)

    def _named(self) -> list[str]:
        """The streams that Live Tail is to tell of, if not of all; more than it takes are told from others here."""
        names = [stream.name for stream in self.streams if self._shows(stream)]
        return names if self._only and len(names) <= NAMES else []

    async def _find_streams(self, writing: Writing) -> None:
        """Begin to read the streams that are new; many of them together."""
        if self._since is None:
            end = time.time() if writing.ended is None else writing.ended
            self._since = 0 if self._window is None else int((end - self._window) * 1000)
        self.streams = tuple(await list_streams(self._gateway, self._source))
        since, opening = self._since, not self._all
        wanted = {stream.name: stream for stream in self.streams if self._shows(stream) and self._reaches(stream)}
        others = [stream for name, stream in wanted.items() if name not in self._cursors]
        newest_first = self._newest_first and opening
        old = since < DESCENDING_SINCE and any((stream.first or math.inf) < DESCENDING_SINCE for stream in others)
        many = len(self._cursors) + len(others) >= MANY_STREAMS
        if self._group is None and others and many and not (newest_first and old):
            self._group = GroupCursor(self._gateway, self._source, newest_first=newest_first, since=since)
        if self._group:
            self._group.cover(others, whole=len(others) == len(self.streams))
            return
        for stream in others:
            self._cursors[stream.name] = StreamCursor(
                self._gateway, self._source, stream.name, newest_first=newest_first, since=since
            )

    def _reaches(self, stream: LogStream) -> bool:
        """Whether a stream has lines in the window, as far as its listing tells."""
        return stream.last is None or stream.last >= (self._since or 0) - LISTING_LAG_MS

    def _why_empty(self, writing: Writing) -> str:
        return "" if self.streams else writing.waiting

    async def _rounds(self) -> AsyncIterator[LogBatch]:
        """What is new in all streams, a page of each at a time."""
        await self._open_streams()
        for batch in self._batches():
            yield batch
        pending = [cursor for cursor in self._all if cursor.opened]
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
        unopened = [cursor for cursor in self._all if not cursor.opened]
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

    async def _open(self, cursor: Cursor) -> None:
        lines = await cursor.open()
        self._behind += lines

    async def _advance(self, cursor: Cursor) -> None:
        lines = await cursor.advance()
        self._ready += self._overlap.read(lines)

    async def _go_back(self, cursor: Cursor) -> None:
        lines = await cursor.older()
        self._behind += self._overlap.read(lines)

    async def _read_back(self) -> None:
        """Read the history of those streams of which the least far back is known."""
        behind = [cursor for cursor in self._all if cursor.opened and not cursor.at_head]
        latest = max((cursor.oldest for cursor in behind), default=math.inf)
        await _all(self._go_back(cursor) for cursor in behind if cursor.oldest == latest)

    def _complete(self) -> list[LogLine]:
        """Take the lines that no line of another stream can come before any more."""
        cursors = [cursor for cursor in self._all if cursor.opened and not cursor.at_head]
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
            self._heard(lines)
            yield LogBatch(lines)


async def _all(calls: Iterable[Awaitable[None]]) -> None:
    """Wait for all calls, then raise the first error there was: what the others gave is not lost."""
    for outcome in await asyncio.gather(*calls, return_exceptions=True):
        if isinstance(outcome, BaseException):
            raise outcome
