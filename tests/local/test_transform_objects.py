"""Which objects a transform job reads, and where it leaves what comes of them."""

from __future__ import annotations

import gzip
import json

import pytest

from tests.local.server import LocalServer
from tests.local.training import BUCKET
from tests.local.transforms import (
    log_streams,
    numbers,
    outputs,
    predictions,
    put,
    rows,
    run,
)

pytestmark = pytest.mark.usefixtures("transform_model")


def test_gzipped_input_is_unpacked_and_the_output_is_not_packed(server: LocalServer) -> None:
    lines = rows(20)
    uri = put(server, "batch/packed/test.csv.gz", gzip.compress(lines.encode()))

    run(server, "packed", uri, CompressionType="Gzip")

    assert numbers(outputs(server, "packed")["test.csv.gz.out"]) == pytest.approx(predictions(server, lines))


@pytest.mark.parametrize(
    ("name", "prefix", "output"),
    [
        ("nested", "batch/nested", ["a.csv.out", "deep/er/b.csv.out"]),
        ("nested-slash", "batch/nested/", ["a.csv.out", "deep/er/b.csv.out"]),
        ("nested-part", "batch/nes", ["nested/a.csv.out", "nested/deep/er/b.csv.out"]),
    ],
)
def test_the_output_repeats_the_folders_under_the_prefix(
    server: LocalServer, name: str, prefix: str, output: list[str]
) -> None:
    for key in ("a.csv", "deep/er/b.csv"):
        put(server, f"batch/nested/{key}", rows(3))
    put(server, "batch/nested/deep/", b"")

    run(server, name, f"s3://{BUCKET}/{prefix}")

    assert sorted(outputs(server, name)) == output


def test_an_output_path_may_be_a_bucket(server: LocalServer) -> None:
    server.client("s3").create_bucket(Bucket="transform-output-only")
    uri = put(server, "batch/bucket.csv", rows(3))
    output = {"S3OutputPath": "s3://transform-output-only/", "AssembleWith": "Line"}

    run(server, "to-bucket", uri, TransformOutput=output)

    listed = server.client("s3").list_objects_v2(Bucket="transform-output-only")["Contents"]
    assert [item["Key"] for item in listed] == ["bucket.csv.out"]


def test_a_manifest_names_the_objects(server: LocalServer) -> None:
    lines = {f"part/{number}.csv": rows(5, seed=number) for number in range(3)}
    for key, body in lines.items():
        put(server, f"batch/listed/{key}", body)
    manifest = [{"prefix": f"s3://{BUCKET}/batch/listed/"}, "part/0.csv", "part/2.csv"]
    uri = put(server, "batch/listed.manifest", json.dumps(manifest))

    run(server, "listed", uri, S3DataType="ManifestFile")

    found = outputs(server, "listed")
    assert sorted(found) == ["part/0.csv.out", "part/2.csv.out"]
    assert numbers(found["part/2.csv.out"]) == pytest.approx(predictions(server, lines["part/2.csv"]))


def test_an_empty_object_has_an_empty_output(server: LocalServer) -> None:
    put(server, "batch/empty/a.csv", b"")
    put(server, "batch/empty/b.csv", b"\n\n")

    job = run(server, "empty", f"s3://{BUCKET}/batch/empty/")

    assert job["TransformJobStatus"] == "Completed"
    assert outputs(server, "empty") == {"a.csv.out": "", "b.csv.out": ""}


def test_instances_share_the_objects_and_never_one_object(server: LocalServer) -> None:
    lines = {f"{number}.csv": rows(4, seed=number) for number in range(5)}
    for key, body in lines.items():
        put(server, f"batch/shared/{key}", body)
    resources = {"InstanceType": "ml.m5.large", "InstanceCount": 2}

    run(server, "shared", f"s3://{BUCKET}/batch/shared/", TransformResources=resources)

    found = outputs(server, "shared")
    assert {key: numbers(body) for key, body in found.items()} == {
        f"{key}.out": pytest.approx(predictions(server, body)) for key, body in lines.items()
    }
    asked = [
        sum(" /invocations" in line for line in messages)
        for stream, messages in log_streams(server, "shared").items()
        if not stream.endswith("/data-log")
    ]
    assert sorted(asked) == [2, 3]
