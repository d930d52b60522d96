"""The pane of logs follows, says what is wrong, and reads back."""

from __future__ import annotations

from tests.panes.log_stage import lines, reading
from tests.panes.scripted import ScriptedLogs
from tui.panes.messages import CopyWanted
from tui.resources.logs import LogBatch, training_log
from tui.service.errors import AccessDenied


async def test_without_a_job_it_says_how_to_get_one(logs: ScriptedLogs) -> None:
    async with reading(logs, None) as here:
        await here.sees("No log is open.", "Press 3 for the training jobs")


async def test_lines_come_in_as_they_are_written(logs: ScriptedLogs) -> None:
    async with reading(logs) as here:
        await here.sees("Log of first", "Looking for the log…")
        logs.batches.put_nowait(LogBatch((), waiting="first has not written to its log yet."))
        await here.sees("first has not written to its log yet.")
        here.comes("alpha", "beta")
        await here.sees("alpha", "beta", "2 lines")
        here.comes("gamma", start=10)
        await here.sees("gamma", "3 lines")
        here.ends()
        await here.sees("3 lines · complete")


async def test_a_complete_log_is_not_read_again_when_the_pane_is_shown_again(logs: ScriptedLogs) -> None:
    async with reading(logs) as here:
        here.comes("alpha")
        here.ends()
        await here.sees("alpha", "complete")
        await here.hide()
        here.comes("again")
        await here.show()
        await here.settled()
        assert logs.batches.qsize() == 1
        assert "alpha" in here.text
        await here.press("r")
        await here.sees("again", "1 line")


async def test_a_hidden_pane_reads_nothing(logs: ScriptedLogs) -> None:
    async with reading(logs) as here:
        here.comes("alpha")
        await here.sees("alpha")
        await here.hide()
        await here.settled()
        here.comes("beta")
        await here.settled()
        assert logs.batches.qsize() == 1
        await here.show()
        await here.sees("beta")


async def test_another_job_begins_anew(logs: ScriptedLogs) -> None:
    async with reading(logs) as here:
        here.comes("of the first")
        await here.sees("of the first")
        here.pane.source = training_log("second")
        await here.sees("Log of second", "Looking for the log…")
        await here.sees_no("of the first", "1 line")
        await here.press("c")
        await here.until(lambda: bool(here.app.wishes), "a copy")
        [wish] = here.app.wishes
        assert isinstance(wish, CopyWanted)
        assert wish.text == "second"


async def test_why_nothing_comes_is_said_below_the_lines_until_some_do(logs: ScriptedLogs) -> None:
    async with reading(logs) as here:
        here.comes("alpha")
        await here.sees("alpha")
        logs.batches.put_nowait(LogBatch((), waiting="The network is unreachable."))
        await here.sees("alpha", "The network is unreachable.")
        here.comes("beta", start=10)
        await here.sees("beta")
        await here.sees_no("unreachable")


async def test_an_error_that_stays_is_said_and_forgotten_with_the_next_job(logs: ScriptedLogs) -> None:
    logs.fails = AccessDenied("logs GetLogEvents did not succeed", "you may not [/x]")
    async with reading(logs) as here:
        await here.sees("logs GetLogEvents did not succeed. You may not [/x].")
        logs.fails = None
        here.pane.source = training_log("second")
        here.comes("fine")
        await here.sees("fine")
        await here.sees_no("did not succeed")


async def test_an_error_is_forgotten_when_the_pane_is_shown_again(logs: ScriptedLogs) -> None:
    logs.fails = AccessDenied("logs GetLogEvents did not succeed")
    async with reading(logs) as here:
        await here.sees("did not succeed")
        await here.hide()
        logs.fails = None
        here.comes("fine")
        await here.show()
        await here.sees("fine")
        await here.sees_no("did not succeed")


async def test_a_following_log_without_news_writes_nothing(logs: ScriptedLogs) -> None:
    async with reading(logs) as here:
        here.comes(*(f"line {number}" for number in range(100)))
        await here.sees("line 99", "100 lines")
        await here.settled()
        before = len(here.written)
        for _ in range(5):
            logs.batches.put_nowait(LogBatch(()))
            await here.settled()
        assert logs.batches.empty()
        assert here.written[before:] == []


async def test_older_lines_come_when_the_person_scrolls_up_to_the_first(logs: ScriptedLogs) -> None:
    logs.history = [lines("the very first").lines, lines("an older one", start=10).lines]
    async with reading(logs) as here:
        here.comes(*(f"line {number}" for number in range(100)), start=20)
        here.ends()
        await here.sees("newest 100 lines · older ones above · ended", "line 99")
        await here.press("g")
        await here.sees("102 lines · complete")
        await here.press("g")
        await here.sees("the very first", "an older one", "line 0")
        assert "logs.all" in here.dimmed


async def test_why_older_lines_do_not_come_is_said(logs: ScriptedLogs) -> None:
    logs.history = [lines("the very first").lines]
    async with reading(logs) as here:
        here.comes("line", start=20)
        await here.sees("newest 1 line · older ones above")
        logs.fails = AccessDenied("logs GetLogEvents did not succeed")
        await here.press("A")
        await here.sees("logs GetLogEvents did not succeed.")
        logs.fails = None
        await here.press("A")
        await here.sees("the very first", "2 lines")
        await here.sees_no("did not succeed")


async def test_the_pane_goes_on_where_it_was_left(logs: ScriptedLogs) -> None:
    async with reading(logs) as here:
        here.comes("before")
        await here.sees("before", "1 line")
        await here.hide()
        here.comes("behind", start=10)
        await here.show()
        await here.sees("before", "behind", "2 lines")


async def test_a_log_beyond_its_memory_is_read_and_searched_all_the_same(logs: ScriptedLogs) -> None:
    async with reading(logs, memory_bytes=10_000) as here:
        for part in range(20):
            here.comes(
                *(f"line {number} {'x' * 100}" for number in range(part * 1000, part * 1000 + 1000)), start=part * 1000
            )
        await here.sees("20,000 lines")
        await here.press("slash", *"line 77 ", "enter")
        await here.sees("match 1 of 1", "line 76", "line 77", "line 78")
        assert sum(segment.resident for segment in here.pane.view._store.segments) < 1 << 20, "of more than two"
