"""Tuning jobs through plain boto3: the tutorial's search, its limits at every moment, its training jobs."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.local import training
from tests.local.aws_cli import aws, needs_aws_cli
from tests.local.server import LocalServer
from tests.local.tuning import children, config, definition, describe, ranges, request, tune, wait_for_end
from tests.waiting import meanwhile

pytestmark = pytest.mark.usefixtures("training_data")

_TUTORIAL = "tuning-job2026-11-23-07-24-09-xx"
_TAGS = [{"Key": "team", "Value": "boston"}]


@pytest.fixture(scope="session")
def tutorial(server: LocalServer, sagemaker: Any) -> tuple[Any, list[tuple[Any, list[Any]]]]:
    """The low-level tutorial's tuning job once it has ended, and all that was seen on the way."""
    assert len(_TUTORIAL) == 32
    searched = ranges(eta=("0.05", "0.5"), max_depth=("3", "12"), min_child_weight=("2", "8"))
    static = {"gamma": "0", "subsample": "0.8", "objective": "reg:linear", "early_stopping_rounds": "10"}
    sagemaker.create_hyper_parameter_tuning_job(
        **request(
            _TUTORIAL,
            HyperParameterTuningJobConfig=config(20, 3, Strategy="Bayesian", ParameterRanges=searched),
            TrainingJobDefinition=definition({**static, "num_round": "20"}),
            Tags=_TAGS,
        )
    )
    seen: list[tuple[Any, list[Any]]] = []
    with meanwhile(lambda: seen.append((describe(server, _TUTORIAL), children(server, _TUTORIAL)))):
        ended = wait_for_end(server, _TUTORIAL)
    return ended, seen


def test_the_tutorials_tuning_job_finds_the_best_of_twenty(server: LocalServer, tutorial: Any, sagemaker: Any) -> None:
    job, _ = tutorial
    assert job["HyperParameterTuningJobStatus"] == "Completed"
    assert job["TrainingJobStatusCounters"] == {
        "Completed": 20,
        "InProgress": 0,
        "RetryableError": 0,
        "NonRetryableError": 0,
        "Stopped": 0,
    }
    assert job["ObjectiveStatusCounters"] == {"Succeeded": 20, "Pending": 0, "Failed": 0}
    assert job["HyperParameterTuningEndTime"] == job["LastModifiedTime"] > job["CreationTime"]
    assert job["ConsumedResources"]["RuntimeInSeconds"] == pytest.approx(
        job["HyperParameterTuningEndTime"] - job["CreationTime"], abs=1
    )
    listed = children(server, _TUTORIAL)
    assert [re.sub(r"[0-9a-f]{8}$", "", child["TrainingJobName"]) for child in listed] == [
        f"{_TUTORIAL}-{number:03d}-" for number in range(1, 21)
    ]
    best = min(listed, key=lambda child: child["FinalHyperParameterTuningJobObjectiveMetric"]["Value"])
    assert job["BestTrainingJob"] == best
    assert best["FinalHyperParameterTuningJobObjectiveMetric"].keys() == {"MetricName", "Value"}
    artifact = sagemaker.describe_training_job(TrainingJobName=best["TrainingJobName"])["ModelArtifacts"]
    assert artifact["S3ModelArtifacts"].endswith("/output/model.tar.gz")


def test_counters_and_limits_are_right_at_every_look(tutorial: Any) -> None:
    _, seen = tutorial
    assert len(seen) > 20
    for job, listed in seen:
        counters, objectives = job["TrainingJobStatusCounters"], job["ObjectiveStatusCounters"]
        assert counters["InProgress"] <= 3
        assert sum(counters.values()) == sum(objectives.values()) <= 20
        assert objectives["Pending"] == counters["InProgress"]
        assert objectives["Succeeded"] == counters["Completed"]
        assert ("BestTrainingJob" in job) == (objectives["Succeeded"] > 0)
        assert sum(child["TrainingJobStatus"] == "InProgress" for child in listed) <= 3
    assert max(job["TrainingJobStatusCounters"]["InProgress"] for job, _ in seen) == 3
    ended = [job["ObjectiveStatusCounters"]["Succeeded"] for job, _ in seen]
    assert ended == sorted(ended)
    bests = [job["BestTrainingJob"] for job, _ in seen if "BestTrainingJob" in job]
    best = [summary["FinalHyperParameterTuningJobObjectiveMetric"]["Value"] for summary in bests]
    assert best == sorted(best, reverse=True)


def test_the_description_repeats_the_request_as_the_service_completes_it(tutorial: Any) -> None:
    job, _ = tutorial
    searched = job["HyperParameterTuningJobConfig"]["ParameterRanges"]
    assert searched["ContinuousParameterRanges"] == [
        {"Name": "eta", "MinValue": "0.05", "MaxValue": "0.5", "ScalingType": "Auto"}
    ]
    assert searched["CategoricalParameterRanges"] == []
    described = job["TrainingJobDefinition"]
    assert described["StaticHyperParameters"]["_tuning_objective_metric"] == "validation:rmse"
    assert described["EnableManagedSpotTraining"] is False
    metrics = {item["Name"]: item["Regex"] for item in described["AlgorithmSpecification"]["MetricDefinitions"]}
    assert metrics["ObjectiveMetric"] == metrics["validation:rmse"]


