"""Training jobs as a person would start them by plain boto3, for the tests to share."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from tests.local.server import LocalServer
from tests.local.shapes import mismatches
from tests.waiting import until
from tui.local.settings import Settings

XGBOOST = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:1.7-1"
LINEAR = "382416733822.dkr.ecr.us-east-1.amazonaws.com/linear-learner:1"
BUCKET = "sagemaker-us-east-1-training-tests"
LOG_GROUP = "/aws/sagemaker/TrainingJobs"


def regression_csv(rows: int, seed: int = 7) -> bytes:
    """A CSV in the built-in algorithms' form: label first, two features, no header."""
    random_numbers = random.Random(seed)
    lines = []
    for _ in range(rows):
        first, second = random_numbers.random(), random_numbers.random()
        lines.append(f"{3 * first - second:.5f},{first:.5f},{second:.5f}")
    return "\n".join(lines).encode()


def upload_data(server: LocalServer) -> None:
    """The bucket with the channels `train` and `validation` under `data/`."""
    s3 = server.client("s3")
    s3.create_bucket(Bucket=BUCKET)
    s3.put_object(Bucket=BUCKET, Key="data/train/train.csv", Body=regression_csv(200))
    s3.put_object(Bucket=BUCKET, Key="data/validation/validation.csv", Body=regression_csv(100, seed=8))


def channel(name: str, uri: str | None = None, **members: Any) -> dict[str, Any]:
    """A CSV channel, by default from the uploaded data."""
    return {
        "ChannelName": name,
        "ContentType": "csv",
        "DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": uri or f"s3://{BUCKET}/data/{name}"}},
    } | members


def request(name: str, **members: Any) -> dict[str, Any]:
    """A CreateTrainingJob request for five rounds of XGBoost, with members added or replaced."""
    return {
        "TrainingJobName": name,
        "RoleArn": role_arn(),
        "AlgorithmSpecification": {"TrainingImage": XGBOOST, "TrainingInputMode": "File"},
        "HyperParameters": hyperparameters(),
        "InputDataConfig": [channel("train"), channel("validation")],
        "OutputDataConfig": {"S3OutputPath": f"s3://{BUCKET}/output"},
        "ResourceConfig": {"InstanceCount": 1, "InstanceType": "ml.m4.xlarge", "VolumeSizeInGB": 5},
        "StoppingCondition": {"MaxRuntimeInSeconds": 86400},
    } | members


def hyperparameters(**members: str) -> dict[str, str]:
    return {"objective": "reg:squarederror", "eval_metric": "rmse", "num_round": "5", "max_depth": "2"} | members


def endless() -> dict[str, Any]:
    """Members of a request that trains until it is stopped, and logs less and less: a round of DART asks all trees."""
    return {"HyperParameters": hyperparameters(num_round="100000000", booster="dart")}


def without_data() -> dict[str, Any]:
    """Members of a request that is accepted, and fails at once when it looks for its data."""
    return {"InputDataConfig": [channel("train", f"s3://{BUCKET}/nothing/here")]}


def role_arn() -> str:
    return Settings(Path()).role_arn


def describe(server: LocalServer, name: str) -> Any:
    """The raw answer of DescribeTrainingJob, walked against its output shape."""
    return call(server, "DescribeTrainingJob", {"TrainingJobName": name}, frozenset({"ModelArtifacts"}))


def call(server: LocalServer, operation: str, body: Mapping[str, Any], absent: frozenset[str] = frozenset()) -> Any:
    """A raw answer of SageMaker, walked against the operation's output shape."""
    answer = server.send_json("sagemaker", f"SageMaker.{operation}", json.dumps(body).encode())
    assert answer.status == 200, answer.body
    content = answer.json()
    assert mismatches("sagemaker", operation, content, absent) == []
    return content


def wait_for(server: LocalServer, name: str, holds: Callable[[Any], bool]) -> Any:
    """The first description of a job for which something holds; fails after a deadline."""
    return until(lambda: describe(server, name), f"training job {name}", holds=holds)


def wait_for_end(server: LocalServer, name: str) -> Any:
    """The description of a job once it has ended."""
    return wait_for(server, name, lambda job: job["TrainingJobStatus"] not in ("InProgress", "Stopping"))


def wait_for_log(server: LocalServer, name: str, text: str) -> list[str]:
    """The messages of a job's log streams, in order, once one contains the text."""
    return until(
        lambda: log_messages(server, name),
        f"{text!r} in the log of {name}",
        holds=lambda messages: text in "\n".join(messages),
    )


def log_messages(server: LocalServer, name: str) -> list[str]:
    """All messages of a job, of all its streams."""
    logs = server.client("logs")
    try:
        pages = logs.get_paginator("filter_log_events").paginate(logGroupName=LOG_GROUP, logStreamNamePrefix=f"{name}/")
        return [event["message"] for page in pages for event in page["events"]]
    except logs.exceptions.ResourceNotFoundException:
        return []


def phases(description: Any) -> list[str]:
    """The secondary statuses a job went through."""
    return [transition["Status"] for transition in description["SecondaryStatusTransitions"]]
