"""The pane of logs."""

from __future__ import annotations

from tests.panes.host import stage
from tests.panes.scripted import ScriptedLogs
from tui.panes.log_messages import LiveTailWanted, StreamsWanted
from tui.panes.logs import LogsPane
from tui.panes.messages import CopyWanted
from tui.resources.logs import LogBatch, LogLine, endpoint_log, notebook_log, training_log
from tui.service.errors import AccessDenied


def lines(*texts: str, host: str = "algo-1", start: int = 0) -> LogBatch:
    return LogBatch(tuple(LogLine(1_790_000_000_000 + start + place, host, text) for place, text in enumerate(texts)))


async def test_without_a_job_it_says_how_to_get_one(logs: ScriptedLogs) -> None:
    async with stage(LogsPane(logs)) as here:
        await here.sees("No log is open.", "Press 3 for the training jobs")


async def test_lines_come_in_as_they_are_written(logs: ScriptedLogs) -> None:
    pane = LogsPane(logs)
    async with stage(pane) as here:
        pane.source = training_log("first")
        await here.sees("Log of first", "Looking for the log…")
        logs.batches.put_nowait(LogBatch((), waiting="first has not written to its log yet."))
        await here.sees("first has not written to its log yet.")
        logs.batches.put_nowait(lines("alpha", "beta"))
        await here.sees("alpha", "beta", "2 lines")
        logs.batches.put_nowait(lines("gamma", start=10))
        await here.sees("gamma", "3 lines")
        logs.batches.put_nowait(LogBatch((), ended=True))
        await here.sees("3 lines · complete")


async def test_a_complete_log_is_not_read_again_when_the_pane_is_shown_again(logs: ScriptedLogs) -> None:
    pane = LogsPane(logs)
    async with stage(pane) as here:
        pane.source = training_log("first")
        logs.batches.put_nowait(lines("alpha"))
        logs.batches.put_nowait(LogBatch((), ended=True))
        await here.sees("alpha", "complete")
        await here.hide()
        logs.batches.put_nowait(lines("again"))
        await here.show()
        await here.settled()
        assert logs.batches.qsize() == 1
        assert "alpha" in here.text
        await here.press("r")
        await here.sees("again", "1 line")


async def test_a_hidden_pane_reads_nothing(logs: ScriptedLogs) -> None:
    pane = LogsPane(logs)
    async with stage(pane) as here:
        pane.source = training_log("first")
        logs.batches.put_nowait(lines("alpha"))
        await here.sees("alpha")
        await here.hide()
        await here.settled()
        logs.batches.put_nowait(lines("beta"))
        await here.settled()
        assert logs.batches.qsize() == 1
        await here.show()
        await here.sees("beta")


async def test_another_job_begins_anew(logs: ScriptedLogs) -> None:
    pane = LogsPane(logs)
    async with stage(pane) as here:
        pane.source = training_log("first")
        logs.batches.put_nowait(lines("of the first"))
        await here.sees("of the first")
        pane.source = training_log("second")
        await here.sees("Log of second", "Looking for the log…")
        await here.sees_no("of the first", "1 line")
        await here.press("c")
        await here.until(lambda: bool(here.app.wishes), "a copy")
        [wish] = here.app.wishes
        assert isinstance(wish, CopyWanted)
        assert wish.text == "second"


async def test_why_nothing_comes_is_said_below_the_lines_until_some_do(logs: ScriptedLogs) -> None:
    pane = LogsPane(logs)
    async with stage(pane) as here:
        pane.source = training_log("first")
        logs.batches.put_nowait(lines("alpha"))
        await here.sees("alpha")
        logs.batches.put_nowait(LogBatch((), waiting="The network is unreachable."))
        await here.sees("alpha", "The network is unreachable.")
        logs.batches.put_nowait(lines("beta", start=10))
        await here.sees("beta")
        await here.sees_no("unreachable")


async def test_an_error_that_stays_is_said_and_forgotten_with_the_next_job(logs: ScriptedLogs) -> None:
    pane = LogsPane(logs)
    logs.fails = AccessDenied("logs GetLogEvents did not succeed", "you may not [/x]")
    async with stage(pane) as here:
        pane.source = training_log("first")
        await here.sees("logs GetLogEvents did not succeed. You may not [/x].")
        logs.fails = None
        pane.source = training_log("second")
        logs.batches.put_nowait(lines("fine"))
        await here.sees("fine")
        await here.sees_no("did not succeed")


async def test_an_error_is_forgotten_when_the_pane_is_shown_again(logs: ScriptedLogs) -> None:
    pane = LogsPane(logs)
    logs.fails = AccessDenied("logs GetLogEvents did not succeed")
    async with stage(pane) as here:
        pane.source = training_log("first")
        await here.sees("did not succeed")
        await here.hide()
        logs.fails = None
        logs.batches.put_nowait(lines("fine"))
        await here.show()
        await here.sees("fine")
        await here.sees_no("did not succeed")


