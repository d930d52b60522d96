"""What the XGBoost container answers: its predictions are the booster's own, in the format of the release."""

from __future__ import annotations

import json
import re
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xgboost
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.local import recordio_messages as recordio
from tests.local.served_models import Served, Trained, csv_rows, libsvm_rows, xgboost_model
from tui.local.algorithms.inference import execution_parameters

OLD = ["1", "0.90-2", "1.2-1"]
NEW = ["1.2-2", "1.7-1", "3.2-0"]
CSV = "text/csv; charset=utf-8"


@cache
def served() -> Served:
    """One server for the tests that ask it many questions."""
    return xgboost_model().serve()


@pytest.mark.parametrize("version", OLD)
def test_the_older_releases_join_predictions_with_commas_whatever_accept_says(version: str) -> None:
    model = xgboost_model(version)
    expected = ",".join(str(float(value)) for value in model.predictions())
    for accept in ("", "*/*", "text/csv", "application/json", "image/png"):
        reply = model.serve().invoke(csv_rows(model.rows), accept=accept)
        assert (reply.status, reply.content_type, reply.body.decode()) == (200, CSV, expected)


@pytest.mark.parametrize("version", NEW)
@pytest.mark.parametrize("accept", ["", "*/*", "text/csv", "text/csv; charset=utf-8", "TEXT/CSV"])
def test_the_newer_releases_write_a_line_for_each_prediction(version: str, accept: str) -> None:
    model = xgboost_model(version)
    reply = model.serve().invoke(csv_rows(model.rows), accept=accept)
    expected = "".join(f"{float(value)}\n" for value in model.predictions())
    assert (reply.status, reply.content_type, reply.body.decode()) == (200, CSV, expected)


@pytest.mark.parametrize("version", NEW)
def test_the_newer_releases_answer_json(version: str) -> None:
    model = xgboost_model(version)
    reply = model.serve().invoke(csv_rows(model.rows[:2]), accept="application/json")
    first, second = (float(value) for value in model.predictions()[:2])
    assert reply.content_type == "application/json"
    assert reply.body.decode() == f'{{"predictions": [{{"score": {first}}}, {{"score": {second}}}]}}'


def test_a_prediction_is_a_float32_written_with_all_digits_of_a_float64() -> None:
    model = xgboost_model()
    text = model.serve().text(csv_rows(model.rows[0])).strip()
    assert np.float32(text) == model.predictions()[0]
    assert float(text) == float(np.float32(text))
    assert len(text) > len(str(np.float32(text)))


@pytest.mark.parametrize("version", [*OLD, *NEW])
def test_batch_transform_gets_a_line_for_each_row_from_every_release(version: str) -> None:
    model = xgboost_model(version)
    batch = model.serve(SAGEMAKER_BATCH="true")
    assert batch.text(csv_rows(model.rows)) == "".join(f"{float(value)}\n" for value in model.predictions())


@pytest.mark.parametrize(
    ("content_type", "write"),
    [
        ("text/csv", csv_rows),
        ("csv", csv_rows),
        ("text/csv; charset=utf-8", csv_rows),
        ("text/csv;label_size=1", csv_rows),
        ("text/libsvm", libsvm_rows),
        ("text/x-libsvm", libsvm_rows),
        ("libsvm", libsvm_rows),
        ("", libsvm_rows),
    ],
)
@pytest.mark.parametrize("version", ["1", "1.2-1", "3.2-0"])
def test_text_is_read_in_every_name_of_its_format(version: str, content_type: str, write: Any) -> None:
    model = xgboost_model(version)
    served = model.serve(SAGEMAKER_BATCH="true")
    assert served.text(write(model.rows), content_type).split() == [str(float(v)) for v in model.predictions()]


@pytest.mark.parametrize("content_type", ["application/x-recordio-protobuf", "recordio-protobuf"])
@pytest.mark.parametrize("labelled", [False, True])
def test_recordio_is_read_with_labels_and_without(content_type: str, labelled: bool) -> None:
    model = xgboost_model()
    labels = {"values": [1.0]} if labelled else {}
    dense = recordio.records(recordio.dense(row.tolist(), **labels) for row in model.rows)
    expected = "".join(f"{float(value)}\n" for value in model.predictions())
    assert model.serve().text(dense, content_type) == expected


