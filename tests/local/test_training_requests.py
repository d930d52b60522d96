"""What CreateTrainingJob refuses before anything starts, and in which words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.local.server import LocalServer
from tests.local.training import BUCKET, XGBOOST, channel, request, upload_data

_SPECIFICATION = {"TrainingImage": XGBOOST, "TrainingInputMode": "File"}
_RESOURCES = {"InstanceCount": 1, "InstanceType": "ml.m4.xlarge", "VolumeSizeInGB": 5}
_FILE_SYSTEM = {
    "FileSystemDataSource": {
        "FileSystemId": "fs-0123456789",
        "FileSystemAccessMode": "ro",
        "FileSystemType": "EFS",
        "DirectoryPath": "/",
    }
}


@pytest.fixture(scope="module")
def create(server: LocalServer) -> Callable[..., Any]:
    """Creates a job named `refused`, with members replaced; None leaves a member out."""
    upload_data(server)

    def create_job(**members: Any) -> Any:
        kept = {name: value for name, value in request("refused", **members).items() if value is not None}
        return server.client("sagemaker").create_training_job(**kept)

    return create_job


@pytest.mark.parametrize(
    ("members", "words"),
    [
        ({"AlgorithmSpecification": {"TrainingInputMode": "File"}}, "exactly one of TrainingImage and AlgorithmName"),
        ({"AlgorithmSpecification": _SPECIFICATION | {"AlgorithmName": "mine"}}, "exactly one of"),
        ({"AlgorithmSpecification": _SPECIFICATION | {"TrainingImage": "me/mine:1"}}, "built-in XGBoost and Linear"),
        (
            {"AlgorithmSpecification": _SPECIFICATION | {"MetricDefinitions": [{"Name": "a", "Regex": "(a)"}]}},
            "You can't override the metric definitions for Amazon SageMaker algorithms.",
        ),
        ({"AlgorithmSpecification": _SPECIFICATION | {"ContainerEntrypoint": ["sh"]}}, "container entrypoint"),
        ({"HyperParameters": {"sagemaker_program": '"train.py"'}}, "does not run scripts"),
        (
            {"RoleArn": "arn:aws:iam::123456789012:role/other"},
            "Could not assume role arn:aws:iam::123456789012:role/other",
        ),
        ({"OutputDataConfig": {"S3OutputPath": "s3://no-such-bucket/x"}}, "'no-such-bucket' of S3OutputPath"),
        ({"OutputDataConfig": {"S3OutputPath": "https://no-such-bucket/x"}}, "form s3://bucket/prefix"),
        ({"ResourceConfig": None}, "ResourceConfig is required"),
        ({"ResourceConfig": _RESOURCES | {"InstanceCount": 0}}, "ResourceConfig.InstanceCount is required"),
        ({"ResourceConfig": _RESOURCES | {"InstanceType": "ml.nothing"}}, "failed to satisfy constraint"),
        ({"StoppingCondition": None}, "StoppingCondition is required"),
        ({"EnableManagedSpotTraining": True}, "Invalid MaxWaitTimeInSeconds"),
        ({"StoppingCondition": {"MaxWaitTimeInSeconds": 9}}, "only if EnableManagedSpotTraining"),
        ({"InputDataConfig": [channel("train"), channel("train")]}, "Duplicate channel names found: train"),
        ({"InputDataConfig": [channel("train", CompressionType="Gzip")]}, "Pipe mode only"),
        ({"InputDataConfig": [channel("train", DataSource=_FILE_SYSTEM)]}, "must be an S3DataSource"),
        ({"Tags": [{"Key": "a", "Value": "1"}, {"Key": "a", "Value": "2"}]}, "Duplicate tag keys"),
    ],
)
def test_what_cannot_be_trained_is_refused(create: Callable[..., Any], members: dict[str, Any], words: str) -> None:
    with pytest.raises(ClientError) as refused:
        create(**members)
    assert refused.value.response["Error"]["Code"] == "ValidationException"
    assert words in refused.value.response["Error"]["Message"]


@pytest.mark.parametrize(
    ("members", "words"),
    [
        ({"InstanceCount": 9}, "'ml.m4.xlarge for training job usage' is 8 Instances"),
        ({"KeepAlivePeriodInSeconds": 60}, "'ml.m4.xlarge for training warm pool usage' is 0 Instances"),
    ],
)
def test_quotas_are_refused_as_quotas(create: Callable[..., Any], members: dict[str, Any], words: str) -> None:
    with pytest.raises(ClientError) as refused:
        create(ResourceConfig=_RESOURCES | members)
    assert refused.value.response["Error"]["Code"] == "ResourceLimitExceeded"
    assert words in refused.value.response["Error"]["Message"]


def test_a_refused_job_leaves_nothing_behind(server: LocalServer, create: Callable[..., Any]) -> None:
    with pytest.raises(ClientError):
        create(Tags=[{"Key": "aws:reserved", "Value": ""}])
    found = server.client("sagemaker").list_training_jobs(NameContains="refused")
    assert found["TrainingJobSummaries"] == []


def test_a_spot_job_with_enough_time_is_accepted(server: LocalServer, create: Callable[..., Any]) -> None:
    times = {"MaxRuntimeInSeconds": 100, "MaxWaitTimeInSeconds": 100}
    create(
        TrainingJobName="spot",
        EnableManagedSpotTraining=True,
        StoppingCondition=times,
        InputDataConfig=[channel("train", f"s3://{BUCKET}/nothing")],
    )
    job = server.client("sagemaker").describe_training_job(TrainingJobName="spot")
    assert (job["EnableManagedSpotTraining"], job["StoppingCondition"]) == (True, times)
