"""What the Linear Learner container answers: its scores are the model's own, in the formats of the developer guide."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.local import recordio_messages as recordio
from tests.local.served_models import Trained, csv_rows, linear_learner_model, refusal
from tui.local.algorithms.inference import execution_parameters

KINDS = ["regressor", "binary_classifier", "multiclass_classifier"]
UNREADABLE = (400, "unable to evaluate payload provided")


def expected_rows(model: Trained) -> list[dict[str, Any]]:
    """The answer to the model's rows, by the model itself."""
    linear = model.linear_model()
    scores = linear.predict(model.rows.astype(np.float64))
    rows = [{"score": score} for score in scores.astype(np.float32).tolist()]
    if linear.predictor_type == "regressor":
        return rows
    return [
        {**row, "predicted_label": label} for row, label in zip(rows, linear.classify(scores).tolist(), strict=True)
    ]


def kept(row: Any) -> dict[int, float]:
    """Every other number of a row, by its position."""
    return {index: float(row[index]) for index in range(0, len(row), 2)}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("accept", ["", "*/*", "application/json", "text/csv", "application/json; charset=utf-8"])
def test_json_is_the_answer_unless_another_format_is_asked_for(kind: str, accept: str) -> None:
    model = linear_learner_model(kind)
    reply = model.serve().invoke(csv_rows(model.rows), accept=accept)
    assert (reply.status, reply.content_type) == (200, "application/json")
    assert json.loads(reply.body) == {"predictions": expected_rows(model)}


def test_the_form_of_the_json_is_that_of_the_container() -> None:
    model = linear_learner_model()
    score = expected_rows(model)[0]["score"]
    assert model.serve().text(csv_rows(model.rows[0])) == f'{{"predictions": [{{"score": {score}}}]}}'
    assert score == float(np.float32(score))


@pytest.mark.parametrize("kind", KINDS)
def test_json_lines_and_recordio(kind: str) -> None:
    model = linear_learner_model(kind)
    served = model.serve()
    lines = served.text(csv_rows(model.rows), accept="application/jsonlines")
    assert [json.loads(line) for line in lines.splitlines()] == expected_rows(model)
    assert lines.endswith("}\n")
    reply = served.invoke(csv_rows(model.rows), accept="application/x-recordio-protobuf")
    assert reply.content_type == "application/x-recordio-protobuf"
    assert recordio.labels(reply.body) == [
        {key: value if isinstance(value, list) else [value] for key, value in row.items()}
        for row in expected_rows(model)
    ]


def dense_instances(rows: Any) -> list[dict[str, Any]]:
    """The three forms in which a dense row may come."""
    forms: list[Any] = [
        lambda values: {"features": values},
        lambda values: {"features": {"values": values}},
        lambda values: {"data": {"features": {"values": values}}},
    ]
    return [forms[number % 3](row) for number, row in enumerate(rows.tolist())]


@pytest.mark.parametrize("content_type", ["application/json", "application/json; charset=utf-8", ""])
def test_dense_json(content_type: str) -> None:
    model = linear_learner_model()
    body = json.dumps({"instances": dense_instances(model.rows)})
    assert json.loads(model.serve().text(body, content_type)) == {"predictions": expected_rows(model)}


def test_dense_json_lines_and_recordio() -> None:
    model = linear_learner_model("multiclass_classifier")
    served = model.serve()
    lines = "\n".join(json.dumps(instance) for instance in dense_instances(model.rows))
    assert json.loads(served.text(lines, "application/jsonlines")) == {"predictions": expected_rows(model)}
    records = recordio.records(recordio.dense(row) for row in model.rows.tolist())
    assert json.loads(served.text(records, "application/x-recordio-protobuf")) == {"predictions": expected_rows(model)}


@pytest.mark.parametrize(
    "content_type", ["application/json", "application/jsonlines", "application/x-recordio-protobuf"]
)
def test_what_a_sparse_row_leaves_out_is_zero(content_type: str) -> None:
    model = linear_learner_model()
    width = model.rows.shape[1]
    rows = [kept(row) for row in model.rows[:-1]] + [{}]
    filled = np.zeros_like(model.rows)
    for number, row in enumerate(rows):
        filled[number, list(row)] = list(row.values())
    instances = [
        {"data": {"features": {"keys": list(row), "values": list(row.values()), "shape": [width]}}} for row in rows
    ]
    body = {
        "application/json": json.dumps({"instances": instances}).encode(),
        "application/jsonlines": "\n".join(map(json.dumps, instances)).encode(),
        "application/x-recordio-protobuf": recordio.records(recordio.sparse(row, width) for row in rows),
    }[content_type]
    answer = json.loads(model.serve().text(body, content_type))["predictions"]
    scores = model.linear_model().predict(filled)
    assert [row["score"] for row in answer] == pytest.approx(scores.tolist(), rel=1e-6)
    assert answer[-1]["score"] == pytest.approx(float(model.linear_model().bias[0]), rel=1e-6)


