"""The results of a transform job: rows page by page and file by file, and what can be done with them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.panes.host import stage
from tests.panes.result_panes import (
    FIRST_COLUMN,
    REGRESSION,
    Lines,
    pane_of,
    regression,
    service_of,
)
from tests.panes.scripted_transforms import (
    JOBS,
    ScriptedResults,
    results_of,
    transform_detail,
    transform_file,
    transform_files,
)
from tui.panes.messages import CopyWanted
from tui.panes.results import ResultsPane
from tui.panes.transform_messages import DownloadWanted, LabelsWanted, ResultsWanted, TrainWithWanted
from tui.resources.datasets import DataError
from tui.resources.results import Cursor, Labels, Origin, Reading, ResultPage
from tui.resources.transforms import TransformFile


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


async def test_a_job_that_runs_can_be_looked_at_again() -> None:
    running: dict[str, Any] = {"TransformJobStatus": "InProgress", "TransformEndTime": None}
    async with stage(pane_of({"a.csv": regression(5)}, REGRESSION, **running)) as here:
        await here.sees("… 1 not done  a.csv: 5 rows", "Not done yet", "… with-a-header.csv")
        await here.press("r")
        await here.until(lambda: len(here.app.wishes) == 1, "a wish")
        (wish,) = here.app.wishes
        assert isinstance(wish, ResultsWanted)
        assert (wish.name, wish.reading) == (
            "diabetes-transform",
            Reading.of(transform_detail(JOBS[1]), "regression", FIRST_COLUMN),
        )
    pane = pane_of({"a.csv": regression(5)}, REGRESSION)
    async with stage(pane) as here:
        await here.sees("✗ 1 without output  a.csv: 5 rows")
        assert pane.why_not("reread") == "the job is over, nothing is added any more"


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
