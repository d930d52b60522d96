"""A table as CSV, JSON and Markdown, and as a file."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.widgets.table_host import COLUMNS, Job, TableApp, jobs
from widgets.table_columns import Column, R
from widgets.table_export import ExportError, Format, export_lines, save

ROWS = (Job('say "hi", now', "Failed", 3), Job("a|b", "Completed", 12))
TEXT = (Column[str]("text", "Text", str),)


def exported(format: Format, columns: Sequence[Column[R]], rows: Iterable[R]) -> str:
    return "".join(export_lines(format, columns, rows))


def test_csv_quotes_what_has_to_be_quoted() -> None:
    assert exported("csv", COLUMNS, ROWS) == 'Name,Status,Time\n"say ""hi"", now",Failed,3 s\na|b,Completed,12 s\n'


def test_json_names_its_members_by_the_columns_keys() -> None:
    records = [
        {"name": 'say "hi", now', "status": "Failed", "time": "3 s"},
        {"name": "a|b", "status": "Completed", "time": "12 s"},
    ]
    assert exported("json", COLUMNS, ROWS) == json.dumps(records, indent=2) + "\n"


def test_markdown_escapes_and_aligns() -> None:
    assert exported("markdown", COLUMNS, ROWS).splitlines() == [
        "| Name | Status | Time |",
        "| --- | --- | ---: |",
        '| say "hi", now | Failed | 3 s |',
        r"| a\|b | Completed | 12 s |",
    ]


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("snake_case_name", "snake_case_name"),
        ("__init__", r"\_\_init\_\_"),
        (r"a\|b", r"a\\\|b"),
        ("<script>*`[x]", r"\<script\>\*\`\[x\]"),
        ("=1+1", "=1+1"),
    ],
)
def test_markdown_is_not_acted_on(text: str, escaped: str) -> None:
    assert exported("markdown", TEXT, [text]).splitlines()[2] == f"| {escaped} |"


@pytest.mark.parametrize("format", get_args(Format))
def test_every_format_has_a_form_without_rows(format: Format) -> None:
    assert exported(format, COLUMNS, ()).endswith("\n")


@given(st.lists(st.text(), max_size=5))
def test_what_is_read_back_is_what_the_column_says(rows: list[str]) -> None:
    said = [TEXT[0].text(row) for row in rows]
    assert [row[0] for row in csv.reader(io.StringIO(exported("csv", TEXT, rows)))] == ["Text", *said]
    assert [record["text"] for record in json.loads(exported("json", TEXT, rows))] == said
    assert len(exported("markdown", TEXT, rows).split("\n")) == len(rows) + 3


async def test_a_table_exports_the_rows_and_columns_that_are_asked_for() -> None:
    app = TableApp(jobs(4))
    async with app.run_test(size=(20, 10)) as pilot:
        await pilot.press("space", "space")
        app.table.filter_text = "!00001"
        app.table.action_sort("name", reverse=True)
        await pilot.pause()
        table = app.table
        assert await table.export("csv") == "Name\njob-00003\njob-00002\njob-00000\n"
        assert await table.export("csv", "marked") == "Name\njob-00000\njob-00001\n"
        assert (await table.export("csv", "all")).splitlines()[1:] == [f"job-0000{number}" for number in range(4)]
        assert await table.export("csv", "cursor", columns="all") == "Name,Status,Time\njob-00002,InProgress,2 s\n"
        assert json.loads(await table.export("json", "marked", columns="all"))[0] == {
            "name": "job-00000",
            "status": "InProgress",
            "time": "0 s",
        }
        assert table.cell_text("status") == "InProgress"
        with pytest.raises(KeyError):
            table.cell_text("price")
        app.table.rows = ()
        assert await table.export("csv", "cursor") == "Name\n"
        assert table.cell_text("status") == ""


def test_a_file_is_written_whole_and_leaves_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "jobs.csv"
    path.write_text("old")
    save("Name\nä\n", path)
    assert path.read_bytes() == "Name\nä\n".encode()
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    with pytest.raises(ExportError, match=r"gone/jobs.csv could not be written: No such file or directory\."):
        save("text", tmp_path / "gone" / "jobs.csv")
    (tmp_path / "folder").mkdir()
    with pytest.raises(ExportError, match=r"folder could not be written: Is a directory\. Nothing was changed\."):
        save("text", tmp_path / "folder")
    assert [path.name for path in tmp_path.iterdir()] == ["folder"]
