"""Rows in the order of a column: by keys, in pieces, and while other rows and wishes come in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import pytest

from tests.widgets.table_host import COLUMNS, EIGHTY, Job, TableApp, jobs, names
from widgets import slices, table_rows
from widgets.table_columns import Column
from widgets.table_model import Sort
from widgets.table_order import ColumnOrder


async def test_s_sorts_by_one_column_after_the_other() -> None:
    app = TableApp(jobs(3))
    async with app.run_test(size=EIGHTY) as pilot:
        orders = []
        for _ in range(4):
            await pilot.press("s")
            orders.append(app.table.sort)
        assert orders == [Sort("name"), Sort("status"), Sort("time"), None]
        await pilot.press("s", "S")
        assert app.table.sort == Sort("name", reverse=True)
        assert names(app.table) == ["job-00002", "job-00001", "job-00000"]


def ordered(order: ColumnOrder[Job], rows: Sequence[Job]) -> list[str]:
    for _ in order.steps(rows):
        pass
    return [rows[place].name for place in order.places]


@dataclass(frozen=True)
class Watched:
    """A value to sort by that counts how often it is compared."""

    value: int
    compared: list[int]

    def __lt__(self, other: Watched) -> bool:
        self.compared.append(self.value)
        return self.value < other.value


def test_rows_whose_values_are_those_of_before_are_not_sorted_again() -> None:
    compared: list[int] = []
    column = replace(COLUMNS[2], sort_key=lambda job: Watched(job.seconds or 0, compared))
    order = ColumnOrder(column, reverse=True)
    assert ordered(order, jobs(9))[0] == "job-00008"
    assert compared
    compared.clear()
    assert ordered(order, [replace(job, state="Failed") for job in jobs(9)])[0] == "job-00008"
    assert compared == []
    assert ordered(order, [*jobs(8), Job("job-00008", seconds=-1)])[-1] == "job-00008"
    assert compared


@pytest.mark.parametrize("reverse", [False, True])
@pytest.mark.parametrize("count", [0, 1, 3, 4, 7, 100])
def test_pieces_are_merged_into_the_order_that_one_sort_would_give(
    count: int, reverse: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(slices, "PIECE", 3)
    rows = [Job(str(place), seconds=None if place % 5 == 4 else place * 7919 % 10) for place in range(count)]
    column = Column[Job]("time", "Time", lambda job: str(job.seconds), sort_key=lambda job: job.seconds)
    known = sorted((job for job in rows if job.seconds is not None), key=lambda job: job.seconds or 0, reverse=reverse)
    unknown = [job for job in rows if job.seconds is None]
    assert ordered(ColumnOrder(column, reverse=reverse), rows) == [job.name for job in (*known, *unknown)]


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> None:
    """A sort that manages ten rows before the keyboard gets its turn."""
    monkeypatch.setattr(slices, "PIECE", 10)
    monkeypatch.setattr(table_rows, "SLICE", 0.0)


BACKWARDS = Sort("time", reverse=True)


@pytest.mark.usefixtures("slow")
async def test_rows_stay_as_they_were_until_all_are_sorted() -> None:
    app = TableApp(jobs(100))
    async with app.run_test(size=EIGHTY):
        await app.table.settled()
        before = names(app.table)
        app.table.sort = BACKWARDS
        app.table.action_move(1)
        assert (app.table.looking, app.table.shown) == (True, 100)
        assert names(app.table) == before
        assert app.table.cursor_row == jobs(100)[1]
        await app.table.settled()
        assert app.table.cursor_row == jobs(100)[1]
        assert names(app.table)[-2:] == ["job-00002", "job-00001"]


@pytest.mark.usefixtures("slow")
async def test_of_two_sorts_the_newer_one_wins() -> None:
    app = TableApp(jobs(100))
    async with app.run_test(size=EIGHTY):
        await app.table.settled()
        app.table.sort = BACKWARDS
        app.table.sort = Sort("time")
        await app.table.settled()
        assert names(app.table)[:2] == ["job-00000", "job-00001"]
        app.table.sort = BACKWARDS
        app.table.sort = None
        assert not app.table.looking
        assert names(app.table)[:2] == ["job-00000", "job-00001"]


@pytest.mark.usefixtures("slow")
async def test_cursor_and_marks_survive_rows_that_come_while_others_are_sorted() -> None:
    app = TableApp(jobs(100))
    async with app.run_test(size=EIGHTY) as pilot:
        await app.table.settled()
        await pilot.press("space", "space")
        assert app.table.move_to("job-00050")
        app.table.sort = BACKWARDS
        app.table.rows = jobs(105)
        assert (app.table.looking, app.table.total) == (True, 100)
        app.table.rows = tuple(replace(job, state="Failed") for job in jobs(110)[1:])
        await app.table.settled()
        assert (app.table.shown, app.table.total) == (109, 109)
        assert app.table.cursor_row == replace(jobs(100)[50], state="Failed")
        assert [job.name for job in app.table.marked] == ["job-00001"]
        await pilot.press("home")
        assert names(app.table)[0] == "job-00109"


@pytest.mark.usefixtures("slow")
async def test_a_filter_that_is_typed_while_rows_are_sorted_finds_them_in_their_order() -> None:
    app = TableApp(jobs(100))
    async with app.run_test(size=EIGHTY) as pilot:
        await app.table.settled()
        app.table.sort = BACKWARDS
        app.table.filter_text = "1"
        assert (app.table.looking, app.table.shown) == (True, 100)
        app.table.filter_text = "re:7$"
        await app.table.settled()
        await pilot.press("home")
        assert names(app.table) == [f"job-000{tens}7" for tens in reversed(range(10))]
        app.table.filter_text = ""
        await app.table.settled()
        assert app.table.shown == 100


@pytest.mark.usefixtures("slow")
async def test_rows_that_come_before_the_table_is_on_screen_are_sorted_as_well() -> None:
    app = TableApp()
    app.table.sort = BACKWARDS
    app.table.rows = jobs(100)
    async with app.run_test(size=EIGHTY) as pilot:
        await app.table.settled()
        await pilot.press("home")
        assert names(app.table)[0] == "job-00099"
