"""The live list of training jobs: its pages, the progress of what runs, what cannot be read."""

from __future__ import annotations

from typing import Any

import pytest

from tests.service.stub_aws import Refused, StubAws
from tests.service.training_account import SLOW, Account, names, seen, settled
from tui.resources.training import Progress, TrainingJob
from tui.service.errors import AccessDenied
from tui.service.gateway import Gateway
from tui.service.logs import Logs
from tui.service.pace import Pace
from tui.service.training import FOLLOWED, Training

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest.fixture
def account(aws: StubAws) -> Account:
    return Account(aws)


@pytest.fixture
def training(gateway: Gateway) -> Training:
    return Training(gateway, lambda: Logs(gateway, SLOW.logs), lambda: SLOW)


async def test_the_list_begins_with_the_newest_job(training: Training, account: Account) -> None:
    for number in (2, 3, 1):
        account.add(f"job-{number}", created=number)
    assert await names(training) == ["job-3", "job-2", "job-1"]
    assert training.jobs.snapshot.value is not None
    assert training.jobs.snapshot.value[0] == TrainingJob(
        "job-3", "arn:aws:sagemaker:eu-west-1:123456789012:training-job/job-3", "Completed", 3.0, 63.0, None
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


async def test_a_list_in_which_something_changes_is_polled_sooner(gateway: Gateway) -> None:
    training = Training(gateway, lambda: Logs(gateway), lambda: Pace(listing=15, changing=5))
    done = TrainingJob("done", "arn1", "Completed", 1, 1, 2)
    stopping = TrainingJob("stopping", "arn2", "Stopping", 1, 1, None)
    assert [training.list._interval(jobs) for jobs in ((), (done,), (done, stopping))] == [15, 15, 5]
