"""Tuning jobs and their trials as values, and the pure rules about them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tui.resources.jobs import TERMINAL, Job, job_members
from tui.resources.tuning_ranges import Hyperparameters, Range, ranges_of

NAME_LIMIT = 32
"""Characters in the name of a tuning job; its children add 13 of their own."""


@dataclass(frozen=True, slots=True)
class Counters:
    """How many training jobs of a tuning job are where."""

    completed: int = 0
    running: int = 0
    stopped: int = 0
    """By a person, or early by the service: those have an objective all the same."""

    failed: int = 0

    @classmethod
    def from_answer(cls, counters: Mapping[str, int]) -> Counters:
        """From `TrainingJobStatusCounters`; the two kinds of errors are one to a person."""
        return cls(
            completed=counters.get("Completed", 0),
            running=counters.get("InProgress", 0),
            stopped=counters.get("Stopped", 0),
            failed=counters.get("RetryableError", 0) + counters.get("NonRetryableError", 0),
        )

    @property
    def total(self) -> int:
        """All that were started."""
        return self.completed + self.running + self.stopped + self.failed


@dataclass(frozen=True, slots=True)
class Objective:
    """What a tuning job optimises."""

    metric: str
    maximize: bool

    @classmethod
    def from_answer(cls, objective: Mapping[str, str]) -> Objective:
        """From `HyperParameterTuningJobObjective`."""
        return cls(objective["MetricName"], objective["Type"] == "Maximize")

    def better(self, one: float, other: float) -> bool:
        """Whether one value is better than the other."""
        return one > other if self.maximize else one < other

    def best(self, values: Iterable[float]) -> float | None:
        """The best of some values; None of none."""
        return (max if self.maximize else min)(values, default=None)

    def __str__(self) -> str:
        return f"{'maximize' if self.maximize else 'minimize'} {self.metric}"


@dataclass(frozen=True, slots=True)
class TuningJob(Job):
    """One row of the list of tuning jobs."""

    strategy: str
    counters: Counters
    limit: int | None
    """The most training jobs it may start; None when another criterion ends it."""

    objective: Objective | None = None
    """Not in the service's list: known once the job was described."""

    best: float | None = None
    """The best objective value so far, likewise."""

    @classmethod
    def from_summary(cls, summary: Mapping[str, Any]) -> TuningJob:
        """From an element of ListHyperParameterTuningJobs."""
        return cls(
            **job_members("HyperParameterTuningJob", summary),
            strategy=summary["Strategy"],
            counters=Counters.from_answer(summary["TrainingJobStatusCounters"]),
            limit=summary.get("ResourceLimits", {}).get("MaxNumberOfTrainingJobs"),
        )


@dataclass(frozen=True, slots=True)
class Trial:
    """One training job of a tuning job, with what it was given and what came of it."""

    name: str
    arn: str
    status: str
    created: float
    started: float | None
    ended: float | None
    tuned: Mapping[str, str]
    objective: float | None
    """None while there is none, and for good where the metric was never seen."""

    objective_status: str
    """`Succeeded`, `Pending`, `Failed`; empty while the job has not come that far."""

    failure_reason: str
    definition: str
    """The name of its training job definition where there are several."""

    @classmethod
    def from_summary(cls, summary: Mapping[str, Any]) -> Trial:
        """From an element of ListTrainingJobsForHyperParameterTuningJob."""
        return cls(
            name=summary["TrainingJobName"],
            arn=summary["TrainingJobArn"],
            status=summary["TrainingJobStatus"],
            created=summary["CreationTime"],
            started=summary.get("TrainingStartTime"),
            ended=summary.get("TrainingEndTime"),
            tuned=dict(summary["TunedHyperParameters"]),
            objective=summary.get("FinalHyperParameterTuningJobObjectiveMetric", {}).get("Value"),
            objective_status=summary.get("ObjectiveStatus", ""),
            failure_reason=summary.get("FailureReason", ""),
            definition=summary.get("TrainingJobDefinitionName", ""),
        )

    @property
    def running(self) -> bool:
        """Whether the training job can still change."""
        return self.status not in TERMINAL

    @property
    def duration(self) -> float | None:
        """Seconds on the instances; None while it runs or when it never came so far."""
        return None if self.started is None or self.ended is None else max(0.0, self.ended - self.started)


