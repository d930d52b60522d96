"""Batch transform jobs: the live list, one job in full with its files, and what can be done to them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace

from tui.resources.logs import transform_log
from tui.resources.transform_failures import FileFailure, file_failures
from tui.resources.transform_plans import InputPeek
from tui.resources.transforms import FilesDone, TransformFiles, TransformJob, TransformJobDetail
from tui.service.errors import ServiceError
from tui.service.feed import Feed
from tui.service.gateway import Gateway
from tui.service.jobs import Jobs, learnt
from tui.service.logs import Logs
from tui.service.pace import Pace

DATA_LOGS = 20
"""Data logs that are read of a job that failed: one for each instance."""

DATA_LOG_LINES = 500


@dataclass(frozen=True, slots=True)
class Failures:
    """What the data logs of a job say of its files, and the last lines of those logs."""

    files: tuple[FileFailure, ...]
    lines: tuple[str, ...]


class Transforms(Jobs[TransformJob, TransformJobDetail]):
    """The transform jobs of an account and region."""

    KIND = "TransformJob"

    def __init__(self, gateway: Gateway, logs: Logs, pace: Callable[[], Pace] = Pace) -> None:
        super().__init__(gateway, pace, TransformJob.from_summary, TransformJobDetail.from_description)
        self._logs = logs
        self._files: dict[str, Feed[TransformFiles]] = {}
        self._described: dict[str, TransformJobDetail] = {}
        """By ARN what was described for the list: where a job reads and writes never changes."""

    def files(self, name: str) -> Feed[TransformFiles]:
        """The input objects of a job and what became of each, live while it runs."""
        if name not in self._files:
            over = False

            async def poll() -> TransformFiles:
                nonlocal over
                detail = await self.describe(name)
                # What is listed behind the end of the job is complete; before it, there may be more.
                over = not detail.job.running
                return await self.list_files(detail)

            self._files[name] = Feed(poll, lambda _: None if over else self._pace().changing)
        return self._files[name]

    async def list_files(self, detail: TransformJobDetail) -> TransformFiles:
        """The input objects of a job and what became of each, now."""
        files: TransformFiles = await self._gateway.task("transform_files", data=detail.data)
        return files

    async def peek(self, uri: str, data_type: str) -> InputPeek:
        """What a job on an input would find."""
        peek: InputPeek = await self._gateway.task("peek_transform_input", uri=uri, data_type=data_type)
        return peek

    async def failures(self, name: str) -> Failures:
        """Which files failed and why, as the job's data logs say."""
        source = transform_log(name)
        streams = [stream for stream in await self._logs.streams(source) if stream.name.endswith("/data-log")]
        answers = await asyncio.gather(
            *(
                self._gateway.call(
                    "logs",
                    "GetLogEvents",
                    logGroupName=source.group,
                    logStreamName=stream.name,
                    limit=DATA_LOG_LINES,
                    startFromHead=True,
                )
                for stream in streams[:DATA_LOGS]
            )
        )
        lines = tuple(line for answer in answers for line in answer["messages"])
        return Failures(file_failures(lines), lines)

    def wake(self, name: str) -> None:
        """Its files as well."""
        super().wake(name)
        if name in self._files:
            self._files[name].wake()

    async def ended(self, name: str) -> TransformJobDetail:
        """A job once it is over; waits for that, however long it takes."""
        async for snapshot in self.detail(name).watch():
            if snapshot.value and not snapshot.value.job.running:
                return snapshot.value
        raise AssertionError("a feed has no end")

    async def _learn(self, jobs: tuple[TransformJob, ...]) -> dict[str, TransformJob]:
        """Some jobs with their model and how many files are done, which the list does not have."""
        return await learnt(jobs, lambda job: job.running or job.files is None, self._counted)

    async def _counted(self, job: TransformJob) -> TransformJob:
        try:
            if job.arn not in self._described:
                self._described[job.arn] = await self.describe(job.name)
            detail = self._described[job.arn]
            job = replace(job, model=detail.job.model)
            done: FilesDone = await self._gateway.task("transform_progress", data=detail.data)
        except ServiceError:  # the list is right without; the poll itself reports what is wrong
            return job
        return replace(job, files=done)

    def _keep(self, known: TransformJob, fresh: TransformJob) -> TransformJob:
        """What was learnt goes on; the files of a job that has ended since are counted once more."""
        files = known.files if known.running == fresh.running else None
        return replace(fresh, model=known.model, files=files)
