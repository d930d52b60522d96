"""What training, tuning and transform jobs have in common: their rows in a list, and how the service words them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

JobKind = Literal["TrainingJob", "HyperParameterTuningJob", "TransformJob"]
"""With what the service begins the names of a job's members and operations."""

TERMINAL = frozenset({"Completed", "Failed", "Stopped"})
"""Statuses that never change again."""


@dataclass(frozen=True, slots=True)
class Job:
    """One row of a list of jobs; times are seconds since the epoch."""

    name: str
    arn: str
    status: str
    created: float
    modified: float
    ended: float | None
    """None while it runs."""

    @property
    def running(self) -> bool:
        """Whether the job can still change."""
        return self.status not in TERMINAL

    @property
    def duration(self) -> float | None:
        """Seconds from creation to the end; None while it runs."""
        return None if self.ended is None else max(0.0, self.ended - self.created)


def job_members(kind: JobKind, answer: Mapping[str, Any]) -> dict[str, Any]:
    """The members of `Job`, from an element of a List operation or the answer of a Describe operation."""
    return {
        "name": answer[f"{kind}Name"],
        "arn": answer[f"{kind}Arn"],
        "status": answer[f"{kind}Status"],
        "created": answer["CreationTime"],
        "modified": answer.get("LastModifiedTime", answer["CreationTime"]),
        "ended": answer.get(f"{kind.removesuffix('Job')}EndTime"),
    }
