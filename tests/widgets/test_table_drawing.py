"""How the table looks: its rows, its colours, text from outside."""

from __future__ import annotations

import pytest

from tests.widgets.table_host import EIGHTY, Job, TableApp, jobs, screen


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


async def test_the_cursor_is_one_style_from_edge_to_edge() -> None:
    app = TableApp((Job("a", "Failed"), Job("b", "Failed")))
    async with app.run_test(size=EIGHTY):
        strips = app.table.render_lines(app.table.size.region)
        assert len({segment.style for segment in strips[1]}) == 1
        assert len({segment.style for segment in strips[2]}) == 2


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
