"""How many cells a column gets, and which columns are on screen."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tests.widgets.table_host import Job, TableApp, screen
from widgets.table_columns import Column, Width, between, fixed, flex
from widgets.table_layout import GAP, layout, stops


def column(key: str, width: Width, priority: int = 0) -> Column[str]:
    return Column(key, key, str, width, priority=priority)


def widths(columns: list[Column[str]], width: int) -> dict[str, int]:
    return {slot.column.key: slot.width for slot in layout(columns, width).slots}


def test_bounded_columns_grow_before_flexible_ones_share_the_rest() -> None:
    columns = [column("name", flex(2, minimum=5)), column("status", between(4, 12)), column("why", flex(minimum=5))]
    assert widths(columns, 18) == {"name": 5, "status": 4, "why": 5}
    assert widths(columns, 24) == {"name": 5, "status": 10, "why": 5}
    assert widths(columns, 41) == {"name": 15, "status": 12, "why": 10}


def test_columns_go_by_priority_and_among_equals_from_the_right() -> None:
    columns = [
        column("name", flex(minimum=8), 9),
        column("a", fixed(6)),
        column("b", fixed(6)),
        column("age", fixed(6), 5),
    ]
    assert list(widths(columns, 32)) == ["name", "a", "b", "age"]
    assert list(widths(columns, 31)) == ["name", "a", "age"]
    assert list(widths(columns, 23)) == ["name", "age"]
    assert widths(columns, 15) == {"name": 15}
    assert widths(columns, 3) == {"name": 3}


def test_columns_start_after_one_another() -> None:
    slots = layout([column("a", fixed(3)), column("b", fixed(4))], 20, start=1).slots
    assert [(slot.start, slot.width) for slot in slots] == [(1, 3), (6, 4)]


def scrolled(columns: list[Column[str]], width: int) -> list[str]:
    """What is shown at every stop, with the signs that there is more."""
    places = [layout(columns, width, skipped=skipped) for skipped in stops(columns, width)]
    return [
        "‹" * place.hidden_left + "".join(column.key for column in place.columns) + "›" * place.hidden_right
        for place in places
    ]


def test_scrolling_keeps_the_first_column_and_reaches_every_other() -> None:
    columns = [column("n", flex(minimum=8), 9), *(column(key, fixed(6), ord(key) % 3) for key in "abcde")]
    assert scrolled(columns, 48) == ["nabcde"]
    assert scrolled(columns, 32) == ["nabe›", "nabc›", "‹nbcd›", "‹ncde"]
    assert scrolled(columns, 24) == ["nbe›", "nab›", "‹nbc›", "‹ncd›", "‹nde"]


def test_where_two_columns_do_not_fit_one_goes_through_them_one_by_one() -> None:
    columns = [column("a", fixed(6), 1), column("b", fixed(6)), column("c", fixed(6))]
    assert scrolled(columns, 8) == ["a›", "b›", "‹c"]


rules = st.one_of(
    st.integers(1, 20).map(fixed),
    st.tuples(st.integers(1, 9), st.integers(10, 30)).map(lambda ends: between(*ends)),
    st.tuples(st.integers(1, 4), st.integers(1, 12)).map(lambda rule: flex(rule[0], minimum=rule[1])),
)


@given(st.lists(st.tuples(rules, st.integers(0, 5)), max_size=10), st.integers(0, 150))
def test_what_is_shown_fits_and_a_flexible_column_leaves_nothing_over(
    made: list[tuple[Width, int]], width: int
) -> None:
    slots = layout([column(str(index), rule, priority) for index, (rule, priority) in enumerate(made)], width).slots
    used = sum(slot.width for slot in slots) + GAP * max(len(slots) - 1, 0)
    assert used <= width
    assert len(slots) > 0 or not made
    if any(slot.column.width.maximum is None for slot in slots):
        assert used == width


@given(st.lists(st.tuples(rules, st.integers(0, 5)), min_size=1, max_size=10), st.integers(1, 150))
def test_every_column_can_be_scrolled_to(made: list[tuple[Width, int]], width: int) -> None:
    columns = [column(str(index), rule, priority if index else 9) for index, (rule, priority) in enumerate(made)]
    places = [layout(columns, width, skipped=skipped) for skipped in stops(columns, width)]
    shown = {column.key for place in places for column in place.columns}
    assert shown == {column.key for column in columns}
    assert all(columns[0] in place.columns or len(place.columns) == 1 for place in places[1:])
    assert [place.hidden_right for place in places] == [True] * (len(places) - 1) + [False]
    for place in places:
        assert sum(slot.width for slot in place.slots) + GAP * (len(place.slots) - 1) <= width


async def test_the_least_important_column_goes_first_when_it_gets_narrow() -> None:
    app = TableApp((Job("churn-1", "Failed", 62),))
    async with app.run_test(size=(34, 10)) as pilot:
        assert screen(app.table)[0].split() == ["Name", "Status", "›"]
        await pilot.resize_terminal(20, 10)
        await pilot.pause()
        assert screen(app.table)[0].split() == ["Name", "›"]
        await pilot.resize_terminal(80, 10)
        await pilot.pause()
        assert screen(app.table)[0].split() == ["Name", "Status", "Time"]


async def test_left_and_right_show_the_columns_that_do_not_fit() -> None:
    app = TableApp((Job("churn-1", "Failed", 62),))
    async with app.run_test(size=(34, 4)) as pilot:
        seen = []
        for key in ("left", "right", "right", "left", "right"):
            await pilot.press(key)
            seen.append([line.split() for line in screen(app.table)[:2]])
        by_priority = [["Name", "Status", "›"], ["churn-1", "✗", "Failed"]]
        scrolled = [["‹Name", "Time"], ["churn-1", "62", "s"]]
        assert seen == [by_priority, scrolled, scrolled, by_priority, scrolled]
        await pilot.resize_terminal(80, 4)
        await pilot.pause()
        assert screen(app.table)[0].split() == ["Name", "Status", "Time"]
        await pilot.resize_terminal(34, 4)
        await pilot.pause()
        assert screen(app.table)[0].split() == ["Name", "Status", "›"]
