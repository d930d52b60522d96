"""When a feed polls: while somebody watches, when it was due, and when it is woken."""

from __future__ import annotations

from contextlib import aclosing

from tests.service.feed_subject import INTERVAL, NEARLY, Subject, Watcher
from tests.service.virtual_time import elapse, play, settle
from tui.service.errors import Throttled


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
