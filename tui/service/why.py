"""What there is to tell of something that failed: what the service says of it, and what its log says last."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass

from tui.resources.endpoints import Endpoint
from tui.resources.logs import LogSource, LogStream, endpoint_log, training_log, transform_log
from tui.resources.tracebacks import LastWords, last_words, together
from tui.resources.training import TrainingJob
from tui.resources.transforms import TransformJob
from tui.resources.tuning import Trial, TuningJob
from tui.resources.why import Case, Ending, hint_for
from tui.resources.why_endings import (
    cases_of_files,
    ending_of_endpoint,
    ending_of_training,
    ending_of_transform,
    ending_of_tuning,
    groups_of_trials,
)
from tui.service.endpoints import Endpoints
from tui.service.logs import Logs
from tui.service.training import Training
from tui.service.transforms import Transforms
from tui.service.tuning import Tuning

MOST_REASONS = 3
"""Failure reasons of trials that are looked into; each takes a call for each host of one trial."""

MOST_INSTANCES = 6
"""Instances of an endpoint whose logs are read: those that wrote last."""

DATA_LOG = "/data-log"
"""How the streams end that tell of the data and not of the container."""


@dataclass(frozen=True, slots=True)
class Subject:
    """Something that failed or was stopped, and how to learn why."""

    name: str
    arn: str
    status: str
    duration: float | None
    """Seconds after which it ended; None where that says nothing."""

    log: LogSource | None
    """None for what has no log of its own."""

    known: Ending | None
    """What was known before anybody asked."""

    describe: Callable[[], Awaitable[Ending]]
    read: Callable[[], AsyncIterator[LastWords | Case]]
    """What its log says, as it is read; raises ServiceError where that ends early."""


def training_subject(training: Training, logs: Logs, job: TrainingJob) -> Subject:
    """A training job: its hosts say last what went wrong."""
    source = training_log(job.name)
    known = training.detail(job.name).snapshot.value

    async def describe() -> Ending:
        return ending_of_training(await training.describe(job.name))

    return Subject(
        job.name,
        job.arn,
        job.status,
        job.duration,
        source,
        ending_of_training(known) if known else None,
        describe,
        lambda: _said(logs, source),
    )


def tuning_subject(tuning: Tuning, logs: Logs, job: TuningJob) -> Subject:
    """A tuning job: its training jobs failed, most of them for the same reason."""
    known = tuning.detail(job.name).snapshot.value

    async def describe() -> Ending:
        return ending_of_tuning(await tuning.describe(job.name))

    async def read() -> AsyncIterator[Case]:
        groups = groups_of_trials(await _trials(tuning, job.name))
        failed = sum(len(trials) for _, trials in groups)
        for reason, trials in groups[:MOST_REASONS]:
            yield await _case_of_trials(logs, reason, trials, failed)
        if rest := groups[MOST_REASONS:]:
            yield Case(
                f"{sum(len(trials) for _, trials in rest):,} of {failed:,} failed training jobs for other reasons",
                explanation="Enter on the tuning job shows all of them, W on one of them why.",
            )

    return Subject(
        job.name,
        job.arn,
        job.status,
        job.duration,
        None,
        ending_of_tuning(known) if known else None,
        describe,
        read,
    )


async def _trials(tuning: Tuning, name: str) -> tuple[Trial, ...]:
    async with aclosing(tuning.trials(name).watch()) as snapshots:
        async for snapshot in snapshots:
            if snapshot.value is not None:
                return snapshot.value
            if snapshot.error:
                raise snapshot.error
    raise AssertionError("a feed has no end")


async def _case_of_trials(logs: Logs, reason: str, trials: list[Trial], failed: int) -> Case:
    """A failure reason with the last words of the newest trial that failed for it."""
    example = trials[0]
    words = together([said async for said in _said(logs, training_log(example.name))])
    hint = hint_for(reason, *("\n".join(said.lines) for said in words))
    return Case(
        f"{len(trials):,} of {failed:,} failed training jobs, e.g. {example.name}",
        reason,
        f"{hint.title}. {hint.explanation}" if hint else "",
        hint.next_step if hint else "",
        words[0] if words else None,
    )


def transform_subject(transforms: Transforms, logs: Logs, job: TransformJob) -> Subject:
    """A transform job: its data logs name the files, its container's log tells what it made of them."""
    source = transform_log(job.name)
    known = transforms.detail(job.name).snapshot.value

    async def describe() -> Ending:
        return ending_of_transform(await transforms.describe(job.name))

    async def read() -> AsyncIterator[LastWords | Case]:
        for case in cases_of_files((await transforms.failures(job.name)).files):
            yield case
        async for words in _said(logs, source, wanted=lambda stream: not stream.name.endswith(DATA_LOG)):
            yield words

    return Subject(
        job.name,
        job.arn,
        job.status,
        job.duration,
        source,
        ending_of_transform(known) if known else None,
        describe,
        read,
    )


def endpoint_subject(endpoints: Endpoints, logs: Logs, endpoint: Endpoint) -> Subject:
    """An endpoint that did not come up, or whose update was taken back: the containers say why."""
    source = endpoint_log(endpoint.name)
    known = endpoints.detail(endpoint.name).snapshot.value

    async def describe() -> Ending:
        return ending_of_endpoint(await endpoints.describe(endpoint.name))

    def own(stream: LogStream) -> bool:
        """The log group outlives the endpoint: of another one of that name, nothing is told."""
        return stream.last is None or stream.last >= endpoint.created * 1000

    return Subject(
        endpoint.name,
        endpoint.arn,
        endpoint.status,
        endpoint.modified - endpoint.created if endpoint.status == "Failed" else None,
        source,
        ending_of_endpoint(known) if known else None,
        describe,
        lambda: _said(logs, source, wanted=own, most=MOST_INSTANCES),
    )


async def _said(
    logs: Logs,
    source: LogSource,
    *,
    wanted: Callable[[LogStream], bool] = lambda _: True,
    most: int | None = None,
) -> AsyncIterator[LastWords]:
    async for host, lines in logs.last_lines(source, wanted=wanted, most=most):
        yield last_words(host, lines)
