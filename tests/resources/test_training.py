"""The pure rules about training jobs: values from answers, progress and metrics from log lines, names."""

from __future__ import annotations

import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.resources.training import (
    NAME_PATTERN,
    Metric,
    MetricPoint,
    MetricReader,
    Progress,
    TrainingJob,
    TrainingJobDetail,
    Transition,
    name_problem,
    progress_of,
    why_no_log,
)

ARN = "arn:aws:sagemaker:eu-west-1:123456789012:training-job/boston"
SUMMARY = {"TrainingJobName": "boston", "TrainingJobArn": ARN, "TrainingJobStatus": "InProgress", "CreationTime": 100.0}
DESCRIPTION = SUMMARY | {
    "TrainingJobStatus": "Failed",
    "SecondaryStatus": "Failed",
    "LastModifiedTime": 190.0,
    "TrainingEndTime": 180.0,
    "AlgorithmSpecification": {
        "TrainingImage": "1.dkr.ecr.eu-west-1.amazonaws.com/x:1",
        "MetricDefinitions": [{"Name": "train:rmse", "Regex": "train-rmse:(.*)"}],
    },
    "HyperParameters": {"num_round": "5", "eta": "0.1"},
    "SecondaryStatusTransitions": [
        {"Status": "Starting", "StartTime": 100.0, "EndTime": 110.0, "StatusMessage": "Preparing"},
        {"Status": "Failed", "StartTime": 110.0},
    ],
    "FinalMetricDataList": [{"MetricName": "train:rmse", "Value": 1.5, "Timestamp": 170.0}],
    "FailureReason": "AlgorithmError: no",
    "ModelArtifacts": {"S3ModelArtifacts": "s3://bucket/model.tar.gz"},
    "BillableTimeInSeconds": 42,
    "ResourceConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 2},
}


def test_a_row_from_the_least_that_a_summary_holds() -> None:
    job = TrainingJob.from_summary(SUMMARY)
    assert job == TrainingJob("boston", ARN, "InProgress", 100.0, 100.0, None, "", None)
    assert job.running
    assert job.duration is None


def test_a_row_of_a_job_that_is_over() -> None:
    job = TrainingJob.from_summary(
        SUMMARY | {"TrainingJobStatus": "Stopped", "LastModifiedTime": 190.0, "TrainingEndTime": 180.0}
    )
    assert (job.running, job.duration, job.modified) == (False, 80.0, 190.0)


def test_clocks_that_disagree_make_no_negative_duration() -> None:
    assert TrainingJob.from_summary(SUMMARY | {"TrainingEndTime": 99.0}).duration == 0.0


@pytest.mark.parametrize(
    ("status", "running"),
    [("InProgress", True), ("Stopping", True), ("Completed", False), ("Failed", False), ("Stopped", False)],
)
def test_what_can_still_change(status: str, running: bool) -> None:
    assert TrainingJob.from_summary(SUMMARY | {"TrainingJobStatus": status}).running is running


def test_a_detail_holds_what_a_person_looks_at() -> None:
    detail = TrainingJobDetail.from_description(DESCRIPTION)
    assert detail.job == TrainingJob("boston", ARN, "Failed", 100.0, 190.0, 180.0, "Failed")
    assert detail.description is DESCRIPTION
    assert detail.image == "1.dkr.ecr.eu-west-1.amazonaws.com/x:1"
    assert detail.hyperparameters == (("eta", "0.1"), ("num_round", "5"))
    assert detail.transitions == (
        Transition("Starting", 100.0, 110.0, "Preparing"),
        Transition("Failed", 110.0, None, ""),
    )
    assert detail.metrics == (Metric("train:rmse", 1.5, 170.0),)
    assert detail.metric_definitions == (("train:rmse", "train-rmse:(.*)"),)
    assert (detail.failure_reason, detail.artifact) == ("AlgorithmError: no", "s3://bucket/model.tar.gz")
    assert (detail.billable_seconds, detail.instance_type, detail.instance_count) == (42, "ml.m5.large", 2)


def test_a_detail_of_a_job_that_has_only_just_begun() -> None:
    detail = TrainingJobDetail.from_description(SUMMARY)
    assert (detail.image, detail.artifact, detail.failure_reason, detail.instance_type) == ("", "", "", "")
    assert (detail.hyperparameters, detail.transitions, detail.metrics) == ((), (), ())
    assert detail.billable_seconds is None


def test_an_algorithm_by_name_stands_where_the_image_would() -> None:
    detail = TrainingJobDetail.from_description(SUMMARY | {"AlgorithmSpecification": {"AlgorithmName": "mine"}})
    assert detail.image == "mine"


@pytest.mark.parametrize(
    ("lines", "hyperparameters", "progress"),
    [
        (["[0]#011train-rmse:9.1"], {"num_round": "50"}, Progress(1, 50, "round")),
        (["[0]\ttrain-rmse:9", "[49]\ttrain-rmse:1", "chatter"], {"num_round": "50"}, Progress(50, 50, "round")),
        (["[3] train-rmse:9"], {"num_round": "50"}, Progress(4, 50, "round")),
        (["[3]#011train-rmse:9"], {}, None),
        (["[3]#011train-rmse:9"], {"num_round": "many"}, None),
        (
            ["[11/23/2026 12:00:00 INFO] #progress_metric: host=algo-1, completed 6.6 % of epochs"],
            {},
            Progress(7, 100, "%"),
        ),
        (["#progress_metric: host=algo-1, completed 100 % of epochs"], {}, Progress(100, 100, "%")),
        (["epoch 1:  10%|#   | 1/10#015epoch 1:  42.5%|## | 4/10, top 91%#015"], {}, Progress(42, 100, "%")),
        (["accuracy 91%"], {}, None),
        (["[2026-11-23:12:00:00:INFO] no round", "[12:00:00] nor this", "[12]nor this"], {"num_round": "50"}, None),
        ([], {"num_round": "50"}, None),
    ],
)
def test_progress_is_in_the_newest_line_that_tells(
    lines: list[str], hyperparameters: dict[str, str], progress: Progress | None
) -> None:
    assert progress_of(lines, hyperparameters) == progress


