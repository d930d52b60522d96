"""How a CSV file is written is found out, and what is none is refused in a sentence."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from tests.service.csv_inspected import finding, inspect
from tests.service.task_context import ScriptedContext
from tui.resources.datasets import DataError
from tui.service.worker.csv_detection import peek_csv
from tui.service.worker.csv_inspection import inspect_csv


@pytest.mark.parametrize("content", ["", "\n\n", "\ufeff", "\ufeff\n"])
def test_an_empty_file(tmp_path: Path, content: str) -> None:
    with pytest.raises(DataError, match=r"it is empty\. Choose a file with rows in it\."):
        inspect(tmp_path, content)


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


def test_a_peek_reads_the_beginning_only(tmp_path: Path) -> None:
    path = tmp_path / "long.csv"
    path.write_bytes(b"a,b\n" + b"1,2\n" * 500_000 + b"\0\xff")
    source = peek_csv(ScriptedContext(), str(path), sample_rows=5)
    assert source.rows == (("1", "2"),) * 5
    assert source.size == path.stat().st_size
