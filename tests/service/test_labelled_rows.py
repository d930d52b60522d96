"""A labelled test set is read row by row from disk or S3, from any place on, and no further than asked."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.local.server import LocalServer
from tests.service.task_context import ScriptedContext
from tui.resources.datasets import DataError
from tui.resources.endpoint_judging import MistakeCursor, TestSet
from tui.service.worker import labelled_rows as reading
from tui.service.worker.labelled_rows import LabelledRow, batches, body_of, labelled_rows

START = MistakeCursor()


def two_files(folder: Path, features: str, labels: str) -> TestSet:
    (folder / "test.csv").write_bytes(features.encode())
    (folder / "labels.csv").write_bytes(labels.encode())
    return TestSet(str(folder / "test.csv"), str(folder / "labels.csv"), "regression")


def read(test_set: TestSet, cursor: MistakeCursor = START) -> list[tuple[int, str, float]]:
    rows = labelled_rows(ScriptedContext(), test_set, cursor)
    return [(row.number, row.text, row.label) for row in rows]


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_labels_beside_the_features_or_among_them(tmp_path: Path, newline: str) -> None:
    expected = [(0, "1,2", 5.0), (1, "3,", -6.5)]
    assert read(two_files(tmp_path, f"1,2{newline}3,{newline}", f"5{newline}-6.5")) == expected
    (tmp_path / "one.csv").write_text(f"1,5,2{newline}3,-6.5,{newline}{newline}")
    assert read(TestSet(str(tmp_path / "one.csv"), "", "regression", label_column=1)) == expected
    (tmp_path / "first.csv").write_text("5,1,2\n-6.5,3,")
    assert read(TestSet(str(tmp_path / "first.csv"), "", "regression")) == expected


@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=60), st.integers(1, 40), st.data())
def test_reading_goes_on_from_any_row(
    tmp_path_factory: pytest.TempPathFactory, labels: list[int], chunk: int, data: Any
) -> None:
    folder = tmp_path_factory.mktemp("set")
    test_set = two_files(folder, "\n".join(f"{number},{number}" for number in labels), "\n".join(map(str, labels)))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reading, "CHUNK_BYTES", chunk)
        whole = list(labelled_rows(ScriptedContext(), test_set, START))
        assert [row.label for row in whole] == labels
        stop = data.draw(st.integers(1, len(labels)))
        row, feature_bytes, label_bytes = whole[stop - 1].after
        assert (
            list(labelled_rows(ScriptedContext(), test_set, MistakeCursor(row, feature_bytes, label_bytes)))
            == whole[stop:]
        )


@pytest.mark.parametrize(
    ("features", "labels", "why"),
    [
        ("1\n2\n3\n", "1\n2\n", "it has 2 labels and more rows"),
        ("1\n", "1\n2\n", "it has 1 rows and more labels"),
        ("1\n2\n", "1\nred\n", "its label 'red' is no number"),
        ("1\n2\n", "1\nnan\n", "its label 'nan' is no number"),
    ],
)
def test_a_test_set_that_does_not_fit_says_why(tmp_path: Path, features: str, labels: str, why: str) -> None:
    with pytest.raises(DataError, match=why):
        read(two_files(tmp_path, features, labels))


def test_files_that_cannot_be_read_say_why(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="No such file"):
        read(TestSet(str(tmp_path / "nothing.csv"), "", "regression"))
    (tmp_path / "short.csv").write_text("1,2\n")
    with pytest.raises(DataError, match=r"row 1 of .* it has 2 columns, so no label"):
        read(TestSet(str(tmp_path / "short.csv"), "", "regression", label_column=2))
    (tmp_path / "latin.csv").write_bytes(b"1,\xe9\n")
    with pytest.raises(DataError, match="not UTF-8"):
        read(TestSet(str(tmp_path / "latin.csv"), "", "regression"))


def rows(count: int, seen: list[int], width: int = 1) -> Iterator[LabelledRow]:
    for number in range(count):
        seen.append(number)
        yield LabelledRow(number, "x" * width, 0.0, number, number)


def test_a_batch_takes_no_row_that_is_not_in_it() -> None:
    seen: list[int] = []
    source = rows(10, seen)
    first, second = islice(batches(source, 3), 2)
    assert ([row.number for row in first], [row.number for row in second]) == ([0, 1, 2], [3, 4, 5])
    assert seen == [0, 1, 2, 3, 4, 5]
    assert [len(batch) for batch in batches(source, 3)] == [3, 1]
    assert body_of(first) == b"x\nx\nx"


def test_wide_rows_come_in_smaller_batches() -> None:
    sizes = [len(batch) for batch in batches(rows(9, [], width=1 << 20), 50)]
    assert sizes == [3, 3, 3]
    assert all(len(body_of(batch)) < 4 << 20 for batch in batches(rows(9, [], width=1 << 20), 50))


def test_s3_is_read_in_pieces_as_far_as_needed(server: LocalServer, monkeypatch: pytest.MonkeyPatch) -> None:
    s3 = server.new_client("s3", server.access_key)  # of its own: what is registered below stays
    s3.create_bucket(Bucket="labelled-rows")
    content = "".join(f"{number},{number * 2}\n" for number in range(2000))
    s3.put_object(Bucket="labelled-rows", Key="folder/test.csv", Body=content.encode())
    s3.put_object(Bucket="labelled-rows", Key="empty.csv", Body=b"")
    monkeypatch.setattr(reading, "CHUNK_BYTES", 1000)
    asked: list[str] = []
    s3.meta.events.register("before-call.s3.GetObject", lambda params, **_: asked.append(params["headers"]["Range"]))
    test_set = TestSet("s3://labelled-rows/folder/test.csv", "", "regression")
    context = ScriptedContext({"s3": s3})

    source = labelled_rows(context, test_set, START)
    first = list(islice(source, 5))
    assert [(row.text, row.label) for row in first] == [(str(number * 2), float(number)) for number in range(5)]
    assert asked == ["bytes=0-999"]
    assert [row.label for row in source] == [float(number) for number in range(5, 2000)]
    assert len(asked) == -(-len(content) // 1000)
    end = MistakeCursor(2000, len(content))
    assert list(labelled_rows(context, test_set, end)) == []
    assert list(labelled_rows(context, TestSet("s3://labelled-rows/empty.csv", "", "regression"), START)) == []
    with pytest.raises(DataError, match="specified key does not exist"):
        list(labelled_rows(context, TestSet("s3://labelled-rows/no.csv", "", "regression"), START))


def test_a_file_that_is_replaced_meanwhile_is_not_mixed_up(
    server: LocalServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    s3 = server.client("s3")
    s3.create_bucket(Bucket="replaced-rows")
    s3.put_object(Bucket="replaced-rows", Key="test.csv", Body=b"1,1\n" * 100)
    monkeypatch.setattr(reading, "CHUNK_BYTES", 40)
    source = labelled_rows(ScriptedContext({"s3": s3}), TestSet("s3://replaced-rows/test.csv", "", "regression"), START)
    next(source)
    s3.put_object(Bucket="replaced-rows", Key="test.csv", Body=b"2,2\n" * 100)
    with pytest.raises(DataError, match="was it not replaced"):
        list(source)
