"""The pane of logs."""

from __future__ import annotations

from tests.panes.host import stage
from tests.panes.scripted import ScriptedTraining
from tui.panes.logs import LogsPane
from tui.panes.messages import CopyWanted
from tui.resources.logs import LogBatch, LogLine
from tui.service.errors import AccessDenied


def lines(*texts: str, host: str = "algo-1", start: int = 0) -> LogBatch:
    return LogBatch(tuple(LogLine(1_790_000_000_000 + start + place, host, text) for place, text in enumerate(texts)))


async def test_without_a_job_it_says_how_to_get_one(training: ScriptedTraining) -> None:
    async with stage(LogsPane(training)) as here:
        await here.sees("No log is open.", "Press 3 for the training jobs")


async def test_lines_come_in_as_they_are_written(training: ScriptedTraining) -> None:
    pane = LogsPane(training)
    async with stage(pane) as here:
        pane.job = "first"
        await here.sees("Log of first", "Looking for the log…")
        training.batches.put_nowait(LogBatch((), waiting="first has not written to its log yet."))
        await here.sees("first has not written to its log yet.")
        training.batches.put_nowait(lines("one", "two"))
        await here.sees("one", "two", "2 lines")
        training.batches.put_nowait(lines("three", start=10))
        await here.sees("three", "3 lines")
        training.batches.put_nowait(LogBatch((), ended=True))
        await here.sees("3 lines · complete")


async def test_a_complete_log_is_not_read_again_when_the_pane_is_shown_again(training: ScriptedTraining) -> None:
    pane = LogsPane(training)
    async with stage(pane) as here:
        pane.job = "first"
        training.batches.put_nowait(lines("one"))
        training.batches.put_nowait(LogBatch((), ended=True))
        await here.sees("one", "complete")
        await here.hide()
        training.batches.put_nowait(lines("again"))
        await here.show()
        await here.settled()
        assert training.batches.qsize() == 1
        assert "one" in here.text
        await here.press("r")
        await here.sees("again", "1 line")


async def test_a_hidden_pane_reads_nothing(training: ScriptedTraining) -> None:
    pane = LogsPane(training)
    async with stage(pane) as here:
        pane.job = "first"
        training.batches.put_nowait(lines("one"))
        await here.sees("one")
        await here.hide()
        await here.settled()
        training.batches.put_nowait(lines("two"))
        await here.settled()
        assert training.batches.qsize() == 1
        await here.show()
        await here.sees("two")


async def test_another_job_begins_anew(training: ScriptedTraining) -> None:
    pane = LogsPane(training)
    async with stage(pane) as here:
        pane.job = "first"
        training.batches.put_nowait(lines("of the first"))
        await here.sees("of the first")
        pane.job = "second"
        await here.sees("Log of second", "Looking for the log…")
        await here.sees_no("of the first", "1 line")
        await here.press("c")
        await here.until(lambda: bool(here.app.wishes), "a copy")
        [wish] = here.app.wishes
        assert isinstance(wish, CopyWanted)
        assert wish.text == "second"


async def test_why_nothing_comes_is_said_below_the_lines_until_some_do(training: ScriptedTraining) -> None:
    pane = LogsPane(training)
    async with stage(pane) as here:
        pane.job = "first"
        training.batches.put_nowait(lines("one"))
        await here.sees("one")
        training.batches.put_nowait(LogBatch((), waiting="The network is unreachable."))
        await here.sees("one", "The network is unreachable.")
        training.batches.put_nowait(lines("two", start=10))
        await here.sees("two")
        await here.sees_no("unreachable")


async def test_an_error_that_stays_is_said_and_forgotten_with_the_next_job(training: ScriptedTraining) -> None:
    pane = LogsPane(training)
    training.fails = AccessDenied("logs GetLogEvents did not succeed", "you may not [/x]")
    async with stage(pane) as here:
        pane.job = "first"
        await here.sees("logs GetLogEvents did not succeed. You may not [/x].")
        training.fails = None
        pane.job = "second"
        training.batches.put_nowait(lines("fine"))
        await here.sees("fine")
        await here.sees_no("did not succeed")


async def test_an_error_is_forgotten_when_the_pane_is_shown_again(training: ScriptedTraining) -> None:
    pane = LogsPane(training)
    training.fails = AccessDenied("logs GetLogEvents did not succeed")
    async with stage(pane) as here:
        pane.job = "first"
        await here.sees("did not succeed")
        await here.hide()
        training.fails = None
        training.batches.put_nowait(lines("fine"))
        await here.show()
        await here.sees("fine")
        await here.sees_no("did not succeed")


async def test_a_following_log_without_news_writes_nothing(training: ScriptedTraining) -> None:
    pane = LogsPane(training)
    async with stage(pane) as here:
        pane.job = "first"
        training.batches.put_nowait(lines(*(f"line {number}" for number in range(100))))
        await here.sees("line 99", "100 lines")
        await here.settled()
        before = len(here.written)
        for _ in range(5):
            training.batches.put_nowait(LogBatch(()))
            await here.settled()
        assert training.batches.empty()
        assert here.written[before:] == []


async def test_hosts_are_marked_when_there_are_several(training: ScriptedTraining) -> None:
    pane = LogsPane(training)
    async with stage(pane) as here:
        pane.job = "first"
        training.batches.put_nowait(lines("from one", host="algo-1"))
        training.batches.put_nowait(lines("from two", host="algo-2", start=1))
        await here.sees("algo-1", "algo-2", "from one", "from two")
