"""Training jobs: the live list, one job in full, and what can be done to them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from tui.resources.logs import LogBatch, LogLine, LogSource, training_log
from tui.resources.training import (
    MetricPoint,
    MetricReader,
    Progress,
    TrainingJob,
    TrainingJobDetail,
    progress_of,
)
from tui.service.errors import NotFound, ServiceError
from tui.service.feed import Feed
from tui.service.gateway import Gateway
from tui.service.live_list import LiveList
from tui.service.logs import Logs
from tui.service.pace import Pace

NEWEST_LINES = 20
"""Lines in which a job that is not silent says how far it is."""

FOLLOWED = 10
"""Running jobs whose progress is read from their logs; the budget does not reach further."""


class Training:
    """The training jobs of an account and region."""

    def __init__(self, gateway: Gateway, logs: Logs, pace: Pace | None = None) -> None:
        self._gateway = gateway
        self._logs = logs
        self.pace = pace or Pace()
        self._details: dict[str, Feed[TrainingJobDetail]] = {}
        self._streams: dict[str, str] = {}
        self._hyperparameters: dict[str, Mapping[str, str]] = {}
        self._heard: dict[str, Progress] = {}
        """How far jobs are by the lines of their logs that somebody has read."""
        logs.heard = self._hear
        self.list = LiveList(
            gateway,
            "ListTrainingJobs",
            "TrainingJobSummaries",
            TrainingJob.from_summary,
            pace=lambda: self.pace,
            learn=self._learn_progress,
            keep=lambda known, fresh: replace(fresh, progress=known.progress) if fresh.running else fresh,
        )
        """The newest jobs first, live."""
        self.jobs = self.list.feed

    def detail(self, name: str) -> Feed[TrainingJobDetail]:
        """One job in full; the same feed for everyone who looks at it."""
        if name not in self._details:
            self._details[name] = Feed(
                lambda: self.describe(name),
                lambda detail: self.pace.changing if detail.job.running else None,
            )
        return self._details[name]

    async def describe(self, name: str) -> TrainingJobDetail:
        """One job in full, now."""
        answer = await self._gateway.call("sagemaker", "DescribeTrainingJob", TrainingJobName=name)
        return TrainingJobDetail.from_description(answer)

    async def curves(self, name: str) -> AsyncIterator[tuple[MetricPoint, ...]]:
        """All metric values of a job in the order of its log, again with every batch of lines that adds some."""
        detail = await self.describe(name)
        reader = MetricReader(detail.metric_definitions)
        points: list[MetricPoint] = []
        async for batch in self.follow_logs(name):
            if fresh := reader.read(line.text for line in batch.lines):
                points += fresh
                yield tuple(points)

    def follow_logs(self, name: str) -> AsyncIterator[LogBatch]:
        """The log of a job from its beginning, as it arrives, until it is over."""
        return self._logs.open(training_log(name), newest_first=False).follow()

    async def name_taken(self, name: str) -> bool:
        """Whether a job of that name exists."""
        try:
            await self.describe(name)
        except NotFound:
            return False
        return True

    async def create(self, request: Mapping[str, Any]) -> str:
        """Start a training job; its ARN. `request` has the members of CreateTrainingJob."""
        answer = await self._gateway.call("sagemaker", "CreateTrainingJob", **request)
        self.jobs.wake()
        return str(answer["TrainingJobArn"])

    async def stop(self, name: str) -> None:
        """Ask a job to stop; it keeps the model it has so far."""
        await self._gateway.call("sagemaker", "StopTrainingJob", TrainingJobName=name)
        self._wake(name)

    async def delete(self, name: str) -> None:
        """Delete the record of a job that is over; its artifact and its log stay."""
        await self._gateway.call("sagemaker", "DeleteTrainingJob", TrainingJobName=name)
        self._details.pop(name, None)
        self.list.forget(name)

    def _wake(self, name: str) -> None:
        self.jobs.wake()
        if name in self._details:
            self._details[name].wake()

    async def _learn_progress(self, jobs: tuple[TrainingJob, ...]) -> dict[str, TrainingJob]:
        """The running jobs, with how far their logs say they are."""
        running = [job for job in jobs if job.running]
        known = [self._heard.get(job.name, job.progress) for job in running[FOLLOWED:]]
        progress = [*await asyncio.gather(*map(self._progress, running[:FOLLOWED])), *known]
        return {job.arn: replace(job, progress=found) for job, found in zip(running, progress, strict=True)}

    async def _progress(self, job: TrainingJob) -> Progress | None:
        try:
            if job.name not in self._hyperparameters:
                self._hyperparameters[job.name] = dict((await self.describe(job.name)).hyperparameters)
            if job.name not in self._streams:
                streams = await self._logs.streams(training_log(job.name))
                if not streams:
                    return None
                self._streams[job.name] = streams[0].name
            lines = await self._logs.newest(training_log(job.name), self._streams[job.name], NEWEST_LINES)
        except ServiceError:  # the list is right without progress; the poll itself reports what is wrong
            return job.progress
        told = progress_of(lines, self._hyperparameters[job.name])
        return told or self._heard.get(job.name) or job.progress

    def _hear(self, source: LogSource, lines: Sequence[LogLine]) -> None:
        """Keep how far a job is whose log is being read anyway."""
        if source.kind == "training":
            newest = [line.text for line in lines[-NEWEST_LINES:]]
            if told := progress_of(newest, self._hyperparameters.get(source.name, {})):
                self._heard[source.name] = told
