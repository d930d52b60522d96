"""What the console may spend on the API: token buckets, the read-only guard, the log of calls that change things."""

from __future__ import annotations

import asyncio
import json
import re
import shlex
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tui.service.errors import ReadOnly

READ_OPERATIONS = frozenset({"Search", "FilterLogEvents", "StartLiveTail"})
"""Operations that read, beside those whose names begin with a reading verb."""

_READ_PREFIX = re.compile(r"(Describe|List|Get|Head|BatchDescribe|BatchGet)[A-Z]")

MUTATING_TASKS = frozenset(
    {
        "upload_dataset",
        "write_training_manifest",
        "upload_paths",
        "copy_s3",
        "delete_s3",
        "invoke",
        "shoot",
        "judge",
        "next_mistakes",
    }
)
"""Worker tasks that change something at AWS, or make a model work, which counts in its metrics and may cost money."""

_SECRET = re.compile(
    r"secret|passw|token(?![a-z])|credential|authorization|(access|api|private)[_-]?key", re.IGNORECASE
)


def is_read(operation: str) -> bool:
    """Whether an operation leaves everything as it is; unknown names count as writes."""
    return operation in READ_OPERATIONS or _READ_PREFIX.match(operation) is not None


class TokenBucket:
    """Lets `rate` calls a second pass, and up to `burst` at once after a pause."""

    def __init__(self, rate: float, burst: float, clock: Callable[[], float]) -> None:
        self.rate = rate
        self.burst = burst
        self._clock = clock
        self._tokens = burst
        self._updated = clock()

    def reserve(self) -> float:
        """Take one token; the seconds to wait before it may be used."""
        now = self._clock()
        self._tokens = min(self.burst, self._tokens + (now - self._updated) * self.rate)
        self._updated = now
        self._tokens -= 1
        return 0.0 if self._tokens >= 0 else -self._tokens / self.rate

    def give_back(self) -> None:
        """Return a token that was reserved and not used."""
        self._tokens = min(self.burst, self._tokens + 1)


@dataclass(frozen=True, slots=True)
class Rates:
    """Calls a second by kind of operation; the configuration can change them."""

    listing: float = 1.0
    describing: float = 5.0
    logs: float = 5.0
    other: float = 5.0


@dataclass(frozen=True, slots=True)
class LoggedCall:
    """A call that changed something, or tried to."""

    at: float
    """Seconds since the epoch."""

    command: str
    """The call as a line for the AWS CLI, secrets left out."""

    outcome: str
    """`done`, or what went wrong."""


@dataclass(slots=True)
class Budget:
    """One console's dealings with the API."""

    rates: Rates = field(default_factory=Rates)
    read_only: bool = False
    throttled: int = 0
    """How often the service asked the console to slow down."""

    clock: Callable[[], float] = time.monotonic
    mutations: deque[LoggedCall] = field(default_factory=lambda: deque(maxlen=500))
    _buckets: dict[tuple[str, str], TokenBucket] = field(default_factory=dict)
    _recent: deque[float] = field(default_factory=lambda: deque(maxlen=1000))

    async def admit(self, service: str, operation: str) -> None:
        """Wait until the operation may be sent; `ReadOnly` when it may not at all."""
        self.guard(operation, reads=is_read(operation))
        key = (service, operation)
        if key not in self._buckets:
            rate = self._rate(service, operation)
            self._buckets[key] = TokenBucket(rate, max(2.0, rate * 2), self.clock)
        bucket = self._buckets[key]
        if delay := bucket.reserve():
            try:
                await asyncio.sleep(delay)
            except asyncio.CancelledError:  # who hurries through a list must not wait for what was skipped
                bucket.give_back()
                raise
        self._recent.append(self.clock())

    def _rate(self, service: str, operation: str) -> float:
        if service == "logs":
            return self.rates.logs
        if operation.startswith("List") or operation == "Search":
            return self.rates.listing
        return self.rates.describing if operation.startswith("Describe") else self.rates.other

    def guard(self, operation: str, *, reads: bool) -> None:
        """Refuse what changes something while the console is read-only."""
        if self.read_only and not reads:
            raise ReadOnly(
                f"{operation} was not sent",
                "this console is read-only",
                "Start it without --read-only to change things",
                operation=operation,
            )

    def calls_per_second(self, window: float = 60.0) -> float:
        """The average over the last `window` seconds."""
        since = self.clock() - window
        return sum(1 for at in self._recent if at >= since) / window

    def record(self, command: str, outcome: str) -> None:
        """Add a mutating call to the call log."""
        self.mutations.append(LoggedCall(time.time(), command, outcome))


def cli_line(service: str, operation: str, parameters: Mapping[str, Any]) -> str:
    """The call as a line that can be pasted into a shell with the AWS CLI."""
    words = ["aws", "s3api" if service == "s3" else service, _kebab(operation)]
    for name, value in parameters.items():
        if isinstance(value, bool):  # the CLI knows those as flags without a value
            words.append(f"--{_kebab(name)}" if value else f"--no-{_kebab(name)}")
            continue
        words.append(f"--{_kebab(name)}")
        safe = _without_secrets(name, value)
        words.append(shlex.quote(safe if isinstance(safe, str) else json.dumps(safe, ensure_ascii=False)))
    return " ".join(words)


def _kebab(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "-", name).lower()


def _without_secrets(name: str, value: Any) -> Any:
    if isinstance(value, Mapping):
        secret = _SECRET.search(name)
        return {key: _without_secrets(name if secret else str(key), item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_without_secrets(name, item) for item in value]
    return "***" if isinstance(value, str) and _SECRET.search(name) else value
