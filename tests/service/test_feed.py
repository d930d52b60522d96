"""One poll for everyone who watches, with the loop's clock made to jump."""

from __future__ import annotations

import pytest

from tests.service.feed_subject import INTERVAL, NEARLY, Subject, Watcher
from tests.service.virtual_time import elapse, play, settle


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
