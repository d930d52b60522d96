"""A place in one log stream, which moves towards its end and towards its head."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Sequence
from itertools import islice, repeat, starmap
from typing import Any

from tui.resources.logs import LogLine, LogSource
from tui.service.errors import InvalidRequest, NotFound
from tui.service.gateway import Gateway
from tui.service.log_memory import LogMemory

REFUSALS = 3
"""Tokens refused one after the other before that counts as an error and not as expired tokens."""

LINES_PER_TURN = 2000
"""Lines made of a page before the event loop gets its turn."""


class StreamCursor:
    """One stream by GetLogEvents, a page of at most 10,000 events or a megabyte at a time.

    It begins at the head, or with the newest page and then has two ends. A line is given once, also when it comes late
    or a token is refused; what a call gave is not lost when the next one fails.
    """

    def __init__(self, gateway: Gateway, source: LogSource, stream: str, *, newest_first: bool, since: int = 0) -> None:
        self.at_end = False
        """Whether there was nothing more when it was last read."""
        self.at_head = not newest_first
        """Whether nothing lies before what was read."""
        self.oldest = math.inf
        """The timestamp of the oldest line that was read, in milliseconds; infinite while there is none."""
        self.newest = -math.inf
        """The timestamp of the newest line that was read; infinitely small while there is none."""
        self.opened = not newest_first
        """Whether it has a place in the stream yet."""
        self._gateway = gateway
        self._where = {"logGroupName": source.group, "logStreamName": stream}
        self._host = source.host(stream)
        self._memory = LogMemory()
        self._forward: str | None = None
        self._backward: str | None = None
        self._first = since
        """Lines before this time are left out."""
        self._since = since
        self._history_since = since
        """Where the history ends that is read backward: looking back must not go there."""
        self._has_history = False
        self._until = 0
        self._oldest_count = 0
        """How many lines have the oldest timestamp."""
        self._repeated = 0
        """How many of those come once more, after a reading backward began again."""
        self._refusals = 0

    async def advance(self) -> Sequence[LogLine]:
        """The next lines towards the end; maybe none before it, for pages can be empty."""
        self.at_end = False
        try:
            page = await self._page(self._forward, startFromHead=True, startTime=self._since)
        except NotFound:  # listed already, and not there yet
            self.at_end = True
            return ()
        except InvalidRequest:
            self._refusals += 1
            if self._forward is None or self._refusals > REFUSALS:
                raise
            self.look_back()  # the token has expired
            return ()
        fresh = await self._lines(page)  # before anything moves: who leaves now gets the page again
        if self._forward is not None:
            self._refusals = 0
        self.at_end = page["nextForwardToken"] == self._forward
        self._forward = page["nextForwardToken"]
        lines = self._memory.fresh(fresh)
        self.newest = max(self.newest, lines[-1].timestamp_ms if lines else self.newest)
        if self.at_end:
            self._memory.caught_up()
        return lines

    def look_back(self) -> None:
        """Advance from a little earlier the next time, for lines that came late."""
        self._forward = None
        self._since = self._memory.begin_again(self._history_since)

    async def open(self) -> Sequence[LogLine]:
        """The newest page; the history before it is for `older`, what comes behind it for `advance`."""
        try:
            page = await self._page(None, startFromHead=False, startTime=self._first)
        except NotFound:  # tried again with the next poll
            self.at_end = True
            return ()
        lines = self._memory.fresh(await self._lines(page))
        self.opened = True
        if not lines:  # pages can be empty: then from the head, which misses nothing
            self.at_head = True
            return ()
        self._forward, self._backward = page["nextForwardToken"], page["nextBackwardToken"]
        self._reach_back_to(lines)
        self._history_since = lines[0].timestamp_ms + 1
        return lines

    async def older(self) -> Sequence[LogLine]:
        """The lines right before those that were read; maybe none before the head, for pages can be empty."""
        try:
            page = await self._page(self._backward, startFromHead=False, startTime=self._first, endTime=self._until)
        except InvalidRequest:
            if self._backward is None:
                raise
            self._backward = None  # the token has expired
            self._until = int(self.oldest) + 1
            self._repeated = self._oldest_count
            return ()
        lines = await self._lines(page)
        self.at_head = page["nextBackwardToken"] == self._backward
        self._backward = page["nextBackwardToken"]
        if self._repeated:
            known = min(self._repeated, len(lines))
            self._repeated -= known
            lines = lines[: len(lines) - known]
        if lines and lines[0].timestamp_ms < self._first:  # a token leads beyond what it was asked for with
            lines = [line for line in lines if line.timestamp_ms >= self._first]
            self.at_head = True
        self._has_history |= bool(lines)
        if self.at_head and not self._has_history:
            self._history_since = self._first
        self._reach_back_to(lines)
        return lines

    def _reach_back_to(self, lines: Sequence[LogLine]) -> None:
        if not lines:
            return
        first = lines[0].timestamp_ms
        count = sum(line.timestamp_ms == first for line in lines)
        self._oldest_count = count + (self._oldest_count if first == self.oldest else 0)
        self.oldest = first

    async def _page(self, token: str | None, **where: Any) -> dict[str, Any]:
        if token is not None:
            where = {"startFromHead": where["startFromHead"], "nextToken": token}
        return await self._gateway.call("logs", "GetLogEvents", **self._where, **where)

    async def _lines(self, page: dict[str, Any]) -> list[LogLine]:
        """The lines of a page, made a few at a time so that a key need not wait for all of them."""
        lines: list[LogLine] = []
        columns = zip(page["timestamps"], repeat(self._host), page["messages"], strict=False)
        while part := list(starmap(LogLine, islice(columns, LINES_PER_TURN))):
            lines += part
            await asyncio.sleep(0)
        return lines
