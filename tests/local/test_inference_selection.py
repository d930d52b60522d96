"""Selected output: SAGEMAKER_INFERENCE_OUTPUT and what it makes of the predictions of each objective."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.local import recordio_messages as recordio
from tests.local.served_models import csv_rows, refusal, xgboost_model

EVERYTHING = "predicted_label, labels, probability, probabilities, raw_score, raw_scores, predicted_score"
VERSIONS = ["1.2-1", "1.7-1"]


def said_of(objective: str, prediction: Any) -> dict[str, Any]:
    """All that the container says of one prediction, as its documentation defines the keys."""
    if objective.startswith("reg:"):
        return {"predicted_score": prediction}
    if objective == "multi:softprob":
        best = max(prediction)
        return {
            "predicted_label": prediction.index(best),
            "labels": [0, 1, 2],
            "probability": best,
            "probabilities": prediction,
            "raw_score": best,
            "raw_scores": prediction,
        }
    scores = {"raw_score": prediction, "raw_scores": [1 - prediction, prediction]}
    if objective == "binary:logistic":
        probabilities = {"probability": prediction, "probabilities": [1 - prediction, prediction]}
        return {"predicted_label": int(prediction > 0.5), "labels": [0, 1], **probabilities, **scores}
    if objective == "binary:logitraw":
        return {"predicted_label": int(prediction > 0), "labels": [0, 1], **scores}
    if objective == "binary:hinge":
        return {"predicted_label": prediction, "labels": [0, 1], **scores}
    return {"predicted_label": prediction, "labels": [0, 1, 2], **scores}


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(
    "objective",
    ["reg:squarederror", "binary:logistic", "binary:logitraw", "binary:hinge", "multi:softmax", "multi:softprob"],
)
def test_every_key_of_an_objective_in_json_and_json_lines(version: str, objective: str) -> None:
    model = xgboost_model(version, objective)
    expected = [said_of(objective, prediction) for prediction in model.predictions().tolist()]
    served = model.serve(SAGEMAKER_INFERENCE_OUTPUT=",".join(expected[0]))
    rows = csv_rows(model.rows)
    assert json.loads(served.text(rows, accept="application/json")) == {"predictions": expected}
    lines = served.text(rows, accept="application/jsonlines")
    assert [json.loads(line) for line in lines.splitlines()] == expected
    assert lines.endswith("}\n")


@pytest.mark.parametrize("version", VERSIONS)
def test_csv_has_the_keys_in_the_order_they_were_asked_for(version: str) -> None:
    model = xgboost_model(version, "binary:logistic")
    variables = {"SAGEMAKER_INFERENCE_OUTPUT": "Probabilities, predicted_label ,probability"}
    rows = csv_rows(model.rows)
    expected = "\n".join(f'"{[1 - p, p]}",{int(p > 0.5)},{p}' for p in model.predictions().tolist())
    assert model.serve(**variables).text(rows) == expected
    assert model.serve(SAGEMAKER_BATCH="true", **variables).text(rows) == expected + "\n"


def test_recordio_has_a_record_for_each_row_with_the_keys_as_labels() -> None:
    model = xgboost_model("1.7-1", "multi:softprob")
    served = model.serve(SAGEMAKER_INFERENCE_OUTPUT="predicted_label,probabilities")
    reply = served.invoke(csv_rows(model.rows), accept="application/x-recordio-protobuf")
    assert reply.content_type == "application/x-recordio-protobuf"
    assert recordio.labels(reply.body) == [
        {"predicted_label": [row.index(max(row))], "probabilities": row} for row in model.predictions().tolist()
    ]


def test_a_key_that_the_objective_lacks_is_nan_and_said_in_the_log() -> None:
    model = xgboost_model()
    served = model.serve(SAGEMAKER_INFERENCE_OUTPUT="predicted_label,predicted_score")
    first = model.predictions().tolist()[0]
    assert served.text(csv_rows(model.rows[0])) == f"nan,{first}"
    answer = served.text(csv_rows(model.rows[0]), accept="application/json")
    assert answer == f'{{"predictions": [{{"predicted_score": {first}, "predicted_label": NaN}}]}}'
    assert served.lines[-2].endswith(
        "WARNING] Selected key(s) {'predicted_label'} incompatible for objective 'reg:squarederror'. "
        "Please use list of compatible selectable inference predictions: ['predicted_score']"
    )


def test_an_objective_without_selected_output_is_500() -> None:
    model = xgboost_model("1.7-1", "reg:pseudohubererror")
    served = model.serve(SAGEMAKER_INFERENCE_OUTPUT="predicted_score")
    assert refusal(served.invoke(csv_rows(model.rows))) == (
        500,
        "Objective `reg:pseudohubererror` unsupported for selectable inference predictions.",
    )


def test_an_accept_that_no_release_has_is_406_where_output_is_selected() -> None:
    model = xgboost_model("1.2-1")
    assert model.serve().invoke(csv_rows(model.rows), accept="image/png").status == 200
    selected = model.serve(SAGEMAKER_INFERENCE_OUTPUT="predicted_score")
    assert selected.invoke(csv_rows(model.rows), accept="image/png").status == 406


@pytest.mark.parametrize("version", ["1", "0.90-2"])
def test_the_oldest_releases_do_not_know_the_variable(version: str) -> None:
    model = xgboost_model(version)
    served = model.serve(SAGEMAKER_INFERENCE_OUTPUT=EVERYTHING)
    assert served.text(csv_rows(model.rows)) == model.serve().text(csv_rows(model.rows))
