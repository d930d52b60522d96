"""Tuning jobs: the live list with its best values, all trials of one job, and what is done to it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.service.polling import polled
from tests.service.stub_aws import Refused, StubAws
from tui.resources.tuning import Objective
from tui.service.gateway import Gateway
from tui.service.jobs import DESCRIBED
from tui.service.live_list import PAGE
from tui.service.pace import Pace
from tui.service.tuning import Tuning

pytestmark = pytest.mark.asyncio(loop_scope="session")

SLOW = Pace(listing=600, changing=600)


class Account:
    """An account's tuning jobs with their training jobs, as SageMaker answers for them."""

    def __init__(self, aws: StubAws) -> None:
        self.jobs: dict[str, dict[str, Any]] = {}
        self.trials: list[dict[str, Any]] = []
        self.page = PAGE
        aws.answers |= {
            "ListHyperParameterTuningJobs": self._list,
            "DescribeHyperParameterTuningJob": self._describe,
            "ListTrainingJobsForHyperParameterTuningJob": self._list_trials,
            "DeleteHyperParameterTuningJob": self._delete,
        }

    def add(self, name: str, created: float, status: str = "Completed", best: float | None = 2.5) -> None:
        found = {"FinalHyperParameterTuningJobObjectiveMetric": {"MetricName": "validation:rmse", "Value": best}}
        self.jobs[name] = {
            "HyperParameterTuningJobName": name,
            "HyperParameterTuningJobArn": f"arn:aws:sagemaker:eu-west-1:123456789012:hyper-parameter-tuning-job/{name}",
            "HyperParameterTuningJobStatus": status,
            "HyperParameterTuningJobConfig": {
                "Strategy": "Bayesian",
                "HyperParameterTuningJobObjective": {"Type": "Minimize", "MetricName": "validation:rmse"},
                "ResourceLimits": {"MaxNumberOfTrainingJobs": 20, "MaxParallelTrainingJobs": 3},
            },
            "CreationTime": created,
            "TrainingJobStatusCounters": {"Completed": 1},
            "ObjectiveStatusCounters": {},
        } | ({} if best is None else {"BestTrainingJob": {"TrainingJobName": "t", **found}})

    def add_trial(self, number: int, status: str = "Completed", objective: float | None = 1.0, state: str = "") -> None:
        summary: dict[str, Any] = {
            "TrainingJobName": f"t-{number:03}",
            "TrainingJobArn": f"arn:aws:sagemaker:eu-west-1:123456789012:training-job/t-{number:03}",
            "TrainingJobStatus": status,
            "CreationTime": float(number),
            "TunedHyperParameters": {"eta": str(number / 10)},
            "ObjectiveStatus": state or ("Pending" if objective is None else "Succeeded"),
        }
        if objective is not None:
            metric = {"MetricName": "validation:rmse", "Value": objective}
            summary["FinalHyperParameterTuningJobObjectiveMetric"] = metric
        self.trials = [trial for trial in self.trials if trial["TrainingJobName"] != f"t-{number:03}"] + [summary]

    def _list(self, asked: dict[str, Any]) -> dict[str, Any]:
        assert (asked["SortBy"], asked["SortOrder"]) == ("CreationTime", "Descending")
        members = ("Name", "Arn", "Status")
        return {
            "HyperParameterTuningJobSummaries": [
                {f"HyperParameterTuningJob{member}": job[f"HyperParameterTuningJob{member}"] for member in members}
                | {"Strategy": "Bayesian", "CreationTime": job["CreationTime"]}
                | {name: job[name] for name in ("TrainingJobStatusCounters", "ObjectiveStatusCounters")}
                for job in sorted(self.jobs.values(), key=lambda job: -job["CreationTime"])
            ]
        }

    def _describe(self, asked: dict[str, Any]) -> dict[str, Any]:
        try:
            return self.jobs[asked["HyperParameterTuningJobName"]]
        except KeyError:
            raise Refused("ResourceNotFound", "Amazon SageMaker can't find a tuning job") from None

    def _list_trials(self, asked: dict[str, Any]) -> dict[str, Any]:
        trials = sorted(self.trials, key=lambda trial: -trial["CreationTime"])
        start = int(asked.get("NextToken", "0"))
        end = start + self.page
        return {"TrainingJobSummaries": trials[start:end]} | ({"NextToken": str(end)} if end < len(trials) else {})

    def _delete(self, asked: dict[str, Any]) -> dict[str, Any]:
        del self.jobs[asked["HyperParameterTuningJobName"]]
        return {}


