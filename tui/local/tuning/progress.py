"""How far a search has come: its best training job, how long nothing has got better, when it converged."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tui.local.jobs.states import Status as TrainingStatus
from tui.local.tuning.definitions import Objective
from tui.local.tuning.table import Child, Status

_SIGNIFICANT = 0.01
"""The share of the best value by which another must be better to count as an improvement."""

_MOST_ATTEMPTS = 5
"""How many training jobs may fail before any has succeeded."""

_CONVERGED_AFTER = 10
"""Training jobs in a row without an improvement after which a search has converged, if they are half of all.

The service's rule is not published; it says that no significant improvement is to be expected any more.
"""


@dataclass(frozen=True, slots=True)
class Progress:
    """What the training jobs that have ended say about a search."""

    best: Child | None
    best_value: float | None
    not_improving: int
    """How many training jobs in a row have not been better by 1% than the best before them."""
    converged: float | None
    """When the search converged first, in epoch seconds."""

    def meets(self, criteria: Mapping[str, Any], objective: Objective) -> bool:
        """Whether the search has met one of a request's `TuningJobCompletionCriteria`."""
        target = criteria.get("TargetObjectiveMetricValue")
        if target is not None and self.best_value is not None and not objective.better(target, self.best_value):
            return True
        limit = criteria.get("BestObjectiveNotImproving", {}).get("MaxNumberOfTrainingJobsNotImproving")
        if limit is not None and self.not_improving >= limit:
            return True
        wanted = criteria.get("ConvergenceDetected", {}).get("CompleteOnConvergence") == "Enabled"
        return wanted and self.converged is not None


def progress_of(children: Iterable[Child], objective: Objective) -> Progress:
    """The progress that a search has made with these training jobs."""
    best, best_value, waited, converged = None, None, 0, None
    for number, (child, value, end) in enumerate(_ended(children), start=1):
        if best_value is None:
            best, best_value = child, value
            continue
        margin = _SIGNIFICANT * abs(best_value)
        significant = objective.better(value, best_value + margin if objective.maximize else best_value - margin)
        waited = 0 if significant else waited + 1
        if objective.better(value, best_value):
            best, best_value = child, value
        if converged is None and waited >= max(_CONVERGED_AFTER, number / 2):
            converged = end
    return Progress(best, best_value, waited, converged)


def _ended(children: Iterable[Child]) -> list[tuple[Child, float, float]]:
    """The training jobs with an objective, its values, and when they ended, in this order."""
    usable = [
        (child, child.objective, child.training_end_time)
        for child in children
        if child.objective is not None and child.training_end_time is not None
    ]
    return sorted(usable, key=lambda item: (item[2], item[0].name))


def fails_always(children: Sequence[Child]) -> bool:
    """Whether so many training jobs have failed, and none succeeded, that no more should be launched."""
    return not _succeeded(children) and len(_failed(children)) >= _MOST_ATTEMPTS


def end_of(children: Sequence[Child]) -> tuple[Status, str | None]:
    """How a tuning job ends whose training jobs have all ended."""
    failed = _failed(children)
    if not failed or _succeeded(children):
        return Status.COMPLETED, None
    if any(child.status is TrainingStatus.FAILED for child in failed):
        return Status.FAILED, (
            f"No training job succeeded after {len(failed)} attempts. For additional details, please take a look at "
            "the training job failures by listing training jobs for the hyperparameter tuning job."
        )
    return Status.FAILED, (
        f"No objective metrics found after running {len(failed)} training jobs. Please ensure that the algorithm is "
        "emitting the objective metric: it is computed on the validation channel."
    )


def _succeeded(children: Sequence[Child]) -> bool:
    return any(child.objective is not None for child in children)


def _failed(children: Sequence[Child]) -> list[Child]:
    """The training jobs that failed, or completed without an objective."""
    return [
        child
        for child in children
        if child.status is TrainingStatus.FAILED
        or (child.status is TrainingStatus.COMPLETED and child.objective is None)
    ]
