"""Snapshot and Feed: one shared poll per subject, however many watch it."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from tui.service.errors import ServiceError, Throttled

T = TypeVar("T")

MAX_BACKOFF = 300.0
"""Seconds between polls of a subject that keeps failing, at most."""


@dataclass(frozen=True, slots=True)
class Snapshot(Generic[T]):
    """What is known about a subject at one moment: the last good value, and what went wrong since."""

    value: T | None = None
    """The last good value; None before the first."""

    taken: float | None = None
    """When the value was last confirmed, in seconds since the epoch; not part of equality of news."""

    error: ServiceError | None = None
    """Why the value is stale; None while polls succeed."""


class Feed(Generic[T]):
    """Polls a subject while somebody watches it and publishes what changed.

    `poll` fetches the value; `interval` says after how many seconds to poll again, given the value just fetched,
    or None when it will never change again. A failing poll keeps the last good value and backs off.
    """

    def __init__(self, poll: Callable[[], Awaitable[T]], interval: Callable[[T], float | None]) -> None:
        self._poll = poll
        self._interval = interval
        self._snapshot: Snapshot[T] = Snapshot()
        self._watchers: set[asyncio.Event] = set()
        self._wake = asyncio.Event()
        self._running: asyncio.Task[None] | None = None
        self._failures = 0
        self.paused = False
        """While set, only `wake` polls."""

    @property
    def snapshot(self) -> Snapshot[T]:
        """What is known now."""
        return self._snapshot

    def wake(self) -> None:
        """Poll as soon as possible: something was written, or a person asked."""
        self._wake.set()

    def update(self, value: T) -> None:
        """Publish a value that came by another way than the poll, e.g. an older page."""
        self._publish(Snapshot(value, self._snapshot.taken, self._snapshot.error))

    async def watch(self) -> AsyncIterator[Snapshot[T]]:
        """Every change from now on, beginning with what is known; the poll runs while anyone iterates."""
        news = asyncio.Event()
        self._watchers.add(news)
        if self._running is None or self._running.done():
            self._running = asyncio.create_task(self._run())
        try:
            if self._snapshot.taken is not None or self._snapshot.error:
                yield self._snapshot
            while True:
                await news.wait()
                news.clear()
                yield self._snapshot
        finally:
            self._watchers.discard(news)
            if not self._watchers and self._running:
                self._running.cancel()
                self._running = None

    async def _run(self) -> None:
        if self._snapshot.value is not None and not self._snapshot.error and not self._wake.is_set():
            await self._wait(self._interval(self._snapshot.value))
        while True:
            self._wake.clear()
            delay: float | None
            try:
                value = await self._poll()
            except ServiceError as error:
                self._failures += 1
                self._publish(replace(self._snapshot, error=error))
                delay = self._backoff(error)
            else:
                self._failures = 0
                self._publish(Snapshot(value, time.time()))
                delay = self._interval(value)
                if delay is not None:
                    delay *= random.uniform(0.9, 1.1)  # consoles of one account must not poll in step
            await self._wait(delay)

    async def _wait(self, delay: float | None) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(None if self.paused else delay):
                await self._wake.wait()

    def _backoff(self, error: ServiceError) -> float:
        base = 10.0 if isinstance(error, Throttled) else 2.0
        return float(min(MAX_BACKOFF, base * 2 ** min(self._failures - 1, 8)) * random.uniform(0.8, 1.2))

    def _publish(self, snapshot: Snapshot[T]) -> None:
        known = self._snapshot
        self._snapshot = snapshot
        first = known.taken is None and snapshot.taken is not None
        if first or snapshot.value != known.value or str(snapshot.error) != str(known.error):
            for watcher in self._watchers:
                watcher.set()
