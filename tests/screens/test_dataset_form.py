"""The form of a data set: label, columns and encodings are chosen, and it says what becomes of each."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.screens.forms import given, shown
from tests.screens.terminal import until
from tests.service.task_context import ScriptedContext
from tests.waiting import turn
from tui.drafts import Drafts
from tui.resources.split_plans import default_plan
from tui.screens.dataset_form import DatasetForm
from tui.service.worker.csv_inspection import inspect_csv


@pytest.fixture
def form(tmp_path: Path) -> DatasetForm:
    rows = "".join(
        f"{row},{row % 5},7,{'Oslo' if row % 3 else 'Rom'},20{row % 28 + 10}-01-05,{row}.5\n" for row in range(60)
    )
    path = tmp_path / "houses.csv"
    path.write_text(f"index,rooms,same,city,built,price\n{rows}")
    report = inspect_csv(ScriptedContext(), str(path))
    return DatasetForm(report, default_plan(report), frozenset(), Drafts(tmp_path / "drafts"))


async def test_it_says_what_becomes_of_each_column(form: DatasetForm) -> None:
    async with shown(form) as (app, _):
        await app.says("drop", "2 features, 3 columns left out.")
        await app.says("keep", "Left out unless they stand here: index (numbers the rows), same (has one value).")
        await app.says("encode", "Text becomes numbers by city=codes; write what shall be otherwise.")
        form.set_value("keep", "index")
        form.set_value("encode", "city=one-hot")
        await app.says("drop", "3 features, 2 columns left out.")
        await app.says("keep", "Left out unless they stand here: same (has one value).")
        await app.says("encode", "by city=one-hot;")
        form.set_value("label", "same")
        await app.says("drop", "4 features, 1 column left out.")


@pytest.mark.parametrize(
    ("key", "value", "problem"),
    [
        ("drop", "rooms, town", "The file has no column town."),
        ("keep", "town", "The file has no column town."),
        ("keep", "built", "built holds dates: it cannot be a feature."),
        ("label", "built", "line 2 has '2010-01-05' in column 'built', which is no number. Choose another label, or"),
        ("encode", "city=letters", "names no text column that is kept"),
        ("drop", "rooms, city", ""),
    ],
)
async def test_what_is_wrong_stands_under_the_field_that_is_wrong(
    form: DatasetForm, key: str, value: str, problem: str
) -> None:
    async with shown(form, (80, 24)) as (app, _):
        form.set_value(key, value)
        if not problem:
            await app.says("label", "every column is left out")
            return
        await app.says(key, problem)
        form.action_submit()
        await turn()
        assert app.left is None


async def test_another_label_proposes_its_task(form: DatasetForm) -> None:
    async with shown(form) as (app, _):
        await app.says("drop", "2 features")
        form.set_value("label", "city")
        await until(app, lambda: form.values["task"] == "binary", "no other task")
        assert (form.values["stratify"], form.check()) == ("yes", {})
        form.set_value("task", "regression")
        form.set_value("stratify", "no")
        await app.says("label", "line 2 has 'Rom' in column 'city', which is no number.")
        form.set_value("task", "multiclass")
        await until(app, lambda: form.check() == {}, "a problem with classes")
        form.set_value("stratify", "yes")
        form.set_value("label", "price")
        await until(app, lambda: form.values["stratify"] == "no", "still stratified")
        assert (form.values["task"], form.check()) == ("regression", {})


async def test_the_task_of_a_draft_stays(form: DatasetForm) -> None:
    form._drafts.save(form._draft, given(form, label="rooms", task="regression"))
    async with shown(form) as (app, _):
        await app.says("drop", "features")
        await turn()
        assert (form.values["label"], form.values["task"]) == ("rooms", "regression")