@pytest.mark.parametrize(
    ("body", "content_type", "reason"),
    [
        ("1,2,3", "text/csv", "The request has 3 features in a row, the model was trained with 10"),
        ("a,b", "text/csv", "could not convert string to float: 'a'"),
        (",".join(["1"] * 9) + ",", "text/csv", "a feature is missing or not a finite number"),
        (",".join(["1e300"] * 10), "text/csv", "a feature is missing or not a finite number"),
        ("1,2\n3", "text/csv", "setting an array element with a sequence"),
        ("{", "application/json", "Expecting property name"),
        ('{"rows": []}', "application/json", "'instances'"),
        ('{"instances": []}', "application/json", "the request has no rows"),
        ('{"instances": [[1, 2]]}', "application/json", "a row is not an object"),
        ('{"instances": [{"features": [[1], [2]]}]}', "application/json", "not a list of numbers"),
        ('{"instances": [{"features": [null]}]}', "application/json", "a feature is missing"),
        (
            '{"instances": [{"features": {"keys": [99], "values": [1], "shape": [10]}}]}',
            "application/json",
            "the keys [99]",
        ),
        ('{"instances": [{"features": {"keys": [-1], "values": [1], "shape": [10]}}]}', "application/json", "[-1]"),
        ("[" * 100_000, "application/json", "recursion"),
        ("1,2,3", "application/x-recordio-protobuf", "not a recordio-protobuf record"),
    ],
)
def test_a_body_that_is_not_what_the_model_needs_is_400(body: str, content_type: str, reason: str) -> None:
    served = linear_learner_model().serve()
    before = len(served.lines)
    assert refusal(served.invoke(body, content_type)) == UNREADABLE
    log = "\n".join(served.lines[before:])
    assert "ERROR" in log
    assert "Customer Error: " in log
    assert reason in log


def test_other_content_types_are_415() -> None:
    served = linear_learner_model().serve()
    assert refusal(served.invoke("0 1:2", "text/libsvm")) == (415, "content-type text/libsvm not supported")
    assert served.lines[-2].endswith("Customer Error: Content-type text/libsvm not supported")


def test_empty_and_too_large_bodies() -> None:
    served = linear_learner_model().serve(MAX_CONTENT_LENGTH="50")
    assert refusal(served.invoke(b"")) == (204, "")
    status, text = refusal(served.invoke(b"1" * 51))
    assert (status, "413 Request Entity Too Large" in text) == (413, True)


@settings(max_examples=150)
@given(
    st.binary(max_size=60)
    | st.recursive(
        st.none() | st.floats() | st.text(max_size=5) | st.just([1.0] * 10),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from(["instances", "data", "features", "values", "keys", "shape"]), inner)
        ),
        max_leaves=12,
    ).map(lambda value: json.dumps(value).encode()),
    st.sampled_from(["text/csv", "application/json", "application/jsonlines", "application/x-recordio-protobuf"]),
)
def test_no_request_brings_the_container_down(body: bytes, content_type: str) -> None:
    assert linear_learner_model().serve().invoke(body, content_type).status in (200, 204, 400)


def test_many_threads_get_their_own_answers() -> None:
    model = linear_learner_model()
    served = model.serve()
    bodies = [csv_rows(model.rows * factor) for factor in np.linspace(0.5, 2, 20, dtype=np.float32)]
    alone = [served.text(body) for body in bodies]
    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(served.text, bodies * 5)) == alone * 5


def test_the_log() -> None:
    model = linear_learner_model()
    served = model.serve()
    served.text(csv_rows(model.rows))
    assert served.lines[0] == "Docker entrypoint called with argument(s): serve"
    assert any(line.endswith("loaded response encoder application/json") for line in served.lines)
    metrics = json.loads(served.lines[-1].removeprefix("#metrics "))
    assert metrics["Dimensions"] == {"Algorithm": "LinearLearnerModel", "Host": "UNKNOWN", "Operation": "scoring"}
    assert metrics["Metrics"]["invocations.count"] == {"sum": 1.0, "count": 1, "min": 1.0, "max": 1.0}


def test_execution_parameters() -> None:
    parameters = execution_parameters(linear_learner_model().image)
    assert (parameters["BatchStrategy"], parameters["MaxPayloadInMB"]) == ("MULTI_RECORD", 6)
