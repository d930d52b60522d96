"""Marks: which rows a bulk action would act on."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual import events
from textual._xterm_parser import XTermParser

from tests.widgets.table_host import EIGHTY, Job, TableApp, jobs, named, screen
from widgets.table import Table
from widgets.table_lines import MARK
from widgets.table_marks import Marks
from widgets.table_model import Sort


def marked(table: Table[Job]) -> str:
    return " ".join(row.name for row in table.marked)


def drawn_as_marked(table: Table[Job]) -> str:
    return " ".join(line[1:].split()[0] for line in screen(table)[1:] if line.startswith(MARK))


def news(app: TableApp) -> list[tuple[str, int]]:
    told = [message for message in app.news if isinstance(message, Table.Marked)]
    app.news.clear()
    return [(" ".join(row.name for row in message.rows), message.hidden) for message in told]


@pytest.mark.parametrize(
    ("keys", "wanted"),
    [
        (["space"], "a"),
        (["space", "space"], "a b"),
        (["space", "k", "space"], ""),
        (["j", "space", "j", "ctrl+@"], "b c d"),
        (["j", "space", "j", "ctrl+space"], "b c d"),
        (["G", "space", "k", "k", "ctrl+@"], "c d e"),
        (["j", "j", "ctrl+@"], "c"),
        (["space", "j", "ctrl+@", "G", "ctrl+@"], "a b c d e"),
        (["asterisk"], "a b c d e"),
        (["asterisk", "ctrl+backslash"], ""),
        (["asterisk", "j", "space"], "a c d e"),
        (["G", "space"], "e"),
    ],
)
async def test_keys_mark_rows(keys: list[str], wanted: str) -> None:
    app = TableApp(named("abcde"))
    async with app.run_test(size=EIGHTY) as pilot:
        await pilot.press(*keys)
        assert marked(app.table) == wanted
        assert drawn_as_marked(app.table) == wanted


async def test_a_mark_moves_down_and_paints_two_lines() -> None:
    app = TableApp(jobs(100))
    async with app.run_test(size=EIGHTY) as pilot:
        await pilot.pause()
        app.table.drawn.clear()
        await pilot.press("space")
        assert set(app.table.drawn) == {1, 2}
        assert app.table.cursor_row == jobs(100)[1]


def test_the_terminal_sends_the_keys_that_are_bound() -> None:
    parser = XTermParser()
    keys = [event.key for event in parser.feed(" \x00*\x1c") if isinstance(event, events.Key)]
    assert keys == ["space", "ctrl+@", "asterisk", "ctrl+backslash"]


async def test_marks_survive_updates_sort_and_filter_and_go_with_their_row() -> None:
    app = TableApp(named("abcde"))
    async with app.run_test(size=EIGHTY) as pilot:
        await pilot.press("space", "j", "space")
        app.table.sort = Sort("name", reverse=True)
        app.table.filter_text = "!c"
        app.table.rows = (Job("x"), *named("abcde"))
        await pilot.pause()
        assert (marked(app.table), drawn_as_marked(app.table)) == ("a c", "a")
        app.table.rows = named("bcde")
        app.table.rows = named("abcde")
        await pilot.pause()
        assert marked(app.table) == "c"


async def test_marked_rows_are_those_of_now() -> None:
    app = TableApp(named("ab"))
    async with app.run_test(size=EIGHTY) as pilot:
        await pilot.press("space")
        app.table.rows = (Job("a", "Failed"), Job("b"))
        await pilot.pause()
        assert app.table.marked == (Job("a", "Failed"),)


async def test_a_message_tells_what_is_marked_and_how_much_of_it_is_hidden() -> None:
    app = TableApp(named("abc"))
    async with app.run_test(size=EIGHTY) as pilot:
        await pilot.press("space", "G")
        assert news(app) == [("a", 0)]
        await pilot.press("asterisk")
        assert news(app) == [("a b c", 0)]
        app.table.filter_text = "!a"
        await pilot.pause()
        assert news(app) == [("a b c", 1)]
        app.table.rows = tuple(replace(job) for job in named("abc"))
        await pilot.pause()
        assert news(app) == []
        app.table.rows = named("a")
        await pilot.pause()
        assert news(app) == [("a", 1)]
        await pilot.press("ctrl+backslash")
        assert news(app) == [("", 0)]


async def test_keys_on_an_empty_table_mark_nothing() -> None:
    app = TableApp()
    async with app.run_test(size=EIGHTY) as pilot:
        await pilot.press("space", "ctrl+@", "asterisk", "ctrl+backslash")
        assert app.table.marked == ()
        assert news(app) == []


def test_a_range_starts_at_the_cursor_where_the_last_mark_is_hidden() -> None:
    assert Marks().toggled("a").through(("b", "c", "d"), "d").keys == {"a", "d"}


names_of_rows = st.lists(st.sampled_from("abcdefgh"), unique=True)
steps = st.one_of(
    st.tuples(st.just("toggle"), st.sampled_from("abcdefgh")),
    st.tuples(st.just("through"), st.sampled_from("abcdefgh")),
    st.tuples(st.just("all"), st.just("")),
    st.tuples(st.just("rows"), names_of_rows.map("".join)),
)


@given(names_of_rows.map("".join), st.lists(steps, max_size=20))
def test_marks_never_name_a_row_that_is_gone(rows: str, history: list[tuple[str, str]]) -> None:
    marks = Marks()
    for step, argument in history:
        before = marks
        match step:
            case "toggle" if argument in rows:
                marks = marks.toggled(argument)
                assert marks.keys ^ before.keys == {argument}
            case "through" if argument in rows:
                marks = marks.through(tuple(rows), argument)
                assert before.keys | {argument} <= marks.keys
            case "all":
                marks = marks.joined(rows)
                assert marks.keys >= set(rows)
            case "rows":
                rows = argument
                marks = marks.within(set(rows))
                assert marks.keys == before.keys & set(rows)
        assert marks.keys <= set(rows)
        assert marks.last is None or marks.last in marks.keys
