"""A filter at work: what is on screen while it looks through the rows, and after that."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.waiting import eventually
from tests.widgets.table_host import EIGHTY, TableApp, jobs, names, screen
from widgets import slices, table_model, table_rows
from widgets import table as table_module
from widgets.table import Table


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> None:
    """A filter that manages ten rows before the keyboard gets its turn, and shows all of them."""
    monkeypatch.setattr(table_model, "_PIECE", 10)
    monkeypatch.setattr(table_rows, "SLICE", 0.0)
    monkeypatch.setattr(table_rows, "PROGRESS_INTERVAL", 0.0)


@pytest.mark.usefixtures("slow")
async def test_a_filter_over_many_rows_shows_what_it_finds_while_it_looks() -> None:
    app = TableApp(jobs(100))
    async with app.run_test(size=EIGHTY) as pilot:
        await _looked(app)
        await pilot.press("G")
        app.table.filter_text = "re:[05]$"
        assert (app.table.looking, names(app.table)) == (True, ["job-00000", "job-00005"])
        app.table.filter_text = "9"
        assert (app.table.looking, names(app.table)) == (True, ["job-00009"])
        await _looked(app)
        assert (app.table.shown, app.table.cursor_row) == (19, jobs(100)[99])
        app.table.filter_text = "re:9[0-9]$"
        assert screen(app.table)[2] == " Looking through 100 rows…"
        await _looked(app)
        assert names(app.table)[0] == "job-00090"
        await pilot.pause()
        counts = [message.shown for message in app.news if isinstance(message, Table.Counted)]
        assert counts == [100, 2, *range(1, 10), 19, 0, 10]


@pytest.mark.usefixtures("slow")
async def test_the_first_match_waits_for_nothing_but_the_rows_before_it(monkeypatch: pytest.MonkeyPatch) -> None:
    app = TableApp(jobs(100))
    async with app.run_test(size=EIGHTY):
        await _looked(app)
        monkeypatch.setattr(slices, "PIECE", 10)
        app.table.filter_text = "9"
        assert (app.table.looking, names(app.table)) == (True, ["job-00009"])


@pytest.mark.usefixtures("slow")
async def test_a_key_pressed_while_the_filter_looks_counts() -> None:
    app = TableApp(jobs(100))
    async with app.run_test(size=EIGHTY) as pilot:
        await pilot.press("G")
        app.table.filter_text = "0"
        app.table.action_move(-3)
        moved_to = app.table.cursor_row
        assert moved_to is not None
        await _looked(app)
        assert app.table.cursor_row == moved_to


@pytest.mark.usefixtures("slow")
async def test_rows_that_matched_stay_while_new_ones_are_looked_at() -> None:
    app = TableApp(jobs(100))
    async with app.run_test(size=EIGHTY):
        app.table.filter_text = "inprogress"
        await _looked(app)
        app.table.rows = tuple(replace(job, state="Failed") if job.seconds == 95 else job for job in jobs(101))
        assert (app.table.looking, app.table.shown) == (True, 100)
        await _looked(app)
        assert app.table.shown == 100
        assert "job-00095" not in await app.table.export("csv")


@pytest.mark.usefixtures("slow")
async def test_acting_on_all_that_match_does_not_miss_those_not_found_yet() -> None:
    app = TableApp(jobs(100))
    async with app.run_test(size=EIGHTY):
        app.table.filter_text = "1"
        assert (await app.table.export("csv")).count("\n") == 1 + 19
        app.table.filter_text = "2"
        await app.table.action_mark_all()
        assert len(app.table.marked) == 19


@pytest.mark.usefixtures("slow")
async def test_keys_do_not_wait_for_ever_to_mark_all_that_a_slow_filter_finds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table_module, "MARK_ALL_SECONDS", 0.0)
    app = TableApp(jobs(100))
    async with app.run_test(size=EIGHTY) as pilot:
        app.table.filter_text = "1"
        await app.table.action_mark_all()
        assert app.table.marked == ()
        await pilot.pause()
        assert [note.message for note in app._notifications] == [
            "Nothing is marked: the filter has not looked through all rows yet."
        ]
        await app.table.settled()
        await app.table.action_mark_all()
        assert len(app.table.marked) == 19


async def _looked(app: TableApp) -> None:
    await eventually(lambda: app.table.looking, "the end of the filter", holds=lambda looking: not looking)


async def test_a_filter_that_cannot_be_understood_is_explained_in_place_of_the_rows() -> None:
    app = TableApp(jobs(3))
    async with app.run_test(size=EIGHTY) as pilot:
        await pilot.press("down")
        app.table.filter_text = "re:[/x"
        await pilot.pause()
        assert screen(app.table)[2].startswith(" [/x is not a regular expression: unterminated character set")
        app.table.filter_text = "re:0[12]$"
        await pilot.pause()
        assert names(app.table) == ["job-00001", "job-00002"]
        assert app.table.cursor_row == jobs(3)[1]
