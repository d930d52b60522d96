"""How the lines of a log look: their times, hosts, levels and wrapping, and text that means harm."""

from __future__ import annotations

import pytest

from tests.widgets.log_host import START, LogApp, lines, press, screen
from widgets.log_store import LogLine
from widgets.log_view import LogView

pytestmark = pytest.mark.usefixtures("paint_at_once")


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


async def test_an_unknown_way_of_showing_times_is_refused() -> None:
    with pytest.raises(ValueError, match="timestamps must be one of off, relative, utc, local, not 'utx'"):
        LogView().timestamps = "utx"  # type: ignore[assignment]