async def test_a_following_log_without_news_writes_nothing(logs: ScriptedLogs) -> None:
    pane = LogsPane(logs)
    async with stage(pane) as here:
        pane.source = training_log("first")
        logs.batches.put_nowait(lines(*(f"line {number}" for number in range(100))))
        await here.sees("line 99", "100 lines")
        await here.settled()
        before = len(here.written)
        for _ in range(5):
            logs.batches.put_nowait(LogBatch(()))
            await here.settled()
        assert logs.batches.empty()
        assert here.written[before:] == []


async def test_hosts_are_marked_when_there_are_several(logs: ScriptedLogs) -> None:
    pane = LogsPane(logs)
    async with stage(pane) as here:
        pane.source = training_log("first")
        logs.batches.put_nowait(lines("from one", host="algo-1"))
        logs.batches.put_nowait(lines("from two", host="algo-2", start=1))
        await here.sees("algo-1", "algo-2", "from one", "from two")


async def test_older_lines_come_when_the_person_scrolls_up_to_the_first(logs: ScriptedLogs) -> None:
    pane = LogsPane(logs)
    logs.history = [lines("the very first").lines, lines("an older one", start=10).lines]
    async with stage(pane) as here:
        pane.source = training_log("first")
        logs.batches.put_nowait(lines(*(f"line {number}" for number in range(100)), start=20))
        logs.batches.put_nowait(LogBatch((), ended=True))
        await here.sees("newest 100 lines · older ones above · ended", "line 99")
        await here.press("g")
        await here.sees("102 lines · complete")
        await here.press("g")
        await here.sees("the very first", "an older one", "line 0")
        assert "logs.all" in here.dimmed


async def test_why_older_lines_do_not_come_is_said(logs: ScriptedLogs) -> None:
    pane = LogsPane(logs)
    logs.history = [lines("the very first").lines]
    async with stage(pane) as here:
        pane.source = training_log("first")
        logs.batches.put_nowait(lines("line", start=20))
        await here.sees("newest 1 line · older ones above")
        logs.fails = AccessDenied("logs GetLogEvents did not succeed")
        await here.press("A")
        await here.sees("logs GetLogEvents did not succeed.")
        logs.fails = None
        await here.press("A")
        await here.sees("the very first", "2 lines")
        await here.sees_no("did not succeed")


async def test_one_host_after_the_other_is_shown_alone(logs: ScriptedLogs) -> None:
    pane = LogsPane(logs)
    logs.known = ("algo-10", "algo-2")
    both = LogBatch((*lines("of two", host="algo-2").lines, *lines("of ten", host="algo-10", start=1).lines))
    async with stage(pane) as here:
        pane.source = training_log("first")
        for title, seen, unseen in (
            ("Log of first ", ("of two", "of ten"), "alone"),
            ("Log of first · algo-2 alone, 1 of 2 hosts", ("of two",), "of ten"),
            ("Log of first · algo-10 alone, 1 of 2 hosts", ("of ten",), "of two"),
            ("Log of first ", ("of two", "of ten"), "alone"),
        ):
            logs.batches.put_nowait(both)
            await here.sees(title, *seen)
            await here.sees_no(unseen)
            await here.press("H")


async def test_a_log_of_one_host_has_no_other(logs: ScriptedLogs) -> None:
    pane = LogsPane(logs)
    logs.known = ("algo-1",)
    async with stage(pane) as here:
        pane.source = training_log("first")
        logs.batches.put_nowait(lines("the only one"))
        await here.sees("the only one", "1 line")
        await here.until(lambda: "logs.host" in here.dimmed, "dimmed")


async def test_the_pane_goes_on_where_it_was_left(logs: ScriptedLogs) -> None:
    pane = LogsPane(logs)
    async with stage(pane) as here:
        pane.source = training_log("first")
        logs.batches.put_nowait(lines("before"))
        await here.sees("before", "1 line")
        await here.hide()
        logs.batches.put_nowait(lines("behind", start=10))
        await here.show()
        await here.sees("before", "behind", "2 lines")


async def test_the_variants_of_an_endpoint_are_shown_alone_one_after_the_other(logs: ScriptedLogs) -> None:
    pane = LogsPane(logs)
    logs.known = ("blue/i-1", "blue/i-2", "green/i-3")
    async with stage(pane) as here:
        pane.source = endpoint_log("prices")
        logs.batches.put_nowait(lines("all", host="blue/i-1"))
        await here.sees("Log of endpoint prices · last 1 d", "all")
        await here.press("H")
        logs.batches.put_nowait(lines("of blue", host="blue/i-2"))
        logs.batches.put_nowait(lines("of green", host="green/i-3"))
        await here.sees("Log of endpoint prices · blue alone, 1 of 2 variants · last 1 d", "of blue")
        await here.sees_no("of green")


