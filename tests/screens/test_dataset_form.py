"""The form of a data set: label, columns and encodings are chosen, and it says what becomes of each."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from textual.app import App
from textual.widgets import Static

from tests.screens.terminal import Terminal, screen_text, until
from tests.service.task_context import ScriptedContext
from tests.waiting import turn
from themes import STATUS_TOKENS, THEMES
from tui.drafts import Drafts
from tui.resources.split_plans import default_plan
from tui.screens.dataset_form import DatasetForm
from tui.service.worker.csv_inspection import inspect_csv


class FormApp(App[None]):
    """A form alone."""

    def __init__(self, form: DatasetForm) -> None:
        super().__init__()
        self.driver_class = Terminal
        self.form = form
        self.left: dict[str, str] | None = None
        for theme in THEMES:
            self.register_theme(theme)
        self.theme = "sagedeck-dark"

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return STATUS_TOKENS

    def on_mount(self) -> None:
        self.push_screen(self.form, self._keep)

    def _keep(self, values: dict[str, str] | None) -> None:
        self.left = values


@pytest.fixture
def form(tmp_path: Path) -> DatasetForm:
    rows = "".join(
        f"{row},{row % 5},7,{'Oslo' if row % 3 else 'Rom'},20{row % 28 + 10}-01-05,{row}.5\n" for row in range(60)
    )
    path = tmp_path / "houses.csv"
    path.write_text(f"index,rooms,same,city,built,price\n{rows}")
    report = inspect_csv(ScriptedContext(), str(path))
    return DatasetForm(report, default_plan(report), frozenset(), Drafts(tmp_path / "drafts"))


@asynccontextmanager
async def shown(form: DatasetForm, size: tuple[int, int] = (120, 40)) -> AsyncIterator[FormApp]:
    app = FormApp(form)
    async with asyncio.timeout(60), app.run_test(size=size, headless=False, notifications=True):
        await until(app, lambda: "New data set from" in screen_text(app), "no form")
        yield app


def note(form: DatasetForm, key: str) -> str:
    """What stands under a field."""
    return str(form.query_one(f"#note-{key}", Static).visual)


async def says(app: FormApp, key: str, text: str) -> None:
    await until(app, lambda: text in note(app.form, key), f"not under {key}: {text}")


async def test_it_says_what_becomes_of_each_column(form: DatasetForm) -> None:
    async with shown(form) as app:
        await says(app, "drop", "2 features, 3 columns left out.")
        await says(app, "keep", "Left out unless they stand here: index (numbers the rows), same (has one value).")
        await says(app, "encode", "Text becomes numbers by city=codes; write what shall be otherwise.")
        form.set_value("keep", "index")
        form.set_value("encode", "city=one-hot")
        await says(app, "drop", "3 features, 2 columns left out.")
        await says(app, "keep", "Left out unless they stand here: same (has one value).")
        await says(app, "encode", "by city=one-hot;")
        form.set_value("label", "same")
        await says(app, "drop", "4 features, 1 column left out.")


@pytest.mark.parametrize(
    ("key", "value", "problem"),
    [
        ("drop", "rooms, town", "The file has no column town."),
        ("keep", "town", "The file has no column town."),
        ("keep", "built", "built holds dates: it cannot be a feature."),
        ("encode", "city=letters", "names no text column that is kept"),
        ("drop", "rooms, city", ""),
    ],
)
async def test_what_is_wrong_stands_under_the_field_that_is_wrong(
    form: DatasetForm, key: str, value: str, problem: str
) -> None:
    async with shown(form, (80, 24)) as app:
        form.set_value(key, value)
        if not problem:
            await says(app, "label", "every column is left out")
            return
        await says(app, key, problem)
        form.action_submit()
        await turn()
        assert app.left is None