def test_a_training_job_of_a_tuning_job_is_a_whole_training_job(
    server: LocalServer, tutorial: Any, sagemaker: Any
) -> None:
    tuning, _ = tutorial
    summary = children(server, _TUTORIAL, MaxResults=1)[0]
    job = training.describe(server, summary["TrainingJobName"])

    tuned = summary["TunedHyperParameters"]
    assert tuned.keys() == {"eta", "max_depth", "min_child_weight"}
    assert 0.05 <= float(tuned["eta"]) <= 0.5
    assert tuned["eta"] == repr(float(tuned["eta"]))
    assert 3 <= int(tuned["max_depth"]) <= 12
    static = tuning["TrainingJobDefinition"]["StaticHyperParameters"]
    assert job["HyperParameters"] == {**static, **tuned}
    assert job["TuningJobArn"] == tuning["HyperParameterTuningJobArn"]
    finals = {item["MetricName"]: item["Value"] for item in job["FinalMetricDataList"]}
    assert finals["ObjectiveMetric"] == finals["validation:rmse"]
    assert finals["ObjectiveMetric"] == summary["FinalHyperParameterTuningJobObjectiveMetric"]["Value"]
    assert summary["TrainingEndTime"] == job["TrainingEndTime"]
    assert sagemaker.list_tags(ResourceArn=job["TrainingJobArn"])["Tags"] == _TAGS
    assert sagemaker.list_tags(ResourceArn=tuning["HyperParameterTuningJobArn"])["Tags"] == _TAGS
    listed = sagemaker.list_training_jobs(NameContains=_TUTORIAL, MaxResults=100)["TrainingJobSummaries"]
    assert len(listed) == 20
    mine = {"Filters": [{"Name": "TuningJobArn", "Operator": "Equals", "Value": tuning["HyperParameterTuningJobArn"]}]}
    found = sagemaker.search(
        Resource="TrainingJob", SearchExpression=mine, SortBy="Metrics.validation:rmse", SortOrder="Ascending"
    )
    assert found["Results"][0]["TrainingJob"]["TrainingJobName"] == tuning["BestTrainingJob"]["TrainingJobName"]


def test_training_jobs_are_listed_in_any_order_and_in_pages(server: LocalServer, tutorial: Any) -> None:
    by_objective = children(server, _TUTORIAL, SortBy="FinalObjectiveMetricValue")
    values = [child["FinalHyperParameterTuningJobObjectiveMetric"]["Value"] for child in by_objective]
    assert values == sorted(values)
    assert len(values) == 20
    by_time = children(server, _TUTORIAL, SortBy="CreationTime", SortOrder="Descending")
    assert by_time == children(server, _TUTORIAL)[::-1]
    assert children(server, _TUTORIAL, StatusEquals="Failed") == []
    asked = {"HyperParameterTuningJobName": _TUTORIAL, "MaxResults": 7, "SortBy": "FinalObjectiveMetricValue"}
    paged = []
    token: str | None = None
    while True:
        page = training.call(
            server,
            "ListTrainingJobsForHyperParameterTuningJob",
            asked | ({} if token is None else {"NextToken": token}),
        )
        paged += page["TrainingJobSummaries"]
        token = page.get("NextToken")
        if token is None:
            break
    assert paged == by_objective


def test_tuning_jobs_are_listed_by_name(server: LocalServer, tutorial: Any) -> None:
    job, _ = tutorial
    listed = training.call(server, "ListHyperParameterTuningJobs", {"NameContains": _TUTORIAL[:20]})
    (summary,) = listed["HyperParameterTuningJobSummaries"]
    assert summary == {
        "HyperParameterTuningJobName": _TUTORIAL,
        "Strategy": "Bayesian",
        "ResourceLimits": {"MaxNumberOfTrainingJobs": 20, "MaxParallelTrainingJobs": 3},
    } | {
        member: job[member]
        for member in (
            "HyperParameterTuningJobArn",
            "HyperParameterTuningJobStatus",
            "CreationTime",
            "HyperParameterTuningEndTime",
            "LastModifiedTime",
            "TrainingJobStatusCounters",
            "ObjectiveStatusCounters",
        )
    }
    for name in ("order-b", "order-a"):
        tune(
            server,
            name,
            HyperParameterTuningJobConfig=config(1),
            TrainingJobDefinition=definition(**training.without_data()),
        )
    for parameters, names in (
        ({}, ["order-a", "order-b"]),
        ({"SortOrder": "Descending"}, ["order-b", "order-a"]),
        ({"SortBy": "CreationTime"}, ["order-b", "order-a"]),
        ({"StatusEquals": "Failed"}, ["order-a", "order-b"]),
        ({"StatusEquals": "Completed"}, []),
    ):
        page = training.call(server, "ListHyperParameterTuningJobs", {"NameContains": "order-"} | parameters)
        assert [item["HyperParameterTuningJobName"] for item in page["HyperParameterTuningJobSummaries"]] == names


@needs_aws_cli
def test_the_aws_cli_starts_and_describes_a_tuning_job(server: LocalServer, sagemaker: Any, tmp_path: Path) -> None:
    file = tmp_path / "request.json"
    file.write_text(json.dumps(request("from-the-cli", HyperParameterTuningJobConfig=config(1))))
    printed = aws(
        server, tmp_path, "sagemaker", "create-hyper-parameter-tuning-job", "--cli-input-json", f"file://{file}"
    )
    arn = json.loads(printed)["HyperParameterTuningJobArn"]
    wait_for_end(server, "from-the-cli")
    described = json.loads(
        aws(
            server,
            tmp_path,
            "sagemaker",
            "describe-hyper-parameter-tuning-job",
            "--hyper-parameter-tuning-job-name",
            "from-the-cli",
        )
    )
    assert described["HyperParameterTuningJobArn"] == arn
    assert described["BestTrainingJob"]["ObjectiveStatus"] == "Succeeded"
