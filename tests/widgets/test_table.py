"""The table on a screen: what it shows, what it paints, what it tells."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from textual import events
from textual.app import App, ComposeResult
from textual.pilot import Pilot
from textual.reactive import var

from tests.widgets.table_host import COLUMNS, CountingTable, Job, TableApp, cursor_lines, jobs, named, names, screen
from widgets import table_model, table_rows
from widgets.table import Table
from widgets.table_model import Sort

EIGHTY = (80, 24)


async def test_shows_header_rows_and_a_status_with_glyph_and_word() -> None:
    app = TableApp((Job("churn-1", "Failed", 62), Job("churn-2", "Completed", 9)))
    async with app.run_test(size=EIGHTY):
        assert screen(app.table)[:4] == [
            " Name                                                   Status             Time",
            " churn-1                                                ✗ Failed           62 s",
            " churn-2                                                ✓ Completed         9 s",
            "",
        ]


async def test_no_frame_shows_less_than_the_rows_not_even_the_first() -> None:
    app = TableApp((Job("churn-1", "Failed", 62),))
    async with app.run_test(size=EIGHTY) as pilot:
        await pilot.pause()
        assert {line.split()[0] for line in app.table.first_row if line} == {"churn-1"}
        assert "" not in app.table.first_row
        app.table.first_row.clear()
        await pilot.resize_terminal(60, 20)
        await pilot.pause()
        assert {len(line) for line in app.table.first_row} == {59}


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


async def test_the_cursor_is_one_style_from_edge_to_edge() -> None:
    app = TableApp((Job("a", "Failed"), Job("b", "Failed")))
    async with app.run_test(size=EIGHTY):
        strips = app.table.render_lines(app.table.size.region)
        assert len({segment.style for segment in strips[1]}) == 1
        assert len({segment.style for segment in strips[2]}) == 2


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
        assert "job-00095" not in app.table.export("csv")


@pytest.mark.usefixtures("slow")
async def test_acting_on_all_that_match_does_not_miss_those_not_found_yet() -> None:
    app = TableApp(jobs(100))
    async with app.run_test(size=EIGHTY):
        app.table.filter_text = "1"
        assert app.table.export("csv").count("\n") == 1 + 19
        app.table.filter_text = "2"
        app.table.action_mark_all()
        assert len(app.table.marked) == 19


async def _looked(app: TableApp) -> None:
    while app.table.looking:  # noqa: ASYNC110 - the turns of the loop are what the filter waits for
        await asyncio.sleep(0)


async def test_rows_above_a_scrolled_window_do_not_move_what_is_read() -> None:
    app = TableApp(jobs(100))
    async with app.run_test(size=EIGHTY) as pilot:
        await pilot.press("G", "pageup")
        before = screen(app.table)[1:]
        app.table.rows = (Job("new-1"), Job("new-2"), *jobs(100))
        await pilot.pause()
        assert [line.split()[0] for line in before if line] == names(app.table)


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


async def test_rows_given_before_the_table_is_on_screen_are_told_as_well() -> None:
    app = TableApp(named("abc"))
    async with app.run_test(size=EIGHTY) as pilot:
        await pilot.pause()
        assert _told(app) == ["3 of 3", "on a"]


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


async def test_move_to_finds_rows_that_are_shown_only() -> None:
    app = TableApp(jobs(100))
    async with app.run_test(size=EIGHTY):
        assert app.table.move_to("job-00077")
        assert app.table.cursor_row == jobs(100)[77]
        assert "job-00077" in names(app.table)
        assert not app.table.move_to("job-99999")
        assert app.table.cursor_row == jobs(100)[77]


async def test_states_without_rows() -> None:
    app = TableApp()
    async with app.run_test(size=EIGHTY) as pilot:
        app.table.empty_text = "No jobs yet.\n\nPress n to start one."
        await pilot.pause()
        assert screen(app.table)[2:5] == [" No jobs yet.", "", " Press n to start one."]
        app.table.loading_text = "Loading jobs, 3 s"
        await pilot.pause()
        assert screen(app.table)[2:4] == [" Loading jobs, 3 s", ""]
        app.table.error_text = "Not allowed: sagemaker:ListTrainingJobs"
        await pilot.pause()
        assert screen(app.table)[2] == " Not allowed: sagemaker:ListTrainingJobs"
        app.table.error_text = ""
        app.table.rows = jobs(2)
        app.table.filter_text = "[/x]"
        await pilot.pause()
        assert screen(app.table)[2] == " None of the 2 rows matches “[/x]”."


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


async def test_an_error_is_a_band_above_the_stale_rows() -> None:
    app = TableApp(jobs(100))
    async with app.run_test(size=EIGHTY) as pilot:
        await pilot.press("G")
        app.table.error_text = "Throttled, rows are 42 s old\x1b[31m " + "x" * 100
        await pilot.pause()
        lines = screen(app.table)
        assert lines[0].startswith(" Throttled, rows are 42 s old xxx")
        assert lines[0].endswith("…")
        assert lines[1].split() == ["Name", "Status", "Time"]
        assert app.table.cursor_row == jobs(100)[99]
        assert cursor_lines(app.table) == [23]
        app.table.error_text = ""
        await pilot.pause()
        assert screen(app.table)[0].split() == ["Name", "Status", "Time"]
        assert cursor_lines(app.table) == [23]


async def test_the_scrollbar_shows_where_one_is() -> None:
    app = TableApp(jobs(100))
    async with app.run_test(size=EIGHTY) as pilot:

        def thumb() -> list[int]:
            return [y for y, line in enumerate(screen(app.table)) if line.endswith("▐")]

        assert thumb() == [1, 2, 3, 4, 5]
        await pilot.press("G")
        assert thumb() == [19, 20, 21, 22, 23]
        app.table.rows = jobs(23)
        await pilot.pause()
        assert thumb() == []


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


@pytest.mark.parametrize("theme", ["textual-dark", "textual-light", "ansi-dark", "ansi-light"])
async def test_the_cursor_can_be_told_from_the_rows_in_every_theme(theme: str) -> None:
    app = TableApp(jobs(3))
    async with app.run_test(size=EIGHTY) as pilot:
        app.theme = theme
        await pilot.pause()
        for focused in (True, False):
            app.set_focus(app.table if focused else None)
            await pilot.pause()
            strips = app.table.render_lines(app.table.size.region)
            assert strips[1]._segments[0].style != strips[2]._segments[0].style


async def test_the_cursor_can_be_seen_without_colours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    app = TableApp(jobs(3))
    async with app.run_test(size=EIGHTY) as pilot:
        await pilot.pause()
        reverse = [any(s.style and s.style.reverse for s in line) for line in app.table.render_lines(app.table.region)]
        assert [y for y, reversed_ in enumerate(reverse) if reversed_] == [1]


async def test_status_colours_follow_the_theme() -> None:
    app = TableApp((Job("a"), Job("b", "Failed")))
    async with app.run_test(size=EIGHTY) as pilot:
        colours = set()
        for theme in ("textual-dark", "textual-light", "ansi-dark"):
            app.theme = theme
            await pilot.pause()
            strip = app.table.render_lines(app.table.size.region)[2]
            segment = next(segment for segment in strip if "Failed" in segment.text)
            assert segment.style is not None
            colours.add(segment.style.color)
        assert len(colours) == 3


HOSTILE = [
    "[/x] [bold]brackets[/bold]",
    "\x1b[31mred\x1b]0;title\x07",
    "a\u202eb\u200fc\u2066d\u061ce",
    "nul\x00s and \x9b31m and \x7f",
    "x" * 5000,
    "火" * 3000,
    "a\u200db" * 900,
    "👩\u200d👩\u200d👧 ❤\ufe0f é",
    "\ud800 lone",
    "line\nbreak\ttab\rreturn",
    "\u2028sep",
    "",
]


@pytest.mark.parametrize("text", HOSTILE)
async def test_hostile_text_neither_crashes_nor_moves_a_column(text: str) -> None:
    app = TableApp((Job("plain"), Job(text, "Failed", 3), Job("after")))
    async with app.run_test(size=EIGHTY) as pilot:
        app.table.error_text = app.table.empty_text = app.table.loading_text = text
        app.table.filter_text = text
        await pilot.pause()
        app.table.filter_text = ""
        await pilot.pause()
        strips = app.table.render_lines(app.table.size.region)
        assert {strip.cell_length for strip in strips} == {80}
        drawn = "".join(strip.text for strip in strips)
        assert not [char for char in drawn if not char.isprintable()]
        assert drawn.encode()
        line = next(strip for strip in strips if "✗ Failed" in strip.text)
        assert line.crop(56, 64).text == "✗ Failed"
