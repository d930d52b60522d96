"""Files are read in blocks of whole records, and each way of failing has its sentence."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tui.resources.csv_reports import CsvDialect
from tui.resources.datasets import DataError
from tui.service.worker.csv_reading import WrongEncoding, read_blocks

cells = st.text(st.characters(codec="utf-8", exclude_characters="\0\r"), max_size=6)
tables = st.lists(st.lists(cells, min_size=2, max_size=4), min_size=1, max_size=8)


@settings(max_examples=150)
@given(tables, st.integers(1, 40), st.sampled_from(["\n", "\r\n"]), st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]))
def test_blocks_of_any_size_hold_the_records_of_the_whole(
    tmp_path_factory: pytest.TempPathFactory, table: list[list[str]], block_bytes: int, newline: str, encoding: str
) -> None:
    buffer = io.StringIO(newline="")
    csv.writer(buffer, lineterminator=newline, quoting=csv.QUOTE_MINIMAL).writerows(table)
    path = tmp_path_factory.mktemp("csv") / "table.csv"
    path.write_bytes(buffer.getvalue().encode(encoding))
    blocks = list(read_blocks(path, CsvDialect(encoding=encoding), block_bytes))
    assert [record for block in blocks for record in block.records(",")[0]] == table
    assert blocks[-1].done_bytes == path.stat().st_size


def test_line_numbers_count_blank_lines_and_quoted_newlines(tmp_path: Path) -> None:
    path = tmp_path / "lines.csv"
    path.write_text('a,b\n\n"x\ny",1\nz,2\n')
    (block,) = read_blocks(path, CsvDialect())
    assert block.records(",")[1] == [1, 3, 5]


def test_an_inch_mark_inside_a_field_is_no_quotation(tmp_path: Path) -> None:
    path = tmp_path / "inch.csv"
    path.write_text('pipe 5",1\npipe,2\n')
    (block,) = read_blocks(path, CsvDialect())
    assert block.records(",")[0] == [['pipe 5"', "1"], ["pipe", "2"]]


def test_an_unclosed_quotation_mark_is_named_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "open.csv"
    path.write_text('a,b\n1,2\n"x,3\n4,5\n')
    with pytest.raises(DataError, match="a quotation mark opened in or after line 3 is never closed"):
        list(read_blocks(path, CsvDialect()))


def test_a_file_that_is_not_there_any_more(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="it is not there"):
        list(read_blocks(tmp_path / "gone.csv", CsvDialect()))


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"it is a folder\. Choose a file in it\."):
        list(read_blocks(tmp_path, CsvDialect()))


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.csv")
    with pytest.raises(DataError, match="not an ordinary file"):
        list(read_blocks(tmp_path / "pipe.csv", CsvDialect()))


@contextmanager
def as_ordinary_user() -> Iterator[None]:
    """Root may read everything; the test is about those who may not."""
    before = os.geteuid()
    os.seteuid(before or 65534)
    try:
        yield
    finally:
        os.seteuid(before)


def test_a_file_that_may_not_be_read(tmp_path: Path) -> None:
    path = tmp_path / "secret.csv"
    path.write_text("a,b\n")
    path.chmod(0)
    with as_ordinary_user(), pytest.raises(DataError, match="you may not read it"):
        list(read_blocks(path, CsvDialect()))


@pytest.mark.parametrize("harm", ["delete", "truncate", "append"])
def test_a_file_that_changes_while_it_is_read(tmp_path: Path, harm: str) -> None:
    path = tmp_path / "changing.csv"
    path.write_text("a,b\n" + "1,2\n" * 1000)
    blocks = read_blocks(path, CsvDialect(), 100)
    next(blocks)
    if harm == "delete":
        path.unlink()
    elif harm == "truncate":
        os.truncate(path, 50)
    else:
        with path.open("a") as file:
            file.write("3,4\n")
    with pytest.raises(DataError, match=r"it changed while it was read|it is not there"):
        list(blocks)


def test_bytes_of_another_encoding(tmp_path: Path) -> None:
    path = tmp_path / "latin.csv"
    path.write_bytes("a,b\ncafé,1\n".encode("latin-1"))
    with pytest.raises(WrongEncoding, match="it is not utf-8 throughout"):
        list(read_blocks(path, CsvDialect()))


def test_nul_bytes(tmp_path: Path) -> None:
    path = tmp_path / "nul.csv"
    path.write_bytes(b"a,b\n1,\0\n")
    with pytest.raises(DataError, match="it has NUL bytes, so it is not text"):
        list(read_blocks(path, CsvDialect()))
