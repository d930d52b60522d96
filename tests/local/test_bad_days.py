"""What people and machines do to a server at work: ends of every kind, a full disk, two clients at once, hang-ups."""

from __future__ import annotations

import http.client
import json
import os
import resource
import signal
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.local.processes import Marked, needs_proc
from tests.local.server import LocalServer, run_server
from tests.local.training import (
    BUCKET,
    describe,
    endless,
    log_messages,
    phases,
    request,
    upload_data,
    wait_for_end,
    wait_for_log,
    without_data,
)
from tests.local.uploads import begin_upload
from tests.waiting import until
from tui.local.jobs.table import Job, JobTable
from tui.local.store import Store

_INTERRUPTED = "InternalServerError: the embedded SageMaker stopped while this job ran; start the job again."
_DEADLINE_SECONDS = 60


def _stored(data: Path, name: str) -> Job:
    """A job as a server that is gone left it."""
    with closing(Store(data / "store.sqlite")) as store:
        job = JobTable(store).get(name)
    assert job is not None
    return job


@needs_proc
def test_a_server_killed_while_it_trains_and_receives(tmp_path: Path, marked: Marked) -> None:
    data = tmp_path / "data"
    with run_server(data) as server:
        s3, sagemaker = server.client("s3"), server.client("sagemaker")
        upload_data(server)
        s3.put_object(Bucket=BUCKET, Key="x", Body=b"old")
        upload = s3.create_multipart_upload(Bucket=BUCKET, Key="parts")["UploadId"]
        etag = s3.upload_part(Bucket=BUCKET, Key="parts", UploadId=upload, PartNumber=1, Body=b"part")["ETag"]
        sagemaker.create_training_job(**request("finished", Tags=[{"Key": "team", "Value": "boston"}]))
        finished, log = wait_for_end(server, "finished"), log_messages(server, "finished")
        sagemaker.create_training_job(**request("interrupted", **endless()))
        for number in range(os.cpu_count() or 1):
            sagemaker.create_training_job(**request(f"queued-{number}", **endless()))
        seen = wait_for_log(server, "interrupted", "validation-rmse")
        kept = {path.name for path in (data / "objects").iterdir()}
        with closing(begin_upload(server, BUCKET, "x")):
            server.process.kill()
            server.process.wait()
    marked.wait_until_gone()

    with run_server(data) as server:
        s3, sagemaker = server.client("s3"), server.client("sagemaker")
        assert describe(server, "finished") == finished
        assert log_messages(server, "finished") == log
        assert sagemaker.list_tags(ResourceArn=finished["TrainingJobArn"])["Tags"] == [
            {"Key": "team", "Value": "boston"}
        ]
        artifact = finished["ModelArtifacts"]["S3ModelArtifacts"].removeprefix(f"s3://{BUCKET}/")
        assert s3.get_object(Bucket=BUCKET, Key=artifact)["Body"].read().startswith(b"\x1f\x8b")

        job = describe(server, "interrupted")
        assert (job["TrainingJobStatus"], job["FailureReason"]) == ("Failed", _INTERRUPTED)
        assert phases(job) == ["Starting", "Downloading", "Training", "Failed"]
        assert log_messages(server, "interrupted")[: len(seen)] == seen
        assert describe(server, f"queued-{(os.cpu_count() or 1) - 1}")["FailureReason"] == _INTERRUPTED
        assert list((data / "jobs").glob("*")) == []

        assert s3.get_object(Bucket=BUCKET, Key="x")["Body"].read() == b"old"
        assert {path.name for path in (data / "objects").iterdir()} == kept, "what was begun is swept away"
        done = {"Parts": [{"PartNumber": 1, "ETag": etag}]}
        s3.complete_multipart_upload(Bucket=BUCKET, Key="parts", UploadId=upload, MultipartUpload=done)
        assert s3.get_object(Bucket=BUCKET, Key="parts")["Body"].read() == b"part"


@needs_proc
@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGTERM], ids=["SIGHUP", "SIGTERM"])
def test_a_signal_to_the_group_while_a_job_trains(tmp_path: Path, marked: Marked, number: signal.Signals) -> None:
    data = tmp_path / "data"
    with (tmp_path / "stderr").open("w+") as stderr:
        with run_server(data, stderr=stderr) as server:
            upload_data(server)
            server.client("sagemaker").create_training_job(**request("interrupted", **endless()))
            wait_for_log(server, "interrupted", "validation-rmse")
            os.killpg(server.process.pid, number)
            assert server.process.wait(_DEADLINE_SECONDS) == 0
        marked.wait_until_gone()
        assert (tmp_path / "stderr").read_text() == ""
    assert _stored(data, "interrupted").failure_reason == _INTERRUPTED
    assert list((data / "jobs").glob("*")) == []


def _end_by_ctrl_c(server: LocalServer) -> None:
    os.killpg(server.process.pid, signal.SIGINT)


def _end_by_stdin(server: LocalServer) -> None:
    assert server.process.stdin is not None
    server.process.stdin.close()


