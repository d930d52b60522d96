"""Training jobs: the live list with progress, one job in full, its curves, and what is done to it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing, suppress
from itertools import pairwise
from typing import Any, TypeVar

import pytest
import pytest_asyncio

from tests.local.server import LocalServer
from tests.local.training import request, upload_data, wait_for_end
from tests.service.stub_aws import Refused, StubAws
from tui.resources.training import Progress, TrainingJob
from tui.service.errors import AccessDenied, AlreadyExists, InvalidRequest, NotFound
from tui.service.feed import Feed, Snapshot
from tui.service.gateway import Gateway
from tui.service.live_list import PAGE
from tui.service.logs import Logs
from tui.service.pace import Pace
from tui.service.training import FOLLOWED, Training

pytestmark = pytest.mark.asyncio(loop_scope="session")

SLOW = Pace(listing=600, changing=600, logs=0.002)
_DEADLINE_SECONDS = 60

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


@pytest.fixture
def account(aws: StubAws) -> Account:
    return Account(aws)


@pytest.fixture
def training(gateway: Gateway) -> Training:
    return Training(gateway, Logs(gateway, SLOW.logs), SLOW)


async def seen(feed: Feed[T], holds: Callable[[Snapshot[T]], bool]) -> Snapshot[T]:
    """The first snapshot for which something holds, beginning with a poll."""
    feed.wake()
    async with asyncio.timeout(_DEADLINE_SECONDS), aclosing(feed.watch()) as snapshots:
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
    before = training.jobs.snapshot.taken
    training.jobs.wake()

    async def watch() -> None:
        async for _ in training.jobs.watch():
            pass

    watching = asyncio.create_task(watch())
    async with asyncio.timeout(_DEADLINE_SECONDS):
        while training.jobs.snapshot.taken == before:  # noqa: ASYNC110 - a poll without news is not published
            await asyncio.sleep(0.002)
    watching.cancel()
    await asyncio.wait([watching])


async def test_the_list_begins_with_the_newest_job(training: Training, account: Account) -> None:
    for number in (2, 3, 1):
        account.add(f"job-{number}", created=number)
    assert await names(training) == ["job-3", "job-2", "job-1"]
    assert training.jobs.snapshot.value is not None
    assert training.jobs.snapshot.value[0] == TrainingJob(
        "job-3", "arn:aws:sagemaker:eu-west-1:123456789012:training-job/job-3", "Completed", 3.0, 63.0
    )
    assert not training.list.has_older


async def test_older_pages_are_added_below_and_stay(training: Training, account: Account) -> None:
    account.page = 2
    for number in range(1, 6):
        account.add(f"job-{number}", created=number)
    assert await names(training) == ["job-5", "job-4"]
    assert training.list.has_older
    await training.list.load_older()
    assert [job.name for job in training.jobs.snapshot.value or ()] == ["job-5", "job-4", "job-3", "job-2"]
    await training.list.load_older()
    assert not training.list.has_older
    account.add("job-6", created=6)
    assert await names(training) == [f"job-{number}" for number in (6, 5, 4, 3, 2, 1)]
    await training.list.load_older()
    assert len(training.jobs.snapshot.value or ()) == 6


async def test_a_job_that_was_deleted_elsewhere_leaves_the_list(training: Training, account: Account) -> None:
    account.page = 3
    for number in range(1, 7):
        account.add(f"job-{number}", created=number)
    await settled(training)
    await training.list.load_older()
    del account.jobs["job-5"]
    # job-3 moves up to the newest page; what is older than that page is not asked for again.
    assert await names(training) == ["job-6", "job-4", "job-3", "job-2", "job-1"]
    account.jobs.clear()
    assert await names(training) == []


async def test_a_running_job_shows_its_progress(training: Training, account: Account, aws: StubAws) -> None:
    account.add("running", 2, "InProgress", HyperParameters={"num_round": "50"})
    account.add("done", 1)
    account.logs["running"] = ["starting", "[0]#011train-rmse:9.1", "[11]#011train-rmse:8.1", "chatter"]
    await settled(training)
    running, done = training.jobs.snapshot.value or ()
    assert (running.progress, done.progress) == (Progress(12, 50, "round"), None)
    account.logs["running"] += ["[19]#011train-rmse:7.1"]
    await settled(training)
    running, _ = training.jobs.snapshot.value or ()
    assert running.progress == Progress(20, 50, "round")
    assert len(aws.asked("DescribeTrainingJob")) == len(aws.asked("DescribeLogStreams")) == 1
    account.add("running", 2)
    await settled(training)
    assert [job.progress for job in training.jobs.snapshot.value or ()] == [None, None]


async def test_progress_is_read_for_the_newest_running_jobs_only(
    training: Training, account: Account, aws: StubAws
) -> None:
    for number in range(FOLLOWED + 5):
        account.add(f"job-{number}", number, "InProgress", HyperParameters={})
        account.logs[f"job-{number}"] = ["#progress_metric: host=algo-1, completed 40.0 % of epochs"]
    await settled(training)
    shown = [job.progress for job in training.jobs.snapshot.value or ()]
    assert shown == [Progress(40, 100, "%")] * FOLLOWED + [None] * 5


async def test_progress_that_somebody_reads_in_the_log_costs_no_call(
    training: Training, account: Account, aws: StubAws, gateway: Gateway
) -> None:
    for number in range(FOLLOWED + 1):
        account.add(f"job-{number}", number, "InProgress", HyperParameters={})
        account.logs[f"job-{number}"] = ["silent"]
    account.logs["job-0"] = [" 41%|####  |#015 42%|####  |#015"]
    async for batch in training.follow_logs("job-0"):
        if batch.lines:
            break
    asked = len(aws.asked("GetLogEvents"))
    await settled(training)
    shown = {job.name: job.progress for job in training.jobs.snapshot.value or ()}
    assert shown.pop("job-0") == Progress(42, 100, "%")
    assert set(shown.values()) == {None}
    assert len(aws.asked("GetLogEvents")) == asked + FOLLOWED


async def test_progress_that_cannot_be_read_leaves_the_list_right(
    training: Training, account: Account, aws: StubAws
) -> None:
    account.add("running", 1, "InProgress", HyperParameters={"num_round": "10"})
    account.logs["running"] = ["[4]#011train-rmse:9.1"]
    await settled(training)

    def refuse(_: dict[str, Any]) -> dict[str, Any]:
        raise Refused("AccessDeniedException", "not authorized to perform: logs:GetLogEvents")

    aws.answers["GetLogEvents"] = refuse
    account.add("new", 2)
    assert await names(training) == ["new", "running"]
    assert training.jobs.snapshot.error is None
    assert [job.progress for job in training.jobs.snapshot.value or ()] == [None, Progress(5, 10, "round")]


async def test_a_list_that_cannot_be_read_keeps_its_jobs(training: Training, account: Account, aws: StubAws) -> None:
    account.add("kept", 1)
    await settled(training)

    def refuse(_: dict[str, Any]) -> dict[str, Any]:
        raise Refused("AccessDeniedException", "not authorized to perform: sagemaker:ListTrainingJobs")

    aws.answers["ListTrainingJobs"] = refuse
    snapshot = await seen(training.jobs, lambda snapshot: snapshot.error is not None)
    assert [job.name for job in snapshot.value or ()] == ["kept"]
    assert isinstance(snapshot.error, AccessDenied)


async def test_a_list_in_which_something_changes_is_polled_sooner(training: Training) -> None:
    training.pace = Pace(listing=15, changing=5)
    done = TrainingJob("done", "arn1", "Completed", 1, 1)
    stopping = TrainingJob("stopping", "arn2", "Stopping", 1, 1)
    assert [training.list._interval(jobs) for jobs in ((), (done,), (done, stopping))] == [15, 15, 5]


async def test_a_detail_is_one_feed_for_everyone_until_the_job_is_over(training: Training, account: Account) -> None:
    account.add("boston", 1, "InProgress", SecondaryStatus="Training", FailureReason="")
    feed = training.detail("boston")
    assert training.detail("boston") is feed
    running = (await seen(feed, lambda snapshot: snapshot.value is not None)).value
    assert running is not None
    assert running.job.secondary_status == "Training"
    assert feed._interval(running) == SLOW.changing
    account.add("boston", 1, "Failed", FailureReason="AlgorithmError: no")
    failed = (await seen(feed, lambda snapshot: snapshot.value != running)).value
    assert failed is not None
    assert failed.failure_reason == "AlgorithmError: no"
    assert feed._interval(failed) is None


async def test_what_cannot_be_described_says_so(training: Training, account: Account) -> None:
    with pytest.raises(NotFound, match="Requested resource not found"):
        await training.describe("nobody")
    snapshot = await seen(training.detail("nobody"), lambda snapshot: snapshot.error is not None)
    assert snapshot.value is None
    assert isinstance(snapshot.error, NotFound)
    with pytest.raises(NotFound):
        async for _ in training.curves("nobody"):
            pass


async def test_whether_a_name_is_taken(training: Training, account: Account, aws: StubAws) -> None:
    account.add("taken", 1)
    assert await training.name_taken("taken")
    assert not await training.name_taken("free")

    def refuse(_: dict[str, Any]) -> dict[str, Any]:
        raise Refused("AccessDeniedException", "not authorized")

    aws.answers["DescribeTrainingJob"] = refuse
    with pytest.raises(AccessDenied):  # could not check is no answer
        await training.name_taken("unknown")


async def test_stopping_wakes_the_list_and_the_detail(training: Training, account: Account) -> None:
    account.add("boston", 1, "InProgress", HyperParameters={})
    seen: list[str] = []

    async def watch(feed: Feed[Any], status: Callable[[Any], list[str]]) -> None:
        async for snapshot in feed.watch():
            if snapshot.value is not None:
                seen.extend(status(snapshot.value))

    watching = [
        asyncio.create_task(watch(training.jobs, lambda jobs: [f"list {job.status}" for job in jobs])),
        asyncio.create_task(watch(training.detail("boston"), lambda detail: [f"detail {detail.job.status}"])),
    ]
    await until(lambda: len(seen) == 2)
    await training.stop("boston")
    await until(lambda: len(seen) == 4)
    assert sorted(seen[2:]) == ["detail Stopping", "list Stopping"]
    for task in watching:
        task.cancel()
    await asyncio.wait(watching)


async def test_a_deleted_job_leaves_the_list_at_once(training: Training, account: Account) -> None:
    for name, created in (("a", 1), ("b", 2)):
        account.add(name, created)
    await settled(training)
    before = training.detail("a")
    await training.delete("a")
    assert [job.name for job in training.jobs.snapshot.value or ()] == ["b"]
    assert training.detail("a") is not before


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(_DEADLINE_SECONDS):
        while not holds():  # noqa: ASYNC110 - what it waits for is not of this process
            await asyncio.sleep(0.002)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def really(embedded: Gateway, server: LocalServer) -> AsyncIterator[Training]:
    """The training jobs of an embedded SageMaker with data to train on."""
    with suppress(server.client("s3").exceptions.BucketAlreadyOwnedByYou):
        upload_data(server)
    yield Training(embedded, Logs(embedded, 0.05), Pace(0.2, 0.1, 0.05))


async def test_a_job_is_created_and_followed_to_its_end(really: Training, server: LocalServer) -> None:
    arn = await really.create(request("service-created"))
    assert arn.endswith(":training-job/service-created")
    with pytest.raises(AlreadyExists):
        await really.create(request("service-created"))
    async with asyncio.timeout(_DEADLINE_SECONDS):
        curves = [points async for points in really.curves("service-created")]
        batches = [batch async for batch in really.follow_logs("service-created")]
    assert all(later[: len(earlier)] == earlier for earlier, later in pairwise(curves))
    assert [point.step for point in curves[-1] if point.name == "validation:rmse"] == [0, 1, 2, 3, 4]
    lines = [line.text for batch in batches for line in batch.lines]
    assert sum(line.startswith("[") and "#011validation-rmse:" in line for line in lines) == 5
    wait_for_end(server, "service-created")
    detail = await really.describe("service-created")
    assert (detail.job.status, detail.artifact.rpartition("/")[2]) == ("Completed", "model.tar.gz")
    phases = [step.status for step in detail.transitions]
    assert phases == ["Starting", "Downloading", "Training", "Uploading", "Completed"]
    assert {metric.name: pytest.approx(metric.value, rel=1e-5) for metric in detail.metrics} == {
        point.name: point.value for point in curves[-1]
    }


async def test_an_error_of_the_embedded_sagemaker_arrives_in_words(really: Training) -> None:
    with pytest.raises(InvalidRequest, match="'trainingJobName' failed to satisfy constraint"):
        await really.create(request("x" * 64))
