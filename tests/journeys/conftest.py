"""Fixtures of the journeys."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.journeys.driver import Console, console, local_config
from tests.local.server import run_server
from tests.local.training import request, upload_data, wait_for_end


@pytest.fixture(autouse=True)
def _no_last_resort(monkeypatch: pytest.MonkeyPatch) -> None:
    """A console that has left must not end the process of the tests a while later."""
    monkeypatch.setattr("tui.app.LEAVE_SECONDS", 3600.0)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A fresh folder that holds everything of a journey; the console is started in its folder `work`."""
    work = tmp_path / "work"
    work.mkdir()
    monkeypatch.chdir(work)
    return tmp_path


@pytest.fixture(scope="session")
def trained_before(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of an embedded SageMaker that has trained `older` and `newer`; to be copied, never used."""
    data = tmp_path_factory.mktemp("before") / "data"
    with run_server(data) as server:
        upload_data(server)
        for name in ("older", "newer"):
            server.client("sagemaker").create_training_job(**request(name))
            assert wait_for_end(server, name)["TrainingJobStatus"] == "Completed"
    return data


@pytest.fixture
def used_folder(folder: Path, trained_before: Path) -> Path:
    """Like `folder`, with an embedded SageMaker that has trained the jobs `older` and `newer`."""
    shutil.copytree(trained_before, folder / "data")
    return folder


@pytest.fixture
async def desk(used_folder: Path) -> AsyncIterator[Console]:
    """A console whose list of training jobs has arrived."""
    async with console(local_config(used_folder)) as running:
        await running.sees("older", "newer", "2 jobs")
        yield running
