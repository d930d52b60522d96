"""What the lines of a transform job's output say, and where labels are found."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.panes.scripted import detail as training_detail
from tests.panes.scripted import job, uploaded
from tui.resources.drift import ColumnDrift, ColumnSummary, Drift
from tui.resources.result_lines import features_of, judged, prediction_of, row_of
from tui.resources.results import (
    JobResults,
    Labels,
    Origin,
    Reading,
    artifact_job,
    labels_of,
    retraining_problem,
    side_by_side_problem,
    task_of,
)
from tui.resources.scores import Prediction
from tui.resources.transforms import FilesDone, TransformFile, TransformFiles, TransformJobDetail

CSV = Reading("text/csv", "text/csv", False, "$", "$", False, "regression")
JOINED = replace(CSV, joined=True)


def described(**members: Any) -> TransformJobDetail:
    answer: dict[str, Any] = {
        "TransformJobName": "job",
        "TransformJobArn": "arn",
        "TransformJobStatus": "Completed",
        "CreationTime": 1.0,
        "ModelName": "model",
        "TransformInput": {
            "DataSource": {"S3DataSource": {"S3Uri": members.pop("uri", "s3://b/in")}},
            "ContentType": "text/csv",
            "SplitType": members.pop("split", "Line"),
        },
        "TransformOutput": {"S3OutputPath": "s3://b/out", "Accept": members.pop("accept", "text/csv")},
    }
    return TransformJobDetail.from_description(answer | members)


@pytest.mark.parametrize(
    ("answer", "reading", "prediction"),
    [
        ("152.5", CSV, Prediction(152.5)),
        ("0.25", replace(CSV, task="binary"), Prediction(0.25)),
        ("0.1,0.7,0.2", replace(CSV, task="multiclass"), Prediction(1.0, (0.1, 0.7, 0.2))),
        ("[0.1, 0.2, 0.7]", replace(CSV, task="multiclass"), Prediction(2.0, (0.1, 0.2, 0.7))),
        ("2.0", replace(CSV, task="multiclass"), Prediction(2.0)),
        ("7,8,152.5", JOINED, Prediction(152.5)),
        ("7,152.5", replace(JOINED, output_filter="$[0,-1]"), Prediction(152.5)),
        ('{"score": 3.5}', CSV, Prediction(3.5)),
        ('{"score": 0.9, "predicted_label": 1}', replace(CSV, task="binary"), Prediction(0.9)),
        (
            '{"score": [0.2, 0.8], "predicted_label": 1}',
            replace(CSV, task="multiclass"),
            Prediction(1.0, (0.2, 0.8)),
        ),
        ('{"predictions": [{"score": 3.5}]}', CSV, Prediction(3.5)),
        ('{"features": [1], "SageMakerOutput": {"score": 3.5}}', CSV, Prediction(3.5)),
        ("no number", CSV, None),
        ("{broken", CSV, None),
        ('{"predictions": [{"score": 1}, {"score": 2}]}', CSV, None),
        ("1,2", CSV, None),
        ("", CSV, None),
    ],
)
def test_predictions_in_every_format(answer: str, reading: Reading, prediction: Prediction | None) -> None:
    assert prediction_of("7,8", answer, reading) == prediction


def test_a_label_is_no_feature() -> None:
    reading = replace(CSV, labels=Labels("column", 0))
    assert features_of("9,7,8", reading) == ("7", "8")
    assert features_of("9,7,8", replace(reading, input_filter="$[1:]")) == ("7", "8")
    assert features_of("7,8", CSV) == ("7", "8")
    assert features_of('{"features": [7]}', replace(CSV, content_type="application/jsonlines")) == (
        '{"features": [7]}',
    )
    assert features_of("7", replace(CSV, input_filter="$[4]")) == ("7",)


def test_rows_without_a_label_are_not_judged() -> None:
    labelled = replace(CSV, labels=Labels("column", 0))
    row = row_of(3, "9.5,7", "8.5", None, labelled)
    assert (row.actual, row.prediction) == (9.5, Prediction(8.5))
    found = judged(row, labelled)
    assert found is not None
    assert (found.number, found.error) == (3, -1.0)
    for record in ("?,7", "nan,7", ""):
        assert judged(row_of(1, record, "8.5", None, labelled), labelled) is None
    assert judged(row_of(1, "9", "8.5", "7", CSV), CSV) is not None
    assert row_of(1, "9", "8.5", "7", replace(CSV, task=None)).prediction is None


def test_labels_of_a_data_set() -> None:
    datasets = (uploaded("diabetes"),)
    place = f"s3://{datasets[0].bucket}/{datasets[0].prefix}"
    assert labels_of(described(uri=f"{place}validation/validation.csv"), datasets) == Labels("column", 0)
    assert labels_of(described(uri=f"{place}test/test.csv"), datasets) == Labels(
        "file", uri=f"{place}test/test-labels.csv", key="datasets/diabetes/test/test.csv"
    )
    assert labels_of(described(), datasets) == Labels()


def test_when_rows_cannot_be_side_by_side() -> None:
    assert side_by_side_problem(described()) == ""
    assert "not split by line" in side_by_side_problem(described(split="None"))
    assert "many records" in side_by_side_problem(described(accept="application/json"))
    assert side_by_side_problem(described(accept="application/json", BatchStrategy="SingleRecord")) == ""
    assert "no text" in side_by_side_problem(described(accept="application/x-recordio-protobuf"))


@pytest.mark.parametrize(
    ("hyperparameters", "task"),
    [
        ({"objective": "reg:squarederror"}, "regression"),
        ({"objective": "binary:logistic"}, "binary"),
        ({"objective": "multi:softprob"}, "multiclass"),
        ({"predictor_type": "binary_classifier"}, "binary"),
        ({"predictor_type": "regressor"}, "regression"),
        ({"other": "1"}, None),
    ],
)
def test_the_task_of_a_model(hyperparameters: dict[str, str], task: str | None) -> None:
    assert task_of(training_detail(job("a"), HyperParameters=hyperparameters)) == task


def test_the_job_of_an_artifact() -> None:
    assert artifact_job("s3://bucket/models/job/output/model.tar.gz") == "job"
    assert artifact_job("s3://bucket/my-model.tar.gz") == ""
    assert artifact_job("") == ""


def test_a_column_has_moved_when_both_measures_say_so() -> None:
    summary = ColumnSummary(100, 25, 0.0, 1.0, 0.5)
    assert summary.missing_share == 0.25

    def column(psi: float, ks: float, compared: tuple[int, int] = (1000, 1000)) -> ColumnDrift:
        return ColumnDrift("c", summary, summary, 0, psi, ks, compared)

    assert column(0.05, 0.5).verdict == ""
    assert column(0.5, 0.05).verdict == "", "so small a distance may be chance"
    assert column(0.2, 0.2).verdict == "moved"
    assert column(0.5, 0.2).verdict == "moved much"
    assert column(0.5, 0.2, (60, 60)).verdict == "", "few values differ by chance"
    drift = Drift((column(0.05, 0.5), column(0.2, 0.2), column(0.5, 0.2)), 1000)
    assert [found.psi for found in drift.moved] == [0.5, 0.2]


def test_a_column_has_moved_when_its_values_are_missing() -> None:
    def column(then: int, now: int, rows: int = 1000) -> ColumnDrift:
        full, new = ColumnSummary(rows, then, 0.0, 1.0, 0.5), ColumnSummary(rows, now, 0.0, 1.0, 0.5)
        return ColumnDrift("c", full, new, 0, 0.01, 0.01, (rows - then, rows - now))

    assert column(0, 50).verdict == ""
    assert column(0, 120).verdict == "moved"
    assert column(400, 100).verdict == "moved much"
    assert column(2, 4, rows=10).verdict == "", "few rows differ by chance"
    nothing = ColumnSummary(1000, 1000, None, None, None)
    gone = ColumnDrift("c", ColumnSummary(1000, 0, 0.0, 1.0, 0.5), nothing, 0, None, None, (1000, 0))
    assert (gone.verdict, gone.distance) == ("moved much", 1.0)
    assert ColumnDrift("c", ColumnSummary(0, 0, None, None, None), nothing, 0, None, None).verdict == ""
    assert Drift((column(0, 120), gone), 1000).moved == (gone, column(0, 120))


def results(**members: Any) -> JobResults:
    """Results that can be learnt from, unless told otherwise."""
    origin = Origin("job", "regression", "s3://b/datasets/d/train/train.csv")
    file = TransformFile("new.csv", "b", "in/new.csv", 10, "b", "out/new.csv.out", members.pop("output", 5))
    reading = replace(CSV, input_filter="$[1:]", labels=Labels("column", 0))
    reading = replace(reading, **members.pop("reading", {}))
    return JobResults(
        described(uri=members.pop("uri", "s3://b/in")),
        TransformFiles((file,), FilesDone(1, 1)),
        reading,
        members.pop("origin", origin),
    )


@pytest.mark.parametrize(
    ("members", "says"),
    [
        ({}, ""),
        ({"origin": None}, "not known what the model learnt from"),
        ({"reading": {"labels": Labels()}}, "label in the first column"),
        ({"reading": {"input_filter": "$"}}, "label in the first column"),
        ({"reading": {"compressed": True}}, "plain CSV"),
        ({"output": None}, "no output"),
        ({"uri": "s3://other/in"}, "another bucket"),
        ({"uri": "s3://b/datasets/d/validation/validation.csv"}, "must not learn from what it is judged by"),
    ],
)
def test_what_can_be_learnt_from(members: dict[str, Any], says: str) -> None:
    found = retraining_problem(results(**members))
    assert says in found
    assert bool(found) == bool(says)
