"""One training job in full, its curves, and what is done to it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from itertools import pairwise
from typing import Any

import pytest
import pytest_asyncio

from tests.local.server import LocalServer
from tests.local.training import request, upload_data, wait_for_end
from tests.service.stub_aws import Refused, StubAws
from tests.service.training_account import DEADLINE_SECONDS, SLOW, Account, seen, settled
from tests.waiting import eventually
from tui.service.errors import AccessDenied, AlreadyExists, InvalidRequest, NotFound
from tui.service.feed import Feed
from tui.service.gateway import Gateway
from tui.service.logs import Logs
from tui.service.pace import Pace
from tui.service.training import Training

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest.fixture
def account(aws: StubAws) -> Account:
    return Account(aws)


@pytest.fixture
def training(gateway: Gateway) -> Training:
    return Training(gateway, lambda: Logs(gateway, SLOW.logs), lambda: SLOW)


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
    await eventually(lambda: len(seen) == 2, "the list and the detail")
    await training.stop("boston")
    await eventually(lambda: len(seen) == 4, "news of both")
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


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def really(embedded: Gateway, server: LocalServer) -> AsyncIterator[Training]:
    """The training jobs of an embedded SageMaker with data to train on."""
    with suppress(server.client("s3").exceptions.BucketAlreadyOwnedByYou):
        upload_data(server)
    yield Training(embedded, lambda: Logs(embedded, 0.05), lambda: Pace(0.2, 0.1, 0.05))


async def test_a_job_is_created_and_followed_to_its_end(really: Training, server: LocalServer) -> None:
    arn = await really.create(request("service-created"))
    assert arn.endswith(":training-job/service-created")
    with pytest.raises(AlreadyExists):
        await really.create(request("service-created"))
    async with asyncio.timeout(DEADLINE_SECONDS):
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
