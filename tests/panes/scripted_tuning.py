"""Tuning jobs and their trials as told, and values to tell."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import replace

from tests.panes.host import Told
from tests.panes.scripted import ARN, NOW, ScriptedList
from tests.resources.tuning import description
from tui.resources.tuning import Counters, Objective, Trial, TuningJob, TuningJobDetail
from tui.service.feed import Feed
from tui.service.tuning import Tuning

RMSE = Objective("validation:rmse", maximize=False)


class ScriptedTuning(Tuning):
    """Tuning jobs as told."""

    def __init__(self) -> None:
        self.scripted_list: ScriptedList[TuningJob] = ScriptedList()
        self.list = self.scripted_list
        self.told_details: dict[str, Told[TuningJobDetail]] = defaultdict(Told)
        self.told_trials: dict[str, Told[tuple[Trial, ...]]] = defaultdict(Told)

    def detail(self, name: str) -> Feed[TuningJobDetail]:
        return self.told_details[name].feed

    def trials(self, name: str) -> Feed[tuple[Trial, ...]]:
        return self.told_trials[name].feed

    async def describe(self, name: str) -> TuningJobDetail:
        detail = self.told_details[name].feed.snapshot.value
        assert detail is not None
        return detail


def tuning_job(name: str, status: str, counters: Counters, best: float | None = None) -> TuningJob:
    ended = None if status == "InProgress" else NOW - 60
    return TuningJob(
        name, f"arn/{name}", status, NOW - 600, NOW - 60, ended, "Bayesian", counters, 20, RMSE if best else None, best
    )


JOBS = (
    tuning_job("boston-tune-2", "InProgress", Counters(completed=7, running=3, stopped=1, failed=1), 2.914880037),
    tuning_job("boston-tune", "Completed", Counters(completed=20), 3.1),
    tuning_job("hopeless", "Failed", Counters(failed=4)),
)


def tuning_detail(job: TuningJob) -> TuningJobDetail:
    """A description of a job of the list."""
    answer = description(
        HyperParameterTuningJobName=job.name,
        HyperParameterTuningJobArn=job.arn,
        HyperParameterTuningJobStatus=job.status,
        CreationTime=job.created,
        TrainingJobStatusCounters={
            "Completed": job.counters.completed,
            "InProgress": job.counters.running,
            "Stopped": job.counters.stopped,
            "NonRetryableError": job.counters.failed,
        },
    )
    answer["BestTrainingJob"]["TunedHyperParameters"] = {"eta": "0.1015727388941435", "max_depth": "7"}
    if job.ended is not None:
        answer["HyperParameterTuningEndTime"] = job.ended
    return TuningJobDetail.from_description(answer)


def trials(job: TuningJob, how_many: int = 12) -> tuple[Trial, ...]:
    """Trials with a hollow at eta 0.2; the last three run, one has failed."""
    found = []
    for number in range(1, how_many + 1):
        eta = 0.05 + 0.45 * (number * 7 % how_many) / how_many
        name = f"{job.name}-{number:03}-{number * 0x1234567 % 0xFFFFFFFF:08x}"
        began = job.created + number * 20
        trial = Trial(
            name=name,
            arn=ARN + name,
            status="Completed",
            created=began,
            started=began + 2,
            ended=began + 15,
            tuned={"eta": f"{eta:.10f}", "max_depth": str(3 + number % 9)},
            objective=2.5 + math.log(eta / 0.2) ** 2,
            objective_status="Succeeded",
            failure_reason="",
            definition="",
        )
        if number > how_many - 3:
            trial = replace(trial, status="InProgress", ended=None, objective=None, objective_status="Pending")
        elif number == 4:
            trial = replace(trial, status="Failed", objective=None, objective_status="Failed")
        found.append(trial)
    return tuple(found)