@pytest.mark.parametrize(
    ("progress", "fraction", "text"),
    [
        (Progress(5, 20, "round"), 0.25, "round 5 of 20"),
        (Progress(40, 100, "%"), 0.4, "40 %"),
        (Progress(30, 20, "round"), 1.0, "round 30 of 20"),
        (Progress(3, 0, "epoch"), 0.0, "epoch 3 of 0"),
    ],
)
def test_progress_in_numbers_and_words(progress: Progress, fraction: float, text: str) -> None:
    assert (progress.fraction, str(progress)) == (fraction, text)


XGBOOST = (("train:rmse", r".*\[[0-9]+\].*#011train-rmse:([-+]?[0-9]*\.?[0-9]+(?:[eE][-+]?[0-9]+)?).*"),)


def test_metric_values_are_counted_from_0_by_metric() -> None:
    reader = MetricReader((("a", r"a=(\S+)"), ("b", r"b=(\S+)")))
    assert reader.read(["a=1 b=2", "a=3", "nothing"]) == [
        MetricPoint("a", 0, 1.0),
        MetricPoint("b", 0, 2.0),
        MetricPoint("a", 1, 3.0),
    ]
    assert reader.read(["b=4", "a=5"]) == [MetricPoint("b", 1, 4.0), MetricPoint("a", 2, 5.0)]


def test_the_regexes_of_the_containers_find_their_values() -> None:
    lines = ["[0]#011train-rmse:9.16#011validation-rmse:9.25", "[1]#011train-rmse:1e-05", "[2]#011train-mae:1"]
    assert [point.value for point in MetricReader(XGBOOST).read(lines)] == [9.16, 1e-05]


@pytest.mark.parametrize(
    ("regex", "line"),
    [
        ("(unclosed", "(unclosed"),
        ("(?<n>x)", "x"),
        ("no group", "no group"),
        ("loss=(\\S+)", "loss=none"),
        ("loss=(\\d+)?", "loss="),
        ("loss=()", "loss="),
    ],
)
def test_a_metric_that_cannot_be_read_has_no_points(regex: str, line: str) -> None:
    reader = MetricReader((("odd", regex), ("fine", "(?:.*)")))
    assert reader.read([line]) == []
    assert MetricReader((("odd", regex), ("loss", "fine=(.*)"))).read([line, "fine=1"]) == [MetricPoint("loss", 0, 1.0)]


def test_a_metric_may_be_no_number_and_says_so() -> None:
    points = MetricReader((("loss", "loss=(.*)"),)).read(["loss=nan", "loss=inf"])
    assert math.isnan(points[0].value)
    assert points[1].value == math.inf


def detail_of(status: str, **members: object) -> TrainingJobDetail:
    return TrainingJobDetail.from_description(SUMMARY | {"TrainingJobStatus": status} | members)


@pytest.mark.parametrize(
    ("detail", "why"),
    [
        (detail_of("InProgress"), "boston has not written to its log yet. It is being prepared."),
        (
            detail_of(
                "InProgress",
                SecondaryStatusTransitions=[
                    {"Status": "Starting", "StartTime": 1.0, "StatusMessage": "Launching requested ML instances"}
                ],
            ),
            "boston has not written to its log yet. It is Starting: Launching requested ML instances",
        ),
        (
            detail_of("Failed", FailureReason="ClientError: no data"),
            "boston failed before it wrote to its log: ClientError: no data",
        ),
        (detail_of("Stopped"), "boston ended (Stopped) without writing to its log."),
    ],
)
def test_why_there_is_no_log(detail: TrainingJobDetail, why: str) -> None:
    assert why_no_log(detail) == why


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("boston", ""),
        ("a", ""),
        ("0-b--C9", ""),
        ("x" * 63, ""),
        ("", "The name is empty."),
        ("x" * 64, "The name has 64 characters, 63 are allowed."),
        ("a_b c", "The name may hold letters, digits and dashes, not ' ' '_'."),
        ("a\x1b", "The name may hold letters, digits and dashes, not '\\x1b'."),
        ("zürich", "The name may hold letters, digits and dashes, not 'ü'."),
        ("٣", "The name may hold letters, digits and dashes, not '٣'."),
        ("-a", "The name must begin and end with a letter or a digit."),
        ("a-", "The name must begin and end with a letter or a digit."),
        ("a\n", "The name may hold letters, digits and dashes, not '\\n'."),
    ],
)
def test_what_is_wrong_with_a_name(name: str, problem: str) -> None:
    assert name_problem(name) == problem


def test_a_name_may_have_to_be_shorter() -> None:
    assert name_problem("x" * 33, limit=32) == "The name has 33 characters, 32 are allowed."
    assert name_problem("x" * 32, limit=32) == ""


@given(st.text(alphabet="aZ09-_ é", max_size=66) | st.from_regex(NAME_PATTERN, fullmatch=True))
def test_a_name_is_right_when_sagemaker_takes_it(name: str) -> None:
    taken = re.fullmatch(r"[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}", name) is not None and len(name) <= 63
    assert (name_problem(name) == "") is taken
