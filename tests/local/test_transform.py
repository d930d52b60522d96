"""Batch transform by plain boto3: what goes in by all its ways comes out as the model's own predictions."""

from __future__ import annotations

import gzip
import json
import os
import re
from pathlib import Path

import pytest

from tests.local import recordio_messages
from tests.local.aws_cli import aws, needs_aws_cli
from tests.local.server import LocalServer
from tests.local.training import BUCKET, LINEAR, call, role_arn, wait_for_end
from tests.local.training import request as training_request
from tests.local.transforms import (
    LOG_GROUP,
    MODEL,
    create_model,
    data_log,
    describe,
    log_streams,
    make_model,
    numbers,
    output_path,
    outputs,
    predictions,
    put,
    request,
    rows,
    run,
    wait_for_end_of,
)


@pytest.fixture(scope="module", autouse=True)
def _model(server: LocalServer) -> None:
    make_model(server)


def test_a_job_predicts_every_line_and_leaves_two_logs(server: LocalServer) -> None:
    lines = rows(500)
    uri = put(server, "batch/road/test.csv", lines)

    job = run(server, "road", uri, Tags=[{"Key": "team", "Value": "a"}])

    assert job["TransformJobStatus"] == "Completed"
    assert job["TransformJobArn"] == "arn:aws:sagemaker:us-east-1:123456789012:transform-job/road"
    assert job["CreationTime"] <= job["TransformStartTime"] <= job["TransformEndTime"]
    assert "FailureReason" not in job
    ((name, output),) = outputs(server, "road").items()
    assert name == "test.csv.out"
    assert output.count("\n") == 500
    assert numbers(output) == pytest.approx(predictions(server, lines))
    container, data = sorted(log_streams(server, "road").items())
    assert re.fullmatch(r"road/i-[0-9a-f]{17}-\d{10}", container[0])
    assert data[0] == f"{container[0]}/data-log"
    assert any('"POST /invocations HTTP/1.1" 200' in line for line in container[1])
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT[\d:]{8}\.\d{3}:\[sagemaker logs\]: MaxConcurrentTransforms=.*", data[1][0])
    assert data_log(server, "road") == [
        f"MaxConcurrentTransforms={os.cpu_count()}, MaxPayloadInMB=6, BatchStrategy=MULTI_RECORD"
    ]
    tags = server.client("sagemaker").list_tags(ResourceArn=job["TransformJobArn"])["Tags"]
    assert tags == [{"Key": "team", "Value": "a"}]


def test_describe_answers_the_request_with_the_services_defaults(server: LocalServer) -> None:
    extra = {
        "ModelClientConfig": {"InvocationsTimeoutInSeconds": 5, "InvocationsMaxRetries": 1},
        "ExperimentConfig": {"TrialName": "t"},
        "Environment": {"LEVEL": "1"},
        "MaxConcurrentTransforms": 4,
    }
    uri = put(server, "batch/defaults.csv", rows(1))
    job = run(server, "defaults", uri, SplitType="None", AssembleWith="None", **extra)

    assert job["TransformInput"] == {
        "DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": uri}},
        "ContentType": "text/csv",
        "CompressionType": "None",
        "SplitType": "None",
    }
    assert job["TransformOutput"] == {"S3OutputPath": output_path("defaults"), "AssembleWith": "None", "KmsKeyId": ""}
    assert job["DataProcessing"] == {"InputFilter": "$", "OutputFilter": "$", "JoinSource": "None"}
    assert job.items() >= extra.items()
    assert not {"MaxPayloadInMB", "BatchStrategy"} & set(job)
    assert data_log(server, "defaults") == ["MaxConcurrentTransforms=4, MaxPayloadInMB=6, BatchStrategy=MULTI_RECORD"]


@pytest.mark.parametrize("assemble", ["Line", "None"])
@pytest.mark.parametrize("strategy", ["MultiRecord", "SingleRecord"])
@pytest.mark.parametrize("split", ["Line", "None"])
def test_every_way_to_split_batch_and_assemble(server: LocalServer, split: str, strategy: str, assemble: str) -> None:
    name = f"ways-{split}-{strategy}-{assemble}"
    lines = rows(30)
    uri = put(server, "batch/ways.csv", lines)

    job = run(server, name, uri, SplitType=split, BatchStrategy=strategy, AssembleWith=assemble)

    assert job["TransformJobStatus"] == "Completed", data_log(server, name)
    requests = [line for messages in log_streams(server, name).values() for line in messages if " /invocations" in line]
    assert len(requests) == (30 if (split, strategy) == ("Line", "SingleRecord") else 1)
    output = outputs(server, name)["ways.csv.out"]
    assert output.count("\n") == 30, "XGBoost 1.7 ends every line itself"
    assert numbers(output) == pytest.approx(predictions(server, lines))


