"""Batch transform by plain boto3: what goes in by all its ways comes out as the model's own predictions."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import pytest

from tests.local.aws_cli import aws, needs_aws_cli
from tests.local.server import LocalServer
from tests.local.training import call, role_arn
from tests.local.transforms import (
    LOG_GROUP,
    MODEL,
    data_log,
    describe,
    log_streams,
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

pytestmark = pytest.mark.usefixtures("transform_model")


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


def test_the_environment_of_the_job_reaches_the_container(server: LocalServer) -> None:
    uri = put(server, "batch/limited.csv", rows(10))
    job = run(server, "limited", uri, Environment={"MAX_CONTENT_LENGTH": str(2 << 20)})
    assert job["TransformJobStatus"] == "Completed"
    assert "MaxPayloadInMB=2" in data_log(server, "limited")[0]


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
