"""What is found out about a CSV file, and the sentence for each bad one."""

from __future__ import annotations

import gzip
import subprocess
import sys
from pathlib import Path

import pytest

from tests.service.task_context import ScriptedContext
from tui.resources.csv_reports import CsvReport, Finding, ReadProgress
from tui.resources.datasets import DataError
from tui.resources.split_plans import default_plan
from tui.service.worker import csv_inspection
from tui.service.worker.context import Cancelled
from tui.service.worker.csv_detection import peek_csv
from tui.service.worker.csv_inspection import inspect_csv


def inspect(tmp_path: Path, content: str | bytes, has_header: bool | None = None) -> CsvReport:
    path = tmp_path / "table.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return inspect_csv(ScriptedContext(), str(path), has_header=has_header)


def finding(report: CsvReport, part: str) -> Finding:
    found = [entry for entry in report.findings if part in entry.sentence]
    assert len(found) == 1, report.findings
    return found[0]


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


@pytest.mark.parametrize("content", ["", "\n\n", "\ufeff", "\ufeff\n"])
def test_an_empty_file(tmp_path: Path, content: str) -> None:
    with pytest.raises(DataError, match=r"it is empty\. Choose a file with rows in it\."):
        inspect(tmp_path, content)


def test_only_a_header(tmp_path: Path) -> None:
    report = inspect(tmp_path, "a,b,c\n")
    assert finding(report, "The file has a header and no rows below it.").level == "error"
    with pytest.raises(DataError, match="no column can be the label"):
        default_plan(report)


def test_ragged_rows_are_counted_and_left_out(tmp_path: Path) -> None:
    report = inspect(tmp_path, "a,b,c\n1,2,3\n\n4,5\n6,7,8\n9,10,11,12\n")
    entry = finding(report, "Line 4 has 2 fields where 3 are expected; in all 2 lines like that.")
    assert (entry.level, entry.line) == ("error", 4)
    assert report.row_count == 2


def test_text_in_a_number_column(tmp_path: Path) -> None:
    report = inspect(tmp_path, "a,b\n1,2\n2,3\n3,oops\n4,5\n")
    entry = finding(report, "Column 'b' holds numbers, but line 4 has the text 'oops'; in all 1 cell like that.")
    assert (entry.level, entry.column, entry.line) == ("error", "b", 4)


def test_text_is_found_at_its_line_below_quoted_newlines(tmp_path: Path) -> None:
    report = inspect(tmp_path, 'note,b\n"x\ny",2\n"z, w",oops\nv,4\nv,5\n')
    assert finding(report, "'oops'").line == 4
    assert report.row_count == 4
    assert report.source.rows[0] == ("x\ny", "2")


def test_a_label_with_one_class(tmp_path: Path) -> None:
    report = inspect(tmp_path, "a,label\n1,5\n2,5\n3,5\n")
    assert finding(report, "The label 'label' has one class only").level == "error"
    assert report.task is None


def test_a_text_label_with_too_many_values(tmp_path: Path) -> None:
    report = inspect(tmp_path, "a,label\n" + "".join(f"{n},name {n}\n" for n in range(150)))
    assert finding(report, "text with more than 100 different values").level == "error"


def test_missing_cells_of_every_spelling(tmp_path: Path) -> None:
    report = inspect(tmp_path, "a,b\n1,2\n,3\nNA,4\nnan,5\n?,6\nnull,7\n2,8\n")
    entry = finding(report, "Column 'a' misses 5 values: XGBoost accepts that, Linear Learner does not.")
    assert entry.level == "warning"
    assert report.column("a").kind == "integer"


def test_rows_without_label_are_announced(tmp_path: Path) -> None:
    report = inspect(tmp_path, "a,y\n1,2.5\n2,\n3,4.5\n")
    assert finding(report, "1 row without a label ('y'): the split leaves them out.").level == "warning"


def test_infinite_values(tmp_path: Path) -> None:
    report = inspect(tmp_path, "a,b\ninf,2\n1,3\n-inf,4\n")
    assert finding(report, "Column 'a' has 2 infinite values").level == "error"


def test_a_byte_order_mark(tmp_path: Path) -> None:
    report = inspect(tmp_path, "\ufeffa,b\n1,2\n")
    assert report.source.names == ("a", "b")
    assert finding(report, "byte order mark (BOM)").level == "note"


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_utf_16(tmp_path: Path, encoding: str) -> None:
    report = inspect(tmp_path, "größe,b\n1,2\n3,4\n".encode(encoding))
    assert (report.source.names, report.row_count) == (("größe", "b"), 2)
    assert finding(report, "the split files are UTF-8").level == "note"


def test_not_utf_8(tmp_path: Path) -> None:
    report = inspect(tmp_path, "größe,b\n1,2\n".encode("latin-1"))
    assert report.source.names == ("größe", "b")
    assert finding(report, "The file is not UTF-8; it is read as Latin-1").level == "warning"


def test_not_utf_8_far_below_the_first_block(tmp_path: Path) -> None:
    report = inspect(tmp_path, ("a,b\n" + "1,x\n" * 100_000 + "1,é\n").encode("latin-1"))
    assert report.source.dialect.encoding == "latin-1"
    assert report.row_count == 100_001
    assert report.column("b").values == (("x", 100_000), ("é", 1))


