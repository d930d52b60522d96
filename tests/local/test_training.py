"""Training jobs by plain boto3: the whole road, its forks and its dead ends."""

from __future__ import annotations

import io
import os
import re
import tarfile
from itertools import pairwise
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.local.server import LocalServer
from tests.local.training import (
    BUCKET,
    LOG_GROUP,
    channel,
    describe,
    endless,
    hyperparameters,
    log_messages,
    phases,
    request,
    wait_for,
    wait_for_end,
    wait_for_log,
    without_data,
)

pytestmark = pytest.mark.usefixtures("training_data")


def _members(server: LocalServer, uri: str) -> list[str]:
    """The names in an archive in S3."""
    body = server.client("s3").get_object(Bucket=BUCKET, Key=uri.removeprefix(f"s3://{BUCKET}/"))["Body"].read()
    with tarfile.open(fileobj=io.BytesIO(body)) as archive:
        return archive.getnames()


def test_a_job_goes_through_its_phases_and_leaves_model_log_and_metrics(server: LocalServer, sagemaker: Any) -> None:
    arn = sagemaker.create_training_job(**request("road"))["TrainingJobArn"]
    assert arn == "arn:aws:sagemaker:us-east-1:123456789012:training-job/road"

    job = wait_for_end(server, "road")

    assert (job["TrainingJobStatus"], job["SecondaryStatus"]) == ("Completed", "Completed")
    assert phases(job) == ["Starting", "Downloading", "Training", "Uploading", "Completed"]
    transitions = job["SecondaryStatusTransitions"]
    assert all(earlier["EndTime"] == later["StartTime"] for earlier, later in pairwise(transitions))
    assert job["CreationTime"] <= job["TrainingStartTime"] < job["TrainingEndTime"] == job["LastModifiedTime"]
    assert job["TrainingTimeInSeconds"] == job["BillableTimeInSeconds"] >= 1
    assert job["ModelArtifacts"]["S3ModelArtifacts"] == f"s3://{BUCKET}/output/road/output/model.tar.gz"
    assert _members(server, job["ModelArtifacts"]["S3ModelArtifacts"]) == ["xgboost-model"]

    evaluations = [message for message in log_messages(server, "road") if re.match(r"\[\d+\]#011", message)]
    assert len(evaluations) == 5
    final = {item["MetricName"]: item["Value"] for item in job["FinalMetricDataList"]}
    logged = dict(part.split(":") for part in evaluations[-1].split("#011")[1:])
    assert {name.replace(":", "-"): value for name, value in final.items()} == {
        name: pytest.approx(float(value), rel=1e-6) for name, value in logged.items()
    }


def test_describe_answers_the_request_with_the_services_defaults(server: LocalServer, sagemaker: Any) -> None:
    extra = {
        "VpcConfig": {"SecurityGroupIds": ["sg-1"], "Subnets": ["subnet-1"]},
        "Environment": {"LEVEL": "1"},
        "StoppingCondition": {},
    }
    sagemaker.create_training_job(**request("defaults", **without_data(), **extra))

    job = describe(server, "defaults")

    assert job["VpcConfig"] == extra["VpcConfig"]
    assert job["Environment"] == {"LEVEL": "1"}
    assert job["StoppingCondition"] == {"MaxRuntimeInSeconds": 86400}
    assert job["InputDataConfig"][0]["CompressionType"] == "None"
    assert job["InputDataConfig"][0]["DataSource"]["S3DataSource"]["S3DataDistributionType"] == "FullyReplicated"
    assert job["EnableManagedSpotTraining"] is False
    assert "validation:rmse" in [item["Name"] for item in job["AlgorithmSpecification"]["MetricDefinitions"]]


def test_two_instances_train_one_model(server: LocalServer, sagemaker: Any) -> None:
    for part in range(2):
        server.client("s3").put_object(Bucket=BUCKET, Key=f"parts/{part}.csv", Body=b"1.5,1,2\n2.5,2,1\n" * 20)
    sharded = channel("train", f"s3://{BUCKET}/parts/")
    sharded["DataSource"]["S3DataSource"]["S3DataDistributionType"] = "ShardedByS3Key"
    resources = {"InstanceCount": 2, "InstanceType": "ml.m5.large", "VolumeSizeInGB": 5}
    sagemaker.create_training_job(**request("pair", InputDataConfig=[sharded], ResourceConfig=resources))

    job = wait_for_end(server, "pair")

    assert job["TrainingJobStatus"] == "Completed", job
    assert _members(server, job["ModelArtifacts"]["S3ModelArtifacts"]) == ["xgboost-model"]
    streams = server.client("logs").describe_log_streams(logGroupName=LOG_GROUP, logStreamNamePrefix="pair/")
    names = [stream["logStreamName"] for stream in streams["logStreams"]]
    assert [re.sub(r"-\d+$", "", name) for name in names] == ["pair/algo-1", "pair/algo-2"]


