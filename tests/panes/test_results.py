"""The results of a transform job: rows, figures, mistakes, drift."""

from __future__ import annotations

import random
from typing import Any

import pytest

from tests.panes import golden
from tests.panes.host import stage
from tests.panes.scripted_transforms import (
    ScriptedResults,
    drift,
    results_of,
    transform_file,
    transform_files,
)
from tests.panes.test_golden import both_sizes
from tui.panes.messages import CopyWanted
from tui.panes.results import ResultsPane
from tui.panes.transform_messages import DownloadWanted, LabelsWanted, TrainWithWanted
from tui.resources.datasets import DataError
from tui.resources.results import Cursor, Labels, Origin, Reading, ResultPage
from tui.resources.transforms import TransformFile

FIRST_COLUMN = Labels("column", 0)
REGRESSION = Origin("diabetes-xgboost", "regression", "s3://bucket/train", ("age", "bmi"), (), "diabetes")
BINARY = Origin("tumours", "binary", "s3://bucket/train", ("radius", "texture"), ("benign", "malignant"), "tumours")
WINES = Origin("wines", "multiclass", "s3://bucket/train", ("acid", "sugar"), ("red", "rosé", "white"), "wines")

Lines = list[tuple[str, str, str]]


def regression(rows: int, seed: int = 1) -> Lines:
    """Labels in the first column, predictions that are mostly right."""
    numbers = random.Random(seed)
    lines = []
    for row in range(rows):
        actual = numbers.uniform(50, 300)
        off = 120 if row % 20 == 7 else numbers.gauss(0, 8)
        lines.append((f"{actual:.2f},{numbers.random():.4f},{numbers.random():.4f}", f"{actual + off:.4f}", ""))
    return lines


def binary(rows: int) -> Lines:
    numbers = random.Random(2)
    return [
        (f"{row % 2},{numbers.random():.3f},1", f"{min(1, max(0, numbers.gauss(0.3 + 0.4 * (row % 2), 0.2))):.4f}", "")
        for row in range(rows)
    ]


def pane_of(
    lines: dict[str, Lines], origin: Origin | None, labels: Labels = FIRST_COLUMN, **members: Any
) -> ResultsPane:
    files = transform_files(*map(transform_file, lines), transform_file("with-a-header.csv", None))
    return ResultsPane(ScriptedResults(lines), results_of(files, origin, labels, **members), read_only=False)


def service_of(pane: ResultsPane) -> ScriptedResults:
    assert isinstance(pane._service, ScriptedResults)
    return pane._service


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
        await here.sees("Mistake 1: row 8 of a.csv", "bmi")
        await here.settled()
        golden.check(here.app, f"results-mistake-{name}")
        service_of(pane).told_drift = drift()
        await here.press("D")
        await here.sees("1 of 2 columns moved")
        await here.settled()
        golden.check(here.app, f"results-drift-{name}")


async def test_rows_are_what_the_files_hold() -> None:
    lines = regression(300)
    pane = pane_of({"a.csv": lines}, REGRESSION)
    async with stage(pane) as here:
        await here.sees("the first 200 rows")
        shown = pane.table.rows
        assert [(row.record, row.answer) for row in shown] == [line[:2] for line in lines[:200]]
        assert [row.prediction.value for row in shown if row.prediction] == [float(line[1]) for line in lines[:200]]
        assert [row.actual for row in shown] == [float(line[0].split(",")[0]) for line in lines[:200]]


async def test_the_next_page_is_read_when_the_cursor_comes_near() -> None:
    pane = pane_of({"a.csv": regression(450)}, REGRESSION)
    service = service_of(pane)
    async with stage(pane) as here:
        await here.sees("the first 200 rows")
        assert service.pages == [("a.csv", 0)]
        await here.press("end")
        await here.sees("the first 400 rows")
        assert service.pages == [("a.csv", 0), ("a.csv", 200)]
        await here.press("end")
        await here.sees("a.csv: 450 rows")
        await here.hide()
        await here.show()
        assert len(pane.table.rows) == 450
        assert len(service.pages) == 3


async def test_mistakes_forwards_and_backwards_read_no_further_than_they_must() -> None:
    pane = pane_of({"a.csv": regression(60), "b.csv": regression(60, 5)}, REGRESSION)
    service = service_of(pane)
    async with stage(pane) as here:
        await here.sees("RMSE")
        assert service.searched == 0
        await here.press("e")
        await here.sees("Mistake 1: row 8 of a.csv", "Off by")
        assert service.searched == 8
        assert pane.table.cursor_row is not None
        assert pane.table.cursor_row.number == 8
        await here.press("e")
        await here.sees("Mistake 2: row 28 of a.csv")
        await here.press("E")
        await here.sees("Mistake 1: row 8 of a.csv")
        await here.press("e")
        await here.sees("Mistake 2: row 28 of a.csv")
        assert service.searched == 28, "going back and forth reads nothing again"
        for expected in ("Mistake 3: row 48 of a.csv", "Mistake 4: row 8 of b.csv", "Mistake 5: row 28 of b.csv"):
            await here.press("e")
            await here.sees(expected)
        await here.press("e")
        await here.sees("Mistake 6: row 48 of b.csv")
        await here.press("e")
        await here.sees("There is no further mistake")


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
        await here.sees("Mistake 1: row 1 of a.csv")
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


