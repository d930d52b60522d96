"""The pane that puts training jobs side by side."""

from __future__ import annotations

from tests.panes import golden
from tests.panes.host import stage
from tests.panes.scripted import ScriptedTraining, curve, detail, job
from tests.panes.test_golden import both_sizes
from tui.panes.compare import ComparePane

FIRST, SECOND = job("diabetes-xgboost", "Completed", 300), job("diabetes-linear", "Completed", 200)


@both_sizes
async def test_jobs_side_by_side(training: ScriptedTraining, size: tuple[int, int]) -> None:
    details = [
        detail(FIRST),
        detail(
            SECOND,
            HyperParameters={"eta": "0.3", "num_round": "200"},
            FinalMetricDataList=[{"MetricName": "validation:rmse", "Value": 60.5}],
        ),
    ]
    training.told_points = {
        FIRST.name: curve("validation:rmse") + curve("train:rmse"),
        SECOND.name: curve("validation:rmse", 20),
    }
    pane = ComparePane(training, details, {})
    async with stage(pane, size) as here:
        await here.sees("Compare 2 training jobs", "57.1722", "60.5")
        if size == (120, 40):
            await here.sees("validation:rmse (m: 2 metrics)")
        await here.settled()
        golden.check(here.app, f"compare-{size[0]}x{size[1]}")
        await here.press("m")
        await here.sees("train:rmse (m: 2 metrics)")
        await here.press("escape")
        await here.press("escape")
        await here.sees("elsewhere")
