"""The table by mouse."""

from __future__ import annotations

from textual import events
from textual.pilot import Pilot

from tests.widgets.table_host import EIGHTY, Job, TableApp, jobs, names
from widgets.table import Table


async def test_a_click_on_a_title_sorts() -> None:
    app = TableApp((Job("a", seconds=5), Job("b", seconds=3), Job("c", seconds=None)))
    async with app.run_test(size=EIGHTY) as pilot:
        orders = []
        for _ in range(3):
            await pilot.click(app.table, offset=(75, 0))
            orders.append(names(app.table))
        assert orders == [["b", "a", "c"], ["a", "b", "c"], ["a", "b", "c"]]
        assert app.table.sort is None


async def test_a_click_moves_and_a_double_click_opens() -> None:
    app = TableApp(jobs(10))
    async with app.run_test(size=EIGHTY) as pilot:
        await pilot.click(app.table, offset=(5, 4))
        assert app.table.cursor_row == jobs(10)[3]
        assert not [message for message in app.news if isinstance(message, Table.Selected)]
        await pilot.double_click(app.table, offset=(5, 6))
        assert app.table.cursor_row == jobs(10)[5]
        opened = [message.row for message in app.news if isinstance(message, Table.Selected)]
        assert opened == [jobs(10)[5]]
        await pilot.click(app.table, offset=(5, 20))
        assert app.table.cursor_row == jobs(10)[5]


async def test_the_wheel_scrolls_and_leaves_the_cursor() -> None:
    app = TableApp(jobs(100))
    async with app.run_test(size=EIGHTY) as pilot:
        await _wheel(pilot, app)
        assert names(app.table)[0] == "job-00003"
        assert app.table.cursor_row == jobs(100)[0]
        await pilot.press("down")
        assert app.table.cursor_row == jobs(100)[1]
        assert names(app.table)[0] == "job-00001"


async def _wheel(pilot: Pilot[None], app: TableApp) -> None:
    app.table.post_message(
        events.MouseScrollDown(app.table, 5, 5, 0, 1, 0, shift=False, meta=False, ctrl=False, screen_x=5, screen_y=5)
    )
    await pilot.pause()
