"""Tuning jobs: the live list, one job in full with all its trials, and what can be done to them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from tui.resources.tuning import Trial, TuningJob, TuningJobDetail
from tui.service.errors import ServiceError
from tui.service.feed import Feed
from tui.service.gateway import Gateway
from tui.service.jobs import Jobs, learnt
from tui.service.live_list import PAGE
from tui.service.pace import Pace


class Tuning(Jobs[TuningJob, TuningJobDetail]):
    """The tuning jobs of an account and region."""

    KIND = "HyperParameterTuningJob"

    def __init__(self, gateway: Gateway, pace: Callable[[], Pace] = Pace) -> None:
        super().__init__(gateway, pace, TuningJob.from_summary, TuningJobDetail.from_description)
        self._trials: dict[str, _Trials] = {}
        self._settled: set[str] = set()
        """The ARNs of the jobs in the list that were described since they are over: nothing about them changes."""

    def trials(self, name: str) -> Feed[tuple[Trial, ...]]:
        """All training jobs of a tuning job, oldest first, whatever became of them."""
        if name not in self._trials:
            self._trials[name] = _Trials(self._gateway, name, self, self._pace)
        return self._trials[name].feed

    async def delete(self, name: str) -> None:
        """Delete the record of a tuning job that is over; its training jobs, artifacts and logs stay."""
        await self._delete(name)
        self._trials.pop(name, None)

    def wake(self, name: str) -> None:
        """Its trials as well."""
        super().wake(name)
        if name in self._trials:
            self._trials[name].feed.wake()

    async def _learn(self, jobs: tuple[TuningJob, ...]) -> dict[str, TuningJob]:
        """Some jobs with objective and best value, which the list does not have; of those that are over, once."""
        return await learnt(jobs, lambda job: job.running or job.arn not in self._settled, self._described)

    def _keep(self, known: TuningJob, fresh: TuningJob) -> TuningJob:
        """Objective and best value go on."""
        return replace(fresh, objective=known.objective, best=known.best)

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

    def __init__(self, gateway: Gateway, name: str, tuning: Tuning, pace: Callable[[], Pace]) -> None:
        self._gateway = gateway
        self._name = name
        self._known: dict[str, Trial] = {}
        self._tuning = tuning
        self._over = False
        self.feed: Feed[tuple[Trial, ...]] = Feed(
            self._poll,
            lambda trials: None if self._over and not any(trial.running for trial in trials) else pace().changing,
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
