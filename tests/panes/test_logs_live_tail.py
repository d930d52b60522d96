"""Live Tail in the pane of logs."""

from __future__ import annotations

from tests.panes.log_stage import lines, reading
from tests.panes.scripted import ScriptedLogs
from tui.panes.log_messages import LiveTailWanted
from tui.resources.logs import LogBatch


async def test_live_tail_shows_its_time_and_that_it_leaves_lines_out_and_ends_by_its_key(logs: ScriptedLogs) -> None:
    async with reading(logs) as here:
        here.comes("read")
        await here.sees("read", "1 line")
        await here.press("L")
        await here.until(lambda: bool(here.app.wishes), "a wish")
        assert isinstance(here.app.wishes[-1], LiveTailWanted)
        assert "LIVE TAIL" not in here.text, "not before the price was said"
        here.pane.begin_live_tail()
        logs.told.put_nowait(lines("told", start=10))
        await here.sees("told", "LIVE TAIL 0:0")
        await here.sees_no("sampled")
        logs.told.put_nowait(LogBatch(lines("some", start=20).lines, sampled=True))
        await here.sees("some", "· sampled", "Live Tail leaves some out until L ends it.")
        await here.press("L")
        await here.sees("Live Tail has ended. It ran for 0:0", "What it left out")
        await here.sees_no("LIVE TAIL 0:0")
        here.comes("left out", start=15)
        await here.sees("left out", "4 lines")
        await here.sees_no("until L ends it")


async def test_live_tail_that_ends_by_itself_or_breaks_off_is_followed_by_reading(logs: ScriptedLogs) -> None:
    async with reading(logs) as here:
        here.comes("read")
        await here.sees("read")
        here.pane.begin_live_tail()
        await here.sees("LIVE TAIL")
        logs.told.put_nowait(None)
        await here.sees("Live Tail has ended by itself")
        await here.sees_no("LIVE TAIL")
        here.comes("read on", start=10)
        await here.sees("read on")
        here.ends()
        await here.sees("complete")
        await here.until(lambda: "logs.live" in here.dimmed, "dimmed: nothing comes any more")


async def test_live_tail_ends_when_its_pane_is_left(logs: ScriptedLogs) -> None:
    async with reading(logs) as here:
        here.comes("read")
        await here.sees("read")
        here.pane.begin_live_tail()
        await here.sees("LIVE TAIL")
        await here.hide()
        await here.sees("Live Tail has ended, because its pane was left.")
        logs.told.put_nowait(lines("told to nobody", start=10))
        await here.show()
        here.comes("read on", start=20)
        await here.sees("read on", "2 lines")
        assert logs.told.qsize() == 1
