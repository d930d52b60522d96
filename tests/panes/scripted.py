"""Services that know only what a test tells them, and the values that they are told."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from dataclasses import replace
from typing import Any

from tests.panes.host import Told
from tests.service.task_context import ScriptedContext
from tui.resources.csv_reports import CsvReport, CsvSource, FolderEntry, ReadProgress
from tui.resources.datasets import DatasetManifest, Fractions, UnreadableDataset, UploadedDataset
from tui.resources.logs import LogBatch, LogLine, LogSource
from tui.resources.training import MetricPoint, Progress, TrainingJob, TrainingJobDetail
from tui.resources.watches import WatchStatus
from tui.service.datasets import Datasets
from tui.service.errors import ServiceError
from tui.service.feed import Feed
from tui.service.live_list import LiveList, R
from tui.service.log_reading import LogReading, State
from tui.service.logs import Logs
from tui.service.training import Training
from tui.service.worker.csv_detection import peek_csv
from tui.service.worker.csv_inspection import inspect_csv

NOW = 1_790_000_000.0
"""What the clock says in the tests of panes: 2026-09-21 14:13:20 UTC."""

HOUSES = "rooms,area,price\n" + "".join(f"{row % 5 + 1},{50 + row / 4},{row}.5\n" for row in range(60))
"""A CSV file of sixty rows."""

ARN = "arn:aws:sagemaker:us-east-1:123456789012:training-job/"


class ScriptedList(LiveList[R]):
    """A list as told."""

    def __init__(self) -> None:
        self.told: Told[tuple[R, ...]] = Told()
        self.feed = self.told.feed
        self.older_pages = 0

    @property
    def has_older(self) -> bool:
        return self.older_pages > 0

    async def load_older(self) -> None:
        self.older_pages -= 1


class ScriptedTraining(Training):
    """Training jobs as told."""

    def __init__(self) -> None:
        self.scripted_list: ScriptedList[TrainingJob] = ScriptedList()
        self.list = self.scripted_list
        self.told_jobs = self.scripted_list.told
        self.told_details: dict[str, Told[TrainingJobDetail]] = defaultdict(Told)
        self.told_points: dict[str, tuple[MetricPoint, ...]] = {}
        self.jobs = self.told_jobs.feed

    def detail(self, name: str) -> Feed[TrainingJobDetail]:
        return self.told_details[name].feed

    async def describe(self, name: str) -> TrainingJobDetail:
        detail = self.told_details[name].feed.snapshot.value
        assert detail is not None
        return detail

    async def curves(self, name: str) -> AsyncIterator[tuple[MetricPoint, ...]]:
        yield self.told_points.get(name, ())


class ScriptedLogs(Logs):
    """Logs as told, whichever is opened."""

    def __init__(self) -> None:
        self.fails: ServiceError | None = None
        """What following a log ends with at once."""

        self.batches: asyncio.Queue[LogBatch] = asyncio.Queue()
        self.told: asyncio.Queue[LogBatch | None] = asyncio.Queue()
        """What Live Tail tells; None ends it."""

        self.history: list[tuple[LogLine, ...]] = []
        """The lines before those of the batches, the oldest first."""

        self.known: tuple[str, ...] = ()
        """The streams, as far as readings know them."""

        self.opened: list[tuple[LogSource, frozenset[str], float | None]] = []
        self.billed = True

    def open(
        self,
        source: LogSource,
        state: State | None = None,
        *,
        only: frozenset[str] = frozenset(),
        window: float | None = None,
        newest_first: bool = True,
    ) -> LogReading:
        self.opened.append((source, only, window))
        return ScriptedLog(self, source, only)


class ScriptedLog(LogReading):
    """A log as told, or some of its hosts."""

    def __init__(self, logs: ScriptedLogs, source: LogSource, only: frozenset[str]) -> None:
        self.streams = tuple(source.stream({"logStreamName": source.prefix + name}) for name in logs.known)
        self._logs = logs
        self._source = source
        self._only = only

    @property
    def at_head(self) -> bool:
        return not self._logs.history

    async def follow(self) -> AsyncGenerator[LogBatch]:
        if self._logs.fails:
            raise self._logs.fails
        while True:
            batch = await self._logs.batches.get()
            yield replace(batch, lines=tuple(line for line in batch.lines if self._wanted(line.host)))
            if batch.ended:
                return

    async def tail(self) -> AsyncGenerator[LogBatch]:
        while (batch := await self._logs.told.get()) is not None:
            yield batch

    async def older(self) -> tuple[LogLine, ...]:
        if self._logs.fails:
            raise self._logs.fails
        return self._logs.history.pop() if self._logs.history else ()

    def _wanted(self, host: str) -> bool:
        return not self._only or not self._only.isdisjoint((host, self._source.lens(host)))


class ScriptedDatasets(Datasets):
    """Data sets as told; the files are real."""

    def __init__(self) -> None:
        self.told_entries: Told[tuple[FolderEntry, ...]] = Told()
        self.told_uploaded: Told[tuple[UploadedDataset | UnreadableDataset, ...]] = Told()
        self.uploaded = self.told_uploaded.feed
        self.told_watches: Told[tuple[WatchStatus, ...]] = Told()
        self.watches = self.told_watches.feed

    def folder(self, path: str) -> Feed[tuple[FolderEntry, ...]]:
        return self.told_entries.feed

    async def peek(self, path: str) -> CsvSource:
        return peek_csv(ScriptedContext(), path)

    async def inspect(self, path: str, on_progress: Callable[[ReadProgress], None] | None = None) -> CsvReport:
        return inspect_csv(ScriptedContext(), path)


def job(name: str, status: str = "Completed", age: float = 3600.0, **members: Any) -> TrainingJob:
    """A training job that was created `age` seconds ago and, unless it runs, took a minute and five seconds."""
    created = NOW - age
    ended = None if status == "InProgress" else created + 65
    values: dict[str, Any] = {
        "name": name,
        "arn": ARN + name,
        "status": status,
        "created": created,
        "modified": created,
        "ended": ended,
        "secondary_status": "Training" if status == "InProgress" else status,
    }
    return TrainingJob(**values | members)


JOBS = (
    job("diabetes-xgboost-2", "InProgress", 95, progress=Progress(40, 200, "round")),
    job("diabetes-xgboost", "Completed", 3600),
    job("wine-linear-learner", "Failed", 90_000),
    job("breast-cancer-xgboost-with-a-very-long-name-that-does-not-fit-2026", "Stopped", 900_000),
)


def detail(of: TrainingJob, **members: Any) -> TrainingJobDetail:
    """Everything about a job, with other members of DescribeTrainingJob added or replaced."""
    over = of.ended is not None
    description: dict[str, Any] = {
        "TrainingJobName": of.name,
        "TrainingJobArn": of.arn,
        "TrainingJobStatus": of.status,
        "SecondaryStatus": of.secondary_status,
        "CreationTime": of.created,
        "LastModifiedTime": of.modified,
        "AlgorithmSpecification": {
            "TrainingImage": "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:1.7-1",
            "TrainingInputMode": "File",
            "MetricDefinitions": [{"Name": "validation:rmse", "Regex": r"validation-rmse:(\S+)"}],
        },
        "HyperParameters": {"objective": "reg:squarederror", "num_round": "200", "eta": "0.05"},
        "InputDataConfig": [
            {"ChannelName": "train", "DataSource": {"S3DataSource": {"S3Uri": "s3://bucket/datasets/diabetes/train"}}}
        ],
        "ResourceConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 5},
        "SecondaryStatusTransitions": [
            {"Status": "Starting", "StartTime": of.created, "EndTime": of.created + 5, "StatusMessage": "Starting"},
            {"Status": "Training", "StartTime": of.created + 5, "StatusMessage": "Learning"},
        ],
    }
    if over:
        description |= {"TrainingEndTime": of.ended, "BillableTimeInSeconds": 60}
    if of.status == "Completed":
        description |= {
            "ModelArtifacts": {"S3ModelArtifacts": f"s3://bucket/models/{of.name}/output/model.tar.gz"},
            "FinalMetricDataList": [{"MetricName": "validation:rmse", "Value": 57.1722, "Timestamp": of.ended}],
        }
    return TrainingJobDetail.from_description(description | members)


def curve(name: str, count: int = 40) -> tuple[MetricPoint, ...]:
    """A loss that falls."""
    return tuple(MetricPoint(name, step, 50 + 100 / (1 + step / 4)) for step in range(count))


def uploaded(place: str, **members: Any) -> UploadedDataset:
    """A data set in S3, by default called like the place where it lies."""
    values: dict[str, Any] = {
        "name": place,
        "source": f"{place}.csv",
        "source_sha256": "0" * 64,
        "task": "regression",
        "label": "progression",
        "classes": (),
        "columns": ("progression", "age", "bmi"),
        "categories": {},
        "one_hot": (),
        "rows": {"train": 310, "validation": 66, "test": 66},
        "rows_without_label": 0,
        "seed": 42,
        "fractions": Fractions(),
        "stratified": False,
        "files": {},
        "created": "2026-09-21T14:00:00+00:00",
    }
    return UploadedDataset(
        "sagemaker-us-east-1-123456789012", f"datasets/{place}/", DatasetManifest(**values | members)
    )


def csv_entry(name: str, size: int = 18_500) -> FolderEntry:
    return FolderEntry(name, "csv", size, NOW - 100_000)