def test_many_payloads_at_a_time_come_out_in_order(server: LocalServer) -> None:
    lines = rows(200_000)
    uri = put(server, "batch/many.csv", lines)

    run(server, "many", uri, MaxPayloadInMB=1, MaxConcurrentTransforms=4)

    log = [line for messages in log_streams(server, "many").values() for line in messages if " /invocations" in line]
    assert len(log) == len(lines) // (1 << 20) + 1
    assert numbers(outputs(server, "many")["many.csv.out"]) == pytest.approx(predictions(server, lines))


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


def test_the_environment_of_the_job_reaches_the_container(server: LocalServer) -> None:
    uri = put(server, "batch/limited.csv", rows(10))
    job = run(server, "limited", uri, Environment={"MAX_CONTENT_LENGTH": str(2 << 20)})
    assert job["TransformJobStatus"] == "Completed"
    assert "MaxPayloadInMB=2" in data_log(server, "limited")[0]


def test_id_in_prediction_beside_it_out(server: LocalServer) -> None:
    lines = rows(20)
    uri = put(server, "batch/ids.csv", "".join(f'"no, {number}",{line}\n' for number, line in enumerate(lines.split())))
    processing = {"InputFilter": "$[1:]", "JoinSource": "Input", "OutputFilter": "$[0,-1]"}

    job = run(server, "ids", uri, Accept="text/csv", DataProcessing=processing)

    assert job["DataProcessing"] == processing
    output = [line.rsplit(",", 1) for line in outputs(server, "ids")["ids.csv.out"].splitlines()]
    assert [name for name, _ in output] == [f'"no, {number}"' for number in range(20)]
    assert [float(value) for _, value in output] == pytest.approx(predictions(server, lines))


def test_linear_learner_answers_json_joined_to_its_records(server: LocalServer) -> None:
    hyperparameters = {"predictor_type": "regressor", "mini_batch_size": "50", "epochs": "2"}
    algorithm = {"TrainingImage": LINEAR, "TrainingInputMode": "File"}
    training = training_request("linear", HyperParameters=hyperparameters, AlgorithmSpecification=algorithm)
    for given in training["InputDataConfig"]:
        given["ContentType"] = "text/csv"
    server.client("sagemaker").create_training_job(**training)
    create_model(server, "linear", wait_for_end(server, "linear")["ModelArtifacts"]["S3ModelArtifacts"], LINEAR)
    uri = put(server, "batch/linear.csv", rows(3))

    run(server, "linear-csv", uri, ModelName="linear")
    scores = [answer["score"] for answer in json.loads(outputs(server, "linear-csv")["linear.csv.out"])["predictions"]]
    assert len(scores) == 3
    for assemble, lines in (("Line", 3), ("None", 0)):
        name = f"linear-{assemble}"
        run(server, name, uri, ModelName="linear", BatchStrategy="SingleRecord", AssembleWith=assemble)
        output = outputs(server, name)["linear.csv.out"]
        assert (output.count("\n"), output.count('{"predictions":')) == (lines, 3)

    features = [[float(value) for value in line.split(",")] for line in rows(3).split()]
    records = [{"id": number, "features": values} for number, values in enumerate(features)]
    uri = put(server, "batch/linear.jsonl", "".join(json.dumps(record) + "\n" for record in records))
    members = {"ContentType": "application/jsonlines", "Accept": "application/jsonlines", "ModelName": "linear"}
    processing = {"JoinSource": "Input", "OutputFilter": "$['id','SageMakerOutput']"}
    run(server, "linear-join", uri, **members, DataProcessing=processing)
    joined = [json.loads(line) for line in outputs(server, "linear-join")["linear.jsonl.out"].splitlines()]
    assert joined == [{"id": number, "SageMakerOutput": {"score": score}} for number, score in enumerate(scores)]

    join = {"JoinSource": "Input"}
    uri = put(server, "batch/linear.csv", rows(3))
    job = run(server, "linear-rows", uri, ModelName="linear", Accept="text/csv", DataProcessing=join)
    assert job["FailureReason"] == "ClientError: See job logs for more information"
    assert data_log(server, "linear-rows")[1].endswith(": Failed to parse output from the algorithm as CSV")


