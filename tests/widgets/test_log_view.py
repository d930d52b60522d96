from __future__ import annotations

import asyncio
from time import monotonic
from typing import Any

import pytest
from textual import events
from textual.geometry import Offset
from textual.selection import Selection

from tests.widgets.log_host import START, LogApp, lines, press, screen, thumb
from widgets import log_canvas
from widgets.log_store import LogLine
from widgets.log_view import LogView


@pytest.fixture(autouse=True)
def paint_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every batch on the screen at once, except where a test is about the pace."""
    monkeypatch.setattr(log_canvas, "PAINT_INTERVAL", 0.0)


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


async def test_several_hosts_are_named() -> None:
    app = LogApp()
    async with app.run_test(size=(40, 4)):
        app.view.extend(lines(0, 1))
        assert screen(app.view)[0] == "line 0"
        app.view.extend(lines(1, 2, "algo-2") + lines(2, 3, "a-host-with-a-long-name-9"))
        assert screen(app.view) == ["algo-1       line 0", "algo-2       line 1", "a-host…ame-9 line 2", ""]
        colors = [next(iter(app.view.render_line(y))).style for y in range(3)]
        assert len({style.color for style in colors if style}) == 3


async def test_timestamps_cycle() -> None:
    app = LogApp()
    async with app.run_test(size=(40, 3)) as pilot:
        app.view.extend([*lines(0, 1), *lines(3661, 3662)])
        shown = []
        for _ in range(4):
            await press(pilot, "t")
            shown.append((app.view.timestamps, screen(app.view)[1]))
        assert shown[0] == ("relative", "+1:01:01 line 3661")
        assert shown[1] == ("utc", "17:01:01Z line 3661")
        assert shown[2][0] == "local"
        assert shown[3] == ("off", "line 3661")
        app.view.timestamps = "utc"
        app.view.extend([LogLine(START + 86_400_000, "algo-1", "tomorrow"), LogLine(2**62, "algo-1", "never")])
        assert [row.split() for row in screen(app.view)[1:]] == [
            ["11-25", "16:00:00Z", "tomorrow"],
            ["no", "date", "never"],
        ]


async def test_wrap_and_sideways() -> None:
    app = LogApp()
    async with app.run_test(size=(11, 4)) as pilot:
        long = LogLine(START + 5000, "algo-1", "abcdefghijKLMNOPQRSTuvw")
        app.view.extend([*lines(0, 1), long, LogLine(START + 6000, "algo-1", "")])
        assert screen(app.view) == ["line 0", "abcdefghij", "", ""]
        await press(pilot, "w")
        assert screen(app.view) == ["abcdefghij", "KLMNOPQRST", "uvw", ""]
        await press(pilot, "k")
        assert screen(app.view) == ["line 0", "abcdefghij", "KLMNOPQRST", "uvw"]
        await press(pilot, "j", "w", "l")
        assert screen(app.view)[:2] == ["0", "fghijKLMNO"]
        await press(pilot, "right", "right", "right", "right", "right")
        assert screen(app.view)[:2] == ["", "uvw"]
        await press(pilot, "h", "left", "h", "h", "h")
        assert screen(app.view)[0] == "line 0"


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
                await asyncio.sleep(0)
        while screen(app.view)[-1] != "line 49999":
            assert monotonic() < began + 30
            await pilot.pause(0.02)
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


async def test_hostile_text_is_shown_as_harmless_characters() -> None:
    hostile = [
        "a [/x] [bold]b[/]",
        "\x1b[31mred\x1b[0m \x1b]52;c;ZXZpbA==\x07done\x00\x9b",
        "right\u202eleft\ufeff",
        "tab#011stop\tend",
        "10%#01550%#015100%#015",
        "one\rtwo\r\n",
        "first\nsecond\u2028third",
        "漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字",
        "\udc80surrogate",
    ]
    app = LogApp()
    async with app.run_test(size=(30, 10)) as pilot:
        app.view.extend(LogLine(START + number, "algo-1", text) for number, text in enumerate(hostile))
        assert screen(app.view) == [
            "a [/x] [bold]b[/]",
            "red done",
            "rightleft",
            "tab     stop    end",
            "100%",
            "two",
            "first↵second↵third",
            "漢字漢字漢字漢字漢字漢字漢字",
            "surrogate",
            "",
        ]
        await press(pilot, "w")
        await press(pilot, "g")
        assert all(app.view.render_line(y).cell_length == 30 for y in range(10))


async def test_very_long_lines_are_cut_before_they_are_looked_at() -> None:
    texts = [
        "x" * 100_000,
        "\x1b[31m" * 20_000 + "end",
        "漢" * 100_000,
        "\t" * 100_000,
        "\x1b]" + "y" * 100_000,
        "z" * 28 + "\x1b[1mend",
        "w" * 16 + "\x1b[" + "1;" * 30 + "mend",
    ]
    app = LogApp()
    async with app.run_test(size=(30, 8)) as pilot:
        app.view.extend(LogLine(START + number, "algo-1", text) for number, text in enumerate(texts))
        assert screen(app.view) == ["x" * 29, "end", "漢" * 14, "", "", "z" * 28 + "e", "w" * 16 + "end", ""]
        await press(pilot, "l")
        assert screen(app.view)[5] == "z" * 14 + "end"
        await press(pilot, "w", "k", "pageup", "g")
        assert screen(app.view)[0] == "x" * 29


@pytest.mark.parametrize(
    ("text", "component"),
    [
        ("[2026-11-23] ERROR - it broke", "error"),
        ("WARNING: a warning, not an ERROR", "warning"),
        ("INFO:root:no ERROR here", "info"),
        ("Traceback (most recent call last):", "traceback"),
        ('  File "/opt/ml/code/train.py", line 3, in <module>', "traceback"),
        ("botocore.exceptions.ClientError: An error occurred", "traceback"),
    ],
)
async def test_levels_have_their_component_class(text: str, component: str) -> None:
    app = LogApp()
    async with app.run_test(size=(80, 3)):
        app.view.extend([LogLine(START, "algo-1", text), LogLine(START + 1, "algo-1", "plain")])
        level, plain = (next(iter(app.view.render_line(y))).style for y in range(2))
        assert level is not None
        assert plain is not None
        assert level.color == app.view.get_component_rich_style(f"log-view--{component}").color
        assert (level.color == plain.color) == (component == "info")


async def test_the_theme_may_change() -> None:
    app = LogApp()
    async with app.run_test(size=(40, 3)) as pilot:
        app.view.extend(lines(0, 1))
        before = next(iter(app.view.render_line(0))).style
        app.theme = "textual-light"
        await pilot.pause()
        after = next(iter(app.view.render_line(0))).style
        assert before is not None
        assert after is not None
        assert before.bgcolor != after.bgcolor


async def test_text_can_be_selected_by_mouse() -> None:
    app = LogApp()
    async with app.run_test(size=(40, 3)) as pilot:
        app.view.extend([*lines(0, 8), LogLine(START + 8000, "algo-1", "tail\x1b[0m of it")])
        await pilot.mouse_down(app.view, offset=(2, 0))
        await pilot.hover(app.view, offset=(4, 2))
        await pilot.mouse_up(app.view, offset=(4, 2))
        await pilot.pause()
        assert app.screen.get_selected_text() == "ne 6\nline 7\ntail "
        marked = app.screen.get_component_rich_style("screen--selection").bgcolor
        middle = [segment for segment in app.view.render_line(1) if segment.style and segment.style.bgcolor == marked]
        assert "".join(segment.text for segment in middle).startswith("line 7")
        app.view.extend([LogLine(START + 1, "algo-1", "late")])
        assert app.screen.get_selected_text() is None


async def test_selecting_everything_takes_times_and_hosts() -> None:
    app = LogApp()
    async with app.run_test(size=(40, 3)):
        assert app.view.get_selection(Selection(None, None)) is None
        app.view.timestamps = "relative"
        app.view.extend([*lines(0, 1), *lines(1, 2, "algo-2")])
        expected = "+0:00:00 algo-1 line 0\n+0:00:01 algo-2 line 1"
        assert app.view.get_selection(Selection(None, None)) == (expected, "\n")
        assert app.view.get_selection(Selection(Offset(9, 1), Offset(15, 1))) == ("algo-2", "\n")


async def test_an_unknown_way_of_showing_times_is_refused() -> None:
    with pytest.raises(ValueError, match="timestamps must be one of off, relative, utc, local, not 'utx'"):
        LogView().timestamps = "utx"  # type: ignore[assignment]


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
