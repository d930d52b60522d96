"""Much of everything: ten thousand jobs in the store, an upload larger than the memory the server may take."""

from __future__ import annotations

import json
import socket
import struct
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.local import endpoints, transforms, tuning
from tests.local.processes import needs_proc
from tests.local.server import LocalServer, run_server
from tests.local.training import BUCKET, call, describe, request, upload_data, wait_for_end
from tests.waiting import until
from tui.local.jobs.states import FINAL_STATUS, Phase, Status
from tui.local.jobs.table import JobTable
from tui.local.models import ModelTable
from tui.local.settings import Settings
from tui.local.store import Store
from tui.local.tags import Tags
from tui.local.transform.table import TransformTable
from tui.local.tuning.requests import accepted_request
from tui.local.tuning.table import TuningTable

_JOBS = 10_000
_UNFINISHED = 100
_MODELS = 500
_CHILDREN = 2_000

_START_SECONDS = 15.0
"""Of the processor's time: the machine may do a lot besides."""

_MOMENT_SECONDS = 3.0
_SCAN_SECONDS = 20.0
"""For what has to look at every job. All limits are ten times and more what an idle machine takes."""

_TRIES = 3
"""The fastest counts."""

_LARGE = 256 << 20


def _fill(data: Path) -> None:
    """A data folder as months of work leave it: jobs of every kind, some of which a killed server was at."""
    data.mkdir()
    settings = Settings(data)
    with closing(Store(data / "store.sqlite")) as store:
        jobs, tags = JobTable(store), Tags(store)
        searches, models, batches = TuningTable(store), ModelTable(store), TransformTable(store)
        with store.write() as connection:
            arn = settings.arn("hyper-parameter-tuning-job", "search")
            searches.insert(connection, "search", arn, accepted_request(tuning.request("search")))
            tags.register(connection, arn)
            for number in range(_JOBS):
                name = f"job-{number:05}"
                arn = settings.arn("training-job", name)
                jobs.insert(connection, name, arn, request(name))
                tags.register(connection, arn, [{"Key": "tenth", "Value": str(number % 10)}])
                if number < _CHILDREN:
                    members = {"definition": None, "metric": "validation:rmse", "tuned": '{"eta": "0.1"}'}
                    searches.add_child(connection, name, "search", **members)
                batch = transforms.request(name, "s3://bucket/in", ModelName=f"model-{number % _MODELS}")
                batches.insert(connection, name, settings.arn("transform-job", name), batch)
            for number in range(_MODELS):
                name = f"model-{number}"
                models.insert(connection, name, settings.arn("model", name), endpoints.model(name))
                tags.register(connection, settings.arn("model", name))
            metrics = (
                "json_object('validation:rmse', json_array(1.0, rowid), 'ObjectiveMetric', json_array(1.0, rowid))"
            )
            connection.execute(
                f"UPDATE training_jobs SET final_metrics = {metrics}, status = ?, phase = ? WHERE name < ?",
                (FINAL_STATUS[Phase.COMPLETED], Phase.COMPLETED, f"job-{_JOBS - _UNFINISHED:05}"),
            )
            connection.execute("UPDATE transform_jobs SET status = ?", (Status.COMPLETED,))


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalServer]:
    """A server that found all this at its start."""
    data = tmp_path_factory.mktemp("full") / "data"
    _fill(data)
    with run_server(data) as server:
        spent = psutil.Process(server.process.pid).cpu_times()
        assert spent.user + spent.system < _START_SECONDS
        yield server


def test_jobs_that_were_under_way_have_failed_and_new_ones_run(full: LocalServer) -> None:
    pages = full.client("sagemaker").get_paginator("list_training_jobs").paginate(StatusEquals="Failed")
    assert sum(len(page["TrainingJobSummaries"]) for page in pages) == _UNFINISHED
    assert "start the job again" in describe(full, f"job-{_JOBS - 1:05}")["FailureReason"]
    upload_data(full)
    full.client("sagemaker").create_training_job(**request("one-more"))
    assert wait_for_end(full, "one-more")["TrainingJobStatus"] == "Completed"
    full.client("sagemaker").delete_training_job(TrainingJobName="one-more")


_PAGE = {"MaxResults": 100}
_TENTH = {"Filters": [{"Name": "Tags.tenth", "Operator": "Equals", "Value": "7"}]}


