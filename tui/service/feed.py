"""Snapshot and Feed: one shared poll per subject, however many watch it."""

from __future__ import annotations

import asyncio
import math
import random
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from tui.service.errors import ServiceError, ServiceFault, Throttled

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
        self._due = -math.inf
        """When to poll next, in the event loop's time: also while nobody watches."""

        self._paused = False

    @property
    def paused(self) -> bool:
        """While set, only `wake` polls."""
        return self._paused

    @paused.setter
    def paused(self, paused: bool) -> None:
        self._paused = paused
        if self._running:  # it waits by the other rule
            self._running.cancel()
            self._running = asyncio.create_task(self._run())

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

    async def watch(self) -> AsyncGenerator[Snapshot[T], None]:
        """Every change from now on, beginning with what is known; the poll runs while anyone iterates."""
        news = asyncio.Event()
        self._watchers.add(news)
        if self._running is None or self._running.done():
            self._running = asyncio.create_task(self._run())
        try:
            if self._snapshot != Snapshot():
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
        loop = asyncio.get_running_loop()
        while True:
            await self._until_due()
            self._wake.clear()
            try:
                value = await self._poll()
            except asyncio.CancelledError:
                self._due = -math.inf  # what was asked for is still not known
                raise
            except ServiceError as error:
                delay = self._failed(error)
            except Exception as error:  # noqa: BLE001 - shown to whoever watches, who would wait for ever otherwise
                delay = self._failed(ServiceFault("The answer could not be used", f"{type(error).__name__}: {error}"))
            else:
                self._failures = 0
                self._publish(Snapshot(value, time.time()))
                interval = self._interval(value)
                # Consoles of one account must not poll in step.
                delay = math.inf if interval is None else interval * random.uniform(0.9, 1.1)
            self._due = loop.time() + delay

    async def _until_due(self) -> None:
        due = math.inf if self._paused else self._due
        with suppress(TimeoutError):
            async with asyncio.timeout_at(None if due == math.inf else due):
                await self._wake.wait()

    def _failed(self, error: ServiceError) -> float:
        """Publish the error; the seconds until the next attempt."""
        self._failures += 1
        self._publish(replace(self._snapshot, error=error))
        return self._backoff(error)

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
