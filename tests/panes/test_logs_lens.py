"""Which part of a log the pane shows: of which hosts, variants, streams, and from how far back."""

from __future__ import annotations

from tests.panes.log_stage import lines, reading
from tests.panes.scripted import ScriptedLogs
from tui.panes.log_messages import StreamsWanted
from tui.resources.logs import LogBatch, endpoint_log, notebook_log, training_log


async def test_hosts_are_marked_when_there_are_several(logs: ScriptedLogs) -> None:
    async with reading(logs) as here:
        here.comes("from one", host="algo-1")
        here.comes("from two", host="algo-2", start=1)
        await here.sees("algo-1", "algo-2", "from one", "from two")


async def test_one_host_after_the_other_is_shown_alone(logs: ScriptedLogs) -> None:
    logs.known = ("algo-10", "algo-2")
    both = LogBatch((*lines("of two", host="algo-2").lines, *lines("of ten", host="algo-10", start=1).lines))
    async with reading(logs) as here:
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


async def test_the_next_host_is_known_before_the_log_is_read_again(logs: ScriptedLogs) -> None:
    logs.known = ("algo-1", "algo-2", "algo-3")
    async with reading(logs) as here:
        here.comes("of one")
        await here.sees("Log of first ", "of one")
        logs.known = ()  # the service has not answered yet
        await here.press("H", "H", "H")
        await here.sees("Log of first · algo-3 alone, 1 of 3 hosts")
        here.pane.source = training_log("second")
        await here.sees("Log of second")
        await here.until(lambda: "logs.host" in here.dimmed, "dimmed: its hosts are others")


async def test_a_log_of_one_host_has_no_other(logs: ScriptedLogs) -> None:
    logs.known = ("algo-1",)
    async with reading(logs) as here:
        here.comes("the only one")
        await here.sees("the only one", "1 line")
        await here.until(lambda: "logs.host" in here.dimmed, "dimmed")


async def test_the_variants_of_an_endpoint_are_shown_alone_one_after_the_other(logs: ScriptedLogs) -> None:
    logs.known = ("blue/i-1", "blue/i-2", "green/i-3")
    async with reading(logs, endpoint_log("prices")) as here:
        here.comes("all", host="blue/i-1")
        await here.sees("Log of endpoint prices · last 1 d", "all")
        await here.press("H")
        here.comes("of blue", host="blue/i-2")
        here.comes("of green", host="green/i-3")
        await here.sees("Log of endpoint prices · blue alone, 1 of 2 variants · last 1 d", "of blue")
        await here.sees_no("of green")


async def test_the_window_is_made_longer_and_shorter(logs: ScriptedLogs) -> None:
    async with reading(logs, None) as here:
        await here.until(lambda: {"logs.longer", "logs.shorter"} <= here.dimmed, "dimmed without a log")
        here.pane.source = notebook_log("desk")
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
    logs.known = ("algo-1-1760000000", "algo-1-1760009999", "algo-2-1760000000")
    async with reading(logs) as here:
        await here.sees("Log of first")
        await here.press("s")
        await here.until(lambda: bool(here.app.wishes), "a wish")
        [wish] = here.app.wishes
        assert isinstance(wish, StreamsWanted)
        assert (wish.source, wish.chosen) == (training_log("first"), frozenset())
        chosen = frozenset({"first/algo-1-1760009999", "first/algo-2-1760000000"})
        here.pane.choose(chosen)
        await here.sees("Log of first · 2 of 3 streams")
        assert logs.opened[-1] == (training_log("first"), chosen, None)


async def test_the_first_of_several_processes_is_shown_alone(logs: ScriptedLogs) -> None:
    logs.known = ("algo-1", "algo-2")
    marked = LogBatch(
        (
            *lines("[1,mpirank:0,algo-1]<stdout>:of zero", "[1,mpirank:1,algo-1]<stdout>:of one").lines,
            *lines("[1,mpirank:2,algo-2]<stdout>:of two", host="algo-2", start=2).lines,
            *lines("of all", start=3).lines,
        )
    )
    async with reading(logs) as here:
        for title, seen, unseen in (
            ("Log of first ", ("of zero", "of one", "of two", "of all"), "alone"),
            ("Log of first · rank 0 on algo-1 alone", ("of zero", "of all"), "of one"),
            ("Log of first · algo-1 alone, 1 of 2 hosts", ("of zero", "of one", "of all"), "of two"),
            ("Log of first · algo-2 alone, 1 of 2 hosts", ("of two",), "of zero"),
            ("Log of first ", ("of zero", "of one", "of two", "of all"), "alone"),
        ):
            logs.batches.put_nowait(marked)
            await here.sees(title, *seen)
            await here.sees_no(unseen)
            await here.press("H")


async def test_the_only_host_with_several_processes_has_a_first_one(logs: ScriptedLogs) -> None:
    logs.known = ("algo-1",)
    logs.history = [lines("[default1]:older of one", "[default0]:older of zero").lines]
    async with reading(logs) as here:
        here.comes("[default0]:of zero", "[default1]:of one", start=10)
        await here.sees("of one")
        await here.press("H")
        here.comes("[default0]:of zero", "[default1]:of one", "of the agent", start=10)
        await here.sees("Log of first · rank 0 on algo-1 alone", "of the agent", "newest 2 lines")
        await here.press("A")
        await here.sees("older of zero", "3 lines")
        await here.sees_no("of one")


async def test_why_a_key_does_nothing_is_said(logs: ScriptedLogs) -> None:
    async with reading(logs, None) as here:
        await here.until(lambda: here.why_dimmed["logs.live"] == "no log is open", "why not")
        here.pane.source = training_log("first")
        here.comes("alpha")
        here.ends()
        await here.sees("complete")
        assert here.why_dimmed == {
            "logs.host": "all lines are of one host",
            "logs.longer": "that is as far as it goes",
            "logs.live": "nothing is written to this log any more",
            "logs.all": "all of it is read",
        }
