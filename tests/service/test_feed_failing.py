"""What a feed says and does when its polls fail."""

from __future__ import annotations

import pytest

from tests.service.feed_subject import INTERVAL, NEARLY, Subject, Watcher
from tests.service.virtual_time import elapse, play, settle
from tui.service.errors import ServiceError, Throttled, Unreachable
from tui.service.feed import MAX_BACKOFF


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
