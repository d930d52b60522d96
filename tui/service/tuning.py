"""Tuning jobs: the live list, one job in full with all its trials, and what can be done to them."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from tui.resources.tuning import Trial, TuningJob, TuningJobDetail
from tui.service.errors import NotFound, ServiceError
from tui.service.feed import Feed
from tui.service.gateway import Gateway
from tui.service.live_list import PAGE, LiveList
from tui.service.pace import Pace

DESCRIBED = 10
"""Tuning jobs described for each poll of the list, running ones first; the budget does not reach further."""


class Tuning:
    """The tuning jobs of an account and region."""

    def __init__(self, gateway: Gateway, pace: Pace | None = None) -> None:
        self._gateway = gateway
        self.pace = pace or Pace()
        self._details: dict[str, Feed[TuningJobDetail]] = {}
        self._trials: dict[str, _Trials] = {}
        self._settled: set[str] = set()
        """The ARNs of the jobs in the list that were described since they are over: nothing about them changes."""
        self.list = LiveList(
            gateway,
            "ListHyperParameterTuningJobs",
            "HyperParameterTuningJobSummaries",
            TuningJob.from_summary,
            pace=lambda: self.pace,
            learn=self._learn,
            keep=lambda known, fresh: replace(fresh, objective=known.objective, best=known.best),
        )
        """The newest jobs first, live."""

    def detail(self, name: str) -> Feed[TuningJobDetail]:
        """One job in full; the same feed for everyone who looks at it."""
        if name not in self._details:
            self._details[name] = Feed(
                lambda: self.describe(name),
                lambda detail: self.pace.changing if detail.job.running else None,
            )
        return self._details[name]

    def trials(self, name: str) -> Feed[tuple[Trial, ...]]:
        """All training jobs of a tuning job, oldest first, whatever became of them."""
        if name not in self._trials:
            self._trials[name] = _Trials(self._gateway, name, self)
        return self._trials[name].feed

    async def describe(self, name: str) -> TuningJobDetail:
        """One job in full, now."""
        answer = await self._gateway.call(
            "sagemaker", "DescribeHyperParameterTuningJob", HyperParameterTuningJobName=name
        )
        return TuningJobDetail.from_description(answer)

    async def name_taken(self, name: str) -> bool:
        """Whether a tuning job of that name exists."""
        try:
            await self.describe(name)
        except NotFound:
            return False
        return True

    async def create(self, request: Mapping[str, Any]) -> str:
        """Start a tuning job; its ARN. `request` has the members of CreateHyperParameterTuningJob."""
        answer = await self._gateway.call("sagemaker", "CreateHyperParameterTuningJob", **request)
        self.list.feed.wake()
        return str(answer["HyperParameterTuningJobArn"])

    async def stop(self, name: str) -> None:
        """Ask a tuning job to stop, with all its training jobs; what they have found stays."""
        await self._gateway.call("sagemaker", "StopHyperParameterTuningJob", HyperParameterTuningJobName=name)
        self.wake(name)

    async def delete(self, name: str) -> None:
        """Delete the record of a tuning job that is over; its training jobs, artifacts and logs stay."""
        await self._gateway.call("sagemaker", "DeleteHyperParameterTuningJob", HyperParameterTuningJobName=name)
        self._details.pop(name, None)
        self._trials.pop(name, None)
        self.list.forget(name)

    def wake(self, name: str) -> None:
        """Ask for everything about a job as soon as possible: something was done to it, or a person asked."""
        self.list.feed.wake()
        if name in self._details:
            self._details[name].wake()
        if name in self._trials:
            self._trials[name].feed.wake()

    async def _learn(self, jobs: tuple[TuningJob, ...]) -> dict[str, TuningJob]:
        """Some jobs with objective and best value, which the list does not have; of those that are over, once."""
        wanted = [job for job in jobs if job.running or job.arn not in self._settled]
        wanted.sort(key=lambda job: not job.running)  # stable: newest first among those that run, and among the rest
        found = await asyncio.gather(*map(self._described, wanted[:DESCRIBED]))
        return {job.arn: job for job in found}

    async def _described(self, job: TuningJob) -> TuningJob:
        try:
            detail = await self.describe(job.name)
        except ServiceError:  # the list is right without; the poll itself reports what is wrong
            return job
        if not detail.job.running:
            self._settled.add(job.arn)
        return replace(job, objective=detail.job.objective, best=detail.job.best)


class _Trials:
    """The training jobs of one tuning job: those that have ended are not asked for twice."""

    def __init__(self, gateway: Gateway, name: str, tuning: Tuning) -> None:
        self._gateway = gateway
        self._name = name
        self._known: dict[str, Trial] = {}
        self._tuning = tuning
        self._over = False
        self.feed: Feed[tuple[Trial, ...]] = Feed(
            self._poll,
            lambda trials: None if self._over and not any(trial.running for trial in trials) else tuning.pace.changing,
        )

    async def _poll(self) -> tuple[Trial, ...]:
        # First whether the tuning job is over: then no trial can begin behind the pages that are read next.
        self._over = not (await self._tuning.describe(self._name)).job.running
        open_ones = {arn for arn, trial in self._known.items() if not _final(trial)}
        token: str | None = None
        while True:
            page = await self._page(token)
            fresh = [Trial.from_summary(item) for item in page["TrainingJobSummaries"]]
            new = [trial for trial in fresh if trial.arn not in self._known]
            self._known |= {trial.arn: trial for trial in fresh}
            open_ones -= {trial.arn for trial in fresh}
            token = page.get("NextToken")
            # Newest first: behind a page without anything new there is nothing new either.
            if not token or (not new and not open_ones):
                break
        return tuple(sorted(self._known.values(), key=lambda trial: (trial.created, trial.name)))

    async def _page(self, token: str | None) -> dict[str, Any]:
        where = {"NextToken": token} if token else {}
        return await self._gateway.call(
            "sagemaker",
            "ListTrainingJobsForHyperParameterTuningJob",
            HyperParameterTuningJobName=self._name,
            MaxResults=PAGE,
            SortBy="CreationTime",
            SortOrder="Descending",
            **where,
        )


def _final(trial: Trial) -> bool:
    return not trial.running and trial.objective_status != "Pending"