@dataclass(frozen=True, slots=True)
class TuningJobDetail:
    """Everything DescribeHyperParameterTuningJob says that a person looks at; `description` is the whole answer."""

    job: TuningJob
    description: Mapping[str, Any]
    ranges: Mapping[str, Range]
    static: Mapping[str, str]
    parallel: int
    early_stopping: bool
    best_trial: str
    """The name of the best training job; empty before there is one."""

    failure_reason: str
    runtime_seconds: int | None
    """What all training jobs together have run, of `ConsumedResources`."""

    @classmethod
    def from_description(cls, description: Mapping[str, Any]) -> TuningJobDetail:
        """From the answer of DescribeHyperParameterTuningJob; of several definitions, ranges and values are joined."""
        config = description["HyperParameterTuningJobConfig"]
        definitions = definitions_of(description)
        best = description.get("BestTrainingJob", {})
        objectives = [config.get("HyperParameterTuningJobObjective")]
        objectives += [definition.get("TuningObjective") for definition in definitions]
        objective = next((Objective.from_answer(found) for found in objectives if found), None)
        return cls(
            job=TuningJob(
                **job_members("HyperParameterTuningJob", description),
                strategy=config["Strategy"],
                counters=Counters.from_answer(description["TrainingJobStatusCounters"]),
                limit=config["ResourceLimits"].get("MaxNumberOfTrainingJobs"),
                objective=objective,
                best=best.get("FinalHyperParameterTuningJobObjectiveMetric", {}).get("Value"),
            ),
            description=description,
            ranges=ranges_of(config.get("ParameterRanges", {}))
            | {
                name: found
                for definition in definitions
                for name, found in ranges_of(definition.get("HyperParameterRanges", {})).items()
            },
            static={
                name: value
                for definition in definitions
                for name, value in definition.get("StaticHyperParameters", {}).items()
                if not name.startswith("_")  # the service's own, e.g. _tuning_objective_metric
            },
            parallel=config["ResourceLimits"]["MaxParallelTrainingJobs"],
            early_stopping=config.get("TrainingJobEarlyStoppingType", "Off") == "Auto",
            best_trial=best.get("TrainingJobName", ""),
            failure_reason=description.get("FailureReason", ""),
            runtime_seconds=description.get("ConsumedResources", {}).get("RuntimeInSeconds"),
        )

    @property
    def machines(self) -> tuple[str, int]:
        """Instance type and count of a training job; an empty type where it is not stated, or differs by definition."""
        found = {
            (resources.get("InstanceType", ""), resources.get("InstanceCount", 1))
            for definition in definitions_of(self.description)
            if (resources := definition.get("ResourceConfig"))
        }
        return found.pop() if len(found) == 1 else ("", 1)

    def cost(self, hourly: float) -> float | None:
        """What its training jobs have cost so far at a price of USD an hour and instance; None while unknown."""
        return None if self.runtime_seconds is None else self.runtime_seconds * self.machines[1] * hourly / 3600

    @property
    def hyperparameters(self) -> Hyperparameters:
        """What it keeps and what it varies, as the form shows it."""
        return Hyperparameters(self.static, self.ranges)


def definitions_of(description: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """The training job definitions of a tuning job: the one, or the several."""
    if "TrainingJobDefinition" in description:
        return [description["TrainingJobDefinition"]]
    found: Sequence[Mapping[str, Any]] = description.get("TrainingJobDefinitions", ())
    return found


def leaderboard(trials: Iterable[Trial], objective: Objective) -> list[Trial]:
    """All trials: the best first, those without a metric behind them, oldest first; not one is left out."""

    def place(trial: Trial) -> tuple[bool, float, float, str]:
        value = trial.objective if trial.objective is not None else 0.0
        return trial.objective is None, -value if objective.maximize else value, trial.created, trial.name

    return sorted(trials, key=place)


def best_so_far(trials: Iterable[Trial], objective: Objective) -> list[tuple[float, float]]:
    """The course of the best objective: (time a trial ended, best value by then), in the order of time."""
    ended = sorted(
        (trial.ended, trial.objective) for trial in trials if trial.ended is not None and trial.objective is not None
    )
    course: list[tuple[float, float]] = []
    for at, value in ended:
        best = course[-1][1] if course else value
        course.append((at, value if objective.better(value, best) else best))
    return course
