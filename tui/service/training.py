"""Training jobs: the live list, one job in full, and what can be done to them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

from tui.resources.logs import training_log
from tui.resources.training import (
    MetricPoint,
    MetricReader,
    Progress,
    TrainingJob,
    TrainingJobDetail,
    progress_of,
)
from tui.service.errors import ServiceError
from tui.service.gateway import Gateway
from tui.service.jobs import Jobs
from tui.service.pace import Pace

if TYPE_CHECKING:
    from tui.resources.logs import LogBatch, LogLine, LogSource
    from tui.service.logs import Logs

NEWEST_LINES = 20
"""Lines in which a job that is not silent says how far it is."""

FOLLOWED = 10
"""Running jobs whose progress is read from their logs; the budget does not reach further."""


class Training(Jobs[TrainingJob, TrainingJobDetail]):
    """The training jobs of an account and region."""

    KIND = "TrainingJob"

    def __init__(self, gateway: Gateway, logs: Callable[[], Logs], pace: Callable[[], Pace] = Pace) -> None:
        super().__init__(gateway, pace, TrainingJob.from_summary, TrainingJobDetail.from_description)
        self._make_logs = logs
        self._streams: dict[str, str] = {}
        self._hyperparameters: dict[str, Mapping[str, str]] = {}
        self._heard: dict[str, Progress] = {}
        """How far jobs are by the lines of their logs that somebody has read."""
        self.jobs = self.list.feed

    @cached_property
    def logs(self) -> Logs:
        """The logs in which jobs say how far they are, made when first asked for; they are not on the first screen."""
        logs = self._make_logs()
        logs.heard = self._hear
        return logs

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
        return self.logs.open(training_log(name), newest_first=False).follow()

    async def delete(self, name: str) -> None:
        """Delete the record of a job that is over; its artifact and its log stay."""
        await self._delete(name)

    async def _learn(self, jobs: tuple[TrainingJob, ...]) -> dict[str, TrainingJob]:
        """The running jobs, with how far their logs say they are."""
        running = [job for job in jobs if job.running]
        known = [self._heard.get(job.name, job.progress) for job in running[FOLLOWED:]]
        progress = [*await asyncio.gather(*map(self._progress, running[:FOLLOWED])), *known]
        return {job.arn: replace(job, progress=found) for job, found in zip(running, progress, strict=True)}

    def _keep(self, known: TrainingJob, fresh: TrainingJob) -> TrainingJob:
        """Progress goes on while there is any."""
        return replace(fresh, progress=known.progress) if fresh.running else fresh

    async def _progress(self, job: TrainingJob) -> Progress | None:
        try:
            if job.name not in self._hyperparameters:
                self._hyperparameters[job.name] = dict((await self.describe(job.name)).hyperparameters)
            if job.name not in self._streams:
                streams = await self.logs.streams(training_log(job.name))
                if not streams:
                    return None
                self._streams[job.name] = streams[0].name
            lines = await self.logs.newest(training_log(job.name), self._streams[job.name], NEWEST_LINES)
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