@pytest.mark.parametrize("strategy", ["MultiRecord", "SingleRecord"])
def test_recordio(server: LocalServer, strategy: str) -> None:
    lines = rows(5)
    features = [[float(value) for value in line.split(",")] for line in lines.split()]
    uri = put(server, "batch/test.pbr", recordio_messages.records(map(recordio_messages.dense, features)))
    given = {"SplitType": "RecordIO", "ContentType": "application/x-recordio-protobuf"}

    run(server, f"recordio-{strategy}", uri, BatchStrategy=strategy, **given)

    output = outputs(server, f"recordio-{strategy}")["test.pbr.out"]
    assert numbers(output) == pytest.approx(predictions(server, lines))


def test_a_payload_without_limit(server: LocalServer) -> None:
    lines = rows(50)
    run(server, "unlimited", put(server, "batch/unlimited.csv", lines), MaxPayloadInMB=0, MaxConcurrentTransforms=20)
    assert data_log(server, "unlimited") == ["MaxConcurrentTransforms=20, MaxPayloadInMB=0, BatchStrategy=MULTI_RECORD"]
    assert numbers(outputs(server, "unlimited")["unlimited.csv.out"]) == pytest.approx(predictions(server, lines))


def test_jobs_are_listed_newest_first_with_why_they_failed(server: LocalServer) -> None:
    uri = put(server, "batch/listing.csv", rows(1))
    bad = put(server, "batch/listing-bad.csv", "a,b\n")
    for name, source in (("listing-b", uri), ("listing-a", bad), ("listing-c", uri)):
        run(server, name, source)
    listed = call(server, "ListTransformJobs", {"NameContains": "listing-", "MaxResults": 2})
    assert [job["TransformJobName"] for job in listed["TransformJobSummaries"]] == ["listing-c", "listing-a"]
    assert listed["TransformJobSummaries"][1]["FailureReason"] == "AlgorithmError: See job logs for more information"
    rest = call(
        server, "ListTransformJobs", {"NameContains": "listing-", "MaxResults": 2, "NextToken": listed["NextToken"]}
    )
    assert [job["TransformJobName"] for job in rest["TransformJobSummaries"]] == ["listing-b"]
    assert "NextToken" not in rest
    failed = call(server, "ListTransformJobs", {"NameContains": "listing-", "StatusEquals": "Failed"})
    assert [job["TransformJobName"] for job in failed["TransformJobSummaries"]] == ["listing-a"]
    order = {"SortBy": "Name", "SortOrder": "Ascending"}
    by_name = call(server, "ListTransformJobs", {"NameContains": "listing-", **order})
    assert [job["TransformJobName"][-1] for job in by_name["TransformJobSummaries"]] == ["a", "b", "c"]


def test_hosts_report_what_they_use(server: LocalServer) -> None:
    run(server, "measured", put(server, "batch/measured.csv", rows(10)))
    stream = min(log_streams(server, "measured"))
    metrics = server.client("cloudwatch").list_metrics(
        Namespace=LOG_GROUP, Dimensions=[{"Name": "Host", "Value": stream.rsplit("-", 1)[0]}]
    )["Metrics"]
    assert {metric["MetricName"] for metric in metrics} == {"CPUUtilization", "MemoryUtilization"}


@needs_aws_cli
def test_the_aws_cli(server: LocalServer, tmp_path: Path) -> None:
    uri = put(server, "batch/cli.csv", rows(2))
    given = request("cli", uri)
    aws(server, tmp_path, "sagemaker", "create-transform-job", "--cli-input-json", json.dumps(given))
    wait_for_end_of(server, "cli")
    described = json.loads(aws(server, tmp_path, "sagemaker", "describe-transform-job", "--transform-job-name", "cli"))
    assert described["TransformJobStatus"] == "Completed"
    aws(server, tmp_path, "s3", "cp", f"{output_path('cli')}/cli.csv.out", str(tmp_path / "out"))
    assert numbers((tmp_path / "out").read_text()) == pytest.approx(predictions(server, rows(2)))


def test_a_model_may_go_once_its_job_is_created(server: LocalServer) -> None:
    sagemaker = server.client("sagemaker")
    model = sagemaker.describe_model(ModelName=MODEL)["PrimaryContainer"]
    sagemaker.create_model(ModelName="short-lived", PrimaryContainer=model, ExecutionRoleArn=role_arn())
    uri = put(server, "batch/short-lived.csv", rows(2))
    sagemaker.create_transform_job(**request("outlives", uri, ModelName="short-lived"))
    sagemaker.delete_model(ModelName="short-lived")
    assert wait_for_end_of(server, "outlives")["TransformJobStatus"] == "Completed"
    assert describe(server, "outlives")["ModelName"] == "short-lived"
