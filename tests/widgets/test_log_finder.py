"""Searching and filtering a log."""

from __future__ import annotations

import pytest
from textual.app import App, ComposeResult
from textual.binding import Binding

from tests.waiting import eventually
from tests.widgets.log_host import LogApp, finds, lines, press, reads, says, screen, styled, texts
from widgets.log_pattern import Pattern
from widgets.log_view import LogView

pytestmark = pytest.mark.usefixtures("paint_at_once")


async def test_search_marks_all_and_goes_from_match_to_match() -> None:
    app = LogApp()
    async with app.run_test(size=(60, 5)) as pilot:
        app.view.extend(lines(0, 100))
        await press(pilot, "g", "slash", *"line 1")
        assert screen(app.view)[4].startswith("/line 1")
        await eventually(lambda: screen(app.view)[4], "11 matches", holds=lambda row: row.endswith("11 matches"))
        assert styled(app.view, "log-view--match") == ["line 1"]
        await press(pilot, "enter")
        await reads(app.view, 4, "match 1 of 11")
        assert screen(app.view)[:4] == ["line 0", "line 1", "line 2", "line 3"]
        assert styled(app.view, "log-view--current") == ["line 1"]
        await press(pilot, "n")
        await reads(app.view, 4, "match 2 of 11")
        assert screen(app.view)[:4] == ["line 9", "line 10", "line 11", "line 12"]
        assert styled(app.view, "log-view--current") == ["line 1"]
        assert styled(app.view, "log-view--match") == ["line 1", "line 1"]
        await press(pilot, "N", "N")
        await says(app.view, 4, "from the end")
        assert "match 11 of 11" in screen(app.view)[4]
        app.view.extend(lines(100, 102))
        assert "match 11 of 13" in screen(app.view)[4]
        app.view.prepend(lines(-3, 0))
        assert styled(app.view, "log-view--current") == ["line 1"]
        await press(pilot, "escape")
        assert screen(app.view)[4] != ""
        assert styled(app.view, "log-view--match") == []
        assert app.view.match_count == 0


async def test_typing_belongs_to_the_open_line() -> None:
    app = LogApp()
    async with app.run_test(size=(60, 3)) as pilot:
        app.view.extend(lines(0, 20))
        await press(pilot, "slash", *"fwxg", "backspace", "home", "a", "right", "delete", "end", "z")
        assert screen(app.view)[2].startswith("/afxz")
        assert (app.view.follow, app.view.wrap) == (True, False)
        await press(pilot, "ctrl+u", *"re:(")
        assert "not a regular expression" in screen(app.view)[2]
        await press(pilot, "escape")
        assert screen(app.view) == ["line 17", "line 18", "line 19"]
        await press(pilot, "slash", *"nothing", "enter")
        await says(app.view, 2, "no match of nothing")


async def test_capitals_and_regular_expressions() -> None:
    app = LogApp()
    async with app.run_test(size=(60, 8)):
        app.view.extend(texts("Loss", "loss", "a.b", "aXb"))
        for source, count in (("loss", 2), ("Loss", 1), ("a.b", 1), ("re:a.b", 2), ("re:^L", 1), ("re:\\Dss$", 2)):
            app.view.search(source)
            while app.view._search and not app.view._search.work(1):
                pass
            assert (source, app.view.match_count) == (source, count)


async def test_a_regular_expression_that_would_take_for_ever_is_given_up() -> None:
    app = LogApp()
    async with app.run_test(size=(120, 5)) as pilot:
        app.view.extend(texts(*["fine"] * 20, "a" * 40 + "b"))
        await press(pilot, "g", "slash", *"re:(a+)+$")
        await says(app.view, 4, "takes too long")
        assert screen(app.view)[4].startswith("/re:(a+)+$")
        await press(pilot, "backspace", "b", "enter")
        await reads(app.view, 4, "match 1 of 1")
        await press(pilot, "escape", "ampersand", *"re:(a+)+$")
        await says(app.view, 4, "takes too long")
        await press(pilot, "escape")
        assert (app.view.shown_count, app.view.looking) == (21, False)
        await press(pilot, "G", "slash", *"re:(a+)+$")
        await says(app.view, 4, "takes too long")


async def test_a_screen_full_of_slow_lines_costs_no_more_than_one(monkeypatch: pytest.MonkeyPatch) -> None:
    tries: list[str] = []
    spans = Pattern.spans

    def counted(pattern: Pattern, shown: str, start: int, stop: int) -> list[tuple[int, int]]:
        tries.append(shown)
        return spans(pattern, shown, start, stop)

    monkeypatch.setattr(Pattern, "spans", counted)
    app = LogApp()
    async with app.run_test(size=(120, 40)):
        app.view.extend(texts(*["a" * 40 + "b"] * 100))
        app.view.search("re:(a+)+$")
        await says(app.view, 39, "takes too long")
        assert len(tries) == 1