async def test_the_window_is_made_longer_and_shorter(logs: ScriptedLogs) -> None:
    pane = LogsPane(logs)
    async with stage(pane) as here:
        await here.until(lambda: {"logs.longer", "logs.shorter"} <= here.dimmed, "dimmed without a log")
        pane.source = notebook_log("desk")
        await here.sees("Log of notebook instance desk · last 1 d")
        await here.press("greater_than_sign")
        await here.sees("desk · whole log")
        await here.until(lambda: "logs.longer" in here.dimmed, "dimmed: there is no more")
        await here.press("less_than_sign", "less_than_sign", "less_than_sign", "less_than_sign")
        await here.sees("desk · last 15 min")
        await here.until(lambda: "logs.shorter" in here.dimmed, "dimmed: there is no less")
        logs.batches.put_nowait(LogBatch(()))
        await here.sees("No lines in the last 15 min.", "> looks further back.")
        assert [window for _, _, window in logs.opened] == [86400.0, None, 86400.0, 21600.0, 3600.0, 900.0]


async def test_the_chosen_streams_are_shown(logs: ScriptedLogs) -> None:
    pane = LogsPane(logs)
    logs.known = ("algo-1-1760000000", "algo-1-1760009999", "algo-2-1760000000")
    async with stage(pane) as here:
        pane.source = training_log("first")
        await here.sees("Log of first")
        await here.press("s")
        await here.until(lambda: bool(here.app.wishes), "a wish")
        [wish] = here.app.wishes
        assert isinstance(wish, StreamsWanted)
        assert (wish.source, wish.chosen) == (training_log("first"), frozenset())
        chosen = frozenset({"first/algo-1-1760009999", "first/algo-2-1760000000"})
        pane.choose(chosen)
        await here.sees("Log of first · 2 of 3 streams")
        assert logs.opened[-1] == (training_log("first"), chosen, None)


async def test_live_tail_shows_its_time_and_that_it_leaves_lines_out_and_ends_by_its_key(logs: ScriptedLogs) -> None:
    pane = LogsPane(logs)
    async with stage(pane) as here:
        pane.source = training_log("first")
        logs.batches.put_nowait(lines("read"))
        await here.sees("read", "1 line")
        await here.press("L")
        await here.until(lambda: bool(here.app.wishes), "a wish")
        assert isinstance(here.app.wishes[-1], LiveTailWanted)
        assert "LIVE TAIL" not in here.text, "not before the price was said"
        pane.begin_live_tail()
        logs.told.put_nowait(lines("told", start=10))
        await here.sees("told", "LIVE TAIL 0:0")
        await here.sees_no("sampled")
        logs.told.put_nowait(LogBatch(lines("some", start=20).lines, sampled=True))
        await here.sees("some", "· sampled", "Live Tail leaves some out until L ends it.")
        await here.press("L")
        await here.sees("Live Tail has ended. It ran for 0:0", "What it left out")
        await here.sees_no("LIVE TAIL 0:0")
        logs.batches.put_nowait(lines("left out", start=15))
        await here.sees("left out", "4 lines")
        await here.sees_no("until L ends it")


async def test_live_tail_that_ends_by_itself_or_breaks_off_is_followed_by_reading(logs: ScriptedLogs) -> None:
    pane = LogsPane(logs)
    async with stage(pane) as here:
        pane.source = training_log("first")
        logs.batches.put_nowait(lines("read"))
        await here.sees("read")
        pane.begin_live_tail()
        await here.sees("LIVE TAIL")
        logs.told.put_nowait(None)
        await here.sees("Live Tail has ended by itself")
        await here.sees_no("LIVE TAIL")
        logs.batches.put_nowait(lines("read on", start=10))
        await here.sees("read on")
        logs.batches.put_nowait(LogBatch((), ended=True))
        await here.sees("complete")
        await here.until(lambda: "logs.live" in here.dimmed, "dimmed: nothing comes any more")


async def test_live_tail_ends_when_its_pane_is_left(logs: ScriptedLogs) -> None:
    pane = LogsPane(logs)
    async with stage(pane) as here:
        pane.source = training_log("first")
        logs.batches.put_nowait(lines("read"))
        await here.sees("read")
        pane.begin_live_tail()
        await here.sees("LIVE TAIL")
        await here.hide()
        await here.sees("Live Tail has ended, because its pane was left.")
        logs.told.put_nowait(lines("told to nobody", start=10))
        await here.show()
        logs.batches.put_nowait(lines("read on", start=20))
        await here.sees("read on", "2 lines")
        assert logs.told.qsize() == 1
