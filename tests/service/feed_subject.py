"""Something that a feed polls, and somebody who watches it, in virtual time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable

from tests.service.virtual_time import elapse, now, settle
from tui.service.feed import Feed, Snapshot

INTERVAL = 10.0

NEARLY = 1.1
"""Intervals are drawn out by up to a tenth."""


class Subject:
    """Something to poll: what it answers next, and when it was asked."""

    def __init__(self, value: object = 0, takes: float = 0.0) -> None:
        self.value = value
        self.takes = takes
        self.asked: list[float] = []

    async def __call__(self) -> object:
        self.asked.append(now())
        await elapse(self.takes)
        if isinstance(self.value, Exception):
            raise self.value
        return self.value

    def feed(self, interval: Callable[[object], float | None] = lambda _: INTERVAL) -> Feed[object]:
        return Feed(self, interval)


class Watcher:
    """Keeps what a feed publishes, until it leaves."""

    def __init__(self, feed: Feed[object]) -> None:
        self.seen: list[Snapshot[object]] = []
        self._task = asyncio.create_task(self._watch(feed.watch()))

    async def _watch(self, snapshots: AsyncIterator[Snapshot[object]]) -> None:
        async for snapshot in snapshots:
            self.seen.append(snapshot)

    @property
    def values(self) -> list[object]:
        return [snapshot.value for snapshot in self.seen]

    async def leave(self) -> None:
        self._task.cancel()
        await settle()
