"""What a person says about columns and encodings, as a plan for a file that was read."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from tests.service.csv_inspected import inspect
from tests.service.task_context import ScriptedContext
from tui.resources.csv_reports import CsvReport, Task
from tui.resources.datasets import DataError, Encoding
from tui.resources.split_plans import label_problem, plan_by, why_left_out
from tui.service.worker.csv_inspection import inspect_csv
from tui.service.worker.splitting import split_csv

CITIES = ("Oslo", "Rom", "Bern")


@pytest.fixture
def report(tmp_path: Path) -> CsvReport:
    """Columns of every kind: some are left out, some of these for good."""
    lines = ["index,rooms,same,city,sold,remark,built,copy,price"]
    for row in range(150):
        price = f"{100 + row}.5"
        cells = (row, row % 5, 7, CITIES[row % 3], "yes" if row % 2 else "no", f"word {row * 7 % 149}")
        lines.append(",".join(map(str, (*cells, f"20{row % 28 + 10}-01-05", price, price))))
    path = tmp_path / "houses.csv"
    path.write_text("\n".join(lines) + "\n")
    return inspect_csv(ScriptedContext(), str(path))


def test_columns_that_say_nothing_are_left_out_with_a_reason(report: CsvReport) -> None:
    assert plan_by(report, {}).features == ("rooms", "city", "sold")
    assert {column.name: why for column in report.columns if (why := why_left_out(report, column)[0])} == {
        "index": "numbers the rows",
        "same": "has one value",
        "remark": "has too many different texts",
        "built": "holds dates",
        "copy": "equals the label",
        "price": "equals the label",
    }


def test_what_could_be_a_feature_is_one_when_a_person_says_so(report: CsvReport) -> None:
    plan = plan_by(report, {"keep": "index, copy, remark, built", "drop": "rooms"})
    assert plan.features == ("index", "city", "sold", "copy")


def test_text_is_encoded_as_a_person_says(report: CsvReport) -> None:
    assert plan_by(report, {}).encodings == (Encoding("city", "one-hot"), Encoding("sold", "codes"))
    plan = plan_by(report, {"encode": "city=codes, sold=one-hot"})
    assert plan.encodings == (Encoding("city", "codes"), Encoding("sold", "one-hot"))
    assert plan_by(report, {"encode": "city=codes", "drop": "sold"}).encodings == (Encoding("city", "codes"),)


@pytest.mark.parametrize("wish", ["city=letters", "rooms=codes", "town=codes", "city"])
def test_an_encoding_that_cannot_be_is_refused(report: CsvReport, wish: str) -> None:
    with pytest.raises(DataError, match=f"'{wish}' names no text column that is kept, or neither"):
        plan_by(report, {"encode": wish})


@pytest.mark.parametrize(
    ("label", "task", "problem"),
    [
        ("built", "regression", "line 2 has '2010-01-05' in column 'built', which is no number"),
        ("city", "regression", "line 2 has 'Oslo' in column 'city', which is no number"),
        ("city", "binary", "the label 'city' must have two classes, and it has 3 different values such as 'Bern'"),
        ("rooms", "binary", "the label 'rooms' must have two classes, and it has 5 different values such as '0'"),
        ("same", "multiclass", "the label 'same' has one class only"),
    ],
)
def test_a_label_is_refused_before_the_split_in_the_words_of_the_split(
    report: CsvReport, tmp_path: Path, label: str, task: Task, problem: str
) -> None:
    with pytest.raises(DataError, match=f"{re.escape(problem)}\\. Choose another label, or another task\\."):
        plan_by(report, {"label": label, "task": task, "stratify": "no"})
    plan = replace(plan_by(report, {"stratify": "no", "drop": label}), label=label, task=task)
    with pytest.raises(DataError, match=re.escape(problem)):
        split_csv(ScriptedContext(), report.source.path, plan, str(tmp_path / "out"))


@pytest.mark.parametrize(
    ("label", "task"),
    [
        ("price", "regression"),
        ("city", "multiclass"),
        ("sold", "binary"),
        ("rooms", "multiclass"),
        ("same", "regression"),
    ],
)
def test_a_label_that_the_split_takes_is_no_problem(report: CsvReport, tmp_path: Path, label: str, task: Task) -> None:
    plan = plan_by(report, {"label": label, "task": task, "stratify": "no"})
    assert split_csv(ScriptedContext(), report.source.path, plan, str(tmp_path / "out")).manifest.label == label


def test_a_label_of_which_not_every_value_was_counted(tmp_path: Path) -> None:
    report = inspect(tmp_path, "a,day,b\n" + "".join(f"{n},{2000 + n // 12}-{n % 12 + 1}-01,\n" for n in range(240)))
    day, empty = report.column("day"), report.column("b")
    assert label_problem(day, "multiclass").startswith("column 'day' has more than 100 different values, too many")
    assert label_problem(day, "binary") == "the label 'day' must have two classes, and it has more than 100 values"
    assert label_problem(empty, "regression") == "the label 'b' has no value"
