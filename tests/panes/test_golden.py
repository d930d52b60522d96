"""What each pane looks like, on the smallest screen that must be pleasant and on a wide one."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.panes import golden
from tests.panes.host import stage
from tests.panes.scripted import (
    JOBS,
    ScriptedDatasets,
    ScriptedLogs,
    ScriptedTraining,
    csv_entry,
    curve,
    detail,
    uploaded,
)
from tui.panes.data import DataPane
from tui.panes.logs import LogsPane
from tui.panes.train import TrainPane
from tui.resources.csv_reports import FolderEntry
from tui.resources.datasets import UnreadableDataset
from tui.resources.logs import LogBatch, LogLine, training_log
from tui.service.errors import Throttled

SIZES = [(120, 40), (80, 24)]
both_sizes = pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")


@both_sizes
async def test_training_jobs(training: ScriptedTraining, size: tuple[int, int]) -> None:
    name = f"{size[0]}x{size[1]}"
    async with stage(TrainPane(training, read_only=False), size) as here:
        await here.sees("Asking")
        golden.check(here.app, f"train-loading-{name}")
        training.told_jobs.tell(())
        await here.sees("No training jobs yet.")
        await here.settled()
        golden.check(here.app, f"train-empty-{name}")
        training.told_jobs.tell(JOBS)
        training.told_details[JOBS[1].name].tell(detail(JOBS[1]))
        training.told_points[JOBS[1].name] = curve("train:rmse") + curve("validation:rmse", 30)
        await here.sees("4 jobs")
        await here.press("down")
        if size == (120, 40):
            await here.sees("Artifact")
        await here.settled()
        golden.check(here.app, f"train-list-{name}")
        await here.press("enter")
        await here.sees("Artifact")
        await here.settled()
        golden.check(here.app, f"train-summary-{name}")
        await here.press("escape", "m")
        await here.sees("● train:rmse")
        await here.settled()
        golden.check(here.app, f"train-metrics-{name}")
        await here.press("escape")
        training.told_jobs.tell(Throttled("sagemaker ListTrainingJobs did not succeed", "Rate exceeded"))
        await here.sees("Rate exceeded")
        await here.settled()
        golden.check(here.app, f"train-stale-{name}")


@both_sizes
async def test_data(
    datasets: ScriptedDatasets, size: tuple[int, int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = f"{size[0]}x{size[1]}"
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    rows = "".join(f"{row % 5 + 1},{50 + row / 4},{'Rom' if row % 3 else 'Oslo'},{row}.5\n" for row in range(60))
    (tmp_path / "houses.csv").write_text("rooms,area,city,price\n" + rows)
    unreadable = UnreadableDataset("s3://bucket/datasets/old/", "it is not a data set's manifest")
    async with stage(DataPane(datasets, datasets.watches, read_only=False), size) as here:
        datasets.told_entries.tell((FolderEntry("more", "folder", 0, 0.0), csv_entry("houses.csv", 1_048)))
        datasets.told_uploaded.tell((uploaded("diabetes"), uploaded("wine", task="multiclass"), unreadable))
        await here.sees("houses.csv", "3 data sets")
        await here.press("down", "down")
        if size == (120, 40):
            await here.sees("60 rows × 4 columns")
        await here.settled()
        golden.check(here.app, f"data-files-{name}")
        await here.press("enter")
        await here.sees("60 rows × 4 columns")
        await here.settled()
        golden.check(here.app, f"data-report-{name}")
        await here.press("escape", "tab", "enter")
        await here.sees("Label       progression")
        await here.settled()
        golden.check(here.app, f"data-upload-{name}")


@both_sizes
async def test_logs(logs: ScriptedLogs, size: tuple[int, int]) -> None:
    name = f"{size[0]}x{size[1]}"
    pane = LogsPane(logs)
    async with stage(pane, size) as here:
        await here.sees("No log is open.")
        golden.check(here.app, f"logs-none-{name}")
        pane.source = training_log("diabetes-xgboost")
        texts = ["[2026-09-21:14:00:00:INFO] Train matrix has 310 rows and 10 columns", "a long line " * 12]
        texts += [
            f"[{step}]#011train-rmse:{60 - step / 2:.5f}#011validation-rmse:{70 - step / 3:.5f}" for step in range(50)
        ]
        lines = (LogLine(1_790_000_000_000 + place, "algo-1", text) for place, text in enumerate(texts))
        logs.batches.put_nowait(LogBatch(tuple(lines)))
        await here.sees("52 lines", "[49]")
        await here.settled()
        golden.check(here.app, f"logs-following-{name}")
        await here.press("g")
        logs.batches.put_nowait(LogBatch((LogLine(1_790_000_001_000, "algo-1", "one more"),)))
        await here.sees("53 lines", "↓ 1 new line (f follow)")
        await here.settled()
        golden.check(here.app, f"logs-scrolled-up-{name}")
