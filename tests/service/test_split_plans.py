"""What a person says about columns and encodings, as a plan for a file that was read."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.service.task_context import ScriptedContext
from tui.resources.csv_reports import CsvReport
from tui.resources.datasets import DataError, Encoding
from tui.resources.split_plans import plan_by, why_left_out
from tui.service.worker.csv_inspection import inspect_csv

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
