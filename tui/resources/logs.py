"""Log lines as values, and where SageMaker writes them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

TRAINING_JOBS = "/aws/sagemaker/TrainingJobs"
"""The log group of all training jobs of an account and region."""

Kind = Literal["training", "processing", "transform", "endpoint", "notebook"]
"""What writes a log."""

NOUNS: Mapping[Kind, str] = {
    "training": "training job",
    "processing": "processing job",
    "transform": "transform job",
    "endpoint": "endpoint",
    "notebook": "notebook instance",
}

_RANK = re.compile(r"\[(?:\d+,(?:mpirank:)?|rank|default)(\d+)(?:,[^\]]*)?\](?:<std(?:out|err)>)?:")
"""How mpirun (`[1,mpirank:3,algo-1]<stdout>:`) and torchrun (`[default3]:`, `[rank3]:`) mark a process's lines."""

WINDOWS: tuple[float | None, ...] = (900.0, 3600.0, 6 * 3600.0, 86400.0, None)
"""How far back a log may be read, in seconds, the shortest first; None for all of it."""


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
    """What one poll of a log's streams brought."""

    lines: tuple[LogLine, ...]
    waiting: str = ""
    """Why there is nothing yet, as a sentence; empty once there are lines."""

    ended: bool = False
    """What wrote the log is over, and its streams are read to their ends."""

    sampled: bool = False
    """Live Tail left lines out, because more came in than it tells of in a second."""


@dataclass(frozen=True, slots=True)
class Writing:
    """Whether what writes a log still does."""

    running: bool
    waiting: str = ""
    """Why there may be no lines, as a sentence."""

    ended: float | None = None
    """When it ended, in seconds since the epoch, as far as that is known."""


@dataclass(frozen=True, slots=True)
class LogStream:
    """One stream as CloudWatch lists it; times are milliseconds since the epoch, and up to an hour old."""

    name: str
    host: str
    first: int | None = None
    """The timestamp of its first event."""

    last: int | None = None
    size: int = 0
    """In bytes; 0 where CloudWatch does not say, as it does of streams since 2019."""


@dataclass(frozen=True, slots=True)
class LogSource:
    """The log of one thing: the streams of a log group whose names begin with a prefix."""

    kind: Kind
    name: str
    """The thing's own name."""

    group: str
    prefix: str
    """Ends with a slash, because names are prefixes of other names; empty for all streams of the group."""

    @property
    def label(self) -> str:
        """What a person calls it: its name, with the variant if it is the log of one."""
        variant = self.prefix.rstrip("/") if self.kind == "endpoint" else ""
        return f"{self.name}/{variant}" if variant else self.name

    @property
    def window(self) -> float | None:
        """How far back it is read unless told otherwise: a job has an end, what stands for months has its last day."""
        return 86400.0 if self.kind in ("endpoint", "notebook") else None

    def host(self, stream: str) -> str:
        """Who wrote a stream, e.g. `algo-1` or `AllTraffic/i-0f00/data-log`."""
        name = stream.removeprefix(self.prefix)
        if self.kind in ("endpoint", "notebook"):
            return name
        first, slash, rest = name.partition("/")
        return host_of(first) + slash + rest

    def lens(self, host: str) -> str:
        """What one looks at alone to see a host: itself, or of an endpoint the variant that it serves."""
        return host.partition("/")[0] if self.kind == "endpoint" and not self.prefix else host

    def stream(self, listed: Mapping[str, Any]) -> LogStream:
        """From an element of DescribeLogStreams."""
        return LogStream(
            listed["logStreamName"],
            self.host(listed["logStreamName"]),
            listed.get("firstEventTimestamp"),
            listed.get("lastEventTimestamp"),
            listed.get("storedBytes", 0),
        )


def training_log(job: str) -> LogSource:
    """The log of a training job: one stream for each instance, and another for each restarted one."""
    return LogSource("training", job, TRAINING_JOBS, f"{job}/")


def processing_log(job: str) -> LogSource:
    """The log of a processing job."""
    return LogSource("processing", job, "/aws/sagemaker/ProcessingJobs", f"{job}/")


def transform_log(job: str) -> LogSource:
    """The log of a batch transform job; its data logs and the containers of a pipeline count as hosts."""
    return LogSource("transform", job, "/aws/sagemaker/TransformJobs", f"{job}/")


def endpoint_log(endpoint: str, variant: str = "") -> LogSource:
    """The log of an endpoint, or of one of its variants; it has no end while the endpoint stands."""
    return LogSource("endpoint", endpoint, f"/aws/sagemaker/Endpoints/{endpoint}", f"{variant}/" if variant else "")


def notebook_log(notebook: str) -> LogSource:
    """The log of a notebook instance: Jupyter's own, and one for each lifecycle script."""
    return LogSource("notebook", notebook, "/aws/sagemaker/NotebookInstances", f"{notebook}/")


SOURCES: Mapping[str, Callable[[str], LogSource]] = {
    "training": training_log,
    "processing": processing_log,
    "transform": transform_log,
    "endpoint": endpoint_log,
    "notebook": notebook_log,
}
"""The log of a thing of each kind, by its name."""


def source_named(words: str) -> LogSource:
    """The log that a person names: a kind and a name, or the name of a training job alone.

    Raises:
        ValueError: with a sentence for the person, when it is neither.
    """
    kinds = ", ".join(SOURCES)
    match words.split():
        case [kind, name] if kind in SOURCES:
            return SOURCES[kind](name)
        case [kind] if kind in SOURCES:
            raise ValueError(f"The log of which {kind}? Type :logs {kind} and a name.")
        case [name]:
            return training_log(name)
        case [word, *_]:
            raise ValueError(f"There are no logs of the kind {word}; the kinds are {kinds}.")
    raise ValueError(f"Type :logs, one of {kinds}, and a name.")


def rank_of(text: str) -> int | None:
    """The rank of the process that wrote a line, where its launcher marks lines with it."""
    marked = _RANK.match(text)
    return int(marked[1]) if marked else None


def host_of(stream: str) -> str:
    """The host in a stream's name: `algo-1` of `job/algo-1-1700000000`."""
    last = stream.rsplit("/", 1)[-1]
    host, dash, epoch = last.rpartition("-")
    return host if dash and epoch.isdecimal() and len(epoch) >= 9 else last
