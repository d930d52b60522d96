"""Transform jobs that wait, are stopped, lose their process or their server, and read more than their memory."""

from __future__ import annotations

import csv
import os
import re
import signal
from pathlib import Path

import pytest

from tests.local.processes import Marked, needs_proc
from tests.local.server import LocalServer, run_server
from tests.local.training import BUCKET
from tests.local.transforms import (
    describe,
    endless,
    lend_model,
    log_streams,
    numbers,
    outputs,
    predictions,
    put,
    request,
    rows,
    run,
    wait_for,
    wait_for_end_of,
    wait_for_output,
)
from tests.waiting import meanwhile
from tui.local.jobs.runner import INTERRUPTED

pytestmark = pytest.mark.usefixtures("transform_model")


def test_a_stopped_job_keeps_what_it_has_written(server: LocalServer) -> None:
    sagemaker = server.client("sagemaker")
    sagemaker.create_transform_job(**endless(server, "stopped"))
    wait_for_output(server, "stopped", "a.csv.out")

    sagemaker.stop_transform_job(TransformJobName="stopped")
    assert describe(server, "stopped")["TransformJobStatus"] in ("Stopping", "Stopped")
    job = wait_for_end_of(server, "stopped")

    assert job["TransformJobStatus"] == "Stopped"
    assert job["TransformStartTime"] < job["TransformEndTime"]
    assert "FailureReason" not in job
    found = outputs(server, "stopped")
    assert {name: numbers(body) for name, body in found.items()} == {
        "a.csv.out": pytest.approx(predictions(server, rows(3)))
    }
    assert not (server.data / "transform" / "stopped").exists()


def test_a_job_waits_while_others_have_the_places(server: LocalServer) -> None:
    sagemaker = server.client("sagemaker")
    busy = [f"busy-{number}" for number in range(max(1, (os.cpu_count() or 1) - 1))]
    for name in busy:
        sagemaker.create_transform_job(**endless(server, name))
        wait_for(server, name, lambda job: "TransformStartTime" in job)
    for name in ("waiting", "unwanted"):
        sagemaker.create_transform_job(**request(name, f"s3://{BUCKET}/batch/endless/a.csv"))
        job = describe(server, name)
        assert (job["TransformJobStatus"], "TransformStartTime" in job) == ("InProgress", False)

    sagemaker.stop_transform_job(TransformJobName="unwanted")
    unwanted = describe(server, "unwanted")
    assert (unwanted["TransformJobStatus"], "TransformStartTime" in unwanted) == ("Stopped", False)

    for name in busy:
        sagemaker.stop_transform_job(TransformJobName=name)
    assert wait_for_end_of(server, "waiting")["TransformJobStatus"] == "Completed"


@needs_proc
def test_killed_processes_and_a_killed_server(server: LocalServer, tmp_path: Path, marked: Marked) -> None:
    with run_server(tmp_path / "data") as lonely:
        lend_model(server, lonely)
        sagemaker = lonely.client("sagemaker")
        run(lonely, "finished", put(lonely, "batch/finished.csv", rows(3)))
        before = marked.alive()
        sagemaker.create_transform_job(**endless(lonely, "killed"))
        wait_for_output(lonely, "killed", "a.csv.out")
        (host,) = marked.alive() - before
        os.kill(host, signal.SIGKILL)
        job = wait_for_end_of(lonely, "killed")
        assert job["TransformJobStatus"] == "Failed"
        assert re.fullmatch(
            r"AlgorithmError: The process of instance i-\w{17} ended unexpectedly, exit code: 137", job["FailureReason"]
        )
        assert list(outputs(lonely, "killed")) == ["a.csv.out"]

        sagemaker.create_transform_job(**endless(lonely, "interrupted"))
        sagemaker.create_transform_job(**endless(lonely, "queued"))
        wait_for_output(lonely, "interrupted", "a.csv.out")
        wait_for(lonely, "interrupted", lambda _: bool(log_streams(lonely, "interrupted")))
        finished = describe(lonely, "finished")
        lonely.process.kill()
        lonely.process.wait()
    marked.wait_until_gone()

    with run_server(tmp_path / "data") as again:
        for name in ("interrupted", "queued"):
            job = describe(again, name)
            assert (job["TransformJobStatus"], job["FailureReason"]) == ("Failed", INTERRUPTED)
        assert describe(again, "finished") == finished
        assert list(outputs(again, "interrupted")) == ["a.csv.out"]
        assert log_streams(again, "interrupted")
        assert not (again.data / "transform").exists()


@needs_proc
def test_an_orderly_end_interrupts_jobs_without_a_word(server: LocalServer, tmp_path: Path, marked: Marked) -> None:
    with (tmp_path / "stderr").open("w+") as stderr:
        with run_server(tmp_path / "data", stderr=stderr) as lonely:
            lend_model(server, lonely)
            lonely.client("sagemaker").create_transform_job(**endless(lonely, "interrupted"))
            wait_for_output(lonely, "interrupted", "a.csv.out")
        marked.wait_until_gone()
        assert (tmp_path / "stderr").read_text() == ""
    with run_server(tmp_path / "data") as again:
        assert describe(again, "interrupted")["FailureReason"] == INTERRUPTED


@needs_proc
def test_an_object_may_be_larger_than_what_its_host_holds(server: LocalServer, tmp_path: Path, marked: Marked) -> None:
    lines = "".join(f"{first:0<200},{second:0<200}\n" for first, second in csv.reader(rows(8_000).split()))
    repeats = 10
    with run_server(tmp_path / "data") as lonely:
        lend_model(server, lonely)
        small = put(lonely, "batch/small.csv", lines)
        large = put(lonely, "batch/large.csv", lines * repeats)
        run(lonely, "first", put(lonely, "batch/first.csv", rows(1)))
        peaks = [_peak(lonely, marked, name, uri) for name, uri in (("small", small), ("large", large))]
        assert outputs(lonely, "large")["large.csv.out"] == outputs(lonely, "small")["small.csv.out"] * repeats
    assert peaks[0] > 0
    assert peaks[1] - peaks[0] < len(lines) * repeats / 2, "the object went through memory piece by piece"


def _peak(server: LocalServer, marked: Marked, name: str, uri: str) -> int:
    """The most bytes of memory that the host of a new job holds until the job has completed."""
    held, before = [0], marked.alive()
    with meanwhile(lambda: held.extend(map(_high_water, marked.alive() - before))):
        assert run(server, name, uri, MaxPayloadInMB=1, MaxConcurrentTransforms=2)["TransformJobStatus"] == "Completed"
    return max(held)


def _high_water(process: int) -> int:
    """The most bytes of memory that a process has held, as the kernel counted them; 0 if it is gone."""
    try:
        status = Path(f"/proc/{process}/status").read_text()
    except OSError:
        return 0
    found = re.search(r"VmHWM:\s+(\d+) kB", status)
    return int(found[1]) << 10 if found else 0
