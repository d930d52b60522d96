"""The states of a job, in the service's words."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Status(StrEnum):
    """`TrainingJobStatus`."""

    IN_PROGRESS = "InProgress"
    COMPLETED = "Completed"
    FAILED = "Failed"
    STOPPING = "Stopping"
    STOPPED = "Stopped"


class Phase(StrEnum):
    """`SecondaryStatus`."""

    STARTING = "Starting"
    PENDING = "Pending"
    DOWNLOADING = "Downloading"
    TRAINING = "Training"
    UPLOADING = "Uploading"
    STOPPING = "Stopping"
    COMPLETED = "Completed"
    FAILED = "Failed"
    STOPPED = "Stopped"
    MAX_RUNTIME_EXCEEDED = "MaxRuntimeExceeded"


FINAL_STATUS = {
    Phase.COMPLETED: Status.COMPLETED,
    Phase.FAILED: Status.FAILED,
    Phase.STOPPED: Status.STOPPED,
    Phase.MAX_RUNTIME_EXCEEDED: Status.STOPPED,
}
"""The phases that end a job, each with the status the job then has."""

UNFINISHED = (Status.IN_PROGRESS, Status.STOPPING)
"""The statuses of a job that still has something to do."""

MAX_REASON = 1024
"""The longest FailureReason, in characters."""

MESSAGES = {
    Phase.STARTING: "Starting the training job",
    Phase.DOWNLOADING: "Downloading input data",
    Phase.TRAINING: "Training image download completed. Training in progress.",
    Phase.UPLOADING: "Uploading generated training model",
    Phase.STOPPING: "Stopping the training job",
    Phase.COMPLETED: "Training job completed",
    Phase.FAILED: "Training job failed",
    Phase.STOPPED: "Training job stopped",
    Phase.MAX_RUNTIME_EXCEEDED: "Training job runtime exceeded MaxRuntimeInSeconds provided",
}
"""The StatusMessage of each transition; for Pending the run says what the job waits for."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a job ended."""

    phase: Phase
    """One of the phases in `FINAL_STATUS`."""

    failure_reason: str | None = None
    model_artifacts: str | None = None
    """The S3 URI of what was uploaded."""


class JobFailed(Exception):
    """Ends a job; the text is its FailureReason as Describe shows it."""
