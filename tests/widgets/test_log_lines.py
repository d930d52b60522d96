from __future__ import annotations

from pathlib import Path

import pytest
from rich.color import Color

from tests.widgets.log_host import START, LogApp, lines, press, screen, styled, until
from widgets import log_canvas
from widgets.log_ansi import colored
from widgets.log_json import laid_out
from widgets.log_store import LogLine
from widgets.log_text import displayed


@pytest.fixture(autouse=True)
def paint_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log_canvas, "PAINT_INTERVAL", 0.0)


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


async def test_lines_are_marked_and_copied() -> None:
    app = LogApp()
    async with app.run_test(size=(60, 5)) as pilot:
        app.view.extend(lines(0, 50))
        await press(pilot, "g", "j", "v", "j", "j")
        assert [text.strip() for text in styled(app.view, "log-view--marked")] == ["line 1", "line 2", "line 3"]
        assert screen(app.view)[4].startswith("3 lines marked")
        app.view.extend([LogLine(START + 1, "algo-1", "late")])
        await press(pilot, "c")
        assert app.clipboard == "line 1\nline 2\nline 3\n"
        assert screen(app.view)[4].startswith("Copied 3 lines")
        await press(pilot, "v", "G", "escape")
        assert styled(app.view, "log-view--marked") == []
        assert "".join(app.view.lines_as_text("visible")).split("\n")[-2] == "line 49"


async def test_lines_are_saved(tmp_path: Path) -> None:
    app = LogApp()
    async with app.run_test(size=(200, 5)) as pilot:
        app.view.extend(lines(0, 5000))
        path = tmp_path / "all.txt"
        await press(pilot, "X")
        assert screen(app.view)[4].startswith("Save all lines to:")
        await press(pilot, *str(path), "enter")
        await until(pilot, lambda: "saved 5,000 lines" in screen(app.view)[4])
        assert path.read_text() == "".join(f"line {number}\n" for number in range(5000))
        app.view.save(path)
        await until(pilot, lambda: "exists already: nothing was saved" in screen(app.view)[4])
        app.view.save(tmp_path / "no" / "folder")
        await until(pilot, lambda: "No such file or directory" in screen(app.view)[4])
        app.view.filter("99")
        await until(pilot, lambda: app.view.shown_count < 5000)
        app.view.timestamps = "relative"
        worker = app.view.save(tmp_path / "some.txt", "shown")
        await worker.wait()
        assert (tmp_path / "some.txt").read_text().startswith("+0:01:39 line 99\n+0:03:19 line 199\n")


async def test_lines_that_come_in_while_saving_change_nothing(tmp_path: Path) -> None:
    app = LogApp()
    async with app.run_test(size=(60, 5)):
        app.view.extend(lines(0, 5000))
        saved = app.view.lines_as_text("all")
        some = [next(saved) for _ in range(100)]
        app.view.prepend(lines(-10, 0))
        app.view.extend([LogLine(START + 1, "algo-1", "late"), *lines(5000, 5100)])
        assert [*some, *saved] == [f"line {number}\n" for number in range(5000)]
