"""Processes that die under the console: it stays up, says it, and recovers."""

from __future__ import annotations

import os
import signal
from pathlib import Path

from tests.journeys.driver import Console, client_of, console, local_config
from tests.local.training import endless, request


async def test_a_worker_that_is_killed_is_started_again(used_folder: Path) -> None:
    async with console(local_config(used_folder)) as desk:
        await desk.sees("older", "newer")
        killed = worker_of(desk)
        os.kill(killed, signal.SIGKILL)
        await desk.sees("worker process ended unexpectedly", "It was started again")
        await list_is_live(desk)
        assert worker_of(desk) != killed


async def test_a_worker_that_is_killed_over_and_over_does_not_take_the_console_along(used_folder: Path) -> None:
    async with console(local_config(used_folder)) as desk:
        await desk.sees("older", "newer")
        for _ in range(2):
            killed = worker_of(desk)
            os.kill(killed, signal.SIGKILL)
            await desk.until(lambda gone=killed: worker_of(desk) not in (0, gone), "no other worker")  # type: ignore[misc]
            await list_is_live(desk)


async def test_an_embedded_sagemaker_that_is_killed_is_started_again(used_folder: Path) -> None:
    async with console(local_config(used_folder)) as desk:
        await desk.sees("older", "newer")
        client_of(desk, "sagemaker").create_training_job(**request("endless", **endless()))
        await desk.press("r")
        await desk.sees_match(r"endless +▶ InProgress")
        embedded = desk.app.embedded
        assert embedded is not None
        assert embedded.process is not None
        embedded.process.kill()
        await desk.sees("The embedded SageMaker ended unexpectedly", "is started again")
        await desk.sees_match(r"endless +✗ Failed")
        await list_is_live(desk)


async def list_is_live(desk: Console) -> None:
    """What is started elsewhere appears, without an error on the screen."""
    jobs = [job["TrainingJobName"] for job in client_of(desk, "sagemaker").list_training_jobs()["TrainingJobSummaries"]]
    name = f"live-{len(jobs)}"
    client_of(desk, "sagemaker").create_training_job(**request(name))
    await desk.sees_match(rf"{name} +✓ Completed")
    await desk.sees_no("did not succeed")


def worker_of(desk: Console) -> int:
    """The process id of the worker; 0 while there is none."""
    process = desk.app.service.gateway._process
    return process.pid if process else 0
