"""Snapshot and Feed: one shared poll per subject, however many watch it."""

from __future__ import annotations

import asyncio
import math
import random
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from tui.service.errors import ServiceError, ServiceFault, Throttled

T = TypeVar("T")

Interval = Callable[[T], float | None]
"""Seconds until a subject is to be polled again, given what is known of it; None when it will never change again."""

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

    `poll` fetches the value; `interval` says after how many seconds to poll again, given the value that is known,
    or None when it will never change again. A failing poll keeps the last good value and backs off.
    """

    def __init__(self, poll: Callable[[], Awaitable[T]], interval: Interval[T]) -> None:
        self._poll = poll
        self._interval = interval
        self._snapshot: Snapshot[T] = Snapshot()
        self._watchers: dict[asyncio.Event, Interval[T]] = {}
        self._asked = False
        """Whether to poll whatever the intervals say."""

        self._rearranged = asyncio.Event()
        """Set when the next poll may be due at another time than was thought."""

        self._running: asyncio.Task[None] | None = None
        self._failures = 0
        self._confirmed = -math.inf
        """When the last poll succeeded, in the event loop's time, if what it brought still holds."""

        self._stretch = 1.0
        """By which the interval after it is drawn out: consoles of one account must not poll in step."""

        self._not_before = -math.inf
        """Until when a subject that failed is left alone, also by whoever comes to watch."""

        self._paused = False

    @property
    def paused(self) -> bool:
        """While set, only `wake` polls."""
        return self._paused

    @paused.setter
    def paused(self, paused: bool) -> None:
        self._paused = paused
        self._rearranged.set()

    @property
    def snapshot(self) -> Snapshot[T]:
        """What is known now."""
        return self._snapshot

    def wake(self) -> None:
        """Poll as soon as possible: something was written, or a person asked."""
        self._asked = True
        self._rearranged.set()

    @property
    def attended(self) -> bool:
        """Whether anybody watches at the feed's own pace, rather than now and then."""
        return self._interval in self._watchers.values()

    def update(self, value: T) -> None:
        """Publish a value that came by another way than the poll, e.g. an older page."""
        self._publish(Snapshot(value, self._snapshot.taken, self._snapshot.error))

    async def watch(self, interval: Interval[T] | None = None) -> AsyncGenerator[Snapshot[T], None]:
        """Every change from now on, beginning with what is known; the poll runs while anyone iterates.

        With an `interval` of its own a watcher is content with polls that far apart; the shortest one counts.
        """
        news = asyncio.Event()
        self._watchers[news] = interval or self._interval
        self._rearranged.set()
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
            del self._watchers[news]
            if not self._watchers and self._running:
                self._running.cancel()
                self._running = None

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            await self._until_due()
            try:
                value = await self._poll()
            except asyncio.CancelledError:
                self._confirmed = self._not_before = -math.inf  # what was asked for is still not known
                raise
            except ServiceError as error:
                self._failed(error)
            except Exception as error:  # noqa: BLE001 - shown to whoever watches, who would wait for ever otherwise
                self._failed(ServiceFault("The answer could not be used", f"{type(error).__name__}: {error}"))
            else:
                self._failures = 0
                self._publish(Snapshot(value, time.time()))
                self._confirmed, self._stretch = loop.time(), random.uniform(0.9, 1.1)

    async def _until_due(self) -> None:
        while not self._asked:
            self._rearranged.clear()
            due = self._due
            try:
                async with asyncio.timeout_at(None if due == math.inf else due):
                    await self._rearranged.wait()
            except TimeoutError:
                break
        self._asked = False

    @property
    def _due(self) -> float:
        """When to poll next, in the event loop's time."""
        if self._paused:
            return math.inf
        if self._confirmed == -math.inf:
            return self._not_before
        # A value that was confirmed is there, be it None.
        intervals = [interval(self._snapshot.value) for interval in self._watchers.values()]  # type: ignore[arg-type]
        return self._confirmed + self._stretch * min((each for each in intervals if each is not None), default=math.inf)

    def _failed(self, error: ServiceError) -> None:
        """Publish the error, and leave the subject alone for a while."""
        self._failures += 1
        self._publish(replace(self._snapshot, error=error))
        self._confirmed = -math.inf
        self._not_before = asyncio.get_running_loop().time() + self._backoff(error)

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
