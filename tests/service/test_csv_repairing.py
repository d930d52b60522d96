"""The doctor: what it finds beyond the plain reading, and the new file in which it is gone."""

from __future__ import annotations

import tracemalloc
from pathlib import Path

import pytest

from tests.service.csv_inspected import finding, inspect
from tests.service.task_context import ScriptedContext
from tui.resources.csv_repairs import plan_of, proposed
from tui.resources.csv_reports import CsvReport, Fix, FixKind, ReadProgress
from tui.resources.datasets import DataError
from tui.resources.split_plans import default_plan
from tui.service.worker import row_repeats
from tui.service.worker.context import Cancelled
from tui.service.worker.csv_inspection import inspect_csv
from tui.service.worker.csv_repairing import repair_csv


def inspected(path: Path) -> CsvReport:
    return inspect_csv(ScriptedContext(), str(path))


def repaired(report: CsvReport, *kinds: FixKind) -> str:
    """The text of the new file after all fixes of those kinds, or after the proposed ones."""
    offered = {finding.fix for finding in report.findings if finding.fix}
    fixes = {fix for fix in offered if fix.kind in kinds} if kinds else proposed(report)
    target = Path(report.source.path).with_name("repaired.csv")
    repair_csv(ScriptedContext(), plan_of(report, str(target), fixes))
    return target.read_bytes().decode()


def test_a_column_equal_to_the_label_is_found(tmp_path: Path) -> None:
    rows = "".join(f"{n / 3:.3f},{n % 7},{n % 7}.0,{n % 5}\n" for n in range(5000))
    report = inspect(tmp_path, "x,target,copy,other\n" + rows)
    leak = finding(report, "is equal to the label")
    assert (leak.level, leak.column) == ("warning", "copy")
    assert leak.fix == Fix("drop-column", "Leave the column out", "copy")
    assert "copies it" in leak.why
    assert default_plan(report).features == ("x", "other")


def test_a_text_column_equal_to_the_label_is_found_and_one_that_differs_in_a_row_is_not(tmp_path: Path) -> None:
    rows = [f"{n},{'ab'[n % 2]},{'ab'[n % 2]},{'ab'[n % 2]}" for n in range(300)]
    rows[250] = "250,a,a,b"
    report = inspect(tmp_path, "x,class,same,almost\n" + "\n".join(rows) + "\n")
    assert finding(report, "is equal to the label").column == "same"


def test_an_imbalanced_label_is_found(tmp_path: Path) -> None:
    report = inspect(tmp_path, "x,y\n" + "".join(f"{n / 3:.2f},{int(n % 20 == 0)}\n" for n in range(400)))
    found = finding(report, "imbalanced: class '1' has 20 rows, class '0' has 380.")
    assert "scale_pos_weight, here 19" in found.why
    even = inspect(tmp_path, "x,y\n" + "".join(f"{n / 3:.2f},{n % 2}\n" for n in range(400)))
    assert not any("imbalanced" in entry.sentence for entry in even.findings)


@pytest.mark.parametrize("in_memory", [1 << 20, 10])
def test_repeated_rows_are_found_with_their_lines(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, in_memory: int
) -> None:
    monkeypatch.setattr(row_repeats, "_IN_MEMORY", in_memory)
    rows = [f"{n},{n * n % 101}.5" for n in range(1000)]
    rows[500] = rows[700] = rows[3]
    rows[900] = rows[40]
    report = inspect(tmp_path, "x,y\n" + "\n".join(rows) + "\n")
    found = finding(report, "Line 502 is the same as line 5; in all 3 rows that repeat another.")
    assert found.line == 502
    kept = [row for place, row in enumerate(rows) if place not in (500, 700, 900)]
    assert repaired(report, "drop-repeats") == "x,y\n" + "\n".join(kept) + "\n"


def test_rows_are_the_same_whether_or_not_their_neighbours_have_quotation_marks(tmp_path: Path) -> None:
    filler = "".join(f"{n},{n}.5\n" for n in range(200_000))
    report = inspect(tmp_path, "x,y\n7,7.25\n" + filler + '"7",7.25\n')
    assert "Line 200,003 is the same as line 2;" in finding(report, "is the same as").sentence


def test_each_way_of_writing_can_be_changed_alone(tmp_path: Path) -> None:
    report = inspect(tmp_path, "\ufeffa;b\r\n1,5;x\r\n2,25;y\r\n")
    text = "a;b\r\n1,5;x\r\n2,25;y\r\n"
    assert repaired(report, "encoding") == text
    (tmp_path / "repaired.csv").unlink()
    assert repaired(report, "newline") == "\ufeff" + text.replace("\r", "")
    (tmp_path / "repaired.csv").unlink()
    assert repaired(report, "separator") == '\ufeffa,b\r\n"1,5",x\r\n"2,25",y\r\n'
    (tmp_path / "repaired.csv").unlink()
    assert repaired(report, "decimal") == "\ufeffa;b\r\n1.5;x\r\n2.25;y\r\n"
    (tmp_path / "repaired.csv").unlink()
    assert repaired(report) == "a,b\n1.5,x\n2.25,y\n"


