"""Reading lines of objects from any place on, and no further than asked."""

from __future__ import annotations

import gzip
import io
from typing import Any

import pytest
from botocore.exceptions import ClientError
from hypothesis import given
from hypothesis import strategies as st

from tests.service.task_context import ScriptedContext
from tui.resources.datasets import DataError
from tui.resources.results import Cursor, Labels, Mistake, Reading, ReadingProgress
from tui.resources.scores import MistakeRule, RegressionScores
from tui.resources.transforms import TransformFile
from tui.service.worker.context import Cancelled
from tui.service.worker.result_reading import BLOCK_BYTES, ObjectLines
from tui.service.worker.results import find_mistake, judge_results, result_page

READING = Reading("text/csv", "text/csv", False, "$[1:]", "$", False, "regression", Labels("column", 0))


class Counted(io.BytesIO):
    """A body that counts what is read of it."""

    taken = 0

    def read(self, size: int | None = -1, /) -> bytes:
        block = super().read(size)
        self.taken += len(block)
        return block


class Lake:
    """S3 with objects in memory."""

    def __init__(self, **objects: bytes) -> None:
        self.objects = objects
        self.bodies: list[Counted] = []

    def get_object(self, *, Bucket: str, Key: str, Range: str = "bytes=0-") -> dict[str, Any]:  # noqa: N803
        start = int(Range.removeprefix("bytes=").removesuffix("-"))
        content = self.objects[Key]
        if start and start >= len(content):
            raise ClientError({"Error": {"Code": "InvalidRange"}}, "GetObject")
        self.bodies.append(Counted(content[start:]))
        return {"Body": self.bodies[-1]}


def file_of(name: str = "a") -> TransformFile:
    return TransformFile(f"{name}.csv", "bucket", name, 0, "bucket", f"{name}_out", 1)


def context_of(lake: Lake, **members: Any) -> ScriptedContext:
    return ScriptedContext({"s3": lake}, **members)


@given(
    texts=st.lists(st.text("ab,\r \xe9", max_size=8), max_size=12),
    ends=st.booleans(),
    skipped=st.integers(0, 12),
    packed=st.booleans(),
)
def test_lines_from_any_place(texts: list[str], ends: bool, skipped: int, packed: bool) -> None:
    content = "\n".join(texts).encode() + (b"\n" if ends else b"")
    expected = [line.rstrip("\r") for line in "\n".join(texts).split("\n") if line.rstrip("\r\n")]
    lake = Lake(a=gzip.compress(content) if packed else content)
    first = ObjectLines(lake, "bucket", "a", 0, compressed=packed)
    head = [line for _ in range(skipped) if (line := first.next()) is not None]
    rest = ObjectLines(lake, "bucket", "a", first.place, compressed=packed)
    tail = []
    while (line := rest.next()) is not None:
        tail.append(line)
    assert [line.replace("\r", "") for line in head + tail] == [line.replace("\r", "") for line in expected]
    assert rest.place == len(content)


def rows(count: int, wrong: int) -> tuple[bytes, bytes]:
    """Rows with their label in front, and predictions, of which one is wrong."""
    records = "".join(f"{row},{'x' * 200}\n" for row in range(count))
    answers = "".join(f"{row + (100 if row == wrong else 0)}\n" for row in range(count))
    return records.encode(), answers.encode()


def test_a_mistake_is_found_without_reading_on() -> None:
    records, answers = rows(100_000, wrong=50)
    lake = Lake(a=records, a_out=answers)
    found = find_mistake(
        context_of(lake),
        (file_of(),),
        READING,
        rule=MistakeRule("regression", tolerance=1),
        place=0,
        cursor=Cursor(),
    )
    assert isinstance(found, Mistake)
    assert (found.row.number, found.row.error, found.row.features) == (51, 100.0, ("x" * 200,))
    assert found.next.row == 51
    assert found.next.input == len(b"\n".join(records.split(b"\n")[:51])) + 1
    assert max(body.taken for body in lake.bodies) <= BLOCK_BYTES
    after = find_mistake(
        context_of(lake),
        (file_of(),),
        READING,
        rule=MistakeRule("regression", tolerance=1),
        place=found.place,
        cursor=found.next,
    )
    assert after is None


def test_a_page_reads_a_block_of_each_file() -> None:
    records, answers = rows(100_000, wrong=-1)
    lake = Lake(a=records, a_out=answers)
    page = result_page(context_of(lake), file_of(), READING, Cursor(), 200)
    assert [row.number for row in page.rows] == list(range(1, 201))
    assert page.rows[7].record == f"7,{'x' * 200}"
    assert all(body.taken <= BLOCK_BYTES and body.closed for body in lake.bodies)


@pytest.mark.parametrize(("records", "answers"), [(3, 2), (2, 3)])
def test_files_of_unequal_length_are_refused(records: int, answers: int) -> None:
    lake = Lake(a=b"1,2\n" * records, a_out=b"1\n" * answers)
    with pytest.raises(DataError, match=r"behind row 2 there are more"):
        result_page(context_of(lake), file_of(), READING, Cursor(), 10)


def test_judging_says_how_far_it_is_and_can_be_cancelled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui.service.worker.results._REPORT_SECONDS", 0.0)
    records, answers = rows(5_000, wrong=7)
    context = context_of(Lake(a=records, a_out=answers))
    scores = judge_results(context, (file_of(),), READING)
    assert isinstance(scores, RegressionScores)
    assert (scores.rows, scores.mae) == (5_000, 100 / 5_000)
    assert [report.rows for report in context.reports if isinstance(report, ReadingProgress)] == [
        1000,
        2000,
        3000,
        4000,
        5000,
    ]
    with pytest.raises(Cancelled):
        judge_results(context_of(Lake(a=records, a_out=answers), cancel_at=2), (file_of(),), READING)
