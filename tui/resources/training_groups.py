"""Training jobs of one tuning job, folded into a row of their own in the list of training jobs."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from tui.resources.training import TrainingJob

_TRIAL = re.compile(r"(?P<tuning>.+)-\d{3,5}-[0-9a-f]{8}")
"""How the service names the training jobs of a tuning job; the list says nothing else about where they come from."""

FEWEST = 2
"""Training jobs from which on a group is worth a row."""


@dataclass(frozen=True, slots=True)
class TrainingGroup(TrainingJob):
    """The training jobs of a tuning job, under its name; begins with the newest of them."""

    jobs: tuple[TrainingJob, ...] = ()
    opened: bool = False


def tuning_job_of(name: str) -> str:
    """The tuning job that a training job belongs to by its name; empty for one of its own."""
    match = _TRIAL.fullmatch(name)
    return match["tuning"] if match else ""


def grouped(jobs: Iterable[TrainingJob], opened: Collection[str]) -> tuple[TrainingJob, ...]:
    """The jobs in their order, those of a tuning job behind a row for all of them; hidden unless it is opened."""
    families: dict[str, list[TrainingJob]] = {}
    for job in jobs:
        families.setdefault(tuning_job_of(job.name) or job.arn, []).append(job)
    rows: list[TrainingJob] = []
    for name, family in families.items():
        if len(family) < FEWEST:
            rows += family
            continue
        rows.append(_group(name, tuple(family), name in opened))
        if name in opened:
            rows += family
    return tuple(rows)


def _group(name: str, jobs: tuple[TrainingJob, ...], opened: bool) -> TrainingGroup:
    running = any(job.running for job in jobs)
    return TrainingGroup(
        name=name,
        arn=f"tuning-job/{name}",
        status="InProgress" if running else "Completed" if any(job.status == "Completed" for job in jobs) else "Failed",
        created=min(job.created for job in jobs),
        modified=max(job.modified for job in jobs),
        ended=None if running else max(job.ended or job.modified for job in jobs),
        jobs=jobs,
        opened=opened,
    )