def test_windows_line_ends(tmp_path: Path) -> None:
    report = inspect(tmp_path, "a,b\r\n1,2\r\n3,4\r\n")
    assert (report.row_count, report.column("b").kind) == (2, "integer")
    assert finding(report, "The lines end in CRLF (Windows)").level == "note"


def test_semicolons_and_decimal_commas(tmp_path: Path) -> None:
    report = inspect(tmp_path, "a;b\n1,5;2\n2,25;3\n")
    assert (report.source.dialect.separator, report.source.dialect.decimal) == (";", ",")
    assert report.column("a").maximum == 2.25
    assert finding(report, "separated by semicolons").level == "note"
    assert finding(report, "decimal comma").level == "note"


def test_a_text_among_decimal_commas(tmp_path: Path) -> None:
    report = inspect(tmp_path, "a;b\n1,5;2\noops;3\n2,25;4\n3,5;4\n")
    assert finding(report, "Column 'a' holds numbers, but line 3 has the text 'oops'").level == "error"
    assert (report.column("a").numbers, report.column("a").maximum) == (3, 3.5)


@pytest.mark.parametrize("separator", ["\t", "|"])
def test_other_separators(tmp_path: Path, separator: str) -> None:
    report = inspect(tmp_path, f"a{separator}b, c\n1{separator}2\n")
    assert report.source.names == ("a", "b, c")


def test_one_column(tmp_path: Path) -> None:
    assert finding(inspect(tmp_path, "a\n1\n2\n"), "one column only").level == "error"


def test_ten_thousand_columns(tmp_path: Path) -> None:
    header = ",".join(f"c{n}" for n in range(10_000))
    row = ",".join(str(n % 10) for n in range(10_000))
    report = inspect(tmp_path, f"{header}\n{row}\n{row}\n")
    assert (len(report.columns), report.row_count) == (10_000, 2)
    assert report.columns[9_999].maximum == 9


def test_a_folder(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="it is a folder"):
        inspect_csv(ScriptedContext(), str(tmp_path))


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="it is not there"):
        inspect_csv(ScriptedContext(), str(tmp_path / "none.csv"))


def test_binary_files_are_recognised(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="it has NUL bytes, so it is not text"):
        inspect(tmp_path, bytes(range(256)) * 10)
    with pytest.raises(DataError, match=r"it is a gzip file\. Unpack it first\."):
        inspect(tmp_path, gzip.compress(b"a,b\n1,2\n"))
    with pytest.raises(DataError, match="a zip archive or an Excel workbook"):
        inspect(tmp_path, b"PK\x03\x04rest")


def test_repeated_names(tmp_path: Path) -> None:
    report = inspect(tmp_path, "a,a,a.2,a\n1,2,3,4\n5,6,7,8\n")
    assert report.source.names == ("a", "a.3", "a.2", "a.4")
    assert finding(report, "The name 'a' appears more than once").level == "warning"


def test_constant_and_empty_columns(tmp_path: Path) -> None:
    report = inspect(tmp_path, "a,b,c\n7,,1.5\n7,,2.5\n")
    assert finding(report, "Column 'a' has the same value in every row").level == "warning"
    assert finding(report, "Column 'b' has no value at all").level == "warning"
    assert report.column("b").kind == "empty"


def test_an_index_column(tmp_path: Path) -> None:
    report = inspect(tmp_path, ",x,y\n" + "".join(f"{n},{n * n % 7},{n / 3}\n" for n in range(30)))
    assert report.index_column == "column1"
    assert finding(report, "seems to number the rows").column == "column1"
    assert "column1" not in default_plan(report).features


def test_scientific_notation_is_seen_in_its_column_only(tmp_path: Path) -> None:
    report = inspect(tmp_path, "code,x,y\n1e5a,1.5,2\nab,2e-3,3\nq,1,4\n")
    assert [column.scientific for column in report.columns] == [False, True, False]


def test_blocks_add_up_to_the_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    content = "id,x,word,y\n" + "".join(f'{n},{n / 7:.3f},"w{n % 4}",{n % 3}\n' for n in range(400))
    whole = inspect(tmp_path, content)
    monkeypatch.setattr(csv_inspection, "BLOCK_BYTES", 300)
    monkeypatch.setattr(csv_inspection, "_ROWS_PER_BLOCK", 1)
    assert inspect(tmp_path, content) == whole
    assert whole.column("word").values == (("w0", 100), ("w1", 100), ("w2", 100), ("w3", 100))
    assert whole.column("x").minimum == 0
    assert whole.index_column == "id"


def test_a_peek_reads_the_beginning_only(tmp_path: Path) -> None:
    path = tmp_path / "long.csv"
    path.write_bytes(b"a,b\n" + b"1,2\n" * 500_000 + b"\0\xff")
    source = peek_csv(ScriptedContext(), str(path), sample_rows=5)
    assert source.rows == (("1", "2"),) * 5
    assert source.size == path.stat().st_size


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