@pytest.fixture
def account(aws: StubAws) -> Account:
    return Account(aws)


@pytest.fixture
def tuning(gateway: Gateway) -> Tuning:
    return Tuning(gateway, lambda: SLOW)


async def test_the_list_learns_objective_and_best(tuning: Tuning, account: Account, aws: StubAws) -> None:
    account.add("old", 1)
    account.add("new", 2, "InProgress", best=None)
    new, old = await polled(tuning.list.feed)
    assert (new.name, new.best, new.objective) == ("new", None, Objective("validation:rmse", maximize=False))
    assert (old.name, old.best, old.limit) == ("old", 2.5, None)
    account.add("new", 2, "InProgress", best=1.5)
    new, old = await polled(tuning.list.feed)
    assert (new.best, old.best) == (1.5, 2.5)
    account.add("new", 2, "Completed", best=1.25)
    for _ in range(2):
        new, old = await polled(tuning.list.feed)
        assert (new.status, new.best) == ("Completed", 1.25)
    described = [asked["HyperParameterTuningJobName"] for asked in aws.asked("DescribeHyperParameterTuningJob")]
    assert sorted(described) == ["new", "new", "new", "old"]  # what is over is described once


async def test_many_jobs_are_described_a_few_at_a_time(tuning: Tuning, account: Account) -> None:
    for number in range(DESCRIBED + 3):
        account.add(f"job-{number:02}", number)
    known = [job.best is not None for job in await polled(tuning.list.feed)]
    assert known == [True] * DESCRIBED + [False] * 3
    assert all(job.best is not None for job in await polled(tuning.list.feed))


async def test_a_job_that_cannot_be_described_stays_in_the_list(tuning: Tuning, account: Account, aws: StubAws) -> None:
    account.add("job", 1)

    def refuse(_: dict[str, Any]) -> dict[str, Any]:
        raise Refused("AccessDeniedException", "no")

    aws.answers["DescribeHyperParameterTuningJob"] = refuse
    (job,) = await polled(tuning.list.feed)
    assert (job.name, job.best) == ("job", None)
    assert tuning.list.feed.snapshot.error is None


async def test_all_trials_whatever_became_of_them(tuning: Tuning, account: Account, aws: StubAws) -> None:
    account.page = 2
    account.add("job", 1, "InProgress")
    account.add_trial(1)
    account.add_trial(2, "Failed", None, "Failed")
    account.add_trial(3, "Stopped", 0.5)
    account.add_trial(4, "InProgress", None)
    account.add_trial(5, "InProgress", None)
    feed = tuning.trials("job")
    assert tuning.trials("job") is feed
    trials = await polled(feed)
    assert [(trial.name, trial.objective) for trial in trials] == [
        ("t-001", 1.0),
        ("t-002", None),
        ("t-003", 0.5),
        ("t-004", None),
        ("t-005", None),
    ]
    pages = len(aws.asked("ListTrainingJobsForHyperParameterTuningJob"))
    assert pages == 3
    account.add_trial(4, objective=2.0)
    account.add_trial(6, "InProgress", None)
    trials = await polled(feed)
    assert [trial.objective for trial in trials] == [1.0, None, 0.5, 2.0, None, None]
    # What had ended on the last page is not read again.
    assert len(aws.asked("ListTrainingJobsForHyperParameterTuningJob")) == pages + 2


async def test_trials_are_asked_for_until_all_is_over(tuning: Tuning, account: Account) -> None:
    account.add("job", 1, "InProgress")
    account.add_trial(1)
    feed = tuning.trials("job")
    assert feed._interval(await polled(feed)) == SLOW.changing
    account.add("job", 1, "Completed")
    assert feed._interval(await polled(feed)) is None


async def test_a_deleted_job_leaves_the_list_at_once(tuning: Tuning, account: Account) -> None:
    account.add("job", 1)
    await polled(tuning.list.feed)
    await tuning.delete("job")
    assert tuning.list.feed.snapshot.value == ()
    assert not await tuning.name_taken("job")
