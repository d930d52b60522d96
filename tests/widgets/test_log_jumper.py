"""Going from place to place in a log: to matches, errors and times."""

from __future__ import annotations

import pytest

from tests.waiting import eventually
from tests.widgets.log_host import START, LogApp, finds, press, reads, screen, styled, texts
from widgets.log_store import LogLine

pytestmark = pytest.mark.usefixtures("paint_at_once")


async def test_a_match_to_the_right_comes_into_view() -> None:
    app = LogApp()
    async with app.run_test(size=(21, 4)) as pilot:
        app.view.extend(texts("x" * 100 + "needle", "short"))
        await press(pilot, "slash", *"needle", "enter")
        await finds(app.view, "needle")
        assert screen(app.view)[1] == ""
        await press(pilot, "escape")
        assert screen(app.view)[1] == "short"


async def test_a_jump_to_what_stands_left_comes_back_from_a_match_to_the_right() -> None:
    app = LogApp()
    async with app.run_test(size=(21, 4)) as pilot:
        app.view.extend(texts("x" * 100 + "needle", "ERROR short", *["fine"] * 100))
        for back in ("e", "m"):
            await press(pilot, "slash", *"needle", "enter")
            await finds(app.view, "needle")
            await press(pilot, back)
            await eventually(
                lambda: screen(app.view)[1], "the end of the search", holds=lambda row: row in ("ERROR short", "fine")
            )
            await press(pilot, "escape")
        await press(pilot, "slash", *"needle", "enter")
        await finds(app.view, "needle")
        await press(pilot, "l", "h", "escape")
        assert screen(app.view)[1] == "", "it stays where a person has moved it"


async def test_errors() -> None:
    app = LogApp()
    async with app.run_test(size=(60, 4)) as pilot:
        app.view.extend(texts(*["fine"] * 20, "ERROR one", *["fine"] * 20, "exited with code 137", *["fine"] * 20))
        await press(pilot, "g")
        for key, number, text in (("e", 1, "ERROR one"), ("e", 2, "exited with code 137"), ("E", 1, "ERROR one")):
            await press(pilot, key)
            await reads(app.view, 3, f"error {number} of 2")
            assert [line.strip() for line in styled(app.view, "log-view--here")] == [text]


async def test_time_jumps() -> None:
    app = LogApp()
    async with app.run_test(size=(60, 4)) as pilot:
        app.view.extend(LogLine(START + 20_000 * number, "algo-1", f"line {number}") for number in range(1000))
        await press(pilot, "g")
        for key, top in (("m", 3), ("m", 6), ("M", 3), ("o", 180), ("o", 360), ("m", 363), ("O", 360), ("O", 180)):
            await press(pilot, key)
            assert screen(app.view)[0] == f"line {top}"
        await press(pilot, "T")
        assert screen(app.view)[3].startswith("Go to time (HH:MM[:SS] or ISO, UTC):")
        await press(pilot, *"18:30:20", "enter")
        assert screen(app.view)[0] == "line 451"
        await press(pilot, "T", *"2025-11-24T16:01", "enter")
        assert screen(app.view)[0] == "line 3"
        await press(pilot, "T", *"25:00", "enter")
        assert "'25:00' is not a time" in screen(app.view)[3]
        await press(pilot, "T", *"23:59", "enter")
        assert screen(app.view)[3] == "no line is so late"