async def test_without_labels_nothing_is_judged() -> None:
    lines: Lines = [("0.1,0.2", "152.5", ""), ("0.3,[/x]\x1b[31m", "99.5", "")]
    pane = pane_of({"a.csv": lines}, REGRESSION, Labels(), DataProcessing={})
    async with stage(pane) as here:
        await here.sees("a.csv: 2 rows", "It is not known what is true", "0.3,[/x]")
        assert "Actual" not in here.text
        assert {"results.scores", "results.mistake", "results.more", "results.file"} <= here.dimmed
        await here.press("L", "w", "c")
        await here.until(lambda: len(here.app.wishes) == 3, "three wishes")
        labels, download, copy = here.app.wishes
        assert isinstance(labels, LabelsWanted)
        assert labels.record == "0.1,0.2"
        assert isinstance(download, DownloadWanted)
        assert isinstance(copy, CopyWanted)
        assert copy.text == "0.1,0.2\n152.5"


async def test_a_model_of_unknown_origin_shows_its_answers() -> None:
    pane = pane_of({"a.csv": [("7,8", "anything", "")]}, None, Labels(), DataProcessing={})
    async with stage(pane) as here:
        await here.sees("anything")
        assert "results.drift" in here.dimmed


async def test_training_again_is_offered_where_it_is_right() -> None:
    origin = Origin("diabetes-xgboost", "regression", "s3://bucket/data/train", ("age", "bmi"))
    async with stage(pane_of({"a.csv": regression(5)}, origin)) as here:
        await here.sees("a.csv: 5 rows")
        await here.press("T")
        await here.until(lambda: len(here.app.wishes) == 1, "a wish")
        assert isinstance(here.app.wishes[0], TrainWithWanted)
    pane = pane_of({"a.csv": regression(5)}, origin, Labels())
    async with stage(pane) as here:
        await here.sees("a.csv: 5 rows")
        assert "results.train" in here.dimmed
        assert pane.why_not("train") == "only rows with their label in the first column can be learnt from"


async def test_files_one_after_the_other() -> None:
    pane = pane_of({"a.csv": regression(5), "b.csv": regression(7)}, REGRESSION)
    async with stage(pane) as here:
        await here.sees("a.csv, file 1 of 2: 5 rows")
        await here.press("f")
        await here.sees("b.csv, file 2 of 2: 7 rows")
        await here.press("f")
        await here.sees("a.csv, file 1 of 2: 5 rows")
        await here.press("F")
        await here.sees("b.csv, file 2 of 2: 7 rows")


@pytest.mark.parametrize(
    ("members", "says"),
    [
        ({"TransformOutput": {"S3OutputPath": "s3://b/o", "Accept": "application/x-recordio-protobuf"}}, "is no text"),
        ({"TransformOutput": {"S3OutputPath": "s3://b/o", "Accept": "application/json"}}, "many records"),
    ],
)
async def test_what_cannot_be_side_by_side_says_why(members: dict[str, Any], says: str) -> None:
    async with stage(pane_of({"a.csv": regression(3)}, REGRESSION, **members)) as here:
        await here.sees(says)
        assert "results.download" not in here.dimmed
        assert "results.mistake" in here.dimmed


async def test_no_output_says_so() -> None:
    async with stage(pane_of({}, REGRESSION)) as here:
        await here.sees("The job has written no output", "✗ with-a-header.csv")


class Broken(ScriptedResults):
    """Results whose second page cannot be read."""

    async def page(self, file: TransformFile, reading: Reading, cursor: Cursor) -> ResultPage:
        if cursor.row:
            raise DataError("a.csv cannot be put side by side with its output", "there are more answers than records")
        return await super().page(file, reading, cursor)


async def test_a_page_that_cannot_be_read_says_why() -> None:
    files = transform_files(transform_file("a.csv"))
    pane = ResultsPane(Broken({"a.csv": regression(300)}), results_of(files, REGRESSION, FIRST_COLUMN), read_only=False)
    async with stage(pane) as here:
        await here.sees("the first 200 rows")
        await here.press("end")
        await here.sees("cannot be put side by side")
