"""What the table says where there are no rows, old ones, or nothing to do."""

from __future__ import annotations

from tests.widgets.table_host import EIGHTY, TableApp, cursor_lines, jobs, screen


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


async def test_keys_that_do_nothing_say_why() -> None:
    app = TableApp()
    async with app.run_test(size=EIGHTY) as pilot:
        table = app.table

        def why(*actions: str) -> set[str]:
            assert {table.check_action(action, ()) for action in actions} <= {None}
            return {table.why_not(action) for action in actions}

        assert why("select", "mark", "mark_range", "mark_all") == {"there are no rows"}
        assert why("sort_reverse") == {"no column sorts the rows"}
        assert why("clear_marks") == {"no row is marked"}
        assert why("scroll_columns") == {"all columns are on screen"}
        table.rows = jobs(3)
        table.filter_text = "nothing like it"
        await pilot.pause()
        assert why("select", "mark", "mark_range") == {"the filter hides all rows"}
        table.filter_text = ""
        await pilot.press("space", "s")
        await pilot.resize_terminal(34, 10)
        await pilot.pause()
        for action in ("select", "mark", "mark_range", "mark_all", "sort_reverse", "clear_marks", "scroll_columns"):
            assert (table.check_action(action, ()), table.why_not(action)) == (True, "")


async def test_the_keys_of_a_row_are_dimmed_until_there_is_one() -> None:
    app = TableApp()
    async with app.run_test(size=EIGHTY) as pilot:
        seen: list[bool] = []
        app.screen.bindings_updated_signal.subscribe(
            app.table, lambda screen: seen.append(screen.active_bindings["enter"].enabled)
        )
        await pilot.pause()
        assert not app.screen.active_bindings["enter"].enabled
        seen.clear()
        app.table.rows = jobs(3)
        await pilot.pause()
        assert seen == [True]
        app.table.rows = jobs(2)
        await pilot.pause()
        assert seen == [True]
        app.table.filter_text = "nothing like it"
        await pilot.pause()
        assert seen == [True, False]
