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


@dataclass(frozen=True, slots=True)
class LogSource:
    """The log of one thing: the streams of a log group whose names begin with a prefix."""

    label: str
    """What a person calls it."""

    group: str
    prefix: str
    """Ends with a slash, because names are prefixes of other names; empty for all streams of the group."""

    dated: bool = False
    """Whether the streams' names end in the epoch second at which the instance started."""

    def host(self, stream: str) -> str:
        """Who wrote a stream, e.g. `algo-1` or `AllTraffic/i-0f00/data-log`."""
        name = stream.removeprefix(self.prefix)
        if not self.dated:
            return name
        first, slash, rest = name.partition("/")
        return host_of(first) + slash + rest


def training_log(job: str) -> LogSource:
    """The log of a training job: one stream for each instance, and another for each restarted one."""
    return LogSource(job, TRAINING_JOBS, f"{job}/", dated=True)


def processing_log(job: str) -> LogSource:
    """The log of a processing job."""
    return LogSource(job, "/aws/sagemaker/ProcessingJobs", f"{job}/", dated=True)


def transform_log(job: str) -> LogSource:
    """The log of a batch transform job; its data logs and the containers of a pipeline count as hosts."""
    return LogSource(job, "/aws/sagemaker/TransformJobs", f"{job}/", dated=True)


def endpoint_log(endpoint: str, variant: str = "") -> LogSource:
    """The log of an endpoint, or of one of its variants; it has no end while the endpoint stands."""
    label = f"{endpoint}/{variant}" if variant else endpoint
    return LogSource(label, f"/aws/sagemaker/Endpoints/{endpoint}", f"{variant}/" if variant else "")


def notebook_log(notebook: str) -> LogSource:
    """The log of a notebook instance: Jupyter's own, and one for each lifecycle script."""
    return LogSource(notebook, "/aws/sagemaker/NotebookInstances", f"{notebook}/")


def host_of(stream: str) -> str:
    """The host in a stream's name: `algo-1` of `job/algo-1-1700000000`."""
    last = stream.rsplit("/", 1)[-1]
    host, dash, epoch = last.rpartition("-")
    return host if dash and epoch.isdecimal() and len(epoch) >= 9 else last
