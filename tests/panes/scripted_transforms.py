"""Transform jobs and their results as told, and values to tell."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Any

from tests.panes.host import Told
from tests.panes.scripted import NOW, ScriptedList
from tui.resources.drift import ColumnDrift, ColumnSummary, Drift
from tui.resources.prices import Price, Use
from tui.resources.result_lines import judged, row_of
from tui.resources.results import (
    Cursor,
    JobResults,
    Labels,
    Mistake,
    Origin,
    Reading,
    ReadingProgress,
    ResultPage,
    ResultRow,
)
from tui.resources.scores import MistakeRule, Scores
from tui.resources.transforms import FilesDone, TransformFile, TransformFiles, TransformJob, TransformJobDetail
from tui.service.feed import Feed
from tui.service.prices import Prices
from tui.service.transform_results import TransformResults
from tui.service.transforms import Transforms
from tui.service.worker.scoring import judge, mistakes

ARN = "arn:aws:sagemaker:us-east-1:123456789012:transform-job/"


class ScriptedTransforms(Transforms):
    """Transform jobs as told."""

    def __init__(self) -> None:
        self.scripted_list: ScriptedList[TransformJob] = ScriptedList()
        self.list = self.scripted_list
        self.told_details: dict[str, Told[TransformJobDetail]] = defaultdict(Told)
        self.told_files: dict[str, Told[TransformFiles]] = defaultdict(Told)

    def detail(self, name: str) -> Feed[TransformJobDetail]:
        return self.told_details[name].feed

    def files(self, name: str) -> Feed[TransformFiles]:
        return self.told_files[name].feed

    async def describe(self, name: str) -> TransformJobDetail:
        detail = self.told_details[name].feed.snapshot.value
        assert detail is not None
        return detail


class ScriptedPrices(Prices):
    """One price for everything."""

    def __init__(self, price: Price | None = None) -> None:
        self.price = price

    @property
    def billed(self) -> bool:
        return True

    async def hourly(self, instance_type: str, use: Use) -> Price | None:
        return self.price


class ScriptedResults(TransformResults):
    """Results as lines that a test has written; figures and mistakes are computed as the worker does."""

    def __init__(self, lines: dict[str, list[tuple[str, str, str]]], page: int = 200) -> None:
        self.lines = lines
        """By file: record, answer, label."""
        self.page_rows = page
        self.pages: list[tuple[str, int]] = []
        """The pages that were asked for: file, and rows before."""
        self.searched = 0
        """Rows that were looked at for mistakes."""
        self.told_drift = Drift((), 0)

    def rows(self, file: str, reading: Reading) -> list[ResultRow]:
        return [row_of(number, *line, reading) for number, line in enumerate(self.lines[file], start=1)]

    async def page(self, file: TransformFile, reading: Reading, cursor: Cursor) -> ResultPage:
        self.pages.append((file.name, cursor.row))
        rows = self.rows(file.name, reading)
        end = cursor.row + self.page_rows
        return ResultPage(tuple(rows[cursor.row : end]), Cursor(end) if end < len(rows) else None)

    async def judge(
        self, files: Sequence[TransformFile], reading: Reading, on_progress: Callable[[ReadingProgress], None]
    ) -> Scores:
        assert reading.task is not None
        rows = [found for file in files for row in self.rows(file.name, reading) if (found := judged(row, reading))]
        on_progress(ReadingProgress(len(rows), 1, 1))
        return judge(rows, reading.task)

    async def find_mistake(
        self, files: Sequence[TransformFile], reading: Reading, rule: MistakeRule, place: int, cursor: Cursor
    ) -> Mistake | None:
        for number in range(place, len(files)):
            start = cursor.row if number == place else 0
            rows = self.rows(files[number].name, reading)[start:]
            if found := next(mistakes(filter(None, (judged(row, reading) for row in rows)), rule), None):
                self.searched += found.number - start
                return Mistake(files[number].name, found, number, Cursor(found.number))
            self.searched += len(rows)
        return None

    async def drift(
        self,
        origin: Origin,
        files: Sequence[TransformFile],
        reading: Reading,
        on_progress: Callable[[ReadingProgress], None],
    ) -> Drift:
        return self.told_drift


def transform_job(name: str, status: str, files: FilesDone | None = None, **members: Any) -> TransformJob:
    ended = None if status == "InProgress" else NOW - 60
    values: dict[str, Any] = {
        "name": name,
        "arn": ARN + name,
        "status": status,
        "created": NOW - 300,
        "modified": NOW - 60,
        "ended": ended,
        "failure_reason": "",
        "model": "diabetes-xgboost",
        "files": files,
    }
    return TransformJob(**values | members)


REASON = "AlgorithmError: See job logs for more information"

JOBS = (
    transform_job("diabetes-transform-2", "InProgress", FilesDone(3, 12)),
    transform_job("diabetes-transform", "Completed", FilesDone(1, 1)),
    transform_job("with-a-header", "Failed", FilesDone(1, 2), failure_reason=REASON),
)


def transform_detail(job: TransformJob, **members: Any) -> TransformJobDetail:
    """A description of a job of the list, with members of its answer added or replaced."""
    answer: dict[str, Any] = {
        "TransformJobName": job.name,
        "TransformJobArn": job.arn,
        "TransformJobStatus": job.status,
        "CreationTime": job.created,
        "TransformStartTime": job.created + 30,
        "ModelName": job.model,
        "TransformInput": {
            "DataSource": {
                "S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": "s3://bucket/datasets/diabetes/validation"}
            },
            "ContentType": "text/csv",
            "SplitType": "Line",
            "CompressionType": "None",
        },
        "TransformOutput": {
            "S3OutputPath": f"s3://bucket/transform/{job.name}",
            "Accept": "text/csv",
            "AssembleWith": "Line",
        },
        "TransformResources": {"InstanceType": "ml.m5.large", "InstanceCount": 1},
        "BatchStrategy": "MultiRecord",
        "MaxPayloadInMB": 6,
        "MaxConcurrentTransforms": 2,
        "DataProcessing": {"InputFilter": "$[1:]", "OutputFilter": "$", "JoinSource": "None"},
    }
    if job.ended is not None:
        answer["TransformEndTime"] = job.ended
    if job.failure_reason:
        answer["FailureReason"] = job.failure_reason
    return TransformJobDetail.from_description(answer | members)


def transform_file(name: str, output: int | None = 500) -> TransformFile:
    return TransformFile(name, "bucket", f"in/{name}", 4_000, "bucket", f"out/{name}.out", output)


def transform_files(*files: TransformFile) -> TransformFiles:
    done = sum(file.output_size is not None for file in files)
    return TransformFiles(files, FilesDone(done, len(files)))


def results_of(files: TransformFiles, origin: Origin | None, labels: Labels, **members: Any) -> JobResults:
    detail = transform_detail(JOBS[1], **members)
    return JobResults(detail, files, Reading.of(detail, origin.task if origin else None, labels), origin)


def drift() -> Drift:
    """One column as before, one that has moved."""
    then, now = ColumnSummary(310, 0, 0.1, 5.0, 2.5), ColumnSummary(66, 11, 0.2, 9.0, 4.75)
    return Drift(
        (
            ColumnDrift("age", then, ColumnSummary(66, 0, 0.2, 4.8, 2.4), 0, 0.04, 0.06, (310, 66)),
            ColumnDrift("bmi", then, now, 20, 0.61, 0.44, (310, 55)),
        ),
        310,
    )
