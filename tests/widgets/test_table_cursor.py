"""The cursor: what moves it, and what it stays on."""

from __future__ import annotations

import pytest

from tests.widgets.table_host import EIGHTY, Job, TableApp, cursor_lines, jobs, named, names, screen


async def test_a_cursor_key_paints_two_lines() -> None:
    app = TableApp(jobs(100))
    async with app.run_test(size=EIGHTY) as pilot:
        await pilot.pause()
        app.table.drawn.clear()
        await pilot.press("down")
        assert sorted(app.table.drawn) == [1, 2]
        assert cursor_lines(app.table) == [2]


@pytest.mark.parametrize(
    ("keys", "row"),
    [
        (["j"], 1),
        (["down", "down", "k"], 1),
        (["G"], 99),
        (["end", "up"], 98),
        (["G", "g"], 0),
        (["G", "home"], 0),
        (["ctrl+f"], 22),
        (["pagedown", "pagedown"], 44),
        (["pagedown", "pagedown", "ctrl+b"], 22),
        (["pageup"], 0),
        (["up"], 0),
        (["G", "pagedown"], 99),
    ],
)
async def test_keys_move_the_cursor(keys: list[str], row: int) -> None:
    app = TableApp(jobs(100))
    async with app.run_test(size=EIGHTY) as pilot:
        await pilot.press(*keys)
        assert app.table.cursor_row == jobs(100)[row]
        assert len(cursor_lines(app.table)) == 1


async def test_move_to_finds_rows_that_are_shown_only() -> None:
    app = TableApp(jobs(100))
    async with app.run_test(size=EIGHTY):
        assert app.table.move_to("job-00077")
        assert app.table.cursor_row == jobs(100)[77]
        assert "job-00077" in names(app.table)
        assert not app.table.move_to("job-99999")
        assert app.table.cursor_row == jobs(100)[77]


async def test_the_cursor_stays_on_its_row_when_rows_arrive_and_leave() -> None:
    app = TableApp(named("abc"))
    async with app.run_test(size=EIGHTY) as pilot:
        await pilot.press("down")
        app.table.rows = named("xyabc")
        await pilot.pause()
        assert app.table.cursor_row == Job("b")
        assert cursor_lines(app.table) == [4]
        app.table.rows = named("xyac")
        await pilot.pause()
        assert app.table.cursor_row == Job("c")


async def test_new_rows_come_into_view_at_the_top() -> None:
    app = TableApp(jobs(100))
    async with app.run_test(size=EIGHTY) as pilot:
        app.table.rows = (Job("new-1"), *jobs(100))
        await pilot.pause()
        assert names(app.table)[:2] == ["new-1", "job-00000"]
        assert cursor_lines(app.table) == [2]


async def test_rows_above_a_scrolled_window_do_not_move_what_is_read() -> None:
    app = TableApp(jobs(100))
    async with app.run_test(size=EIGHTY) as pilot:
        await pilot.press("G", "pageup")
        before = screen(app.table)[1:]
        app.table.rows = (Job("new-1"), Job("new-2"), *jobs(100))
        await pilot.pause()
        assert [line.split()[0] for line in before if line] == names(app.table)


async def test_the_cursor_waits_for_its_row_while_the_filter_matches_nothing() -> None:
    app = TableApp(jobs(100))
    async with app.run_test(size=EIGHTY) as pilot:
        app.table.move_to("job-00050")
        app.table.filter_text = "nothing like it"
        await pilot.pause()
        assert app.table.cursor_row is None
        await pilot.press("down", "G")
        app.table.filter_text = ""
        await pilot.pause()
        assert app.table.cursor_row == jobs(100)[50]
        assert len(cursor_lines(app.table)) == 1
