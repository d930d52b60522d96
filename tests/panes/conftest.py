"""Fixtures of the panes: a clock that stands still in one time zone, and lists that do not paint of themselves."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.panes.scripted import HOUSES, NOW, ScriptedDatasets, ScriptedLogs, ScriptedTraining
from tui.panes import list_pane


@pytest.fixture(autouse=True)
def _fixed_time(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(time, "time", lambda: NOW)
    monkeypatch.setattr(list_pane, "AGE_SECONDS", 3600.0)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TZ", "UTC")
        time.tzset()
        yield
    time.tzset()


@pytest.fixture
async def training() -> ScriptedTraining:
    """Training jobs of which nothing is known yet."""
    return ScriptedTraining()


@pytest.fixture
async def datasets() -> ScriptedDatasets:
    """Data sets of which nothing is known yet."""
    return ScriptedDatasets()


@pytest.fixture
async def logs() -> ScriptedLogs:
    """Logs of which nothing is known yet."""
    return ScriptedLogs()


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder that the pane of data begins in."""
    (tmp_path / "houses.csv").write_text(HOUSES)
    monkeypatch.chdir(tmp_path)
    return tmp_path
