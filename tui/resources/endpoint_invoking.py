"""Invoking an endpoint: what is sent, what comes back, and what many shots tell about it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from tui.resources.endpoint_weights import shares
from tui.resources.text import strip_controls

CONTENT_TYPES = ("text/csv", "application/json", "application/jsonlines", "text/libsvm")
"""What the built-in algorithms read, the usual one first."""

ACCEPTS = ("", "text/csv", "application/json", "application/jsonlines")
"""What may be asked for; empty for the container's own choice."""

BODY_LIMIT = 6_291_456
"""Bytes of a request; of a serverless endpoint it is 4 MB."""

MAX_SHOTS = 10_000
"""This is a look at an endpoint, not a load test."""


@dataclass(frozen=True, slots=True)
class Invocation:
    """One request to an endpoint."""

    endpoint: str
    body: bytes
    content_type: str = "text/csv"
    accept: str = ""
    variant: str = ""
    """Empty to let the weights decide."""

    @property
    def problem(self) -> str:
        """Why it would be refused, as a sentence; empty when that is not known."""
        if not self.body.strip():
            return "There is nothing to send."
        if len(self.body) > BODY_LIMIT:
            return f"The request has {len(self.body):,} bytes; {BODY_LIMIT:,} are allowed."
        return ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a model said."""

    body: bytes
    content_type: str
    variant: str
    """Who answered."""

    latency_ms: float
    """From the request to the last byte of the answer, the network included."""

    at: float
    """When the request was sent, in seconds since the epoch: where to look in the log."""

    @property
    def text(self) -> str:
        """The body for a person: bytes that are no UTF-8 replaced, control characters left out."""
        return strip_controls(self.body.decode("utf-8", errors="replace"))


@dataclass(frozen=True, slots=True)
class Refusal:
    """The container answered with an error: SageMaker's ModelError, with what the container itself said."""

    status: int
    """What the container answered, e.g. 415; 0 for nothing in time."""

    message: str
    """Its own words."""

    log_stream: str
    """The ARN of the log stream, or of its group, in which there may be more."""

    variant: str
    """The target variant; empty when the weights decided, for the service does not say whom it asked."""

    latency_ms: float
    at: float

    def __str__(self) -> str:
        return f"The model answered {self.status}: {self.message or 'nothing'}"


BUCKETS_PER_DECADE = 10
_FIRST_MS = 0.1
_DECADES = 6

BUCKETS = BUCKETS_PER_DECADE * _DECADES
"""Of a latency histogram: from 0.1 ms to 100 s, each 26 % wider than the one before."""


def bucket_of(latency_ms: float) -> int:
    """The bucket of a latency; the first and the last take what lies beyond."""
    if latency_ms <= _FIRST_MS:
        return 0
    return min(BUCKETS - 1, int(math.log10(latency_ms / _FIRST_MS) * BUCKETS_PER_DECADE))


def bucket_start(bucket: int) -> float:
    """Where a bucket begins, in milliseconds."""
    return float(_FIRST_MS * 10 ** (bucket / BUCKETS_PER_DECADE))


@dataclass(frozen=True, slots=True)
class Latencies:
    """How long answers took, in milliseconds; percentiles are those of real answers."""

    count: int
    p50: float
    p90: float
    p99: float
    slowest: float
    histogram: tuple[int, ...]
    """Answers in each of the `BUCKETS`."""

    @classmethod
    def of(cls, values: Sequence[float]) -> Latencies:
        """Of at least one latency."""
        ordered = sorted(values)
        histogram = [0] * BUCKETS
        for value in ordered:
            histogram[bucket_of(value)] += 1

        def percentile(percent: float) -> float:
            return ordered[max(0, math.ceil(percent / 100 * len(ordered)) - 1)]

        return cls(len(ordered), percentile(50), percentile(90), percentile(99), ordered[-1], tuple(histogram))


@dataclass(frozen=True, slots=True)
class ShotError:
    """A way in which shots went wrong, and how often."""

    kind: str
    """The service's code, e.g. `ModelError`, or the name of the network's error."""

    status: int | None
    """What the container answered, of a ModelError."""

    message: str
    """The first of them."""

    count: int


@dataclass(frozen=True, slots=True)
class Shots:
    """What many invocations have told so far."""

    total: int
    done: int
    """Answered or failed."""

    seconds: float
    """Since the first was sent."""

    variants: Mapping[str, Latencies] = field(default_factory=dict)
    """By who answered."""

    errors: tuple[ShotError, ...] = ()

    @property
    def failed(self) -> int:
        """Shots without an answer."""
        return sum(error.count for error in self.errors)

    @property
    def rate(self) -> float:
        """Shots a second."""
        return self.done / self.seconds if self.seconds > 0 else 0.0

    @property
    def shares(self) -> Mapping[str, float]:
        """The percentage of the answers that each variant gave."""
        return dict(zip(self.variants, shares([one.count for one in self.variants.values()]), strict=True))


Mode = Literal["each variant", "by weight"]
"""How rows reach the variants: every row to every one of them, or each row to whom the weights choose."""