async def test_a_filter_hides_lines_and_clearing_restores_the_place() -> None:
    app = LogApp()
    async with app.run_test(size=(60, 5)) as pilot:
        app.view.extend(lines(0, 100))
        app.view.action_scroll_rows(-40)
        before = screen(app.view)
        await press(pilot, "ampersand", *"7")
        await reads(app.view, 0, "line 57")
        assert screen(app.view)[:4] == ["line 57", "line 67", "line 70", "line 71"]
        await press(pilot, "enter")
        assert screen(app.view)[4] == "&7: 19 of 100 lines"
        assert app.view.shown_count == 19
        await press(pilot, "plus")
        assert screen(app.view)[:4] == ["line 56", "line 57", "line 58", "line 66"]
        assert screen(app.view)[4] == "&7 ±1: 19 of 100 lines"
        await press(pilot, "minus", "escape")
        assert screen(app.view) == before
        await press(pilot, "ampersand", *"7", "enter")
        await reads(app.view, 0, "line 57")
        await press(pilot, "j", "escape")
        assert screen(app.view)[0] == "line 67"


async def test_follow_and_new_lines_under_a_filter() -> None:
    app = LogApp()
    async with app.run_test(size=(60, 4)) as pilot:
        app.view.extend(lines(0, 100))
        await press(pilot, "exclamation_mark", *"re:[1-9]$", "enter")
        await reads(app.view, 0, "line 70")
        app.view.extend(lines(100, 111))
        assert screen(app.view) == ["line 90", "line 100", "line 110", "!re:[1-9]$: 12 of 111 lines"]
        await press(pilot, "k")
        app.view.extend(lines(111, 130))
        assert screen(app.view)[0] == "line 80"
        assert app.view.new_lines == 1
        await press(pilot, "G")
        assert screen(app.view)[2] == "line 120"
        app.view.filter("nowhere")
        await reads(app.view, 0, "No line matches the filter.")
        for key in ("k", "pageup", "g", "j", "w", "G", "e", "m", "X", "escape", "v", "enter"):
            await press(pilot, key)
        app.view.filter()
        assert screen(app.view)[2] == "line 129"


async def test_search_under_a_filter_goes_through_its_lines() -> None:
    app = LogApp()
    async with app.run_test(size=(60, 4)) as pilot:
        app.view.extend(lines(0, 100))
        app.view.filter("5")
        app.view.search("line 6")
        await press(pilot, "g", "n")
        await finds(app.view, "line 6")
        assert screen(app.view)[3].startswith("match 1 of 1 · &5: 19 of 100 lines")


class Host(App[None]):
    """A program with uses of its own for the keys that a log view sometimes needs."""

    BINDINGS = [Binding("escape,minus,c,n", "heard")]

    def __init__(self) -> None:
        super().__init__()
        self.heard = 0

    def compose(self) -> ComposeResult:
        yield LogView()

    def action_heard(self) -> None:
        self.heard += 1


async def test_keys_without_use_are_left_to_the_program_around() -> None:
    app = Host()
    async with app.run_test() as pilot:
        view = app.query_one(LogView)
        view.extend(lines(0, 9))
        await press(pilot, "escape", "minus", "c", "n")
        assert app.heard == 4
        view.search("line")
        await press(pilot, "n", "escape", "slash", "minus", "c", "n", "escape")
        assert app.heard == 4


async def test_what_was_typed_before_comes_back() -> None:
    app = LogApp()
    async with app.run_test(size=(60, 3)) as pilot:
        app.view.extend(lines(0, 20))
        for text in ("line 1", "line 2", "line 1"):
            await press(pilot, "slash", *text, "enter")
        seen = []
        await press(pilot, "slash", "x")
        for key in ("up", "up", "up", "down", "down", "down"):
            await press(pilot, key)
            seen.append(screen(app.view)[2].split("  ")[0])
        assert seen == ["/line 1", "/line 2", "/line 2", "/line 1", "/", "/"]
        await press(pilot, "escape", "ampersand", "up")
        assert screen(app.view)[2].startswith("&"), "each kind of question has answers of its own"
        assert "line" not in screen(app.view)[2]


async def test_an_excluded_expression_that_takes_for_ever_among_context_lines_is_given_up() -> None:
    app = LogApp()
    async with app.run_test(size=(120, 5)) as pilot:
        app.view.extend(texts("a\x1b[0m" * 40 + "b", "wanted", "fine"))
        app.view.filter("wanted", "re:(a+)+$")
        await eventually(lambda: app.view.shown_count, "the filter to take lines away", holds=lambda count: count == 1)
        await press(pilot, "plus")
        assert screen(app.view)[1:3] == ["wanted", "fine"]
        assert "takes too long" in screen(app.view)[4]
