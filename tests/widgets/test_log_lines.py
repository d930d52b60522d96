"""The colours and the JSON in log lines."""

from __future__ import annotations

import pytest
from rich.color import Color

from tests.widgets.log_host import START, LogApp, lines, press, screen
from widgets.log_ansi import colored
from widgets.log_json import laid_out
from widgets.log_store import LogLine
from widgets.log_text import displayed

pytestmark = pytest.mark.usefixtures("paint_at_once")


def test_colours_are_read_and_do_not_pass() -> None:
    raw = "a\t\x1b[1;31mred\x1b[0m #033[38;5;200mpink\x1b[38;2;1;2;3mdark\x1b[8;5mhidden"
    shown = displayed(raw, len(raw))
    assert shown == "a       red pinkdarkhidden"
    spans = colored(raw)
    assert [shown[start:end] for start, end, _ in spans] == ["red", "pink", "dark", "hidden"]
    styles = [style for _, _, style in spans]
    assert (styles[0].bold, styles[0].color) == (True, Color.from_ansi(1))
    assert styles[1].color == Color.from_ansi(200)
    assert styles[2].color == Color.from_rgb(1, 2, 3)
    assert not styles[3].conceal
    assert not styles[3].blink
    assert colored("plain") == ()


async def test_colours_are_shown_cut_and_wrapped() -> None:
    app = LogApp()
    async with app.run_test(size=(11, 3)) as pilot:
        app.view.extend([LogLine(START, "algo-1", "12345678\x1b[32mgreen\x1b[0mend")])

        def green() -> list[str]:
            rows = (app.view.render_line(y) for y in range(3))
            wanted = Color.from_ansi(2)
            return [part.text for row in rows for part in row if part.style and part.style.color == wanted]

        assert green() == ["gr"]
        await press(pilot, "l")
        assert green() == ["green"]
        await press(pilot, "w")
        assert green() == ["gr", "een"]


def test_json_is_laid_out() -> None:
    assert laid_out('INFO [3] {"a": [1, {"b": "\\u001b[31mx"}], "c": "\u00e9"} tail') == (
        "{",
        '  "a": [',
        "    1,",
        "    {",
        '      "b": "\\u001b[31mx"',
        "    }",
        "  ],",
        '  "c": "\u00e9"',
        "}",
    )
    for text in ("", "no", "{broken", "[1] {}", '{"a": }', "[" * 100_000):
        assert laid_out(text) == ()


async def test_a_line_of_json_unfolds_in_its_place() -> None:
    app = LogApp()
    async with app.run_test(size=(40, 6)) as pilot:
        app.view.extend([*lines(0, 2), LogLine(START + 2000, "algo-1", '{"loss": 0.5}'), *lines(3, 20)])
        await press(pilot, "g", "enter")
        assert screen(app.view) == ["line 0", "line 1", '{"loss": 0.5}', "{", '  "loss": 0.5', "}"]
        await press(pilot, "j")
        assert screen(app.view)[5] == "line 3"
        app.view.prepend(lines(-2, 0))
        assert screen(app.view)[2] == "{"
        await press(pilot, "G")
        assert screen(app.view)[5] == "line 19"
        await press(pilot, "g", "enter")
        assert screen(app.view)[4:] == ['{"loss": 0.5}', "line 3"]
        await press(pilot, "G", "enter")
        assert screen(app.view)[5].startswith("no JSON here")
