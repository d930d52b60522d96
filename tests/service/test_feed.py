"""One poll for everyone who watches, with the loop's clock made to jump."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing

import pytest

from tests.service.virtual_time import elapse, now, play, settle
from tui.service.errors import ServiceError, Throttled, Unreachable
from tui.service.feed import MAX_BACKOFF, Feed, Snapshot

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


def test_two_watchers_share_one_poll_and_see_the_same() -> None:
    async def scenario() -> None:
        subject = Subject(1)
        feed = subject.feed()
        first, second = Watcher(feed), Watcher(feed)
        await settle()
        subject.value = 2
        await elapse(INTERVAL * NEARLY)
        assert first.values == second.values == [1, 2]
        assert len(subject.asked) == 2
        await first.leave()
        await second.leave()

    play(scenario())


def test_only_news_is_published_but_every_poll_confirms() -> None:
    async def scenario() -> None:
        subject = Subject(("a",))
        feed = subject.feed()
        watcher = Watcher(feed)
        await elapse(INTERVAL * 5.9)
        assert len(subject.asked) >= 5
        assert watcher.values == [("a",)]
        first, last = watcher.seen[0].taken, feed.snapshot.taken
        assert first is not None
        assert last is not None
        assert last > first
        await watcher.leave()

    play(scenario())


@pytest.mark.parametrize("nothing", [None, (), "", 0])
def test_a_first_value_is_news_however_empty(nothing: object) -> None:
    async def scenario() -> None:
        watcher = Watcher(Subject(nothing).feed())
        await settle()
        assert watcher.values == [nothing]
        await watcher.leave()

    play(scenario())


def test_a_late_watcher_begins_with_what_is_known() -> None:
    async def scenario() -> None:
        subject = Subject("known")
        feed = subject.feed()
        early = Watcher(feed)
        await settle()
        late = Watcher(feed)
        await settle()
        assert late.values == ["known"]
        assert len(subject.asked) == 1
        await early.leave()
        await late.leave()

    play(scenario())


def test_a_slow_poll_is_not_started_twice() -> None:
    async def scenario() -> None:
        subject = Subject(1, takes=INTERVAL * 3)
        watcher = Watcher(subject.feed())
        await elapse(INTERVAL * 2.9)
        assert subject.asked == [0.0]
        await watcher.leave()

    play(scenario())


def test_the_interval_follows_the_value() -> None:
    async def scenario() -> None:
        subject = Subject("running")
        watcher = Watcher(subject.feed(lambda value: 1.0 if value == "running" else 100.0))
        await elapse(3.5)
        polls = len(subject.asked)
        assert polls in (4, 5)
        subject.value = "over"
        await elapse(1.2)
        assert watcher.values == ["running", "over"]
        polls = len(subject.asked)
        await elapse(80)
        assert len(subject.asked) == polls
        await watcher.leave()

    play(scenario())


def test_what_never_changes_again_is_not_asked_again() -> None:
    async def scenario() -> None:
        subject = Subject("Completed")
        feed = subject.feed(lambda _: None)
        for _ in range(3):
            watcher = Watcher(feed)
            await elapse(100_000)
            assert watcher.values == ["Completed"]
            await watcher.leave()
        assert len(subject.asked) == 1

    play(scenario())


def test_an_error_keeps_the_last_good_value() -> None:
    async def scenario() -> None:
        subject = Subject("good")
        watcher = Watcher(subject.feed())
        await settle()
        subject.value = Unreachable("No answer")
        await elapse(INTERVAL * NEARLY)
        assert [(snapshot.value, str(snapshot.error)) for snapshot in watcher.seen] == [
            ("good", "None"),
            ("good", "No answer."),
        ]
        assert watcher.seen[1].taken == watcher.seen[0].taken
        subject.value = "good"
        await elapse(5)
        assert (watcher.seen[-1].value, watcher.seen[-1].error) == ("good", None)
        await watcher.leave()

    play(scenario())


@pytest.mark.parametrize(("error", "first"), [(Unreachable("x"), 2.0), (Throttled("x"), 10.0)])
def test_failing_polls_back_off_to_a_limit(error: ServiceError, first: float) -> None:
    async def scenario() -> None:
        subject = Subject(error)
        watcher = Watcher(subject.feed())
        await elapse(5000)
        pauses = [after - before for before, after in zip(subject.asked, subject.asked[1:], strict=False)]
        assert first * 0.8 <= pauses[0] <= first * 1.2
        assert pauses[1] >= first * 2 * 0.8
        assert all(MAX_BACKOFF * 0.8 <= pause <= MAX_BACKOFF * 1.2 for pause in pauses[-5:])
        assert len(watcher.seen) == 1, "the same error is no news"
        await watcher.leave()

    play(scenario())


def test_a_success_forgets_the_failures() -> None:
    async def scenario() -> None:
        subject = Subject(Unreachable("x"))
        watcher = Watcher(subject.feed(lambda _: 1.0))
        await elapse(100)
        subject.value = 1
        await elapse(100)
        assert feed_is_at_pace(subject)
        subject.value = Unreachable("x")
        await elapse(1.2)
        asked = len(subject.asked)
        await elapse(2.4)
        assert len(subject.asked) > asked
        await watcher.leave()

    def feed_is_at_pace(subject: Subject) -> bool:
        return subject.asked[-1] - subject.asked[-2] <= NEARLY

    play(scenario())


def test_an_unforeseen_failure_is_shown_and_tried_again() -> None:
    async def scenario() -> None:
        subject = Subject(KeyError("TrainingJobArn"))
        watcher = Watcher(subject.feed())
        await settle()
        assert "KeyError: 'TrainingJobArn'" in str(watcher.seen[0].error)
        subject.value = "fine"
        await elapse(3)
        assert watcher.values == [None, "fine"]
        await watcher.leave()

    play(scenario())


def test_nobody_watches_nobody_polls() -> None:
    async def scenario() -> None:
        subject = Subject()
        feed = subject.feed()
        first, second = Watcher(feed), Watcher(feed)
        await settle()
        await first.leave()
        await elapse(INTERVAL * NEARLY)
        assert len(subject.asked) == 2
        await second.leave()
        await elapse(INTERVAL * 100)
        assert len(subject.asked) == 2

    play(scenario())


def test_coming_back_within_the_interval_polls_when_it_was_due_anyway() -> None:
    async def scenario() -> None:
        subject = Subject(1)
        feed = subject.feed()
        for _ in range(8):  # hiding and showing a pane
            watcher = Watcher(feed)
            await elapse(1)
            assert watcher.values == [1]
            await watcher.leave()
        assert subject.asked == [0.0]
        watcher = Watcher(feed)
        await elapse(INTERVAL * NEARLY - 8)
        assert len(subject.asked) == 2
        await watcher.leave()

    play(scenario())


def test_coming_back_after_the_interval_polls_at_once() -> None:
    async def scenario() -> None:
        subject = Subject("old")
        feed = subject.feed()
        watcher = Watcher(feed)
        await settle()
        await watcher.leave()
        await elapse(3600)
        subject.value = "new"
        watcher = Watcher(feed)
        await settle()
        assert watcher.values[-1] == "new"
        await watcher.leave()

    play(scenario())


def test_coming_back_does_not_shorten_the_backoff() -> None:
    async def scenario() -> None:
        subject = Subject(Throttled("Rate exceeded"))
        feed = subject.feed()
        for _ in range(7):
            watcher = Watcher(feed)
            await elapse(1)
            assert str(watcher.seen[0].error) == "Rate exceeded."
            await watcher.leave()
        assert len(subject.asked) == 1

    play(scenario())


def test_leaving_in_the_middle_of_a_poll_asks_again_when_coming_back() -> None:
    async def scenario() -> None:
        subject = Subject("before", takes=1)
        feed = subject.feed()
        watcher = Watcher(feed)
        await elapse(2)
        feed.wake()  # something was written
        await elapse(0.5)
        await watcher.leave()
        subject.value = "after"
        watcher = Watcher(feed)
        await elapse(1.1)
        assert watcher.values == ["before", "after"]
        await watcher.leave()

    play(scenario())


def test_wake_polls_at_once_also_during_backoff_and_after_the_end() -> None:
    async def scenario() -> None:
        for value, interval in ((1, INTERVAL), (Throttled("x"), INTERVAL), ("Completed", None)):
            subject = Subject(value)
            feed = subject.feed(lambda _, seconds=interval: seconds)  # type: ignore[misc]
            watcher = Watcher(feed)
            await settle()
            feed.wake()
            await settle()
            assert len(subject.asked) == 2
            await watcher.leave()

    play(scenario())


def test_wake_during_a_poll_polls_once_more() -> None:
    async def scenario() -> None:
        subject = Subject("before", takes=1)
        feed = subject.feed()
        watcher = Watcher(feed)
        await elapse(0.5)
        for _ in range(5):
            feed.wake()
        subject.value = "after"
        await elapse(3)
        assert subject.asked == [0.0, 1.0]
        await watcher.leave()

    play(scenario())


def test_a_paused_feed_polls_only_when_woken() -> None:
    async def scenario() -> None:
        subject = Subject(1)
        feed = subject.feed()
        watcher = Watcher(feed)
        await elapse(1)
        feed.paused = True
        await elapse(INTERVAL * 50)
        assert len(subject.asked) == 1
        feed.wake()
        await settle()
        assert len(subject.asked) == 2
        feed.paused = False
        await elapse(INTERVAL * NEARLY)
        assert len(subject.asked) == 3
        await watcher.leave()

    play(scenario())


def test_a_value_from_elsewhere_is_published_and_starts_no_poll() -> None:
    async def scenario() -> None:
        subject = Subject((1,))
        feed = subject.feed()
        feed.update((0,))
        watcher = Watcher(feed)
        await settle()
        feed.update((1, 2))
        await settle()
        assert watcher.values == [(0,), (1,), (1, 2)]
        assert len(subject.asked) == 1
        await watcher.leave()

    play(scenario())


def test_a_consumer_that_stops_iterating_stops_the_poll() -> None:
    async def scenario() -> None:
        subject = Subject(1)
        feed = subject.feed()
        async with aclosing(feed.watch()) as snapshots:
            async for snapshot in snapshots:
                assert snapshot.value == 1
                break
        await elapse(INTERVAL * 10)
        assert len(subject.asked) == 1

    play(scenario())
