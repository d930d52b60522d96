"""Training jobs as values, and the pure rules about them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from tui.resources.jobs import Job, job_members

NAME_PATTERN = re.compile(r"[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}")
"""What SageMaker accepts as the name of a training job."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a running job is, as its log lines say."""

    done: int
    """Rounds, epochs or percent done."""

    total: int
    unit: str
    """`round`, `epoch` or `%`."""

    @property
    def fraction(self) -> float:
        """Between 0 and 1."""
        return min(1.0, self.done / self.total) if self.total > 0 else 0.0

    def __str__(self) -> str:
        return f"{self.done} %" if self.unit == "%" else f"{self.unit} {self.done} of {self.total}"


@dataclass(frozen=True, slots=True)
class TrainingJob(Job):
    """One row of the list of training jobs."""

    secondary_status: str = ""
    progress: Progress | None = None

    @classmethod
    def from_summary(cls, summary: Mapping[str, Any]) -> TrainingJob:
        """From an element of ListTrainingJobs, or the answer of DescribeTrainingJob."""
        return cls(**job_members("TrainingJob", summary), secondary_status=summary.get("SecondaryStatus", ""))


@dataclass(frozen=True, slots=True)
class Transition:
    """One step of a job's way through its secondary statuses."""

    status: str
    start: float
    end: float | None
    message: str


@dataclass(frozen=True, slots=True)
class Metric:
    """The last value of one metric of a job."""

    name: str
    value: float
    at: float | None


@dataclass(frozen=True, slots=True)
class MetricPoint:
    """One value of a metric in the course of training."""

    name: str
    step: int
    value: float


@dataclass(frozen=True, slots=True)
class TrainingJobDetail:
    """Everything DescribeTrainingJob says that a person looks at; `description` is the whole answer."""

    job: TrainingJob
    description: Mapping[str, Any]
    image: str
    hyperparameters: tuple[tuple[str, str], ...]
    transitions: tuple[Transition, ...]
    metrics: tuple[Metric, ...]
    metric_definitions: tuple[tuple[str, str], ...]
    """Names and regular expressions, with which the metric values are found in the log lines."""

    failure_reason: str
    artifact: str
    """S3 URI of model.tar.gz; empty until there is one."""

    billable_seconds: int | None
    instance_type: str
    instance_count: int

    @classmethod
    def from_description(cls, description: Mapping[str, Any]) -> TrainingJobDetail:
        """From the answer of DescribeTrainingJob."""
        algorithm = description.get("AlgorithmSpecification", {})
        resources = description.get("ResourceConfig", {})
        return cls(
            job=TrainingJob.from_summary(description),
            description=description,
            image=algorithm.get("TrainingImage") or algorithm.get("AlgorithmName", ""),
            hyperparameters=tuple(sorted(description.get("HyperParameters", {}).items())),
            transitions=tuple(
                Transition(step["Status"], step["StartTime"], step.get("EndTime"), step.get("StatusMessage", ""))
                for step in description.get("SecondaryStatusTransitions", ())
            ),
            metrics=tuple(
                Metric(metric["MetricName"], metric["Value"], metric.get("Timestamp"))
                for metric in description.get("FinalMetricDataList", ())
            ),
            metric_definitions=tuple(
                (definition["Name"], definition["Regex"]) for definition in algorithm.get("MetricDefinitions", ())
            ),
            failure_reason=description.get("FailureReason", ""),
            artifact=description.get("ModelArtifacts", {}).get("S3ModelArtifacts", ""),
            billable_seconds=description.get("BillableTimeInSeconds"),
            instance_type=resources.get("InstanceType", ""),
            instance_count=resources.get("InstanceCount", 0),
        )


_ROUND = re.compile(r"^\[(\d+)\](?:#011|\t|\s)")
_BAR = re.compile(r"[^%]{0,200}?(\d{1,3})(?:\.\d+)?%")
_PERCENT = re.compile(r"#progress_metric: host=\S+, completed (\d+(?:\.\d+)?) %")


def progress_of(lines: list[str], hyperparameters: Mapping[str, str]) -> Progress | None:
    """How far a job is, from the newest of its log lines that says so; None when none does."""
    for line in reversed(lines):
        if match := _ROUND.match(line):
            total = hyperparameters.get("num_round", "")
            return Progress(int(match[1]) + 1, int(total), "round") if total.isdecimal() else None
        if match := _PERCENT.search(line):
            return Progress(round(float(match[1])), 100, "%")
        if ("#015" in line or "\r" in line) and (match := _BAR.match(_last_report(line))):
            return Progress(min(100, int(match[1])), 100, "%")
    return None


def _last_report(line: str) -> str:
    """What a progress bar says last that goes back to the beginning of its line; CloudWatch says `#015` for that."""
    return line.replace("#015", "\r").rstrip("\r\n").rpartition("\r")[2]


class MetricReader:
    """Finds the values of a job's metrics in its log lines; the step of a metric counts its values from 0."""

    def __init__(self, definitions: tuple[tuple[str, str], ...]) -> None:
        self._patterns: list[tuple[str, re.Pattern[str]]] = []
        self._steps: dict[str, int] = {}
        for name, regex in definitions:
            try:
                self._patterns.append((name, re.compile(regex)))
            except re.error:  # a definition that the service accepts need not be a regex of Python's
                continue

    def read(self, lines: Iterable[str]) -> list[MetricPoint]:
        """The values in the next lines of the log."""
        points = []
        for line in lines:
            for name, pattern in self._patterns:
                if match := pattern.search(line):
                    try:
                        value = float(match[1])
                    except (ValueError, TypeError, IndexError):  # no number, an absent group, no group
                        continue
                    step = self._steps.get(name, 0)
                    self._steps[name] = step + 1
                    points.append(MetricPoint(name, step, value))
        return points


def why_no_log(detail: TrainingJobDetail) -> str:
    """Why a job without log lines has none, in words."""
    job = detail.job
    if job.running:
        phase = detail.transitions[-1] if detail.transitions else None
        doing = f"It is {phase.status}: {phase.message}" if phase and phase.message else "It is being prepared."
        return f"{job.name} has not written to its log yet. {doing}"
    if detail.failure_reason:
        return f"{job.name} failed before it wrote to its log: {detail.failure_reason}"
    return f"{job.name} ended ({job.status}) without writing to its log."


def name_problem(name: str, limit: int = 63) -> str:
    """What is wrong with the name of a job, as a sentence; empty when nothing is."""
    if not name:
        return "The name is empty."
    if len(name) > limit:
        return f"The name has {len(name)} characters, {limit} are allowed."
    if bad := sorted({character for character in name if not re.fullmatch(r"[a-zA-Z0-9-]", character)}):
        return f"The name may hold letters, digits and dashes, not {' '.join(map(repr, bad))}."
    if not NAME_PATTERN.fullmatch(name):
        return "The name must begin and end with a letter or a digit."
    return ""
