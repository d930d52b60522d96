"""CloudWatch log streams of a job, followed and merged by time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass

from tui.resources.logs import TRAINING_JOBS, LogBatch, LogLine, host_of
from tui.service.errors import NotFound, ServiceError, Throttled, Unreachable, WorkerLost
from tui.service.gateway import Gateway
from tui.service.pace import Pace

QUIET_POLLS_AT_END = 2
"""Polls without news after a job's end before its log counts as complete: CloudWatch lags behind."""

PAGES_PER_POLL = 20
"""Pages read from one stream before the others get their turn."""


@dataclass(slots=True)
class _Stream:
    name: str
    host: str
    token: str | None = None
    at_end: bool = False
    """Whether there was nothing more when it was last read."""


class Logs:
    """Reads log streams; every consumer has its own place in them."""

    def __init__(self, gateway: Gateway, poll_seconds: float = Pace().logs) -> None:
        self._gateway = gateway
        self.poll_seconds = poll_seconds

    async def newest(self, stream: str, count: int) -> list[str]:
        """The last messages of a training job's stream, oldest first."""
        answer = await self._gateway.call(
            "logs",
            "GetLogEvents",
            logGroupName=TRAINING_JOBS,
            logStreamName=stream,
            limit=count,
            startFromHead=False,
        )
        return [event["message"] for event in answer["events"]]

    async def streams(self, job: str) -> list[str]:
        """The names of a training job's streams; empty while there is no log yet."""
        try:
            # With the slash: job names are prefixes of other job names.
            return [
                stream["logStreamName"]
                async for page in self._gateway.pages(
                    "logs", "DescribeLogStreams", logGroupName=TRAINING_JOBS, logStreamNamePrefix=f"{job}/"
                )
                for stream in page["logStreams"]
            ]
        except NotFound:
            return []

    async def follow(self, job: str, status: Callable[[], Awaitable[tuple[bool, str]]]) -> AsyncIterator[LogBatch]:
        """The lines of a training job from its beginning, then as they arrive, until it is over.

        `status` tells whether the job still runs and why it may have no log yet. New streams (more hosts, restarted
        ones) are picked up while it runs. Errors that pass by themselves are said and tried again.
        """
        streams: dict[str, _Stream] = {}
        quiet = 0
        while quiet < QUIET_POLLS_AT_END:
            lines: list[LogLine] = []
            try:
                running, waiting = await status()
                for name in await self.streams(job):
                    streams.setdefault(name, _Stream(name, host_of(name)))
                for stream in streams.values():
                    lines += await self._advance(stream)
            except (Throttled, Unreachable, WorkerLost) as error:
                # What other streams gave is not lost: their tokens stand behind it.
                yield LogBatch(_by_time(lines), waiting="" if lines else str(error))
                await asyncio.sleep(self.poll_seconds)
                continue
            at_end = all(stream.at_end for stream in streams.values())
            quiet = quiet + 1 if at_end and not running and not lines else 0
            if lines or not streams:
                yield LogBatch(_by_time(lines), waiting="" if streams else waiting)
            if at_end:  # also after lines: a job that never stops talking must not use up the budget
                await asyncio.sleep(self.poll_seconds if running else self.poll_seconds / 2)
        yield LogBatch((), waiting="" if streams else waiting, ended=True)

    async def _advance(self, stream: _Stream) -> list[LogLine]:
        """What is new in a stream; an empty page whose token moved on is not the end."""
        lines: list[LogLine] = []
        stream.at_end = False
        for _ in range(PAGES_PER_POLL):
            where = {"nextToken": stream.token} if stream.token else {}
            try:
                page = await self._gateway.call(
                    "logs",
                    "GetLogEvents",
                    logGroupName=TRAINING_JOBS,
                    logStreamName=stream.name,
                    startFromHead=True,
                    **where,
                )
            except NotFound:  # listed already, and not there yet
                stream.at_end = True
                break
            except ServiceError:
                if lines:  # what was read is not lost: the token stands behind it, the error comes again
                    return lines
                raise
            lines.extend(LogLine(event["timestamp"], stream.host, event["message"]) for event in page["events"])
            stream.at_end = page["nextForwardToken"] == stream.token
            stream.token = page["nextForwardToken"]
            if stream.at_end:
                break
        return lines


def _by_time(lines: list[LogLine]) -> tuple[LogLine, ...]:
    return tuple(sorted(lines, key=lambda line: line.timestamp_ms))
