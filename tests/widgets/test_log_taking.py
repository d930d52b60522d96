"""Taking lines out of a log: marked, selected with the mouse, copied, saved."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.geometry import Offset
from textual.selection import Selection

from tests.waiting import eventually
from tests.widgets.log_host import START, LogApp, lines, press, says, screen, styled
from widgets.log_store import LogLine

pytestmark = pytest.mark.usefixtures("paint_at_once")


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
        assert screen(app.view)[4].startswith("Save all lines (Tab: visible) to:")
        await press(pilot, *str(path), "enter")
        await says(app.view, 4, "saved 5,000 lines")
        assert path.read_text() == "".join(f"line {number}\n" for number in range(5000))
        app.view.save(path)
        await says(app.view, 4, "exists already: nothing was saved")
        app.view.save(tmp_path / "no" / "folder")
        await says(app.view, 4, "No such file or directory")
        app.view.filter("99")
        await eventually(
            lambda: app.view.shown_count, "the filter to take lines away", holds=lambda count: count < 5000
        )
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


async def test_tab_chooses_which_lines_are_saved(tmp_path: Path) -> None:
    app = LogApp()
    async with app.run_test(size=(200, 5)) as pilot:
        app.view.extend(lines(0, 100))
        app.view.filter("7")
        await eventually(lambda: app.view.shown_count, "the filter to take lines away", holds=lambda count: count == 19)
        await press(pilot, "g", "v", "j", "X")
        asked = []
        for _ in range(5):
            asked.append(screen(app.view)[4].split(" to:")[0])
            await press(pilot, "tab")
        assert asked == [
            "Save marked lines (Tab: matching)",
            "Save matching lines (Tab: all)",
            "Save all lines (Tab: visible)",
            "Save visible lines (Tab: marked)",
            "Save marked lines (Tab: matching)",
        ]
        await press(pilot, "tab", "tab", *str(tmp_path / "seen.log"), "enter")
        await says(app.view, 4, "saved 4 lines")
        assert (tmp_path / "seen.log").read_text() == "line 7\nline 17\nline 27\nline 37\n"


async def test_a_free_file_name_is_proposed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    app = LogApp()
    async with app.run_test(size=(200, 5)) as pilot:
        app.view.extend(lines(0, 2))
        app.view.save_name = "boston.log"
        for name in ("boston.log", "boston-2.log", "boston-3.log"):
            await press(pilot, "X", "enter")
            await says(app.view, 4, f"saved 2 lines to {tmp_path / name}")


async def test_what_is_selected_with_the_mouse_is_copied_without_hidden_lines() -> None:
    app = LogApp()
    async with app.run_test(size=(60, 5)) as pilot:
        app.view.extend(lines(0, 40))
        app.view.filter("7")
        await eventually(lambda: app.view.shown_count, "the filter to take lines away", holds=lambda count: count == 4)
        await pilot.mouse_down(app.view, offset=(2, 0))
        await pilot.hover(app.view, offset=(4, 2))
        await pilot.mouse_up(app.view, offset=(4, 2))
        await press(pilot, "c")
        assert app.clipboard == "ne 7\nline 17\nline "
        assert screen(app.view)[4].startswith("Copied 18 characters")
        assert app.screen.get_selected_text() is None
