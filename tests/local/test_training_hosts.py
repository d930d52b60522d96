"""What a training job says when its processes are killed under it."""

from __future__ import annotations

import os
import signal
from contextlib import suppress
from pathlib import Path

import pytest

from tests.local.processes import Marked, needs_proc
from tests.local.server import run_server
from tests.local.training import describe, endless, request, upload_data, wait_for_end, wait_for_log
from tests.waiting import until


def test_the_temporary_folder_may_have_a_long_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / ("long" * 50)
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    with run_server(tmp_path / "data") as server:
        upload_data(server)
        server.client("sagemaker").create_training_job(**request("far-away"))
        assert wait_for_end(server, "far-away")["TrainingJobStatus"] == "Completed"


@needs_proc
def test_killed_processes_fail_their_job_and_not_the_next(tmp_path: Path, marked: Marked) -> None:
    with run_server(tmp_path / "data") as server:
        sagemaker = server.client("sagemaker")
        upload_data(server)

        def kill_fork_server_and_see() -> bool:
            if (fork_server := marked.fork_server()) is not None:
                with suppress(ProcessLookupError):
                    os.kill(fork_server, signal.SIGKILL)
            return bool(describe(server, "loading")["TrainingJobStatus"] != "InProgress")

        sagemaker.create_training_job(**request("loading", **endless()))
        # One that is killed before the job asks it for a host is replaced by the next, which is killed as well.
        until(kill_fork_server_and_see, "the end of the job")
        reason = "InternalServerError: The process that starts training hosts was killed. Start the job again."
        assert wait_for_end(server, "loading")["FailureReason"] == reason

        before = marked.alive()
        sagemaker.create_training_job(**request("training", **endless()))
        wait_for_log(server, "training", "validation-rmse")
        started = marked.alive() - before
        (host,) = started - {marked.fork_server()}
        os.kill(host, signal.SIGKILL)
        assert wait_for_end(server, "training")["FailureReason"] == "AlgorithmError: , exit code: 137"

        sagemaker.create_training_job(**request("after"))
        assert wait_for_end(server, "after")["TrainingJobStatus"] == "Completed"
