"""What is left of training jobs when their server goes away, politely or not."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import pytest

from tests.local.server import LocalServer, run_server
from tests.local.training import describe, endless, phases, request, upload_data, wait_for_end, wait_for_log

_REASON = "InternalServerError: the embedded SageMaker stopped while this job ran; start the job again."
_DEADLINE_SECONDS = 20

needs_proc = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="reads the process table from /proc")


def _parents() -> dict[int, int]:
    """The parent of every living process."""
    parents = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, parent = stat.read_text().rpartition(")")[2].split()[:2]
        except (FileNotFoundError, ProcessLookupError):
            continue
        if state != "Z":
            parents[int(stat.parent.name)] = int(parent)
    return parents


def _descendants(process: int) -> set[int]:
    parents = _parents()
    found = {process}
    while more := {child for child, parent in parents.items() if parent in found} - found:
        found |= more
    return found - {process}


def _wait_until_gone(processes: set[int]) -> None:
    deadline = time.monotonic() + _DEADLINE_SECONDS
    while left := processes & _parents().keys():
        assert time.monotonic() < deadline, f"still there: {left}"
        time.sleep(0.05)


def _start_endless(server: LocalServer, name: str) -> set[int]:
    """Start a job that does not end; answers the processes under the server."""
    upload_data(server)
    server.client("sagemaker").create_training_job(**request(name, **endless()))
    wait_for_log(server, name, "validation-rmse")
    processes = _descendants(server.process.pid)
    assert processes
    return processes


@needs_proc
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_a_job_whose_server_ends_is_failed_and_leaves_no_process(tmp_path: Path, number: signal.Signals) -> None:
    with run_server(tmp_path / "data") as server:
        sagemaker = server.client("sagemaker")
        upload_data(server)
        sagemaker.create_training_job(**request("finished"))
        finished = wait_for_end(server, "finished")
        processes = _start_endless(server, "interrupted")
        sagemaker.create_training_job(**request("queued", **endless()))
        server.process.send_signal(number)
        server.process.wait(_DEADLINE_SECONDS)
        _wait_until_gone(processes)

    with run_server(tmp_path / "data") as server:
        job = describe(server, "interrupted")
        assert (job["TrainingJobStatus"], job["FailureReason"]) == ("Failed", _REASON)
        assert phases(job) == ["Starting", "Downloading", "Training", "Failed"]
        assert describe(server, "queued")["FailureReason"] == _REASON
        assert describe(server, "finished") == finished
        assert list((server.data / "jobs").glob("*")) == []


@needs_proc
def test_a_killed_host_is_exit_code_137(server: LocalServer) -> None:
    before = _descendants(server.process.pid)
    processes = _start_endless(server, "killed")
    host = max(processes - before, key=_start_time)

    os.kill(host, signal.SIGKILL)

    assert wait_for_end(server, "killed")["FailureReason"] == "AlgorithmError: , exit code: 137"


def _start_time(process: int) -> int:
    """When a process began, in clock ticks; the newest under a server is the host of the newest job."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return int(fields[19])