def test_a_stopped_job_keeps_the_model_so_far(server: LocalServer, sagemaker: Any) -> None:
    sagemaker.create_training_job(**request("stopped", **endless()))
    wait_for_log(server, "stopped", "validation-rmse")

    sagemaker.stop_training_job(TrainingJobName="stopped")
    job = wait_for_end(server, "stopped")

    assert (job["TrainingJobStatus"], job["SecondaryStatus"]) == ("Stopped", "Stopped")
    assert phases(job) == ["Starting", "Downloading", "Training", "Stopping", "Uploading", "Stopped"]
    assert _members(server, job["ModelArtifacts"]["S3ModelArtifacts"]) == ["xgboost-model"]
    with pytest.raises(ClientError, match=r"rejected because the training job is in status Stopped\."):
        sagemaker.stop_training_job(TrainingJobName="stopped")


def test_a_job_beyond_its_time_is_stopped_with_its_model(server: LocalServer, sagemaker: Any) -> None:
    sagemaker.create_training_job(**request("timed", StoppingCondition={"MaxRuntimeInSeconds": 1}, **endless()))

    job = wait_for_end(server, "timed")

    assert (job["TrainingJobStatus"], job["SecondaryStatus"]) == ("Stopped", "MaxRuntimeExceeded")
    assert "ModelArtifacts" in job


def test_a_job_waits_while_another_has_its_place(server: LocalServer, sagemaker: Any) -> None:
    running = [f"busy-{number}" for number in range(max(1, (os.cpu_count() or 1) - 1))]
    for name in running:
        sagemaker.create_training_job(**request(name, **endless()))
    sagemaker.create_training_job(**request("waiting"))

    job = wait_for(server, "waiting", lambda job: job["SecondaryStatus"] == "Pending")
    assert "Waiting for a free place" in job["SecondaryStatusTransitions"][-1]["StatusMessage"]
    sagemaker.create_training_job(**request("unwanted"))
    sagemaker.stop_training_job(TrainingJobName="unwanted")
    assert phases(describe(server, "unwanted")) == ["Starting", "Pending", "Stopping", "Stopped"]

    for name in running:
        sagemaker.stop_training_job(TrainingJobName=name)
    assert wait_for_end(server, "waiting")["TrainingJobStatus"] == "Completed"


def test_missing_data_fails_in_the_services_words(server: LocalServer, sagemaker: Any) -> None:
    sagemaker.create_training_job(**request("no-data", **without_data()))

    job = wait_for_end(server, "no-data")

    assert phases(job) == ["Starting", "Downloading", "Failed"]
    assert job["FailureReason"].startswith(
        f'ClientError: Data download failed:NoSuchKey (404): No S3 objects found under S3 URL "s3://{BUCKET}/nothing/here"'
    )


def test_a_wrong_hyperparameter_fails_with_the_containers_reason(server: LocalServer, sagemaker: Any) -> None:
    sagemaker.create_training_job(**request("wrong", HyperParameters=hyperparameters(eta="7")))

    job = wait_for_end(server, "wrong")

    assert job["TrainingJobStatus"] == "Failed"
    assert "eta" in job["FailureReason"]
    assert job["FailureReason"].endswith(", exit code: 1")
    assert "ModelArtifacts" not in job


def test_a_name_is_free_again_after_its_job_is_deleted(server: LocalServer, sagemaker: Any) -> None:
    sagemaker.create_training_job(**request("again", **endless()))
    with pytest.raises(sagemaker.exceptions.ResourceInUse, match="with this name already exists"):
        sagemaker.create_training_job(**request("again"))
    with pytest.raises(sagemaker.exceptions.ResourceInUse, match="cannot be deleted"):
        sagemaker.delete_training_job(TrainingJobName="again")
    sagemaker.stop_training_job(TrainingJobName="again")
    wait_for_end(server, "again")

    sagemaker.delete_training_job(TrainingJobName="again")

    with pytest.raises(ClientError, match=r"Requested resource not found\."):
        sagemaker.describe_training_job(TrainingJobName="again")
    sagemaker.create_training_job(**request("again"))
    assert wait_for_end(server, "again")["TrainingJobStatus"] == "Completed"


def test_a_model_without_compression_is_a_folder(server: LocalServer, sagemaker: Any) -> None:
    output = {"S3OutputPath": f"s3://{BUCKET}/output/", "CompressionType": "NONE"}
    sagemaker.create_training_job(**request("plain", OutputDataConfig=output))

    uri = wait_for_end(server, "plain")["ModelArtifacts"]["S3ModelArtifacts"]

    assert uri == f"s3://{BUCKET}/output/plain/output/model/"
    listed = server.client("s3").list_objects_v2(Bucket=BUCKET, Prefix="output/plain/")["Contents"]
    assert [item["Key"] for item in listed] == ["output/plain/output/model/xgboost-model"]
