"""Other rows on a screen: what is painted for them, and what is told."""

from __future__ import annotations

from dataclasses import replace

from textual.app import App, ComposeResult
from textual.reactive import var

from tests.widgets.table_host import COLUMNS, EIGHTY, CountingTable, Job, TableApp, jobs, named, names, screen
from widgets.table import Table


async def test_an_equal_update_paints_nothing() -> None:
    app = TableApp(jobs(100))
    async with app.run_test(size=EIGHTY) as pilot:
        await pilot.pause()
        app.table.drawn.clear()
        app.table.rows = tuple(replace(job) for job in jobs(100))
        await pilot.pause()
        assert app.table.drawn == []


async def test_one_changed_row_paints_one_line() -> None:
    app = TableApp(jobs(100))
    async with app.run_test(size=EIGHTY) as pilot:
        await pilot.pause()
        app.table.drawn.clear()
        rows = list(jobs(100))
        rows[4] = replace(rows[4], state="Failed")
        app.table.rows = tuple(rows)
        await pilot.pause()
        assert app.table.drawn == [5]
        assert "✗ Failed" in screen(app.table)[5]


async def test_a_change_off_screen_paints_nothing() -> None:
    app = TableApp(jobs(100))
    async with app.run_test(size=EIGHTY) as pilot:
        await pilot.pause()
        app.table.drawn.clear()
        rows = list(jobs(100))
        rows[90] = replace(rows[90], state="Failed")
        app.table.rows = tuple(rows)
        await pilot.pause()
        assert app.table.drawn == []


async def test_only_visible_cells_are_asked_for() -> None:
    asked: list[str] = []
    app = TableApp()

    def name(job: Job) -> str:
        asked.append(job.name)
        return job.name

    table = Table[Job]([replace(COLUMNS[0], value=name)], lambda job: job.name)
    async with app.run_test(size=EIGHTY) as pilot:
        await app.mount(table)
        table.rows = jobs(10_000)
        await pilot.pause()
        assert 0 < len(set(asked)) <= EIGHTY[1]


async def test_ages_are_repainted_where_they_changed() -> None:
    now = 100
    age = replace(COLUMNS[0], value=lambda job: f"{(now - (job.seconds or 0)) // 60} min")
    table = Table[Job]([age], lambda job: job.name)
    app = TableApp()
    async with app.run_test(size=EIGHTY) as pilot:
        await app.mount(table)
        table.rows = (Job("a", seconds=90), Job("b", seconds=30))
        await pilot.pause()
        assert [line.strip() for line in screen(table)[1:3]] == ["0 min", "1 min"]
        now = 155
        table.refresh_lines()
        await pilot.pause()
        assert [line.strip() for line in screen(table)[1:3]] == ["1 min", "2 min"]


async def test_sort_and_filter_survive_an_update() -> None:
    app = TableApp(jobs(30))
    async with app.run_test(size=EIGHTY) as pilot:
        app.table.filter_text = "job-0000"
        app.table.action_sort("time", reverse=True)
        app.table.rows = (*jobs(31), Job("job-00009b", seconds=99))
        await pilot.pause()
        assert names(app.table)[:3] == ["job-00009b", "job-00009", "job-00008"]
        assert (app.table.shown, app.table.total) == (11, 32)
        assert screen(app.table)[0].split() == ["Name", "Status", "Time", "▼"]


async def test_messages_tell_what_is_under_the_cursor_and_how_many() -> None:
    app = TableApp()
    async with app.run_test(size=EIGHTY) as pilot:
        app.table.rows = named("abc")
        await pilot.pause()
        assert _told(app) == ["3 of 3", "on a"]
        await pilot.press("down", "enter")
        assert _told(app) == ["on b", "open b"]
        app.table.filter_text = "!b"
        await pilot.pause()
        assert _told(app) == ["2 of 3", "on c"]
        app.table.rows = (Job("c", "Failed"),)
        await pilot.pause()
        assert _told(app) == ["1 of 1", "on c"]
        app.table.rows = ()
        await pilot.pause()
        await pilot.press("enter", "down", "pagedown", "G")
        assert _told(app) == ["0 of 0", "on nothing"]


async def test_rows_given_before_the_table_is_on_screen_are_told_as_well() -> None:
    app = TableApp(named("abc"))
    async with app.run_test(size=EIGHTY) as pilot:
        await pilot.pause()
        assert _told(app) == ["3 of 3", "on a"]


def _told(app: TableApp) -> list[str]:
    said = []
    for message in app.news:
        match message:
            case Table.Counted():
                said.append(f"{message.shown} of {message.total}")
            case Table.Highlighted():
                said.append(f"on {message.row.name if message.row else 'nothing'}")
            case Table.Selected():
                said.append(f"open {message.row.name}")
    app.news.clear()
    return said


async def test_rows_can_be_bound_to_those_of_an_app() -> None:
    class Bound(App[None]):
        jobs: var[tuple[Job, ...]] = var(named("ab"))

        def compose(self) -> ComposeResult:
            yield CountingTable().data_bind(rows=Bound.jobs)

    app = Bound()
    async with app.run_test(size=EIGHTY) as pilot:
        table = app.query_one(CountingTable)
        assert names(table) == ["a", "b"]
        app.jobs = named("abc")
        await pilot.pause()
        assert names(table) == ["a", "b", "c"]