def test_what_sparse_recordio_leaves_out_is_missing() -> None:
    model = xgboost_model()
    rows = model.rows.copy()
    rows[:, ::2] = rows[-1] = np.nan
    kept = [{index: float(value) for index, value in enumerate(row) if not np.isnan(value)} for row in rows]
    body = recordio.records(recordio.sparse(row, model.rows.shape[1]) for row in kept)
    expected = "".join(f"{float(value)}\n" for value in model.predictions(rows))
    assert model.serve().text(body, "application/x-recordio-protobuf") == expected


@pytest.mark.parametrize("version", ["0.90-2", "1.7-1"])
def test_a_missing_value_is_an_empty_cell_or_nan_in_csv_and_left_out_in_libsvm(version: str) -> None:
    model = xgboost_model(version)
    rows = model.rows.copy()
    rows[0, 2] = rows[1, :] = np.nan
    expected = [str(float(value)) for value in model.predictions(rows)]
    served = model.serve(SAGEMAKER_BATCH="true")
    assert served.text(csv_rows(rows)).split() == expected
    assert served.text(csv_rows(rows).replace("nan", "")).split() == expected
    assert served.text(libsvm_rows(rows), "text/libsvm").split() == expected


@pytest.mark.parametrize("change", ["crlf", "trailing newlines", "spaces", "tabs", "semicolons", "scientific"])
def test_csv_is_read_as_people_write_it(change: str) -> None:
    model = xgboost_model()
    text = csv_rows(model.rows)
    body = {
        "crlf": text.replace("\n", "\r\n") + "\r\n",
        "trailing newlines": text + "\n\n",
        "spaces": text.replace(",", ", "),
        "tabs": text.replace(",", "\t"),
        "semicolons": text.replace(",", ";"),
        "scientific": "\n".join(",".join(f"{float(v):.17e}" for v in row) for row in model.rows),
    }[change]
    assert model.serve().text(body) == model.serve().text(text)


def test_a_model_of_one_column_takes_lines_of_one_number(tmp_path: Path) -> None:
    columns = np.random.default_rng(0).normal(size=(50, 1)).astype(np.float32)
    matrix = xgboost.DMatrix(columns, columns[:, 0] ** 2, nthread=1)
    xgboost.train({"nthread": 1}, matrix, 5).save_model(tmp_path / "model.ubj")
    model = Trained(xgboost_model().image, tmp_path, columns)
    rows = [0.25, -1.5, 3, 0]
    booster = xgboost.Booster(model_file=tmp_path / "model.ubj")
    expected = booster.predict(xgboost.DMatrix(np.array(rows).reshape(-1, 1)))
    answers = [model.serve().text(str(row)) for row in rows]
    assert answers == [f"{float(value)}\n" for value in expected]
    assert model.serve().text("\n".join(map(str, rows))) == "".join(answers)


@settings(max_examples=60)
@given(
    st.integers(1, 4).flatmap(
        lambda rows: st.lists(
            st.lists(st.none() | st.floats(width=32, allow_infinity=False), min_size=10, max_size=10),
            min_size=rows,
            max_size=rows,
        )
    ),
    st.sampled_from(["\n", "\r\n"]),
)
def test_csv_means_what_its_numbers_mean(rows: list[list[float | None]], newline: str) -> None:
    if newline == "\r\n":  # the container takes the carriage return after an empty last cell for its content
        rows = [[*row[:-1], row[-1] or 0.0] for row in rows]
    model = xgboost_model()
    table = np.array([[np.nan if cell is None else cell for cell in row] for row in rows], dtype=np.float32)
    body = newline.join(",".join("" if cell is None else repr(cell) for cell in row) for row in rows)
    reply = served().invoke(body)
    assert (reply.status, reply.body.decode().split()) == (200, [str(float(v)) for v in model.predictions(table)])


