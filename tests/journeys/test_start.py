"""How a console begins that does not know its SageMaker, or cannot have it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.journeys.driver import client_of, console, local_config
from tests.local.server import run_server


async def test_without_aws_settings_the_embedded_sagemaker_is_one_key_away(folder: Path) -> None:
    async with console(local_config(folder, local=False)) as newcomer:
        await newcomer.sees("It found no AWS", "Start the embedded SageMaker", "aws configure")
        await newcomer.press("enter")
        await newcomer.sees("local · 123456789012 · us-east-1", "No training jobs yet.")
        assert client_of(newcomer, "sagemaker").list_training_jobs()["TrainingJobSummaries"] == []


async def test_the_profiles_of_the_machine_are_offered(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "config").write_text("[profile staging]\nregion = eu-west-1\n[profile [/x] prod]\n")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(folder / "config"))
    async with console(local_config(folder, local=False), size=(80, 24)) as newcomer:
        await newcomer.sees("AWS profile staging", "Quit; configure a profile")


async def test_the_start_screen_can_be_left(folder: Path) -> None:
    async with console(local_config(folder, local=False)) as newcomer:
        await newcomer.sees("It found no AWS")
        await newcomer.press("q")
        await newcomer.until(lambda: not newcomer.app.is_running, "the console has not left")


async def test_a_data_folder_held_by_another_server_can_be_used_through_it(used_folder: Path) -> None:
    with run_server(used_folder / "data") as server:
        async with console(local_config(used_folder)) as second:
            await second.sees_match(r"is[\s│]+in[\s│]+use[\s│]+by[\s│]+process")  # as the folder's length wraps it
            await second.sees("Use the embedded SageMaker that already runs")
            await second.press("enter")
            await second.sees("local · 123456789012", "older", "newer", "2 jobs")
            assert client_of(second, "sagemaker").meta.endpoint_url == server.url
        assert server.process.poll() is None, "the console left the server of somebody else alone"


async def test_a_data_folder_that_is_a_file_is_said_in_a_sentence(folder: Path) -> None:
    (folder / "data").write_text("not a folder")
    async with console(local_config(folder)) as desk:
        await desk.sees("Cannot use the data folder", "name another one with --data")
