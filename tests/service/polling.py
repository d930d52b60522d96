"""Having a feed polled when a test wants it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TypeVar

from tests.waiting import eventually
from tui.service.feed import Feed, Interval

T = TypeVar("T")


@asynccontextmanager
async def watched(feed: Feed[T], interval: Interval[T] | None = None) -> AsyncIterator[None]:
    """Somebody watches the feed for the length of the block."""

    async def watch() -> None:
        async for _ in feed.watch(interval):
            pass

    watching = asyncio.create_task(watch())
    try:
        yield
    finally:
        watching.cancel()
        await asyncio.wait([watching])


async def polled(feed: Feed[T]) -> T:
    """The value of a feed after exactly one more poll, which need not bring news; it must succeed."""
    before = feed.snapshot.taken
    feed.paused = True  # only the wake polls, however long this test waits for its turn
    feed.wake()
    async with watched(feed):
        await eventually(lambda: feed.snapshot, "a poll that succeeds", holds=lambda snapshot: snapshot.taken != before)
    feed.paused = False
    value: T = feed.snapshot.value  # type: ignore[assignment]
    return value
