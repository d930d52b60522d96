"""The ways out of the console, and what is left behind."""

from __future__ import annotations

import os
import signal
from pathlib import Path

from tests.journeys.driver import client_of, console, local_config
from tests.journeys.lists import focus, move_to
from tests.local.training import endless, request


async def test_q_leaves_at_once_and_no_process_stays(used_folder: Path) -> None:
    async with console(local_config(used_folder)) as desk:
        await desk.sees("older", "newer")
        await desk.press("q")
        await desk.until(lambda: not desk.app.is_running, "the console has not left")
    worker, server = desk.app.service.gateway._process, desk.app.embedded
    assert worker is not None
    assert worker.returncode is not None
    assert server is not None
    assert server.process is not None
    assert server.process.returncode == 0
    assert desk.app.return_code == 0


async def test_leaving_asks_when_a_job_of_the_embedded_sagemaker_runs(used_folder: Path) -> None:
    async with console(local_config(used_folder)) as desk:
        await desk.sees("older", "newer")
        client_of(desk, "sagemaker").create_training_job(**request("endless", **endless()))
        await desk.press("r")
        await desk.sees_match(r"endless +▶ InProgress")
        await desk.command("quit")
        await desk.sees("Quit while endless runs?", "a job that runs then")
        await desk.press("n")
        await desk.sees_no("Quit while")
        await desk.press("q")
        await desk.sees("Quit while endless runs?")
        await desk.press("y")
        await desk.until(lambda: not desk.app.is_running, "the console has not left")

    async with console(local_config(used_folder)) as next_day:
        await next_day.sees_match(r"endless +✗ Failed")


async def test_leaving_says_what_an_upload_and_a_watch_come_to(folder: Path) -> None:
    many = folder / "work" / "many"
    many.mkdir()
    for number in range(600):
        (many / f"{number}.csv").write_bytes(b"%d" % number * 20_000)
    async with console(local_config(folder)) as desk:
        await desk.sees("123456789012")
        client_of(desk, "s3").create_bucket(Bucket="our-data")
        await desk.press("2", "B")
        await desk.sees("our-data", "many/")
        await desk.press("enter")
        await desk.sees("s3://our-data/", "../")
        await focus(desk, "#local")
        await move_to(desk, "#local", "many")
        await desk.press("u")
        await desk.sees_match(r"Upload: [1-9]\d* of 600")
        assert desk.app.embedded is not None
        server = desk.app.embedded.process
        assert server is not None
        os.kill(server.pid, signal.SIGSTOP)
        try:
            await desk.press("q")
            await desk.sees("Quit while the upload runs?")
            await desk.sees_match(r"The upload ends after [1-9]\d* of 600 files: those stay, and u goes on")
            await desk.press("n")
        finally:
            os.kill(server.pid, signal.SIGCONT)
        await desk.sees("Uploaded 600 files")
        await desk.press("2")
        await focus(desk, "#files")
        await move_to(desk, "#files", "many")
        await desk.press("w")
        await desk.sees("Every CSV file in it that changes")
        await desk.press("y")
        await desk.sees("Watched  1 path", " watching ")
        await desk.press("q")
        await desk.sees("Quit while the watch on many runs?", "A watch rests until the console is started again")
        await desk.press("y")
        await desk.until(lambda: not desk.app.is_running, "the console has not left")


async def test_control_c_leaves_when_pressed_twice(folder: Path) -> None:
    async with console(local_config(folder)) as desk:
        await desk.sees("No training jobs yet.")
        await desk.press("ctrl+c")
        await desk.sees("Ctrl-C once more leaves the console.")
        assert desk.app.is_running
        await desk.press("ctrl+c")
        await desk.until(lambda: not desk.app.is_running, "the console has not left")


async def test_a_console_started_again_at_once_finds_its_folder_free(folder: Path) -> None:
    async with console(local_config(folder), wait_for_server=False) as first:
        await first.sees("No training jobs yet.")
    async with console(local_config(folder)) as second:
        await second.sees("No training jobs yet.")
