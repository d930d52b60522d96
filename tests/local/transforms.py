"""Transform jobs as a person would start them by plain boto3, for the tests to share."""

from __future__ import annotations

import functools
import io
import random
import re
import tarfile
from collections.abc import Callable
from typing import Any

import numpy as np
import xgboost

from tests.local.server import LocalServer
from tests.local.training import BUCKET, XGBOOST, call, role_arn, upload_data, wait_for_end
from tests.local.training import request as training_request
from tests.waiting import until

MODEL = "transform-model"
LOG_GROUP = "/aws/sagemaker/TransformJobs"

_ARTIFACT = f"output/{MODEL}/output/model.tar.gz"


def make_model(server: LocalServer) -> None:
    """Train the model `MODEL`, unless this server has it already."""
    sagemaker = server.client("sagemaker")
    if sagemaker.list_models(NameContains=MODEL)["Models"]:
        return
    upload_data(server)
    sagemaker.create_training_job(**training_request(MODEL))
    job = wait_for_end(server, MODEL)
    assert job["TrainingJobStatus"] == "Completed", job
    create_model(server, MODEL, f"s3://{BUCKET}/{_ARTIFACT}")


def create_model(server: LocalServer, name: str, artifact: str, image: str = XGBOOST, **environment: str) -> None:
    """A model on an artifact."""
    server.client("sagemaker").create_model(
        ModelName=name,
        PrimaryContainer={"Image": image, "ModelDataUrl": artifact, "Environment": environment},
        ExecutionRoleArn=role_arn(),
    )


def lend_model(lender: LocalServer, borrower: LocalServer) -> None:
    """Give another server the model `MODEL` without training it there."""
    borrower.client("s3").create_bucket(Bucket=BUCKET)
    create_model(borrower, MODEL, put(borrower, _ARTIFACT, _read(lender, _ARTIFACT)))


def _read(server: LocalServer, key: str) -> bytes:
    body: bytes = server.client("s3").get_object(Bucket=BUCKET, Key=key)["Body"].read()
    return body


def rows(count: int, seed: int = 1) -> str:
    """Lines of CSV with the model's two features."""
    numbers = random.Random(seed)
    return "".join(f"{numbers.random():.5f},{numbers.random():.5f}\n" for _ in range(count))


def predictions(server: LocalServer, lines: str) -> list[float]:
    """What the model itself predicts for lines of CSV, loaded without the code under test."""
    features = np.loadtxt(io.StringIO(lines), delimiter=",", ndmin=2)
    return [float(value) for value in _booster(server).predict(xgboost.DMatrix(features))]


@functools.cache
def _booster(server: LocalServer) -> Any:
    with tarfile.open(fileobj=io.BytesIO(_read(server, _ARTIFACT))) as archive:
        member = archive.extractfile("xgboost-model")
        assert member is not None
        return xgboost.Booster(model_file=bytearray(member.read()))


def numbers(text: str) -> list[float]:
    """The predictions of an output of one column."""
    return [float(part) for part in re.split(r"[,\s]+", text.strip())]


def put(server: LocalServer, key: str, body: str | bytes) -> str:
    """Store an object; answers its URI."""
    content = body.encode() if isinstance(body, str) else body
    server.client("s3").put_object(Bucket=BUCKET, Key=key, Body=content)
    return f"s3://{BUCKET}/{key}"


def request(name: str, uri: str, **members: Any) -> dict[str, Any]:
    """A CreateTransformJob request on the CSV lines under a URI, with members added or replaced.

    Those of `TransformInput`, `TransformOutput` and their `S3DataSource` are given by their own names.
    """
    s3 = {"S3DataType": members.pop("S3DataType", "S3Prefix"), "S3Uri": uri}
    given = {"DataSource": {"S3DataSource": s3}, "ContentType": "text/csv", "SplitType": "Line"}
    taken = {"S3OutputPath": output_path(name), "AssembleWith": "Line"}
    for side, names in ((given, ("ContentType", "SplitType", "CompressionType")), (taken, ("Accept", "AssembleWith"))):
        side.update({member: members.pop(member) for member in names if member in members})
    return {
        "TransformJobName": name,
        "ModelName": MODEL,
        "TransformInput": given,
        "TransformOutput": taken,
        "TransformResources": {"InstanceType": "ml.m4.xlarge", "InstanceCount": 1},
    } | members


def output_path(name: str) -> str:
    return f"s3://{BUCKET}/transformed/{name}"


def endless(server: LocalServer, name: str) -> dict[str, Any]:
    """A request for a job that has one output soon, `a.csv.out`, and the next one in minutes, if it is not stopped."""
    put(server, "batch/endless/a.csv", rows(3))
    put(server, "batch/endless/b.csv", rows(150_000))
    return request(name, f"s3://{BUCKET}/batch/endless/", BatchStrategy="SingleRecord", MaxConcurrentTransforms=1)


def wait_for_output(server: LocalServer, name: str, key: str) -> None:
    """Wait until a job that still runs has put one of its outputs."""
    wait_for(server, name, lambda job: key in outputs(server, name) or job["TransformJobStatus"] != "InProgress")
    assert key in outputs(server, name)


def describe(server: LocalServer, name: str) -> Any:
    """The raw answer of DescribeTransformJob, walked against its output shape."""
    return call(server, "DescribeTransformJob", {"TransformJobName": name})


def wait_for(server: LocalServer, name: str, holds: Callable[[Any], bool]) -> Any:
    """The first description of a job for which something holds; fails after a deadline."""
    return until(lambda: describe(server, name), f"transform job {name}", holds=holds)


def run(server: LocalServer, name: str, uri: str, **members: Any) -> Any:
    """The description of a new job once it has ended."""
    server.client("sagemaker").create_transform_job(**request(name, uri, **members))
    return wait_for_end_of(server, name)


def wait_for_end_of(server: LocalServer, name: str) -> Any:
    """The description of a job once it has ended."""
    return wait_for(server, name, lambda job: job["TransformJobStatus"] not in ("InProgress", "Stopping"))


def outputs(server: LocalServer, name: str) -> dict[str, str]:
    """The outputs of a job, by their keys relative to its output path."""
    s3 = server.client("s3")
    prefix = f"transformed/{name}/"
    keys = [item["Key"] for item in s3.list_objects_v2(Bucket=BUCKET, Prefix=prefix).get("Contents", ())]
    return {key.removeprefix(prefix): _read(server, key).decode() for key in keys}


def log_streams(server: LocalServer, name: str) -> dict[str, list[str]]:
    """The messages of each log stream of a job."""
    logs = server.client("logs")
    found: dict[str, list[str]] = {}
    for page in logs.get_paginator("filter_log_events").paginate(
        logGroupName=LOG_GROUP, logStreamNamePrefix=f"{name}/"
    ):
        for event in page["events"]:
            found.setdefault(event["logStreamName"], []).append(event["message"])
    return found


def data_log(server: LocalServer, name: str) -> list[str]:
    """The lines of a job's data logs without their timestamps."""
    lines = [
        line
        for stream, messages in log_streams(server, name).items()
        if stream.endswith("/data-log")
        for line in messages
    ]
    return [re.sub(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}:\[sagemaker logs\]: ", "", line) for line in lines]
