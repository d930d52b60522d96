"""What the console asks of a terminal, and what it writes to it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.journeys.driver import Console, console, local_config
from tui.screens import main
from tui.screens.main import MainScreen
from tui.service.pace import Pace


async def test_a_terminal_that_is_too_small_is_told_so_until_it_grows(folder: Path) -> None:
    async with console(local_config(folder), size=(79, 24)) as desk:
        await desk.sees("sagedeck needs a terminal of at least 80 × 24 characters.")
        assert "Training jobs" not in desk.text
        await desk.pilot.resize_terminal(80, 24)
        await desk.sees("Training jobs", "No training jobs yet.")
        await desk.pilot.resize_terminal(80, 23)
        await desk.sees("sagedeck needs a terminal")
        await desk.pilot.resize_terminal(120, 40)
        await desk.sees("Training jobs", "No training jobs yet.")


async def test_polls_without_news_write_nothing(used_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # The header has news of its own, after some seconds: what is asked, and what endpoints cost.
    monkeypatch.setattr(MainScreen, "_say_calls", lambda _: None)
    monkeypatch.setattr(main, "MONEY_AFTER", 3600.0)
    async with console(local_config(used_folder, pace=Pace(listing=3600, changing=3600, logs=3600))) as desk:
        await desk.sees("2 jobs", "Artifact")
        await desk.pilot.pause()
        before = len(desk.written)
        for _ in range(5):
            await poll(desk)
            await desk.pilot.pause()
        assert desk.written[before:] == []


async def poll(desk: Console) -> None:
    """Have the list of training jobs asked for again."""
    jobs = desk.app.service.training.jobs
    taken = jobs.snapshot.taken
    jobs.wake()
    await desk.until(lambda: jobs.snapshot.taken != taken, "no poll")
