"""Tuning jobs as a person would start them by plain boto3, for the tests to share."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tests.local.server import LocalServer
from tests.local.training import call, endless, hyperparameters
from tests.local.training import request as training_request
from tests.waiting import until

RMSE = {"Type": "Minimize", "MetricName": "validation:rmse"}

_DEADLINE_SECONDS = 90


def ranges(**values: list[str] | tuple[str, str] | tuple[str, str, str]) -> dict[str, Any]:
    """`ParameterRanges`: a list is categorical, a pair of bounds integer or, with a point in them, continuous.

    A third element of a pair is its ScalingType.
    """
    made: dict[str, list[dict[str, Any]]] = {
        "IntegerParameterRanges": [],
        "ContinuousParameterRanges": [],
        "CategoricalParameterRanges": [],
    }
    for name, value in values.items():
        if isinstance(value, list):
            made["CategoricalParameterRanges"].append({"Name": name, "Values": value})
            continue
        kind = "ContinuousParameterRanges" if any(sign in value[0] for sign in ".e") else "IntegerParameterRanges"
        scaling = {"ScalingType": value[2]} if len(value) == 3 else {}
        made[kind].append({"Name": name, "MinValue": value[0], "MaxValue": value[1]} | scaling)
    return {kind: items for kind, items in made.items() if items}


def config(total: int | None = 2, parallel: int = 1, **members: Any) -> dict[str, Any]:
    """A `HyperParameterTuningJobConfig` that searches eta at random, with members added or replaced."""
    limits = {"MaxParallelTrainingJobs": parallel} | ({} if total is None else {"MaxNumberOfTrainingJobs": total})
    return {
        "Strategy": "Random",
        "HyperParameterTuningJobObjective": RMSE,
        "ResourceLimits": limits,
        "ParameterRanges": ranges(eta=("0.05", "0.5")),
    } | members


def definition(static: Mapping[str, str] | None = None, **members: Any) -> dict[str, Any]:
    """A training job definition for five rounds of XGBoost, with members added or replaced."""
    request = training_request("", **members)
    for member in ("TrainingJobName", "HyperParameters"):
        request.pop(member)
    return {"StaticHyperParameters": hyperparameters() if static is None else dict(static), **request}


ENDLESS = {"TrainingJobDefinition": definition(endless()["HyperParameters"])}
"""Members of a request whose training jobs train until they are stopped."""


def request(name: str, **members: Any) -> dict[str, Any]:
    """A CreateHyperParameterTuningJob request, with members added or replaced; None leaves one out."""
    made = {
        "HyperParameterTuningJobName": name,
        "HyperParameterTuningJobConfig": config(),
        "TrainingJobDefinition": definition(),
    } | members
    return {member: value for member, value in made.items() if value is not None}


def describe(server: LocalServer, name: str) -> Any:
    """The raw answer of DescribeHyperParameterTuningJob, walked against its output shape."""
    return call(server, "DescribeHyperParameterTuningJob", {"HyperParameterTuningJobName": name})


def children(server: LocalServer, name: str, **parameters: Any) -> list[Any]:
    """The raw items of ListTrainingJobsForHyperParameterTuningJob, walked against its output shape."""
    asked = {"HyperParameterTuningJobName": name, "MaxResults": 100} | parameters
    listed: list[Any] = call(server, "ListTrainingJobsForHyperParameterTuningJob", asked)["TrainingJobSummaries"]
    return listed


def wait_for(server: LocalServer, name: str, holds: Callable[[Any], bool]) -> Any:
    """The first description of a tuning job for which something holds; fails after a deadline."""
    return until(lambda: describe(server, name), f"tuning job {name}", _DEADLINE_SECONDS, holds=holds)


def wait_for_end(server: LocalServer, name: str) -> Any:
    """The description of a tuning job once it has ended."""
    return wait_for(server, name, lambda job: job["HyperParameterTuningJobStatus"] not in ("InProgress", "Stopping"))


def tune(server: LocalServer, name: str, **members: Any) -> Any:
    """Run a tuning job, and describe it once it has ended."""
    server.client("sagemaker").create_hyper_parameter_tuning_job(**request(name, **members))
    return wait_for_end(server, name)
