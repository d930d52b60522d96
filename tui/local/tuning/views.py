"""Tuning jobs and their training jobs in the shapes that Describe, the List operations and Search answer with."""

from __future__ import annotations

import sqlite3
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from tui.local.jobs.metrics import metric_definitions
from tui.local.jobs.states import Status as TrainingStatus
from tui.local.tuning.definitions import Objective, read_definitions
from tui.local.tuning.progress import Progress, progress_of
from tui.local.tuning.table import Child, ObjectiveStatus, Tally, TuningJob, children_of, tallies_of
from tui.local.tuning.warm_start import is_identical, parent_names


def description(connection: sqlite3.Connection, job: TuningJob) -> dict[str, Any]:
    """A tuning job as DescribeHyperParameterTuningJob answers it, all from one transaction."""
    children = children_of(connection, job.name)
    objective = read_definitions(job.request)[0].objective
    progress = progress_of(children, objective)
    request = dict(job.request)
    if "TrainingJobDefinition" in request:
        request["TrainingJobDefinition"] = _with_metrics(request["TrainingJobDefinition"])
    else:
        request["TrainingJobDefinitions"] = [_with_metrics(members) for members in request["TrainingJobDefinitions"]]
    overall = _overall_best(connection, job, objective) if is_identical(job.request) else None
    return request | _present(
        {
            "HyperParameterTuningJobArn": job.arn,
            "HyperParameterTuningJobStatus": job.status,
            "CreationTime": job.creation_time,
            "HyperParameterTuningEndTime": job.end_time,
            "LastModifiedTime": job.last_modified_time,
            **_counters(tallies_of(connection, [job.name])[job.name]),
            "BestTrainingJob": None if progress.best is None else child_summary(progress.best),
            "OverallBestTrainingJob": overall,
            "FailureReason": job.failure_reason,
            "TuningJobCompletionDetails": _completion_details(progress),
            "ConsumedResources": {"RuntimeInSeconds": round((job.end_time or time.time()) - job.creation_time)},
        }
    )


def summary(job: TuningJob, tallies: Sequence[Tally]) -> dict[str, Any]:
    """A tuning job as an item of ListHyperParameterTuningJobs."""
    config = job.request["HyperParameterTuningJobConfig"]
    return _present(
        {
            "HyperParameterTuningJobName": job.name,
            "HyperParameterTuningJobArn": job.arn,
            "HyperParameterTuningJobStatus": job.status,
            "Strategy": config["Strategy"],
            "CreationTime": job.creation_time,
            "HyperParameterTuningEndTime": job.end_time,
            "LastModifiedTime": job.last_modified_time,
            **_counters(tallies),
            "ResourceLimits": config["ResourceLimits"],
        }
    )


def child_summary(child: Child) -> dict[str, Any]:
    """A training job as an item of ListTrainingJobsForHyperParameterTuningJob; the metric has no Type, as on AWS."""
    metric = None
    if child.objective is not None:
        metric = {"MetricName": child.metric, "Value": child.objective}
    return _present(
        {
            "TrainingJobDefinitionName": child.definition,
            "TrainingJobName": child.name,
            "TrainingJobArn": child.arn,
            "CreationTime": child.creation_time,
            "TrainingStartTime": child.training_start_time,
            "TrainingEndTime": child.training_end_time,
            "TrainingJobStatus": child.status,
            "TunedHyperParameters": child.tuned,
            "FailureReason": child.failure_reason,
            "FinalHyperParameterTuningJobObjectiveMetric": metric,
            "ObjectiveStatus": child.objective_status,
        }
    )


def search_record(connection: sqlite3.Connection, job: TuningJob, tags: Sequence[Mapping[str, str]]) -> dict[str, Any]:
    """A tuning job as the `HyperParameterTuningJob` of a Search result."""
    return description(connection, job) | {"Tags": list(tags)}


def _counters(tallies: Sequence[Tally]) -> dict[str, dict[str, int]]:
    """How many training jobs there are of each status, and how many objectives."""
    statuses, objectives = Counter[str](), Counter[str]()
    for tally in tallies:
        statuses[_counted_as(tally)] += tally.jobs
        objectives[tally.objective_status] += tally.jobs
    return {
        "TrainingJobStatusCounters": {
            name: statuses[name]
            for name in ("Completed", "InProgress", "RetryableError", "NonRetryableError", "Stopped")
        },
        "ObjectiveStatusCounters": {status.value: objectives[status] for status in ObjectiveStatus},
    }


def _counted_as(tally: Tally) -> str:
    match tally.status:
        case TrainingStatus.STOPPING:
            return "InProgress"
        case TrainingStatus.FAILED:
            return "RetryableError" if tally.retryable else "NonRetryableError"
        case status:
            return status.value


def _overall_best(connection: sqlite3.Connection, job: TuningJob, objective: Objective) -> dict[str, Any] | None:
    """The best training job of a tuning job and its parents."""
    children = [child for name in (job.name, *parent_names(job.request)) for child in children_of(connection, name)]
    best = progress_of(children, objective).best
    return None if best is None else child_summary(best) | {"TuningJobName": best.tuning}


def _completion_details(progress: Progress) -> dict[str, Any] | None:
    if progress.best is None:
        return None
    return _present(
        {
            "NumberOfTrainingJobsObjectiveNotImproving": progress.not_improving,
            "ConvergenceDetectedTime": progress.converged,
        }
    )


def _with_metrics(members: Mapping[str, Any]) -> dict[str, Any]:
    """A definition with the metrics of its algorithm, which the service fills in."""
    specification = members["AlgorithmSpecification"]
    metrics = metric_definitions(
        {"AlgorithmSpecification": specification, "HyperParameters": members["StaticHyperParameters"]}
    )
    return {**members, "AlgorithmSpecification": {**specification, "MetricDefinitions": metrics}}


def _present(members: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in members.items() if value is not None}
