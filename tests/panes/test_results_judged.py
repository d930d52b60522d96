"""The results of a transform job, judged: figures, mistakes, thresholds, drift."""

from __future__ import annotations

import random

from tests.panes import golden
from tests.panes.host import stage
from tests.panes.result_panes import (
    BINARY,
    REGRESSION,
    WINES,
    binary,
    pane_of,
    regression,
    service_of,
)
from tests.panes.scripted_transforms import (
    drift,
)
from tests.panes.test_golden import both_sizes


@both_sizes
async def test_a_regression(size: tuple[int, int]) -> None:
    name = f"{size[0]}x{size[1]}"
    pane = pane_of({"a.csv": regression(300)}, REGRESSION)
    async with stage(pane, size) as here:
        await here.sees("Results of diabetes-transform", "a.csv: the first 200 rows")
        if size == (120, 40):
            await here.sees("RMSE", "Mistake", "✗ with-a-header.csv")
        await here.until(lambda: pane.judge.judged, "no figures")
        await here.settled()
        golden.check(here.app, f"results-rows-{name}")
        await here.press("m")
        await here.sees("predicted (up) against actual (across)")
        await here.settled()
        golden.check(here.app, f"results-scores-{name}")
        await here.press("e")
        await here.sees("Mistake 1 of 15: row 8 of a.csv", "bmi")
        await here.settled()
        golden.check(here.app, f"results-mistake-{name}")
        service_of(pane).told_drift = drift()
        await here.press("D")
        await here.sees("1 of 2 columns moved")
        await here.settled()
        golden.check(here.app, f"results-drift-{name}")


async def test_mistakes_forwards_and_backwards_read_no_further_than_they_must() -> None:
    pane = pane_of({"a.csv": regression(60), "b.csv": regression(60, 5)}, REGRESSION)
    service = service_of(pane)
    async with stage(pane) as here:
        await here.sees("RMSE")
        assert service.searched == 0
        await here.press("e")
        await here.sees("Mistake 1 of 6: row 8 of a.csv", "Off by")
        assert service.searched == 8
        assert pane.table.cursor_row is not None
        assert pane.table.cursor_row.number == 8
        await here.press("e")
        await here.sees("Mistake 2 of 6: row 28 of a.csv")
        await here.press("E")
        await here.sees("Mistake 1 of 6: row 8 of a.csv")
        await here.press("e")
        await here.sees("Mistake 2 of 6: row 28 of a.csv")
        assert service.searched == 28, "going back and forth reads nothing again"
        for expected in (
            "Mistake 3 of 6: row 48 of a.csv",
            "Mistake 4 of 6: row 8 of b.csv",
            "Mistake 5 of 6: row 28 of b.csv",
        ):
            await here.press("e")
            await here.sees(expected)
        await here.press("e")
        await here.sees("Mistake 6 of 6: row 48 of b.csv")
        await here.press("e")
        await here.sees("There is no further mistake")


async def test_the_list_goes_to_the_file_of_a_mistake() -> None:
    pane = pane_of({"a.csv": regression(6), "b.csv": regression(60, 5)}, REGRESSION)
    async with stage(pane) as here:
        await here.sees("RMSE", "a.csv, file 1 of 2: 6 rows")
        await here.press("e")
        await here.sees("Mistake 1 of 3: row 8 of b.csv", "b.csv, file 2 of 2: 60 rows")
        row = pane.table.cursor_row
        assert row is not None
        assert (row.number, row.answer) == (8, regression(60, 5)[7][1])


async def test_a_tolerance_slides() -> None:
    pane = pane_of({"a.csv": regression(60)}, REGRESSION)
    async with stage(pane) as here:
        await here.sees("off by more than")
        before = here.text.count("●")
        for _ in range(20):
            await here.press("greater_than_sign")
        await here.press("e")
        await here.sees("There is no mistake.")
        for _ in range(40):
            await here.press("less_than_sign")
        await here.sees("off by more than 0")
        await here.press("e")
        await here.sees("Mistake 1 of 60: row 1 of a.csv")
        assert before == 1


@both_sizes
async def test_a_threshold_slides(size: tuple[int, int]) -> None:
    name = f"{size[0]}x{size[1]}"
    pane = pane_of({"a.csv": binary(120)}, BINARY)
    async with stage(pane, size) as here:
        await here.until(lambda: pane.judge.judged, "no figures")
        await here.press("m")
        await here.sees("AUC", "Threshold    0.5: malignant from this score on")
        await here.settled()
        golden.check(here.app, f"results-threshold-{name}")
        recall = recall_in(here.text)
        for _ in range(20):
            await here.press("greater_than_sign")
        await here.sees("Threshold    0.7:")
        assert recall_in(here.text) < recall


def recall_in(text: str) -> float:
    line = next(line for line in text.splitlines() if "Recall" in line)
    return float(line.split("Recall")[1].split("%")[0])


async def test_classes_have_their_names() -> None:
    numbers = random.Random(3)
    lines = [
        (f"{row % 3},1,2", ",".join(str(round(numbers.random() + (place == row % 3), 3)) for place in range(3)), "")
        for row in range(90)
    ]
    pane = pane_of({"a.csv": lines}, WINES)
    async with stage(pane) as here:
        await here.sees("Accuracy", "rosé", "actual", "predicted")
        await here.press("enter")
        await here.sees("Row 1 of a.csv", "Predicted", "acid", "sugar", "Output line")
        await here.press("escape")
        assert pane.table.has_focus
