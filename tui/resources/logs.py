"""Log lines as values, and where SageMaker writes them."""

from __future__ import annotations

from dataclasses import dataclass

TRAINING_JOBS = "/aws/sagemaker/TrainingJobs"
"""The log group of all training jobs of an account and region."""


@dataclass(frozen=True, slots=True)
class LogLine:
    """One event of a log stream."""

    timestamp_ms: int
    """Milliseconds since the epoch."""

    host: str
    """The instance that wrote it, e.g. `algo-1`."""

    text: str


@dataclass(frozen=True, slots=True)
class LogBatch:
    """What one poll of a job's streams brought."""

    lines: tuple[LogLine, ...]
    waiting: str = ""
    """Why there is nothing yet, as a sentence; empty once there are lines."""

    ended: bool = False
    """The job is over and its streams are read to their ends."""


def host_of(stream: str) -> str:
    """The host in a stream's name: `algo-1` of `job/algo-1-1700000000`."""
    last = stream.rsplit("/", 1)[-1]
    host, dash, epoch = last.rpartition("-")
    return host if dash and epoch.isdecimal() and len(epoch) >= 9 else last