def test_rows_and_cells_that_are_wrong_go(tmp_path: Path) -> None:
    content = "id,x,z,target\n1,1.5,1e-3,2\n2,oops,4,3\n3,inf,5,4\n4,2.5\n5,3.5,6,\n6,4.5,7,5\n7,5.5,8,6\n8,6.5,9,6\n"
    report = inspect(tmp_path, content)
    assert repaired(report) == ("x,z,target\n1.5,0.001,2\n,4,3\n,5,4\n4.5,7,5\n5.5,8,6\n6.5,9,6\n"), (
        "no index, no ragged line, no row without a label"
    )


def test_the_new_file_can_be_what_sagemaker_reads(tmp_path: Path) -> None:
    report = inspect(tmp_path, "x,z,target\n1,2,3.5\n4,6,6.5\n4,8,9.5\n")
    assert repaired(report, "leave-header", "label-first") == "3.5,1,2\n6.5,4,6\n9.5,4,8\n"


def test_a_file_without_names_gets_some(tmp_path: Path) -> None:
    report = inspect(tmp_path, "1.5,2,3\n2.5,3,4\n3.5,5,5\n")
    assert repaired(report, "write-header") == "column1,column2,column3\n1.5,2,3\n2.5,3,4\n3.5,5,5\n"


def test_quoted_fields_keep_what_is_in_them(tmp_path: Path) -> None:
    report = inspect(tmp_path, 'note,c,target\n"x, \n""y""",9,2\n"z",9,3\n"w",9,4\n')
    assert repaired(report, "drop-column") == 'note,target\n"x, \n""y""",2\nz,3\nw,4\n'


def test_after_the_repair_nothing_is_left_to_be_proposed(tmp_path: Path) -> None:
    rows = "".join(f"{n};{n / 7:.4f};7;{n % 3};{n % 3};{n}e-2\r\n" for n in range(200))
    ragged = "3;4\r\n"
    report = inspect(tmp_path, ("\ufeffindex;x;same;class;leak;s\r\n" + rows + ragged + rows[:20]).encode())
    assert {fix.kind for fix in proposed(report)} == {
        *("encoding", "newline", "separator", "drop-ragged", "drop-column", "plain-numbers"),
    } | {"drop-repeats"}
    text = repaired(report)
    assert text.startswith("x,class,s\n0.0000,0,0.00\n0.1429,1,0.01\n")
    assert proposed(inspected(tmp_path / "repaired.csv")) == frozenset()


def test_an_existing_file_is_never_overwritten(tmp_path: Path) -> None:
    report = inspect(tmp_path, "a,b\r\n1,2\r\n3,4\r\n")
    (tmp_path / "repaired.csv").write_text("precious")
    with pytest.raises(DataError, match="there is a file of that name already"):
        repaired(report)
    assert (tmp_path / "repaired.csv").read_text() == "precious"
    assert {path.name for path in tmp_path.iterdir()} == {"table.csv", "repaired.csv"}


def test_a_cancelled_repair_leaves_nothing(tmp_path: Path) -> None:
    report = inspect(tmp_path, "a,b\r\n" + "1,2\r\n2,3\r\n" * 300_000)
    plan = plan_of(report, str(tmp_path / "new.csv"), proposed(report))
    with pytest.raises(Cancelled):
        repair_csv(ScriptedContext(cancel_at=3), plan)
    assert {path.name for path in tmp_path.iterdir()} == {"table.csv"}


def test_a_plan_without_the_label_or_without_anything_to_do_is_refused(tmp_path: Path) -> None:
    report = inspect(tmp_path, "a,b,target\n1,2,3\n3,4,5\n")
    with pytest.raises(DataError, match="The label 'target' would be left out"):
        repair_csv(ScriptedContext(), plan_of(report, "new.csv", [Fix("drop-column", "", "target")]))
    with pytest.raises(DataError, match="Choose at least one thing"):
        repair_csv(ScriptedContext(), plan_of(report, "new.csv", []))


def test_a_character_that_the_old_encoding_lacks_cannot_come_up_and_progress_is_sent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui.service.worker.csv_repairing._REPORT_SECONDS", 0)
    report = inspect(tmp_path, "größe,b\n1,2\n3,4\n5,4\n".encode("latin-1"))
    context = ScriptedContext()
    repair_csv(context, plan_of(report, str(tmp_path / "new.csv"), proposed(report)))
    assert (tmp_path / "new.csv").read_text("utf-8") == "größe,b\n1,2\n3,4\n5,4\n"
    size = report.source.size
    assert context.reports[-1] == ReadProgress(3, size, size)


def test_a_file_with_many_rows_is_repaired_in_little_memory(tmp_path: Path) -> None:
    path = tmp_path / "long.csv"
    with path.open("w") as file:
        file.write("a,b,c\r\n")
        for n in range(60):
            file.write("".join(f"{n},{row},{row % 7}.5\r\n" for row in range(10_000)))
    report = inspected(path)
    plan = plan_of(report, str(tmp_path / "new.csv"), [*proposed(report), Fix("drop-repeats", "")])
    tracemalloc.start()
    assert repair_csv(ScriptedContext(), plan).rows == 600_000
    assert tracemalloc.get_traced_memory()[1] < 100e6
    tracemalloc.stop()


def test_a_ragged_line_below_the_last_row_stays_when_only_repeats_go(tmp_path: Path) -> None:
    report = inspect(tmp_path, "x,y\n1,2.5\n1,2.5\n3,4.5\n" + "7\n" * 20)
    assert repaired(report, "drop-repeats") == "x,y\n1,2.5\n3,4.5\n" + "7\n" * 20
