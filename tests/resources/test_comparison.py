"""Training jobs side by side."""

from __future__ import annotations

from tests.panes.scripted import JOBS, detail
from tui.resources.comparison import Line, compare, cost
from tui.resources.prices import Price

DONE = next(job for job in JOBS if job.status == "Completed")
PRICE = Price(0.36, "built-in table", "2026-09-24")


def test_what_differs_is_shown_and_what_does_not_is_left_out() -> None:
    first = detail(DONE, HyperParameters={"eta": "0.1", "num_round": "50"})
    second = detail(
        DONE,
        HyperParameters={"eta": "0.2", "num_round": "50", "_tuning_objective_metric": "x"},
        FinalMetricDataList=[
            {"MetricName": "validation:rmse", "Value": 55.0},
            {"MetricName": "train:rmse", "Value": 40.0},
        ],
    )
    lines = compare([first, second], {"ml.m5.large": PRICE})
    found = {line.name: line.values for line in lines}
    assert [line.name for line in lines if line.section == "metric"] == ["validation:rmse", "train:rmse"]
    assert found["validation:rmse"] == ("57.1722", "55")
    assert found["train:rmse"] == ("", "40")
    assert [line for line in lines if line.section == "hyperparameter"] == [
        Line("hyperparameter", "eta", ("0.1", "0.2"))
    ]
    assert "image" not in found
    assert "instances" not in found


def test_jobs_of_different_algorithms_differ_in_image_and_data() -> None:
    channel = {"ChannelName": "train", "DataSource": {"S3DataSource": {"S3Uri": "s3://b/other"}}}
    other = detail(
        DONE,
        AlgorithmSpecification={"TrainingImage": "linear-learner:1"},
        InputDataConfig=[channel],
        HyperParameters={},
    )
    found = {line.name: line.values for line in compare([detail(DONE), other], {})}
    assert found["image"][1] == "linear-learner:1"
    assert found["train"] == ("s3://bucket/datasets/diabetes/train", "s3://b/other")
    assert found["eta"] == ("0.05", "")


def test_a_cost_is_known_or_absent_never_zero() -> None:
    assert cost(detail(DONE), PRICE) == "0.0060"
    assert cost(detail(DONE), None) == ""
    assert cost(detail(DONE, BillableTimeInSeconds=None), PRICE) == ""
