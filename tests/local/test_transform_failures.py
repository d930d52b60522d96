"""What a transform job says of objects that its model or its settings do not fit, and what it does all the same."""

from __future__ import annotations

import gzip
import json
from typing import Any

import pytest

from tests.local.server import LocalServer
from tests.local.training import BUCKET, LINEAR
from tests.local.transforms import (
    MODEL,
    create_model,
    data_log,
    log_streams,
    outputs,
    predictions,
    put,
    rows,
    run,
    wait_for_end_of,
)
from tests.local.transforms import request as transform_request

pytestmark = pytest.mark.usefixtures("transform_model")

_ALGORITHM_ERROR = "AlgorithmError: See job logs for more information"
_CLIENT_ERROR = "ClientError: See job logs for more information"


@pytest.mark.parametrize("count", [1, 2])
def test_a_bad_record_fails_its_object_only(server: LocalServer, count: int) -> None:
    name = f"bad-record-{count}"
    good = rows(5)
    for key, body in (("a.csv", good), ("b.csv", f"{good}0.5,not a number\n{good}"), ("c.csv", good)):
        put(server, f"batch/{name}/{key}", body)
    resources = {"InstanceType": "ml.m4.xlarge", "InstanceCount": count}

    job = run(server, name, f"s3://{BUCKET}/batch/{name}/", BatchStrategy="SingleRecord", TransformResources=resources)

    assert (job["TransformJobStatus"], job["FailureReason"]) == ("Failed", _ALGORITHM_ERROR)
    assert "TransformEndTime" in job
    found = outputs(server, name)
    assert sorted(found) == ["a.csv.out", "c.csv.out"]
    assert [float(line) for line in found["c.csv.out"].split()] == pytest.approx(predictions(server, good))
    lines = [line for line in data_log(server, name) if line.startswith(f"{BUCKET}/")]
    prefix = f"{BUCKET}/batch/{name}/b.csv: "
    assert lines[0] == f"{prefix}Bad HTTP status received from algorithm: 415"
    assert lines[2] == f"{prefix}Message:"
    assert all(line.startswith(prefix) for line in lines)
    assert len(lines) > 3, "the container says why"


def test_a_header_or_a_label_column_is_refused_by_the_container(server: LocalServer) -> None:
    for name, body in (("header", "first,second\n0.1,0.2\n"), ("label", "1,0.1,0.2\n")):
        job = run(server, f"with-{name}", put(server, f"batch/{name}.csv", body))
        assert (job["TransformJobStatus"], job["FailureReason"]) == ("Failed", _ALGORITHM_ERROR)
        assert "Bad HTTP status received from algorithm: 4" in data_log(server, f"with-{name}")[1]
        assert outputs(server, f"with-{name}") == {}


@pytest.mark.parametrize(
    ("name", "body", "members", "line"),
    [
        ("too-long", b"1" * (1 << 20) + b",2\n", {"MaxPayloadInMB": 1}, "Too much data for max payload size"),
        (
            "whole-too-long",
            b"1,2\n" * (1 << 18) + b"1,2\n",
            {"MaxPayloadInMB": 1, "SplitType": "None"},
            "Too much data for max payload size",
        ),
        (
            "not-gzip",
            b"1,2\n",
            {"CompressionType": "Gzip"},
            "Failed to decompress the object as Gzip: Not a gzipped file (b'1,')",
        ),
        (
            "cut-gzip",
            gzip.compress(b"1,2\n" * 1000, mtime=0)[:30],
            {"CompressionType": "Gzip"},
            "Failed to decompress the object as Gzip: "
            "Compressed file ended before the end-of-stream marker was reached",
        ),
        ("no-recordio", b"1,2\n1,2\n", {"SplitType": "RecordIO"}, "The object is not in the RecordIO format"),
        (
            "no-column",
            b"1,2\n",
            {"DataProcessing": {"InputFilter": "$[1,2]"}},
            "Failed to apply InputFilter $[1,2]: the index 2 is not within the 2 elements there are",
        ),
    ],
)
def test_an_object_that_cannot_be_cut_into_requests(
    server: LocalServer, name: str, body: bytes, members: dict[str, Any], line: str
) -> None:
    job = run(server, name, put(server, f"batch/{name}", body), **members)
    assert (job["TransformJobStatus"], job["FailureReason"]) == ("Failed", _CLIENT_ERROR)
    assert data_log(server, name)[1:] == [f"{BUCKET}/batch/{name}: {line}"]
    assert outputs(server, name) == {}


def test_a_model_whose_artifact_has_gone(server: LocalServer) -> None:
    artifact = put(server, "output/no-artifact/output/model.tar.gz", b"")
    create_model(server, "no-artifact", artifact, LINEAR)
    server.client("s3").delete_object(Bucket=BUCKET, Key="output/no-artifact/output/model.tar.gz")
    job = run(server, "no-artifact", put(server, "batch/no-artifact.csv", rows(2)), ModelName="no-artifact")
    assert job["TransformJobStatus"] == "Failed"
    assert job["FailureReason"].startswith(
        'ClientError: Failed to download model data for container "container_1" from URL: '
        f'"{artifact}". Please ensure that there is an object located'
    )


def test_a_model_that_its_container_cannot_load(server: LocalServer) -> None:
    create_model(server, "linear-by-xgboost", f"s3://{BUCKET}/output/{MODEL}/output/model.tar.gz", LINEAR)
    job = run(server, "unloadable", put(server, "batch/unloadable.csv", rows(1)), ModelName="linear-by-xgboost")
    assert job["TransformJobStatus"] == "Failed"
    assert job["FailureReason"].startswith("AlgorithmError: The container could not load the model: ")


def test_a_manifest_that_is_none_or_lists_what_is_not_there(server: LocalServer) -> None:
    uri = put(server, "batch/no.manifest", b"a,b\n")
    job = run(server, "no-manifest", uri, S3DataType="ManifestFile")
    assert job["FailureReason"].startswith(f'ClientError: Data download failed:The manifest file "{uri}" does not')
    uri = put(server, "batch/gone.manifest", json.dumps([{"prefix": f"s3://{BUCKET}/batch/"}, "gone.csv"]))
    job = run(server, "gone", uri, S3DataType="ManifestFile")
    assert job["FailureReason"].startswith(
        f'ClientError: Data download failed:Could not download "s3://{BUCKET}/batch/gone.csv"'
    )


def test_an_output_bucket_that_goes_away_fails_the_job(server: LocalServer) -> None:
    server.client("s3").create_bucket(Bucket="transform-short-lived")
    put(server, "batch/leaving.csv", rows(2_000))
    given = transform_request("leaving", f"s3://{BUCKET}/batch/leaving.csv", BatchStrategy="SingleRecord")
    given["TransformOutput"]["S3OutputPath"] = "s3://transform-short-lived/x"
    server.client("sagemaker").create_transform_job(**given)
    server.client("s3").delete_bucket(Bucket="transform-short-lived")
    job = wait_for_end_of(server, "leaving")
    assert job["TransformJobStatus"] == "Failed"
    assert job["FailureReason"] == (
        'ClientError: Could not upload "s3://transform-short-lived/x/leaving.csv.out": The specified bucket does not '
        "exist: transform-short-lived"
    )
    assert log_streams(server, "leaving")
