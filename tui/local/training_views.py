"""Training jobs in the shapes that DescribeTrainingJob, ListTrainingJobs and Search answer with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tui.local.jobs.metrics import metric_definitions
from tui.local.jobs.table import Job
from tui.local.model import service_model


def summary(job: Job) -> dict[str, Any]:
    """A job as an item of ListTrainingJobs."""
    return _present(
        {
            "TrainingJobName": job.name,
            "TrainingJobArn": job.arn,
            "CreationTime": job.creation_time,
            "TrainingEndTime": job.training_end_time,
            "LastModifiedTime": job.last_modified_time,
            "TrainingJobStatus": job.status,
            "SecondaryStatus": job.phase,
        }
    )


def description(job: Job) -> dict[str, Any]:
    """A job as DescribeTrainingJob answers it.

    ModelArtifacts is absent until something is uploaded, as on AWS, although the model calls it required.
    """
    profiler = job.request.get("ProfilerConfig")
    seconds = _seconds(job)
    computed = {
        "TrainingJobArn": job.arn,
        "ModelArtifacts": None if job.model_artifacts is None else {"S3ModelArtifacts": job.model_artifacts},
        "TrainingJobStatus": job.status,
        "SecondaryStatus": job.phase,
        "FailureReason": job.failure_reason,
        "CreationTime": job.creation_time,
        "TrainingStartTime": job.training_start_time,
        "TrainingEndTime": job.training_end_time,
        "LastModifiedTime": job.last_modified_time,
        "SecondaryStatusTransitions": [
            _present(
                {
                    "Status": transition.phase,
                    "StartTime": transition.start,
                    "EndTime": transition.end,
                    "StatusMessage": transition.message,
                }
            )
            for transition in job.transitions
        ],
        "FinalMetricDataList": [
            {"MetricName": sample.metric, "Value": sample.value, "Timestamp": sample.timestamp}
            for sample in job.final_metrics
        ]
        or None,
        "TrainingTimeInSeconds": seconds,
        "BillableTimeInSeconds": seconds,
        "ProfilingStatus": "Disabled" if profiler is None or profiler.get("DisableProfiler") else "Enabled",
    }
    request = {name: value for name, value in job.request.items() if name != "SessionChainingConfig"}
    algorithm = {**request["AlgorithmSpecification"], "MetricDefinitions": metric_definitions(job.request)}
    return request | {"AlgorithmSpecification": algorithm} | _present(computed)


def search_record(job: Job, tags: Sequence[Mapping[str, str]]) -> dict[str, Any]:
    """A job as the `TrainingJob` of a Search result."""
    members = service_model("sagemaker").shapes["TrainingJob"]["members"]
    record = {name: value for name, value in description(job).items() if name in members}
    return record | {"Tags": list(tags)}


def _seconds(job: Job) -> int | None:
    """The time on the instances, which is billed whole and at least for a second; None while there is no end."""
    if job.training_start_time is None or job.training_end_time is None:
        return None
    return max(1, round(job.training_end_time - job.training_start_time))


def _present(members: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in members.items() if value is not None}
