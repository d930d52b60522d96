"""Tuning jobs and trials for the tests to share."""

from __future__ import annotations

from typing import Any

from tui.resources.tuning import Trial


def trial(name: str, objective: float | None, *, ended: float | None = None, status: str = "", **tuned: str) -> Trial:
    """A trial: Completed when it ended, InProgress otherwise, unless told."""
    return Trial(
        name=name,
        arn=f"arn:aws:sagemaker:us-east-1:123456789012:training-job/{name}",
        status=status or ("InProgress" if ended is None else "Completed"),
        created=100.0,
        started=110.0,
        ended=ended,
        tuned=tuned,
        objective=objective,
        objective_status="Succeeded" if objective is not None else "Pending",
        failure_reason="",
        definition="",
    )


def description(**members: Any) -> dict[str, Any]:
    """An answer of DescribeHyperParameterTuningJob, with times as the worker hands them on."""
    return {
        "HyperParameterTuningJobName": "boston",
        "HyperParameterTuningJobArn": "arn:aws:sagemaker:us-east-1:123456789012:hyper-parameter-tuning-job/boston",
        "HyperParameterTuningJobConfig": {
            "Strategy": "Bayesian",
            "HyperParameterTuningJobObjective": {"Type": "Minimize", "MetricName": "validation:rmse"},
            "ResourceLimits": {"MaxNumberOfTrainingJobs": 20, "MaxParallelTrainingJobs": 3},
            "ParameterRanges": {
                "ContinuousParameterRanges": [
                    {"Name": "eta", "MinValue": "0.05", "MaxValue": "0.5", "ScalingType": "Logarithmic"}
                ],
                "IntegerParameterRanges": [{"Name": "max_depth", "MinValue": "3", "MaxValue": "12"}],
            },
            "TrainingJobEarlyStoppingType": "Auto",
        },
        "TrainingJobDefinition": {
            "StaticHyperParameters": {"gamma": "4", "_tuning_objective_metric": "validation:rmse"},
        },
        "HyperParameterTuningJobStatus": "InProgress",
        "CreationTime": 100.0,
        "TrainingJobStatusCounters": {"Completed": 3, "InProgress": 2, "RetryableError": 1, "NonRetryableError": 2},
        "ObjectiveStatusCounters": {"Succeeded": 3, "Pending": 2, "Failed": 0},
        "BestTrainingJob": {
            "TrainingJobName": "boston-002-12345678",
            "FinalHyperParameterTuningJobObjectiveMetric": {"MetricName": "validation:rmse", "Value": 2.5},
        },
        "ConsumedResources": {"RuntimeInSeconds": 77},
    } | members
