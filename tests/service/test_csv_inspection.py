"""What is found out about a CSV file: its columns, its label, its task, in one reading of bounded memory."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.service.csv_inspected import finding, inspect
from tests.service.task_context import ScriptedContext
from tui.resources.csv_reports import ReadProgress
from tui.resources.split_plans import default_plan
from tui.service.worker import csv_inspection
from tui.service.worker.context import Cancelled
from tui.service.worker.csv_inspection import inspect_csv

HOUSES = "rooms,area,city,garden,built,price\n" + "".join(
    f"{n % 5 + 1},{50 + n / 4},{'Rom' if n % 3 else 'Oslo'},{'yes' if n % 2 else 'no'},20{n:02}-01-31,{n}.5e2\n"
    for n in range(60)
)


def test_a_sound_file_is_described(tmp_path: Path) -> None:
    report = inspect(tmp_path, HOUSES)
    assert report.row_count == 60
    assert [column.kind for column in report.columns] == ["integer", "number", "text", "boolean", "date", "integer"]
    area = report.column("area")
    assert (area.minimum, area.maximum, area.distinct, area.missing) == (50, 64.75, 60, 0)
    assert report.column("city").values == (("Rom", 40), ("Oslo", 20))
    assert report.column("price").scientific
    assert not report.column("city").scientific
    assert (report.label, report.task) == ("price", "regression")
    assert report.source.rows[0] == ("1", "50.0", "Oslo", "no", "2000-01-31", "0.5e2")
    assert not report.errors


def test_the_default_plan_keeps_what_a_model_can_use(tmp_path: Path) -> None:
    plan = default_plan(inspect(tmp_path, HOUSES))
    assert plan.features == ("rooms", "area", "city", "garden")
    assert [(encoding.column, encoding.kind) for encoding in plan.encodings] == [("city", "codes"), ("garden", "codes")]
    assert not plan.stratify


def test_the_label_decides_the_task(tmp_path: Path) -> None:
    binary = inspect(tmp_path, "x,target,z\n" + "1.5,0,3\n2.5,1,4\n" * 10)
    assert (binary.label, binary.task) == ("target", "binary")
    classes = inspect(tmp_path, "x,species\n" + "1,a\n2,b\n3,c\n" * 10)
    assert (classes.label, classes.task) == ("species", "multiclass")
    grades = inspect(tmp_path, "x,quality\n" + "".join(f"{n / 7},{n % 6 + 3}\n" for n in range(60)))
    assert (grades.label, grades.task) == ("quality", "multiclass")


def test_without_a_header_the_first_column_is_the_label(tmp_path: Path) -> None:
    report = inspect(tmp_path, "1.5,2,3\n2.5,3,4\n3.5,5,5\n")
    assert report.row_count == 3
    assert report.source.names == ("column1", "column2", "column3")
    assert report.label == "column1"
    assert "There is no header because the first line has numbers such as 1.5" in finding(report, "no header").sentence


def test_a_header_that_a_person_forgot_is_said(tmp_path: Path) -> None:
    report = inspect(tmp_path, "a,b\n1,2\n3,4\n")
    assert report.row_count == 2
    assert finding(report, "taken for a header").level == "note"


def test_the_guess_about_the_header_can_be_overruled(tmp_path: Path) -> None:
    report = inspect(tmp_path, "2019,2020\n1,2\n3,4\n", has_header=True)
    assert (report.source.names, report.row_count) == (("2019", "2020"), 2)


def test_ten_thousand_columns(tmp_path: Path) -> None:
    header = ",".join(f"c{n}" for n in range(10_000))
    row = ",".join(str(n % 10) for n in range(10_000))
    report = inspect(tmp_path, f"{header}\n{row}\n{row}\n")
    assert (len(report.columns), report.row_count) == (10_000, 2)
    assert report.columns[9_999].maximum == 9


def test_blocks_add_up_to_the_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    content = "id,x,word,y\n" + "".join(f'{n},{n / 7:.3f},"w{n % 4}",{n % 3}\n' for n in range(400))
    whole = inspect(tmp_path, content)
    monkeypatch.setattr(csv_inspection, "BLOCK_BYTES", 300)
    monkeypatch.setattr(csv_inspection, "_ROWS_PER_BLOCK", 1)
    assert inspect_csv(ScriptedContext(), str(tmp_path / "table.csv")) == whole
    assert whole.column("word").values == (("w0", 100), ("w1", 100), ("w2", 100), ("w3", 100))
    assert whole.column("x").minimum == 0
    assert whole.index_column == "id"


def test_progress_is_reported_and_a_cancellation_ends_it(tmp_path: Path) -> None:
    path = tmp_path / "long.csv"
    path.write_bytes(b"a,b\n" + b"1,2\n" * 2_000_000)
    context = ScriptedContext()
    inspect_csv(context, str(path))
    size = path.stat().st_size
    assert context.reports[-1] == ReadProgress(2_000_000, size, size)
    with pytest.raises(Cancelled):
        inspect_csv(ScriptedContext(cancel_at=4), str(path))


def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    path = tmp_path / "long.csv"
    line = b",".join(b"%d.25" % n for n in range(20)) + b"\n"
    path.write_bytes(b"x" + b",x" * 19 + b"\n" + line * 200_000)
    program = (
        "import resource, sys\n"
        "from tests.service.task_context import ScriptedContext\n"
        "from tui.service.worker.csv_inspection import inspect_csv\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "report = inspect_csv(ScriptedContext(), sys.argv[1])\n"
        "print(report.row_count, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)\n"
    )
    run = subprocess.run([sys.executable, "-c", program, str(path)], capture_output=True, text=True, check=True)
    rows, kilobytes = map(int, run.stdout.split())
    assert rows == 200_000
    assert kilobytes * 1024 < path.stat().st_size