@pytest.mark.parametrize(
    ("operation", "members", "seconds"),
    [
        ("ListTrainingJobs", _PAGE, _MOMENT_SECONDS),
        ("ListTrainingJobs", _PAGE | {"NameContains": "job-00"}, _MOMENT_SECONDS),
        ("ListTransformJobs", _PAGE | {"SortBy": "Status"}, _MOMENT_SECONDS),
        ("ListModels", _PAGE, _MOMENT_SECONDS),
        ("DescribeTrainingJob", {"TrainingJobName": "job-05000"}, _MOMENT_SECONDS),
        ("DescribeHyperParameterTuningJob", {"HyperParameterTuningJobName": "search"}, _MOMENT_SECONDS),
        (
            "ListTrainingJobsForHyperParameterTuningJob",
            _PAGE | {"HyperParameterTuningJobName": "search", "SortBy": "FinalObjectiveMetricValue"},
            _MOMENT_SECONDS,
        ),
        ("Search", _PAGE | {"Resource": "TrainingJob"}, _MOMENT_SECONDS),
        ("Search", _PAGE | {"Resource": "Model"}, _MOMENT_SECONDS),
        ("Search", _PAGE | {"Resource": "Model", "SortBy": "LastBatchTransformJob.CreationTime"}, _SCAN_SECONDS),
        ("Search", _PAGE | {"Resource": "TrainingJob", "SortBy": "Metrics.validation:rmse"}, _SCAN_SECONDS),
        ("Search", _PAGE | {"Resource": "TrainingJob", "SearchExpression": _TENTH}, _SCAN_SECONDS),
    ],
)
def test_ten_thousand_jobs_keep_nobody_waiting(
    full: LocalServer, operation: str, members: dict[str, Any], seconds: float
) -> None:
    times: list[float] = []
    while len(times) < _TRIES and min(times, default=seconds) >= seconds:
        began = time.monotonic()
        answer = call(full, operation, members, frozenset({"ModelArtifacts"}))
        times.append(time.monotonic() - began)
    assert min(times) < seconds
    listed = [
        items for items in answer.values() if isinstance(items, list) and operation.startswith(("List", "Search"))
    ]
    assert [len(items) for items in listed] in ([], [100])


def test_pages_lead_through_all_of_them(full: LocalServer) -> None:
    pages = full.client("sagemaker").get_paginator("list_training_jobs").paginate(PaginationConfig={"PageSize": 100})
    names = [job["TrainingJobName"] for page in pages for job in page["TrainingJobSummaries"]]
    assert sorted(names) == [f"job-{number:05}" for number in range(_JOBS)]


def _most_memory(server: LocalServer) -> int:
    """The most bytes of memory that the server's process has ever had."""
    status = Path(f"/proc/{server.process.pid}/status").read_text(encoding="utf-8")
    (line,) = [line for line in status.splitlines() if line.startswith("VmHWM:")]
    return int(line.split()[1]) * 1024


@needs_proc
@pytest.mark.parametrize("in_parts", [False, True], ids=["one request", "multipart"])
def test_a_large_object_never_is_in_memory(tmp_path: Path, in_parts: bool) -> None:
    file = tmp_path / "large"
    with file.open("wb") as sparse:
        sparse.truncate(_LARGE)
    with run_server(tmp_path / "data") as server:
        s3 = server.new_client("s3", server.access_key)
        s3.create_bucket(Bucket=BUCKET)
        s3.put_object(Bucket=BUCKET, Key="small", Body=b"x" * (1 << 20))
        before = _most_memory(server)
        if in_parts:
            s3.upload_file(str(file), BUCKET, "large")
        else:
            with file.open("rb") as body:
                s3.put_object(Bucket=BUCKET, Key="large", Body=body)
        assert s3.head_object(Bucket=BUCKET, Key="large")["ContentLength"] == _LARGE
        body = s3.get_object(Bucket=BUCKET, Key="large")["Body"]
        assert sum(map(len, body.iter_chunks(1 << 20))) == _LARGE
        assert _most_memory(server) - before < _LARGE // 4


def _half_sent(server: LocalServer, request_line: str, headers: dict[str, str], half: bytes) -> socket.socket:
    """A connection on which half of a request was sent."""
    connection = socket.create_connection(("127.0.0.1", server.port))
    head = {"Host": f"127.0.0.1:{server.port}", "Content-Length": str(2 * len(half)), **headers}
    lines = [f"{request_line} HTTP/1.1", *(f"{name}: {value}" for name, value in head.items()), "", ""]
    connection.sendall("\r\n".join(lines).encode() + half)
    return connection


def test_clients_that_hang_up_leave_nothing_and_disturb_nobody(tmp_path: Path) -> None:
    with (tmp_path / "stderr").open("w") as stderr, run_server(tmp_path / "data", stderr=stderr) as server:
        endpoints.make_models(server)
        endpoints.make_endpoint(server, "serving")
        objects = set((server.data / "objects").iterdir())
        json_headers = {"X-Amz-Target": "SageMaker.CreateTrainingJob", "Content-Type": "application/x-amz-json-1.1"}
        requests: list[tuple[str, str, dict[str, str], bytes]] = [
            ("s3", f"PUT /{endpoints.BUCKET}/half", {}, b"x" * (8 << 20)),
            ("sagemaker", "POST /", json_headers, json.dumps(request("half")).encode()),
            ("sagemaker", "POST /endpoints/serving/invocations", {"Content-Type": "text/csv"}, b"0.5,0.25\n" * 1000),
        ]
        for service, line, headers, half in requests:
            for reset in (False, True):
                connection = _half_sent(server, line, headers | {"Authorization": server.authorization(service)}, half)
                if reset:
                    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                connection.close()
        whole = server.new_client("sagemaker-runtime", server.access_key)
        until(lambda: set((server.data / "objects").iterdir()) == objects, "what was half sent to be removed")
        answer = whole.invoke_endpoint(EndpointName="serving", ContentType="text/csv", Body=endpoints.ROW)
        assert answer["ResponseMetadata"]["HTTPStatusCode"] == 200
        assert server.client("sagemaker").list_training_jobs()["TrainingJobSummaries"] == []
    assert (tmp_path / "stderr").read_text() == ""
