"""Rows by key, filtered and sorted, and the window over them."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.widgets.table_host import COLUMNS, Job, jobs, named
from widgets import slices, table_model
from widgets.table_model import Sort, TableModel
from widgets.table_window import Window

keys = st.lists(st.text("abcdefgh", min_size=1, max_size=2), unique=True, max_size=30)


def model(*rows: Job) -> TableModel[Job]:
    made = TableModel(COLUMNS, lambda job: job.name)
    made.set_rows(rows)
    return made


def keys_of(rows: TableModel[Job]) -> list[str]:
    """The keys that are shown when all is looked at."""
    while not rows.work(0.001):
        pass
    rows.settle()
    return list(rows.keys)


def test_of_rows_with_the_same_key_the_last_counts_in_the_place_of_the_first() -> None:
    rows = model(Job("a"), Job("b"), Job("a", "Failed"))
    assert keys_of(rows) == ["a", "b"]
    assert len(rows.rows) == 2
    assert rows.row("a") == Job("a", "Failed")


def test_equal_values_keep_the_given_order_in_both_directions() -> None:
    rows = model(Job("c", seconds=1), Job("a", seconds=2), Job("b", seconds=1))
    rows.set_sort(Sort("time"))
    assert keys_of(rows) == ["c", "b", "a"]
    rows.set_sort(Sort("time", reverse=True))
    assert keys_of(rows) == ["a", "c", "b"]
    rows.set_sort(None)
    assert keys_of(rows) == ["c", "a", "b"]


def test_unknown_values_come_last_in_both_directions() -> None:
    rows = model(Job("a", seconds=None), Job("b", seconds=2), Job("c", seconds=1))
    rows.set_sort(Sort("time"))
    assert keys_of(rows) == ["c", "b", "a"]
    rows.set_sort(Sort("time", reverse=True))
    assert keys_of(rows) == ["b", "c", "a"]


def test_a_column_without_sort_key_sorts_by_its_text_whatever_the_case() -> None:
    rows = model(*named(["b", "A", "C"]))
    rows.set_sort(Sort("name"))
    assert keys_of(rows) == ["A", "b", "C"]


def test_sorting_by_a_column_that_does_not_exist_is_refused() -> None:
    with pytest.raises(KeyError):
        model().set_sort(Sort("price"))


def test_the_filter_sees_what_a_row_says_now() -> None:
    rows = model(*jobs(3))
    rows.set_filter("failed")
    assert keys_of(rows) == []
    rows.set_rows([replace(job, state="Failed") if job.seconds == 1 else job for job in jobs(4)])
    assert keys_of(rows) == ["job-00001"]
    rows.set_rows(jobs(2))
    assert keys_of(rows) == []
    rows.set_filter("status:inprogress")
    assert keys_of(rows) == ["job-00000", "job-00001"]


def test_a_filter_that_cannot_be_understood_shows_nothing_and_says_why() -> None:
    rows = model(*jobs(3))
    rows.set_filter("re:job-(")
    assert keys_of(rows) == []
    assert rows.filter_problem.startswith("job-( is not a regular expression: ")
    rows.set_rows(jobs(4))
    assert keys_of(rows) == []
    rows.set_filter("re:job-(.*)3")
    assert (keys_of(rows), rows.filter_problem) == (["job-00003"], "")


def test_a_filter_sees_a_status_as_its_word() -> None:
    rows = model(Job("a", "Failed"), Job("b", "Completed"))
    rows.set_filter("status:re:^failed$")
    assert keys_of(rows) == ["a"]


def test_a_regular_expression_that_would_take_for_ever_is_given_up() -> None:
    rows = model(Job("a" * 40 + "b"), Job("b"))
    rows.set_filter("name:re:^(a+)+$")
    assert keys_of(rows) == []
    assert rows.filter_problem.startswith("This regular expression takes too long.")
    rows.set_rows([Job("aaa"), Job("b")])
    assert keys_of(rows) == []
    rows.set_filter("name:re:^a+$")
    assert (keys_of(rows), rows.filter_problem) == (["aaa"], "")


FILTERS: dict[str, Callable[[Job], object]] = {
    "": lambda job: True,
    "a !complet": lambda job: "a" in job.name + job.state.casefold() and job.state == "Failed",
    "name:b": lambda job: "b" in job.name,
    "re:^a": lambda job: job.name.startswith("a"),
    "status:re:d$ ~ab": lambda job: re.search("a.*b", job.name),
}
SORTS = (None, Sort("name"), Sort("name", reverse=True), Sort("time"), Sort("time", reverse=True))
row_lists = st.lists(
    st.builds(Job, st.text("ab", max_size=3), st.sampled_from(["Failed", "Completed"]), st.none() | st.integers(0, 2)),
    max_size=20,
)


def naive(rows: list[Job], line: str, sort: Sort | None) -> list[str]:
    """The keys of the rows that a filter and a sort would show, found the simplest way."""
    found = [job for job in {job.name: job for job in rows}.values() if FILTERS[line](job)]
    if sort and sort.column == "name":
        found.sort(key=lambda job: job.name, reverse=sort.reverse)
    elif sort:
        unknown = [job for job in found if job.seconds is None]
        known = [job for job in found if job.seconds is not None]
        found = sorted(known, key=lambda job: job.seconds or 0, reverse=sort.reverse) + unknown
    return [job.name for job in found]


@given(
    st.lists(
        st.tuples(st.just("rows"), row_lists)
        | st.tuples(st.just("filter"), st.sampled_from(sorted(FILTERS)))
        | st.tuples(st.just("sort"), st.sampled_from(SORTS))
        | st.tuples(st.just("work"), st.integers(1, 3)),
        max_size=12,
    )
)
def test_filter_and_sort_in_pieces_equal_the_naive_ones(steps: list[tuple[str, Any]]) -> None:
    table = model()
    rows: list[Job] = []
    line, sort = "", None
    before, expected = list[str](), list[str]()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(table_model, "_PIECE", 3)
        patch.setattr(slices, "PIECE", 3)
        for step, value in steps:
            match step:
                case "rows":
                    rows = value
                    table.set_rows(rows)
                case "filter":
                    line, expected = value, []
                    table.set_filter(line)
                case "sort":
                    sort = value
                    table.set_sort(sort)
                case "work":
                    for _ in range(value):
                        table.work(0)
            table.settle()
            shown = list(table.keys)
            wanted = naive(rows, line, sort)
            if table.complete:
                assert shown == wanted
            elif shown != before:
                matches = [key for key in shown if key in wanted]
                assert matches == [key for key in wanted if key in matches]
                assert set(shown) - set(wanted) <= set(expected) & {job.name for job in rows}
            if shown != before or step == "work":
                before = expected = shown
        assert keys_of(table) == naive(rows, line, sort)


@given(keys, keys, st.integers(0, 40), st.integers(1, 8))
def test_the_cursor_stays_on_its_key_or_goes_to_a_neighbour(
    before: list[str], after: list[str], cursor: int, height: int
) -> None:
    window = Window(len(before), height).at(cursor)
    followed = window.follow(before, after)
    if before and after:
        key = before[window.cursor]
        assert 0 <= followed.cursor < len(after)
        assert followed.cursor_visible
        if key in after:
            assert after[followed.cursor] == key
        elif set(before) & set(after):
            distance = {key: abs(index - window.cursor) for index, key in enumerate(before)}
            nearest = min(distance[key] for key in before if key in after)
            assert distance.get(after[followed.cursor]) == nearest
        assert 0 <= followed.top <= max(0, len(after) - height)


@given(st.integers(0, 50), st.lists(st.tuples(st.sampled_from("mpsr"), st.integers(-30, 60)), max_size=12))
def test_the_window_never_leaves_the_rows(count: int, steps: list[tuple[str, int]]) -> None:
    window = Window(count, 10)
    for step, number in steps:
        match step:
            case "m":
                window = window.at(window.cursor + number)
                assert window.cursor_visible or not count or not window.height
            case "p":
                window = window.paged(number)
            case "s":
                window = window.scrolled(number)
            case "r":
                window = window.resized(max(number, 0))
        assert 0 <= window.cursor < max(count, 1)
        assert 0 <= window.top <= max(0, count - window.height)
        assert all(0 <= line < window.height for line in window.thumb)


def test_a_cursor_whose_rows_were_all_filtered_out_comes_back_to_its_key() -> None:
    window = Window(5, 10).at(3)
    gone = window.follow("abcde", "").resized(9).at(0)
    assert gone.count == 0
    assert gone.follow("abcde", "xabcde").cursor == 4