@settings(max_examples=150)
@given(
    st.binary(max_size=60) | st.text(alphabet="0123456789.,:-+e \t\n\r;nafi\"'", max_size=60).map(str.encode),
    st.sampled_from(["text/csv", "text/libsvm", "application/x-recordio-protobuf", "", "text/plain", ";=,"]),
    st.sampled_from(["", "text/csv", "application/json", "x/y"]),
)
def test_no_request_brings_the_container_down(body: bytes, content_type: str, accept: str) -> None:
    reply = served().invoke(body, content_type, accept)
    assert reply.status in (200, 204, 400, 406, 415)


@pytest.mark.parametrize("version", ["1.2-1", "1.7-1", "3.2-0"])
def test_softmax_answers_the_class_and_softprob_all_probabilities(version: str) -> None:
    softmax = xgboost_model(version, "multi:softmax")
    assert re.split(r"[,\s]+", softmax.serve().text(csv_rows(softmax.rows)).strip()) == [
        str(float(value)) for value in softmax.predictions()
    ]
    model = xgboost_model(version, "multi:softprob")
    predictions = model.predictions().tolist()
    text = model.serve().text(csv_rows(model.rows))
    if version == "1.2-1":
        assert text == ",".join(str(row) for row in predictions)
    else:
        assert text == "".join(f"{a},{b},{c}\n" for a, b, c in predictions)
        answer = json.loads(model.serve().text(csv_rows(model.rows), accept="application/json"))
        assert answer == {"predictions": [{"score": row} for row in predictions]}
    batch = model.serve(SAGEMAKER_BATCH="true").text(csv_rows(model.rows))
    assert batch == "".join(f"{row}\n" for row in predictions)


@pytest.mark.parametrize("version", ["1.2-1", "1.7-1", "3.2-0"])
def test_early_stopping_ends_predictions_at_the_best_round(version: str) -> None:
    model = xgboost_model(
        version, "reg:squarederror", num_round=200, early_stopping_rounds=5, eta=1, max_depth=6, eval_metric="rmse"
    )
    booster = model.booster()
    best = int(booster.attr("best_iteration"))
    assert best < 190
    # Until 1.2 the rounds after the best stay in the model, so this test would notice if they counted.
    assert (booster.num_boosted_rounds() > best + 1) is (version == "1.2-1")
    assert model.serve(SAGEMAKER_BATCH="true").text(csv_rows(model.rows)).split() == [
        str(float(value)) for value in model.predictions()
    ]


def test_several_models_are_averaged_by_the_releases_that_do_so(tmp_path: Any) -> None:
    one, other = xgboost_model("1.7-1"), xgboost_model("1.7-1", "reg:squarederror", num_round=2)
    for number, model in enumerate((one, other)):
        (tmp_path / f"xgboost-model-{number}").write_bytes((model.folder / "xgboost-model").read_bytes())
    both = Trained(one.image, tmp_path, one.rows)
    average = np.mean([one.predictions(), other.predictions()], axis=0)
    assert both.serve().text(csv_rows(one.rows)) == "".join(f"{float(value)}\n" for value in average)
    first = both.serve(SAGEMAKER_INFERENCE_ENSEMBLE="false")
    assert first.text(csv_rows(one.rows)) == one.serve().text(csv_rows(one.rows))


def test_many_threads_get_their_own_answers() -> None:
    model = xgboost_model("1.7-1", "multi:softprob")
    served = model.serve()
    random = np.random.default_rng(0)
    tables = [(model.rows * random.uniform(0.5, 2, model.rows.shape)).astype(np.float32) for _ in range(40)]
    expected = ["".join(f"{a},{b},{c}\n" for a, b, c in model.predictions(table).tolist()) for table in tables]
    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(served.text, map(csv_rows, tables * 5))) == expected * 5


def test_execution_parameters_are_those_of_the_web_server() -> None:
    parameters = execution_parameters(xgboost_model().image)
    assert parameters["BatchStrategy"] == "MULTI_RECORD"
    assert parameters["MaxPayloadInMB"] == 6
    assert parameters["MaxConcurrentTransforms"] >= 1
    larger = {"MAX_CONTENT_LENGTH": str(64 * 1024 * 1024)}
    assert execution_parameters(xgboost_model().image, larger)["MaxPayloadInMB"] == 64
    assert execution_parameters(xgboost_model("1.2-1").image, larger)["MaxPayloadInMB"] == 20
