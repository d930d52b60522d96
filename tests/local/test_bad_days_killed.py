"""A server killed while all it can do is under way: what was acknowledged is there, what cannot go on says why."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import BotoCoreError

from tests.local import endpoints, transforms, tuning
from tests.local.endpoints import LINEAR_MODEL, invoke, make_endpoint, make_models, variant
from tests.local.processes import Marked, needs_proc
from tests.local.server import LocalServer, run_server
from tests.local.training import BUCKET, describe, endless, request, upload_data, wait_for_end, wait_for_log
from tests.local.uploads import begin_upload
from tests.waiting import until

pytestmark = pytest.mark.usefixtures("trained_artifacts")

_GROUP, _STREAM = "/acknowledged", "lines"
_SERIES = {"Namespace": "Acknowledged", "MetricName": "Writes"}
_ENOUGH = 10
_WORKERS = 5


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """How many of the numbered writes of each kind were answered before the server was gone."""

    objects: list[int] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    values: list[int] = field(default_factory=list)
    tags: list[int] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)

    def kinds(self) -> tuple[list[int], ...]:
        return (self.objects, self.lines, self.values, self.tags, self.answers)


@contextmanager
def _writers(server: LocalServer, arn: str) -> Iterator[Acknowledged]:
    """Clients that write and invoke without a pause until the server is gone."""
    s3, logs, cloudwatch, sagemaker, runtime = (
        server.new_client(service, server.access_key)
        for service in ("s3", "logs", "cloudwatch", "sagemaker", "sagemaker-runtime")
    )
    logs.create_log_group(logGroupName=_GROUP)
    logs.create_log_stream(logGroupName=_GROUP, logStreamName=_STREAM)
    acknowledged = Acknowledged()

    def put_object(number: int) -> None:
        s3.put_object(Bucket=BUCKET, Key=f"acknowledged/{number}", Body=str(number))

    def put_line(number: int) -> None:
        event = {"timestamp": int(time.time() * 1000), "message": str(number)}
        logs.put_log_events(logGroupName=_GROUP, logStreamName=_STREAM, logEvents=[event])

    def put_value(number: int) -> None:
        datum = {"MetricName": _SERIES["MetricName"], "Value": number}
        cloudwatch.put_metric_data(Namespace=_SERIES["Namespace"], MetricData=[datum])

    def put_tag(number: int) -> None:
        sagemaker.add_tags(ResourceArn=arn, Tags=[{"Key": "last", "Value": str(number)}])

    def ask(_: int) -> None:
        runtime.invoke_endpoint(EndpointName="serving", ContentType="text/csv", Body=endpoints.ROW)["Body"].read()

    def go_on(act: Callable[[int], None], done: list[int]) -> None:
        try:
            for number in count():
                act(number)
                done.append(number)
        except BotoCoreError:
            return

    acts = (put_object, put_line, put_value, put_tag, ask)
    with ThreadPoolExecutor(_WORKERS) as pool:
        workers = [pool.submit(go_on, act, done) for act, done in zip(acts, acknowledged.kinds(), strict=True)]
        yield acknowledged
        for worker in workers:
            worker.result()


def _begin_everything(server: LocalServer) -> dict[str, Any]:
    """One of each job at work, on a server that has what they need; the description of an endpoint in service."""
    sagemaker = server.client("sagemaker")
    transforms.make_model(server)
    make_models(server)
    variants = [variant("A"), variant("B", LINEAR_MODEL, InitialVariantWeight=0)]
    endpoint: dict[str, Any] = make_endpoint(server, "serving", *variants)
    sagemaker.create_training_job(**request("training", **endless()))
    wait_for_log(server, "training", "validation-rmse")
    definition = tuning.definition(endless()["HyperParameters"])
    search = tuning.request(
        "tuning", HyperParameterTuningJobConfig=tuning.config(3, 2), TrainingJobDefinition=definition
    )
    sagemaker.create_hyper_parameter_tuning_job(**search)
    tuning.wait_for(server, "tuning", lambda job: job["TrainingJobStatusCounters"]["InProgress"] == 2)
    sagemaker.create_transform_job(**transforms.endless(server, "transforming"))
    transforms.wait_for_output(server, "transforming", "a.csv.out")
    return endpoint


@needs_proc
def test_a_server_killed_while_everything_runs(tmp_path: Path, marked: Marked) -> None:
    data = tmp_path / "data"
    with run_server(data) as server:
        upload_data(server)
        endpoint = _begin_everything(server)
        trained = describe(server, transforms.MODEL)
        with closing(begin_upload(server, BUCKET, "begun")), _writers(server, endpoint["EndpointArn"]) as acknowledged:
            until(lambda: all(len(done) >= _ENOUGH for done in acknowledged.kinds()), "enough of every kind of write")
            server.process.kill()
            server.process.wait()
    marked.wait_until_gone()

    with (tmp_path / "stderr").open("w") as stderr, run_server(data, stderr=stderr) as server:
        assert invoke(server, "serving")["InvokedProductionVariant"] == "A", "it waits until the model is there"
        assert endpoints.describe(server, "serving") == endpoint
        assert describe(server, transforms.MODEL) == trained
        _check_acknowledged(server, endpoint["EndpointArn"], acknowledged)
        _check_reasons(server)
        _check_nothing_is_left(server)
        server.client("sagemaker").create_training_job(**request("afterwards"))
        assert wait_for_end(server, "afterwards")["TrainingJobStatus"] == "Completed"
    marked.wait_until_gone()
    assert (tmp_path / "stderr").read_text() == ""


def _check_acknowledged(server: LocalServer, arn: str, acknowledged: Acknowledged) -> None:
    s3, logs = server.client("s3"), server.client("logs")
    for number in acknowledged.objects:
        body = s3.get_object(Bucket=BUCKET, Key=f"acknowledged/{number}")["Body"].read()
        assert body == str(number).encode()
    pages = logs.get_paginator("filter_log_events").paginate(logGroupName=_GROUP)
    lines = {int(event["message"]) for page in pages for event in page["events"]}
    assert lines >= set(acknowledged.lines)
    now = time.time()
    points = server.client("cloudwatch").get_metric_statistics(
        **_SERIES, StartTime=now - 3600, EndTime=now + 60, Period=3660, Statistics=["SampleCount", "Sum"]
    )["Datapoints"]
    assert sum(point["SampleCount"] for point in points) >= len(acknowledged.values)
    (tag,) = server.client("sagemaker").list_tags(ResourceArn=arn)["Tags"]
    assert int(tag["Value"]) >= acknowledged.tags[-1]


def _check_reasons(server: LocalServer) -> None:
    """What cannot go on has failed, and says why."""
    stopped = "InternalServerError: the embedded SageMaker stopped while this {} ran; {}."
    job = describe(server, "training")
    assert (job["TrainingJobStatus"], job["FailureReason"]) == ("Failed", stopped.format("job", "start the job again"))
    search = tuning.describe(server, "tuning")
    assert search["HyperParameterTuningJobStatus"] == "Failed"
    assert search["FailureReason"] == stopped.format("tuning job", "start it again")
    assert {child["TrainingJobStatus"] for child in tuning.children(server, "tuning")} == {"Failed"}
    job = transforms.describe(server, "transforming")
    assert job["TransformJobStatus"] == "Failed"
    assert job["FailureReason"] == stopped.format("job", "start the job again")
    assert list(transforms.outputs(server, "transforming")) == ["a.csv.out"]


def _check_nothing_is_left(server: LocalServer) -> None:
    """Neither a folder of a job nor a file that is no object; of models only those that serve."""
    assert not any((server.data / "jobs").glob("*"))
    assert not any((server.data / "transform").glob("*"))
    assert len(list((server.data / "serving").iterdir())) == 2
    s3 = server.client("s3")
    kept = 0
    for bucket in s3.list_buckets()["Buckets"]:
        pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket["Name"])
        kept += sum(page["KeyCount"] for page in pages)
    assert len(list((server.data / "objects").iterdir())) == kept
    with pytest.raises(s3.exceptions.ClientError, match="404"):
        s3.head_object(Bucket=BUCKET, Key="begun")
