"""The first rows of every kind of file, and the ones after them, without reading what is not shown."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow
import pytest
from pyarrow import parquet

from tests.local.server import LocalServer
from tests.service.task_context import ScriptedContext
from tui.resources.datasets import DataError
from tui.resources.previews import PAGE_ROWS, Preview
from tui.service.worker import preview_paging
from tui.service.worker.preview_paging import preview_rows

ROWS = [(str(number), f"text {number}", f"{number / 8}") for number in range(1000)]
CSV = "number,text,value\n" + "".join(",".join(row) + "\n" for row in ROWS)


def pages(where: Path | str, s3: Any = None) -> Iterator[Preview]:
    """All pages of a file or an object."""
    context = ScriptedContext({"s3": s3})
    mark = None
    while True:
        page = preview_rows(context, str(where), mark)
        yield page
        mark = page.following
        if mark is None:
            return


def written(path: Path, content: str | bytes) -> Path:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def parquet_file(path: Path) -> Path:
    columns = {
        "number": [int(row[0]) for row in ROWS],
        "text": [row[1] for row in ROWS],
        "value": [None if number % 7 == 0 else number / 8 for number in range(1000)],
    }
    parquet.write_table(pyarrow.table(columns), path, row_group_size=300)
    return path


def test_a_csv_file_is_shown_page_by_page(tmp_path: Path) -> None:
    found = list(pages(written(tmp_path / "a.csv", CSV)))
    assert [len(page.rows) for page in found] == [PAGE_ROWS] * 5
    assert [page.row for page in found] == [0, 200, 400, 600, 800]
    assert [row for page in found for row in page.rows] == ROWS
    assert {(page.kind, page.packed, page.names) for page in found} == {("CSV", False, ("number", "text", "value"))}


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "latin-1"])
def test_every_encoding_and_quoted_rows_survive_the_cuts(tmp_path: Path, encoding: str) -> None:
    rows = [(f"{number}", f'grün "{number}"\nand; more', "x" * (number % 90)) for number in range(900)]
    quoted = "".join(f'{a};"{b.replace(chr(34), chr(34) * 2)}";{c}\r\n' for a, b, c in rows)
    path = written(tmp_path / "a.csv", ("größe;b;c\r\n" + quoted).encode(encoding))
    found = list(pages(path))
    assert found[0].names == ("größe", "b", "c")
    assert [row for page in found for row in page.rows] == rows


def test_gzip_is_unpacked(tmp_path: Path) -> None:
    found = list(pages(written(tmp_path / "a.csv.gz", gzip.compress(CSV.encode()))))
    assert [row for page in found for row in page.rows] == ROWS
    assert found[0].packed
    broken = written(tmp_path / "b.csv.gz", gzip.compress(CSV.encode())[:500])
    with pytest.raises(DataError, match="it cannot be unpacked"):
        list(pages(broken))


def test_json_lines_have_a_column_for_each_key(tmp_path: Path) -> None:
    records: list[dict[str, Any]] = [{"a": number, "b": f"x {number}"} for number in range(250)]
    records[1] = {"a": None, "c": [1, {"d": "é"}]}
    path = written(tmp_path / "a.jsonl", "\n".join(json.dumps(record, ensure_ascii=False) for record in records))
    first, second = pages(path)
    assert first.names == second.names == ("a", "b", "c")
    assert first.rows[:3] == (("0", "x 0", ""), ("", "", '[1, {"d": "é"}]'), ("2", "x 2", ""))
    assert (second.row, len(second.rows), second.rows[-1][0]) == (200, 50, "249")
    with pytest.raises(DataError, match="record 2 is no JSON"):
        list(pages(written(tmp_path / "b.jsonl", '{"a": 1}\n{oops\n')))


def test_parquet_is_shown_across_its_row_groups(tmp_path: Path) -> None:
    found = list(pages(parquet_file(tmp_path / "a.parquet")))
    assert [row[0] for page in found for row in page.rows] == [row[0] for row in ROWS]
    assert found[0].rows[:2] == (("0", "text 0", ""), ("1", "text 1", "0.125"))
    assert (found[0].names, found[0].total_rows) == (("number", "text", "value"), 1000)
    with pytest.raises(DataError, match="it is no whole Parquet file"):
        list(pages(written(tmp_path / "b.parquet", (tmp_path / "a.parquet").read_bytes()[:2000])))


def test_without_pyarrow_a_sentence_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> Any:
        raise ModuleNotFoundError(name)

    monkeypatch.setattr(preview_paging, "import_module", missing)
    with pytest.raises(DataError, match=r"pyarrow, which reads Parquet, is not installed\. pip install pyarrow"):
        list(pages(parquet_file(tmp_path / "a.parquet")))


@pytest.mark.parametrize("content", [b"", b"\x00\x01\x02\xff" * 100, b"PK\x03\x04rest"], ids=["empty", "binary", "zip"])
def test_what_has_no_rows_is_refused_in_a_sentence(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(DataError):
        list(pages(written(tmp_path / "a", content)))


@pytest.mark.parametrize("name", ["a.csv", "a.csv.gz", "a.parquet"])
def test_objects_are_shown_like_files(server: LocalServer, tmp_path: Path, name: str) -> None:
    s3 = server.client("s3")
    bucket = f"preview-{name.replace('.', '-')}"
    s3.create_bucket(Bucket=bucket)
    path = tmp_path / name
    if name == "a.parquet":
        parquet_file(path)
    else:
        written(path, gzip.compress(CSV.encode()) if name.endswith("gz") else CSV)
    s3.put_object(Bucket=bucket, Key=f"deep/{name}", Body=path.read_bytes())
    found = [page.rows for page in pages(f"s3://{bucket}/deep/{name}", s3)]
    assert found == [page.rows for page in pages(path)]
    with pytest.raises(DataError, match=r"the object does not exist|the bucket does not exist"):
        list(pages(f"s3://{bucket}/none", s3))


def test_of_a_large_object_little_is_fetched(server: LocalServer) -> None:
    s3 = server.new_client("s3", server.access_key)
    s3.create_bucket(Bucket="preview-large")
    s3.put_object(Bucket="preview-large", Key="large.csv", Body=CSV.encode() + b"1,2,3\n" * 5_000_000)
    fetched = 0

    def count(parsed: dict[str, Any], **_: Any) -> None:
        nonlocal fetched
        fetched += parsed.get("ContentLength", 0)

    s3.meta.events.register("after-call.s3.GetObject", count)
    first = preview_rows(ScriptedContext({"s3": s3}), "s3://preview-large/large.csv")
    assert len(first.rows) == PAGE_ROWS
    assert fetched <= 1 << 20


def test_of_a_large_file_only_the_beginning_is_read(tmp_path: Path) -> None:
    path = written(tmp_path / "large.csv", CSV * 20)
    with path.open("r+b") as file:
        file.truncate(2_000_000_000)  # zeros, which are no text
    first = preview_rows(ScriptedContext(), str(path))
    assert (len(first.rows), first.size) == (PAGE_ROWS, 2_000_000_000)
