"""The tuning notebook: twenty training jobs, three at a time, the model of the best one, a batch transform."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.local.server import LocalServer
from tests.local.training import XGBOOST
from tests.local.tutorial import (
    FACTOR,
    diabetes,
    make_model,
    training_definition,
    transform,
    upload,
    wait_for_training,
)
from tests.waiting import until

_NAME = "tuning-job-2026-11-23-07-24-09-1"
_PREFIX = "boston-xgboost-tuning"
_DEADLINE_SECONDS = 120

_STATIC_HYPERPARAMETERS = {
    "gamma": "4",
    "subsample": "0.8",
    "objective": "reg:linear",
    "early_stopping_rounds": "10",
    "num_round": "40",
}
_CONFIG = {
    "ParameterRanges": {
        "CategoricalParameterRanges": [],
        "ContinuousParameterRanges": [{"MaxValue": "0.5", "MinValue": "0.05", "Name": "eta"}],
        "IntegerParameterRanges": [
            {"MaxValue": "12", "MinValue": "3", "Name": "max_depth"},
            {"MaxValue": "8", "MinValue": "2", "Name": "min_child_weight"},
        ],
    },
    "ResourceLimits": {"MaxNumberOfTrainingJobs": 20, "MaxParallelTrainingJobs": 3},
    "Strategy": "Bayesian",
    "HyperParameterTuningJobObjective": {"MetricName": "validation:rmse", "Type": "Minimize"},
}


def _wait_for_tuning_job(server: LocalServer, name: str) -> Any:
    """The description of a tuning job once it has ended; boto3 has no waiter for it."""
    sagemaker = server.client("sagemaker")

    def ended(job: Any) -> bool:
        assert job["TrainingJobStatusCounters"]["InProgress"] <= 3
        return job["HyperParameterTuningJobStatus"] not in ("InProgress", "Stopping")

    return until(
        lambda: sagemaker.describe_hyper_parameter_tuning_job(HyperParameterTuningJobName=name),
        "the end of the tuning job",
        _DEADLINE_SECONDS,
        holds=ended,
    )


def test_from_a_search_to_predictions_of_its_best_model(server: LocalServer) -> None:
    data = diabetes()
    uris = upload(server, _PREFIX, {**data.split.channels, "test": data.test_csv})
    channels = {name: uris[name] for name in ("train", "validation")}
    definition = training_definition(_PREFIX, XGBOOST, "csv", channels)
    definition["StaticHyperParameters"] = _STATIC_HYPERPARAMETERS
    sagemaker = server.client("sagemaker")
    request = {"HyperParameterTuningJobConfig": _CONFIG, "TrainingJobDefinition": definition}

    assert len(_NAME) == 32
    with pytest.raises(ClientError, match=r"'hyperParameterTuningJobName' failed to satisfy .* equal to 32") as refused:
        sagemaker.create_hyper_parameter_tuning_job(HyperParameterTuningJobName=f"{_NAME}0", **request)
    assert refused.value.response["Error"]["Code"] == "ValidationException"
    sagemaker.create_hyper_parameter_tuning_job(HyperParameterTuningJobName=_NAME, **request)
    tuned = _wait_for_tuning_job(server, _NAME)

    assert tuned["HyperParameterTuningJobStatus"] == "Completed"
    assert tuned["TrainingJobStatusCounters"]["Completed"] == 20
    best = tuned["BestTrainingJob"]
    children = sagemaker.list_training_jobs_for_hyper_parameter_tuning_job(
        HyperParameterTuningJobName=_NAME, MaxResults=100, SortBy="FinalObjectiveMetricValue", SortOrder="Ascending"
    )["TrainingJobSummaries"]
    assert len(children) == 20
    assert children[0] == best
    job = wait_for_training(server, best["TrainingJobName"])
    for name, value in best["TunedHyperParameters"].items():
        assert job["HyperParameters"][name] == value
    assert set(best["TunedHyperParameters"]) == {"eta", "max_depth", "min_child_weight"}
    (rmse,) = [item["Value"] for item in job["FinalMetricDataList"] if item["MetricName"] == "validation:rmse"]
    assert best["FinalHyperParameterTuningJobObjectiveMetric"] == {"MetricName": "validation:rmse", "Value": rmse}

    predicted = transform(server, "boston-tuned-transform", make_model(server, job), uris["test"])

    assert len(predicted) == len(data.test_y)
    assert data.times_better_than_the_mean(predicted) >= FACTOR
