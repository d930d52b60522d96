"""Filters and joins of batch transform on single records: the service's rules, its errors, and any value at all."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.local.transform.processing import Processing, ProcessingError, processing_of

_CELLS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\n\0"), max_size=8)
_ROWS = st.lists(_CELLS, min_size=1, max_size=6)
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5),
    lambda children: st.lists(children, max_size=3) | st.dictionaries(st.text(max_size=5), children, max_size=3),
    max_leaves=6,
)


def _processing(content_type: str, **given: str) -> Processing:
    made = processing_of(
        {
            "TransformInput": {"ContentType": content_type},
            "DataProcessing": {"InputFilter": "$", "OutputFilter": "$", "JoinSource": "None"} | given,
        }
    )
    assert made is not None
    return made


def _row(cells: list[str]) -> bytes:
    line = io.StringIO()
    csv.writer(line, lineterminator="").writerow(cells)
    return line.getvalue().encode()


def test_without_filters_and_join_there_is_no_processing() -> None:
    request = {"DataProcessing": {"InputFilter": "$", "OutputFilter": "", "JoinSource": "None"}, "TransformInput": {}}
    assert processing_of(request) is None


@pytest.mark.parametrize(
    ("given", "sent", "stored"),
    [
        ({"InputFilter": "$[1:]"}, b"1.50,x", b"0.5\n0.6\n"),
        ({"JoinSource": "Input"}, b"id,1.50,x", b"id,1.50,x,0.5\nid,1.50,x,0.6"),
        ({"InputFilter": "$[1]", "JoinSource": "Input", "OutputFilter": "$[0,-1]"}, b"1.50", b"id,0.5\nid,0.6"),
        ({"OutputFilter": "$[0]"}, b"id,1.50,x", b"0.5\n0.6"),
        ({"InputFilter": "$[1:]", "JoinSource": "Input", "OutputFilter": "$[-1]"}, b"1.50,x", b"0.5\n0.6"),
    ],
)
def test_rows(given: dict[str, str], sent: bytes, stored: bytes) -> None:
    processing = _processing("text/csv; header=absent", **given)
    assert processing.sent(b"id,1.50,x") == sent
    assert processing.stored([b"id,1.50,x"] * 2, b"0.5\n0.6\n", "text/csv; charset=utf-8") == stored


def test_a_row_of_an_answer_may_have_several_columns() -> None:
    processing = _processing("text/csv", JoinSource="Input")
    assert processing.stored([b"a"], b"0.1,0.9\n", "text/csv") == b"a,0.1,0.9"


@pytest.mark.parametrize(
    ("given", "record", "sent", "stored"),
    [
        ({"InputFilter": "$.features"}, {"id": 1, "features": [2, 3]}, [2, 3], {"score": 1}),
        ({"JoinSource": "Input"}, {"id": 1}, {"id": 1}, {"id": 1, "SageMakerOutput": {"score": 1}}),
        ({"JoinSource": "Input"}, [1, 2], [1, 2], {"SageMakerInput": [1, 2], "SageMakerOutput": {"score": 1}}),
        ({"JoinSource": "Input", "OutputFilter": "$.SageMakerOutput"}, {"id": 1}, {"id": 1}, {"score": 1}),
        (
            {"InputFilter": "$['id']", "JoinSource": "Input", "OutputFilter": "$['id','SageMakerOutput']"},
            {"id": 1, "no": 2},
            1,
            {"id": 1, "SageMakerOutput": {"score": 1}},
        ),
        ({"OutputFilter": "$.score"}, {"id": 1}, {"id": 1}, 1),
    ],
)
def test_json_records(given: dict[str, str], record: Any, sent: Any, stored: Any) -> None:
    for content_type in ("application/json", "application/jsonlines"):
        processing = _processing(content_type, **given)
        given_record = json.dumps(record).encode()
        assert json.loads(processing.sent(given_record)) == sent
        assert json.loads(processing.stored([given_record], b'{"score":1}\n', content_type)) == stored


def test_lines_of_json_are_joined_one_by_one() -> None:
    processing = _processing("application/jsonlines", JoinSource="Input")
    stored = processing.stored([b'{"a":1}', b'{"a":2}'], b'{"s":3}\n{"s":4}\n', "application/jsonlines")
    assert stored == b'{"a":1,"SageMakerOutput":{"s":3}}\n{"a":2,"SageMakerOutput":{"s":4}}'


@pytest.mark.parametrize(
    ("content_type", "body", "answered"),
    [
        ("text/csv", b'{"predictions":[{"score":1}]}', "application/json"),
        ("text/csv", b"0.5\n0.6\n0.7\n", "text/csv"),
        ("text/csv", b"0.5\n", "text/csv"),
        ("text/csv", b"\xff\n\xff\n", "text/csv"),
        ("application/json", b"{}\n{", "application/json"),
        ("application/json", b"0.5\n0.6\n", "text/csv"),
    ],
)
def test_an_answer_that_does_not_fit_its_records(content_type: str, body: bytes, answered: str) -> None:
    processing = _processing(content_type, JoinSource="Input")
    kind = "CSV" if content_type == "text/csv" else "JSON"
    with pytest.raises(ProcessingError, match=f"^Failed to parse output from the algorithm as {kind}$"):
        processing.stored([b"1", b"2"], body, answered)


@pytest.mark.parametrize(
    ("content_type", "record", "words"),
    [
        ("text/csv", b"1,2", r"Failed to apply InputFilter \$\[5\]: the index 5 is not within the 2 elements"),
        ("text/csv", b"\xff", "Failed to parse input as CSV: 'utf-8'"),
        ("application/json", b"{", "Failed to parse input as JSON: Expecting"),
        ("application/json", b"[" * 100_000, "Failed to parse input as JSON: maximum recursion"),
        ("application/json", b"{}", "Failed to apply InputFilter .*: there is no list"),
    ],
)
def test_a_record_that_cannot_be_filtered(content_type: str, record: bytes, words: str) -> None:
    with pytest.raises(ProcessingError, match=words):
        _processing(content_type, InputFilter="$[5]").sent(record)


@given(_ROWS, _ROWS)
def test_any_rows_are_joined_without_loss(row: list[str], answer: list[str]) -> None:
    processing = _processing("text/csv", JoinSource="Input")
    stored = processing.stored([_row(row)], _row(answer) + b"\n", "text/csv").decode()
    assert next(csv.reader([stored])) == row + answer
    assert processing.sent(_row(row)) == _row(row)


@given(_ROWS, st.data())
def test_any_columns_of_any_row_are_sent(row: list[str], data: st.DataObject) -> None:
    first = data.draw(st.integers(0, len(row) - 1))
    sent = _processing("text/csv", InputFilter=f"$[{first}:]").sent(_row(row)).decode()
    assert next(csv.reader([sent]), [""]) == row[first:]


@given(_JSON, _JSON)
def test_any_json_is_joined_as_an_object_without_loss(record: Any, answer: Any) -> None:
    processing = _processing("application/jsonlines", JoinSource="Input")
    stored = processing.stored([json.dumps(record).encode()], json.dumps(answer).encode(), "application/jsonlines")
    assert b"\n" not in stored
    expected = record if isinstance(record, dict) else {"SageMakerInput": record}
    assert json.loads(stored) == expected | {"SageMakerOutput": answer}