@needs_proc
@pytest.mark.parametrize("end", [_end_by_ctrl_c, _end_by_stdin], ids=["Ctrl-C", "end of stdin"])
def test_an_end_while_the_algorithms_load(tmp_path: Path, marked: Marked, end: Callable[[LocalServer], None]) -> None:
    data = tmp_path / "data"
    with (tmp_path / "stderr").open("w+") as stderr:
        with run_server(data, stderr=stderr) as server:
            upload_data(server)
            before = marked.alive()
            server.client("sagemaker").create_training_job(**request("interrupted", **endless()))
            until(lambda: marked.alive() - before, "the host of the job to start")
            end(server)
            assert server.process.wait(_DEADLINE_SECONDS) == 0
        marked.wait_until_gone()
        assert (tmp_path / "stderr").read_text() == ""
    assert _stored(data, "interrupted").failure_reason == _INTERRUPTED


def test_an_upload_does_not_keep_a_server_that_is_told_to_stop(tmp_path: Path) -> None:
    with (tmp_path / "stderr").open("w+") as stderr:
        with run_server(tmp_path / "data", stderr=stderr) as server:
            upload_data(server)
            objects = set((server.data / "objects").iterdir())
            with closing(begin_upload(server, BUCKET, "x")):
                server.process.terminate()
                assert server.process.wait(_DEADLINE_SECONDS) == 0
        assert "Traceback" not in (tmp_path / "stderr").read_text()
    assert set((tmp_path / "data" / "objects").iterdir()) == objects


@pytest.mark.skipif(not hasattr(resource, "prlimit"), reason="only Linux can limit the files of a running process")
def test_a_full_disk_fails_requests_and_jobs_but_not_the_server(tmp_path: Path) -> None:
    with run_server(tmp_path / "data") as server:
        upload_data(server)
        group = {"logGroupName": "full"}
        server.client("logs").create_log_group(**group)
        server.client("sagemaker").create_training_job(**request("before", **endless()))
        wait_for_log(server, "before", "validation-rmse")
        resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))
        for service, target, body in (
            ("sagemaker", "SageMaker.CreateTrainingJob", request("during")),
            ("logs", "Logs_20140328.CreateLogStream", group | {"logStreamName": "s" * 512}),
        ):
            answer = server.send_json(service, target, json.dumps(body).encode())
            assert (answer.status, answer.json()["__type"]) == (507, "InsufficientStorage")
            assert f"nothing was stored in {server.data}. Free some space" in answer.json()["message"]
        assert server.client("logs").describe_log_streams(**group)["logStreams"] == []
        until(lambda: not (server.data / "jobs" / "before").exists(), "the job to leave its folder")
        assert describe(server, "before")["TrainingJobStatus"] == "InProgress", "that it failed cannot be written"
        resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        failed = wait_for_end(server, "before")
        assert failed["FailureReason"].startswith("InternalServerError: the embedded SageMaker could not work in its")
        server.client("sagemaker").create_training_job(**request("after"))
        assert wait_for_end(server, "after")["TrainingJobStatus"] == "Completed"
        with pytest.raises(ClientError, match="Requested resource not found"):
            server.client("sagemaker").describe_training_job(TrainingJobName="during")


def _outcome(call: Callable[..., Any], **arguments: Any) -> str:
    """`done`, or the code of the error."""
    try:
        call(**arguments)
    except ClientError as error:
        return str(error.response["Error"]["Code"])
    return "done"


def _at_once(*calls: Callable[[], str]) -> list[str]:
    """The outcomes of calls that start at the same moment."""
    barrier = threading.Barrier(len(calls))

    def start(call: Callable[[], str]) -> str:
        barrier.wait(_DEADLINE_SECONDS)
        return call()

    with ThreadPoolExecutor(len(calls)) as pool:
        return sorted(pool.map(start, calls))


def test_clients_that_want_the_same_at_once(server: LocalServer) -> None:
    upload_data(server)
    sagemaker = server.new_client("sagemaker", server.access_key, max_pool_connections=8)
    for number in range(5):
        name = f"contended-{number}"
        job = request(name, **without_data())

        def create(job: dict[str, Any] = job) -> str:
            return _outcome(sagemaker.create_training_job, **job)

        def stop(name: str = name) -> str:
            return _outcome(sagemaker.stop_training_job, TrainingJobName=name)

        def delete(name: str = name) -> str:
            return _outcome(sagemaker.delete_training_job, TrainingJobName=name)

        assert _at_once(*[create] * 4) == ["ResourceInUse"] * 3 + ["done"]
        stopped = _at_once(*[stop] * 4)
        assert stopped in (["ValidationException"] * 3 + ["done"], ["ValidationException"] * 4)
        end = wait_for_end(server, name)["TrainingJobStatus"]
        assert end == ("Stopped" if "done" in stopped else "Failed")
        assert _at_once(*[delete] * 4) == ["ValidationException"] * 3 + ["done"]


@needs_proc
def test_a_client_that_hangs_up_during_a_download_leaves_no_open_file(server: LocalServer) -> None:
    upload_data(server)
    server.client("s3").put_object(Bucket=BUCKET, Key="big", Body=b"x" * (32 << 20))
    (body,) = [path for path in (server.data / "objects").iterdir() if path.stat().st_size == 32 << 20]
    descriptors = Path(f"/proc/{server.process.pid}/fd")

    def is_open() -> bool:
        return any(link.readlink() == body for link in descriptors.iterdir() if link.is_symlink())

    for _ in range(3):
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=_DEADLINE_SECONDS)
        connection.request("GET", f"/{BUCKET}/big", headers={"Authorization": server.authorization("s3")})
        assert connection.getresponse().read(10) == b"x" * 10
        assert is_open()
        connection.close()
    until(lambda: not is_open(), "the server to close the file")
