"""Watchers that can wait, beside others that cannot."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from tests.service.virtual_time import elapse, play, settle
from tui.service.feed import Feed, Interval, Snapshot

NEARLY = 1.1
"""Intervals are drawn out by up to a tenth."""


class Subject:
    """Something to poll, and how often that was done."""

    def __init__(self) -> None:
        self.polls = 0

    async def __call__(self) -> int:
        self.polls += 1
        return self.polls


class Watcher:
    """Keeps what a feed publishes, until it leaves."""

    def __init__(self, feed: Feed[int], interval: Interval[int] | None = None) -> None:
        self.values: list[int | None] = []
        self._task = asyncio.create_task(self._watch(feed.watch(interval)))

    async def _watch(self, snapshots: AsyncIterator[Snapshot[int]]) -> None:
        async for snapshot in snapshots:
            self.values.append(snapshot.value)

    async def leave(self) -> None:
        self._task.cancel()
        await settle()


def test_a_watcher_that_can_wait_is_polled_for_at_its_own_pace() -> None:
    async def scenario() -> None:
        subject = Subject()
        feed = Feed(subject, lambda _: 10.0)
        watcher = Watcher(feed, lambda _: 60.0)
        await elapse(60 * 0.9)
        assert (subject.polls, watcher.values, feed.attended) == (1, [1], False)
        await elapse(60 * 9 * NEARLY)
        assert 10 <= subject.polls <= 13, "intervals are drawn out or shortened by up to a tenth"
        await watcher.leave()

    play(scenario())


def test_the_most_eager_watcher_decides_while_it_is_there() -> None:
    async def scenario() -> None:
        subject = Subject()
        feed = Feed(subject, lambda _: 10.0)
        patient = Watcher(feed, lambda _: 600.0)
        await elapse(30)
        assert subject.polls == 1
        eager = Watcher(feed)
        await settle()
        assert (subject.polls, feed.attended) == (2, True), "what it is shown is older than it would be"
        await elapse(10 * 5 * NEARLY)
        assert 6 <= subject.polls <= 8
        polls = subject.polls
        await eager.leave()
        assert patient.values == list(range(1, polls + 1)), "it sees what others have asked for"
        await elapse(500)
        assert (subject.polls, feed.attended) == (polls + 1, False)
        await patient.leave()

    play(scenario())


def test_a_feed_is_woken_and_paused_whoever_watches() -> None:
    async def scenario() -> None:
        subject = Subject()
        feed = Feed(subject, lambda _: 10.0)
        watcher = Watcher(feed, lambda value: 60.0 if value < 2 else None)
        await settle()
        feed.paused = True
        await elapse(600)
        assert subject.polls == 1
        feed.wake()
        await settle()
        assert watcher.values == [1, 2]
        feed.paused = False
        await elapse(100_000)
        assert subject.polls == 2, "the value is one of which it wants no more"
        await watcher.leave()

    play(scenario())
