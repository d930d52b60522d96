"""From a list to a file or the clipboard."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from textual.app import App, ComposeResult
from textual.pilot import Pilot
from textual.widgets import OptionList

from tests.waiting import eventually
from tests.widgets.table_host import COLUMNS, EIGHTY, Job, jobs
from tui.screens.export import export_table
from widgets.table import Table


class ExportApp(App[None]):
    """A list on a screen."""

    def __init__(self, rows: tuple[Job, ...]) -> None:
        super().__init__()
        self.table = Table[Job](COLUMNS, lambda job: job.name)
        self.table.rows = rows

    def compose(self) -> ComposeResult:
        yield self.table


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("TMUX", raising=False)


def written(folder: Path) -> list[Path]:
    return list(folder.iterdir())


async def export(pilot: Pilot[None], app: ExportApp, *choices: str, name: str = "jobs") -> str:
    """Walk the road, choosing what is named; what the person is told at the end."""
    app.clear_notifications()
    worker = app.run_worker(export_table(app.screen, app.table, name))
    for choice in choices:
        await choose(pilot, app, choice)
    await worker.wait()
    await pilot.pause()
    return " ".join(note.message for note in app._notifications)


async def choose(pilot: Pilot[None], app: ExportApp, choice: str) -> None:
    await eventually(lambda: choice in offered(app), f"the choice {choice}")
    options = app.screen.query_one(OptionList)
    options.highlighted = options.get_option_index(choice)
    await pilot.press("enter")


def offered(app: ExportApp) -> list[str | None]:
    """The choices of the question on the screen, if it is there."""
    return [option.id for options in app.screen.query(OptionList) for option in options.options]


@pytest.mark.parametrize(
    ("choice", "ending", "text"),
    [
        ("CSV", "csv", "Name,Status,Time\njob-00000,InProgress,0 s\njob-00001,InProgress,1 s\n"),
        ("JSON", "json", None),
        (
            "Markdown",
            "md",
            "| Name | Status | Time |\n| --- | --- | ---: |\n"
            "| job-00000 | InProgress | 0 s |\n| job-00001 | InProgress | 1 s |\n",
        ),
    ],
)
async def test_a_file_has_all_columns(choice: str, ending: str, text: str | None, tmp_path: Path) -> None:
    app = ExportApp(jobs(2))
    async with app.run_test(size=(20, 24)) as pilot:
        said = await export(pilot, app, choice)
        (path,) = written(tmp_path)
        assert path.name.startswith("jobs-")
        assert path.suffix == f".{ending}"
        assert said == f"Wrote 2 rows, shown to {path}."
        if text is None:
            assert [record["time"] for record in json.loads(path.read_text())] == ["0 s", "1 s"]
        else:
            assert path.read_text() == text


@pytest.mark.parametrize(
    ("choice", "text"),
    [
        ("Copy CSV", "Name\njob-00001\n"),
        ("Copy JSON", '[\n  {\n    "name": "job-00001"\n  }\n]\n'),
        ("Copy Markdown", "| Name |\n| --- |\n| job-00001 |\n"),
    ],
)
async def test_a_copy_has_the_columns_on_screen_and_marked_rows_first(choice: str, text: str) -> None:
    app = ExportApp(jobs(3))
    async with app.run_test(size=(20, 24)) as pilot:
        await pilot.press("down", "space")
        assert (await export(pilot, app, choice)).startswith("Copied 1 row, marked (")
        assert app.clipboard == text


async def test_the_row_or_a_cell_is_that_under_the_cursor_when_it_was_asked_for() -> None:
    app = ExportApp(jobs(3))
    async with app.run_test(size=EIGHTY) as pilot:
        await pilot.press("down")
        worker = app.run_worker(export_table(app.screen, app.table, "jobs"))
        await choose(pilot, app, "Copy cell")
        app.table.rows = jobs(1)
        await choose(pilot, app, "time")
        await worker.wait()
        await pilot.pause()
        assert app.clipboard == "1 s"
        assert [note.message for note in app._notifications] == ["Copied the cell time (3 characters)."]
        assert (await export(pilot, app, "Copy row")).startswith("Copied the row (")
        assert json.loads(app.clipboard) == [{"name": "job-00000", "status": "InProgress", "time": "0 s"}]


async def test_nothing_to_export_is_said() -> None:
    app = ExportApp(())
    async with app.run_test(size=EIGHTY) as pilot:
        assert await export(pilot, app) == "There is nothing to export: the list has no rows."
        app.table.rows = jobs(3)
        app.table.filter_text = "nothing like it"
        assert await export(pilot, app) == "There is nothing to export: the filter hides all 3 rows."
        app.table.filter_text = ""
        await pilot.press("space")
        app.table.filter_text = "nothing like it"
        worker = app.run_worker(export_table(app.screen, app.table, "jobs"))
        await choose(pilot, app, "Copy CSV")
        await worker.wait()
        assert app.clipboard.splitlines()[1:] == ["job-00000,InProgress,0 s"]


async def test_a_row_that_is_hidden_cannot_be_copied() -> None:
    app = ExportApp(jobs(3))
    async with app.run_test(size=EIGHTY) as pilot:
        await pilot.press("space")
        app.table.filter_text = "nothing like it"
        app.run_worker(export_table(app.screen, app.table, "jobs"))
        assert await eventually(lambda: offered(app), "choices") == [
            "CSV",
            "JSON",
            "Markdown",
            "Copy CSV",
            "Copy JSON",
            "Copy Markdown",
        ]
        await pilot.press("escape")


async def test_a_file_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    app = ExportApp(jobs(3))
    async with app.run_test(size=EIGHTY) as pilot:
        said = await export(pilot, app, "CSV", name="gone/jobs")
        assert said.endswith("could not be written: No such file or directory. Nothing was changed.")
        assert written(tmp_path) == []
