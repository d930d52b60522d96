"""A log group that a test scripts page by page, the job that writes it, and reading it to its end."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

from tests.local.server import LocalServer
from tests.service.stub_aws import Refused, StubAws
from tests.waiting import DEADLINE_SECONDS
from tui.resources.logs import TRAINING_JOBS, LogBatch, LogLine, Writing, training_log
from tui.service.gateway import Gateway
from tui.service.log_reading import State
from tui.service.logs import Logs

POLL_SECONDS = 0.002
JOB = "boston"
FIRST = f"{JOB}/algo-1-1760000000"
SECOND = f"{JOB}/algo-2-1760000000"

Event = tuple[int, str]


class CloudWatch:
    """A log group that is scripted page by page; a token is the number of the next page."""

    def __init__(self, aws: StubAws) -> None:
        self.pages: dict[str, list[list[Event]]] = {}
        """The pages of each stream, by its name."""

        self.refusals: dict[str, list[Refused | None]] = {}
        """What the next reads of a stream are refused with; None lets one pass."""

        aws.answers["DescribeLogStreams"] = self._streams
        aws.answers["GetLogEvents"] = self.events

    def _streams(self, request: dict[str, Any]) -> dict[str, Any]:
        assert request["logGroupName"] == TRAINING_JOBS
        if not self.pages:
            raise Refused("ResourceNotFoundException", "The specified log group does not exist.")
        found = [name for name in sorted(self.pages) if name.startswith(request["logStreamNamePrefix"])]
        return {"logStreams": [{"logStreamName": name} for name in found]}

    def events(self, request: dict[str, Any]) -> dict[str, Any]:
        refusals = self.refusals.get(request["logStreamName"])
        if refusals and (refused := refusals.pop(0)):
            raise refused
        pages = self.pages[request["logStreamName"]]
        page = int(request.get("nextToken", "0"))
        events = pages[page] if page < len(pages) else []
        return {
            "events": [{"timestamp": at, "message": message, "ingestionTime": at} for at, message in events],
            "nextForwardToken": str(min(page + 1, len(pages))),
        }


class Job:
    """The status that a follower asks for: running for some polls, then over."""

    def __init__(self, polls: int = 0) -> None:
        self.polls = polls

    async def __call__(self) -> Writing:
        self.polls -= 1
        return Writing(self.polls >= 0, "It is being prepared.")


def follow(gateway: Gateway, state: State, pause: float = POLL_SECONDS, job: str = JOB) -> AsyncIterator[LogBatch]:
    return Logs(gateway, pause).open(training_log(job), state, newest_first=False).follow()


async def batches(following: AsyncIterator[LogBatch]) -> list[LogBatch]:
    async with asyncio.timeout(DEADLINE_SECONDS):
        return [batch async for batch in following]


def lines(found: list[LogBatch]) -> list[LogLine]:
    return [line for batch in found for line in batch.lines]


def texts(found: list[LogBatch]) -> list[str]:
    return [line.text for line in lines(found)]


def write_at_once(server: LocalServer, stream: str, count: int) -> None:
    """Lines with their numbers, a millisecond apart."""
    logs = server.client("logs")
    with suppress(logs.exceptions.ResourceAlreadyExistsException):
        logs.create_log_group(logGroupName=TRAINING_JOBS)
    logs.create_log_stream(logGroupName=TRAINING_JOBS, logStreamName=stream)
    start = int(time.time() * 1000) - count
    for first in range(0, count, 6000):
        events = [{"timestamp": start + n, "message": str(n)} for n in range(first, min(count, first + 6000))]
        logs.put_log_events(logGroupName=TRAINING_JOBS, logStreamName=stream, logEvents=events)
