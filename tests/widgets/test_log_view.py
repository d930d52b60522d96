"""A log view follows, lets go, scrolls and keeps its place."""

from __future__ import annotations

from time import monotonic
from typing import Any

import pytest
from textual import events

from tests.waiting import turn
from tests.widgets.log_host import START, LogApp, lines, press, reads, screen, thumb
from widgets import log_canvas
from widgets.log_store import LogLine

pytestmark = pytest.mark.usefixtures("paint_at_once")


async def test_says_why_it_is_empty() -> None:
    app = LogApp()
    async with app.run_test(size=(30, 4)):
        app.view.empty_text = "No log yet [/x]:\nthe job waits for an instance of its own."
        assert screen(app.view) == ["No log yet [/x]:", "the job waits for an instance", "of its own.", ""]
        app.view.extend(lines(0, 1))
        assert screen(app.view) == ["line 0", "", "", ""]
        app.view.clear()
        assert screen(app.view)[0] == "No log yet [/x]:"


async def test_follows_lets_go_and_follows_again() -> None:
    app = LogApp()
    async with app.run_test(size=(40, 4)) as pilot:
        app.view.extend(lines(0, 9))
        assert screen(app.view) == ["line 5", "line 6", "line 7", "line 8"]
        app.view.extend(lines(9, 10))
        assert screen(app.view) == ["line 6", "line 7", "line 8", "line 9"]

        await press(pilot, "k")
        assert (app.view.follow, app.heard) == (False, ["let go"])
        app.view.extend(lines(10, 11))
        assert screen(app.view) == ["line 5", "line 6", "line 7", "↓ 1 new line (f follow)"]
        app.view.extend(lines(11, 1300))
        assert screen(app.view)[0] == "line 5"
        assert screen(app.view)[3] == "↓ 1,290 new lines (f follow)"

        await press(pilot, "f")
        assert screen(app.view) == ["line 1296", "line 1297", "line 1298", "line 1299"]
        assert (app.view.new_lines, app.heard) == (0, ["let go", "follow"])
        for key in ("G", "end"):
            await press(pilot, "up")
            assert not app.view.follow
            await press(pilot, key)
            assert app.view.follow


async def test_scrolling_down_to_the_new_lines_sees_them() -> None:
    app = LogApp()
    async with app.run_test(size=(40, 4)) as pilot:
        app.view.extend(lines(0, 9))
        await press(pilot, "k")
        app.view.extend(lines(9, 12))
        assert app.view.new_lines == 3
        await press(pilot, "j", "j", "j")
        assert app.view.new_lines == 2
        await press(pilot, "pagedown")
        assert screen(app.view) == ["line 8", "line 9", "line 10", "line 11"]
        assert (app.view.new_lines, app.view.follow) == (0, False)


async def test_page_keys_keep_one_row_and_the_wheel_moves_three() -> None:
    app = LogApp()
    async with app.run_test(size=(40, 10)) as pilot:
        app.view.extend(lines(0, 100))
        assert thumb(app.view) == [9]
        app.view.action_scroll_rows(-50)
        assert screen(app.view)[0] == "line 40"
        await press(pilot, "ctrl+b")
        assert screen(app.view)[0] == "line 31"
        await press(pilot, "ctrl+f")
        assert screen(app.view)[0] == "line 40"
        wheel: dict[str, Any] = {
            "x": 1,
            "y": 1,
            "delta_x": 0,
            "button": 0,
            "shift": False,
            "meta": False,
            "ctrl": False,
        }
        app.view.post_message(events.MouseScrollDown(app.view, delta_y=1, **wheel))
        await pilot.pause()
        assert screen(app.view)[0] == "line 43"
        app.view.post_message(events.MouseScrollUp(app.view, delta_y=-1, **wheel))
        await pilot.pause()
        assert screen(app.view)[0] == "line 40"
        await press(pilot, "ctrl+d")
        assert screen(app.view)[0] == "line 45"
        await press(pilot, "space")
        assert screen(app.view)[0] == "line 54"
        await press(pilot, "ctrl+u")
        assert screen(app.view)[0] == "line 49"
        await press(pilot, "g")
        assert thumb(app.view) == [0]


async def test_the_top_asks_for_history_once_and_prepending_keeps_the_place() -> None:
    app = LogApp()
    async with app.run_test(size=(40, 3)) as pilot:
        app.view.extend(lines(0, 9))
        await press(pilot, "home", "up", "g", "pageup")
        assert app.heard == ["let go", "history"]
        app.view.prepend(lines(-4, 0))
        assert screen(app.view) == ["line 0", "line 1", "line 2"]
        await press(pilot, "g")
        assert screen(app.view) == ["line -4", "line -3", "line -2"]
        assert app.heard == ["let go", "history", "history"]


async def test_a_late_line_above_moves_nothing() -> None:
    app = LogApp()
    async with app.run_test(size=(40, 3)) as pilot:
        app.view.extend(lines(0, 9, "algo-1"))
        await press(pilot, "k")
        app.view.extend([LogLine(START + 1, "algo-1", "late"), LogLine(START + 5500, "algo-1", "late in view")])
        assert screen(app.view) == ["line 5", "late in view", "line 6"]
        assert app.view.new_lines == 0


async def test_status_stands_at_the_bottom_beside_the_notice() -> None:
    app = LogApp()
    async with app.run_test(size=(40, 3)) as pilot:
        app.view.status_text = "2 streams [/x]\x1b[31m"
        app.view.extend(lines(0, 9))
        assert screen(app.view) == ["line 7", "line 8", "2 streams [/x]"]
        await press(pilot, "k")
        app.view.extend(lines(9, 11))
        assert screen(app.view)[2] == "↓ 2 new lines (f follow)  2 streams [/x]"


async def test_a_flood_is_painted_a_few_times_and_loses_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log_canvas, "PAINT_INTERVAL", 0.25)
    app = LogApp()
    async with app.run_test(size=(40, 10)) as pilot:
        await pilot.pause()
        app.view.painted.clear()
        began = monotonic()
        for start in range(0, 50_000, 20):
            app.view.extend(lines(start, start + 20))
            if start % 1000 == 0:
                await turn()
        await reads(app.view, -1, "line 49999")
        assert len(app.view.painted) <= 2 + (monotonic() - began) / 0.25
        assert app.view.line_count == 50_000
        await press(pilot, "g")
        assert screen(app.view)[:2] == ["line 0", "line 1"]


async def test_only_rows_that_differ_are_written() -> None:
    app = LogApp()
    async with app.run_test(size=(40, 4)) as pilot:
        app.view.extend(lines(0, 900))
        await press(pilot, "k")
        app.view.extend(lines(900, 901))
        app.view.painted.clear()
        app.view.extend(lines(901, 902))
        app.view.extend([])
        await press(pilot, "h")
        assert app.view.painted == [[3]]


async def test_the_smallest_screens_do_no_harm() -> None:
    app = LogApp()
    async with app.run_test(size=(1, 1)) as pilot:
        app.view.status_text = "status"
        app.view.extend(lines(0, 30) + lines(0, 30, "algo-2"))
        for key in ("w", "k", "pageup", "t", "g", "l", "w", "l", "G"):
            await press(pilot, key)
        await pilot.resize_terminal(40, 4)
        await pilot.pause()
        assert screen(app.view)[3] == "status"
