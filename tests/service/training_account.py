"""An account with training jobs in front of the worker, scripted, and what a person sees of its list."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import aclosing
from typing import Any, TypeVar

from tests.service.polling import polled
from tests.service.stub_aws import Refused, StubAws
from tui.service.feed import Feed, Snapshot
from tui.service.live_list import PAGE
from tui.service.pace import Pace
from tui.service.training import Training

SLOW = Pace(listing=600, changing=600, logs=0.002)
DEADLINE_SECONDS = 60
T = TypeVar("T")


class Account:
    """An account's training jobs and their logs, as SageMaker answers for them."""

    def __init__(self, aws: StubAws) -> None:
        self.jobs: dict[str, dict[str, Any]] = {}
        self.logs: dict[str, list[str]] = {}
        self.page = PAGE
        aws.answers |= {
            "ListTrainingJobs": self._list,
            "DescribeTrainingJob": self._describe,
            "StopTrainingJob": self._stop,
            "DeleteTrainingJob": self._delete,
            "DescribeLogStreams": self._streams,
            "GetLogEvents": self._events,
        }

    def add(self, name: str, created: float, status: str = "Completed", **members: Any) -> None:
        self.jobs[name] = {
            "TrainingJobName": name,
            "TrainingJobArn": f"arn:aws:sagemaker:eu-west-1:123456789012:training-job/{name}",
            "TrainingJobStatus": status,
            "CreationTime": created,
            "LastModifiedTime": created + 60,
            **members,
        }

    def _list(self, asked: dict[str, Any]) -> dict[str, Any]:
        assert (asked["SortBy"], asked["SortOrder"], asked["MaxResults"]) == ("CreationTime", "Descending", PAGE)
        jobs = sorted(self.jobs.values(), key=lambda job: -job["CreationTime"])
        start = int(asked.get("NextToken", "0"))
        end = start + self.page
        members = ("TrainingJobName", "TrainingJobArn", "TrainingJobStatus", "CreationTime", "LastModifiedTime")
        summaries = [{member: job[member] for member in members} for job in jobs[start:end]]
        return {"TrainingJobSummaries": summaries} | ({"NextToken": str(end)} if end < len(jobs) else {})

    def _describe(self, asked: dict[str, Any]) -> dict[str, Any]:
        try:
            return self.jobs[asked["TrainingJobName"]]
        except KeyError:
            raise Refused("ValidationException", "Requested resource not found.") from None

    def _stop(self, asked: dict[str, Any]) -> dict[str, Any]:
        self.jobs[asked["TrainingJobName"]]["TrainingJobStatus"] = "Stopping"
        return {}

    def _delete(self, asked: dict[str, Any]) -> dict[str, Any]:
        del self.jobs[asked["TrainingJobName"]]
        return {}

    def _streams(self, asked: dict[str, Any]) -> dict[str, Any]:
        name = asked["logStreamNamePrefix"].rstrip("/")
        return {"logStreams": [{"logStreamName": f"{name}/algo-1-1760000000"}] if name in self.logs else []}

    def _events(self, asked: dict[str, Any]) -> dict[str, Any]:
        lines = self.logs[asked["logStreamName"].split("/")[0]]
        start = int(asked.get("nextToken", "0")) if asked["startFromHead"] else max(0, len(lines) - asked["limit"])
        events = [{"timestamp": n, "message": text} for n, text in enumerate(lines[start:], start)]
        return {"events": events, "nextForwardToken": str(len(lines))}


async def seen(feed: Feed[T], holds: Callable[[Snapshot[T]], bool]) -> Snapshot[T]:
    """The first snapshot for which something holds, beginning with a poll."""
    feed.wake()
    async with asyncio.timeout(DEADLINE_SECONDS), aclosing(feed.watch()) as snapshots:
        async for snapshot in snapshots:
            if holds(snapshot):
                return snapshot
    raise AssertionError("a feed does not end")


async def names(training: Training) -> list[str]:
    """The list after one more poll."""
    await settled(training)
    return [job.name for job in training.jobs.snapshot.value or ()]


async def settled(training: Training) -> None:
    """Let the list be polled once more, with news or without."""
    await polled(training.jobs)
