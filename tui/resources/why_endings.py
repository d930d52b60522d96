"""How jobs and endpoints ended, and in which ways their parts failed, out of what the service says of each kind."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from tui.resources.endpoints import EndpointDetail
from tui.resources.training import TrainingJobDetail, Transition
from tui.resources.transform_failures import FileFailure
from tui.resources.transforms import TransformJobDetail
from tui.resources.tuning import Trial, TuningJobDetail
from tui.resources.why import Case, Ending

NO_PERMISSION = (
    "perhaps it wrote nothing, its log was deleted, or its role may not write logs (logs:CreateLogStream, "
    "logs:PutLogEvents)."
)

MOST_NAMED = 5
"""Files that are named in the title of what several have in common."""

_VARYING = re.compile(r"(?<![\d.])(?<!code: )\d[\d.e+-]*", re.IGNORECASE)
"""What differs between failure reasons that are the same to a person: values, rows, times; not exit codes."""


def ending_of_training(detail: TrainingJobDetail) -> Ending:
    """How a training job ended."""
    return Ending(
        detail.job.secondary_status,
        detail.failure_reason.strip(),
        timeline=detail.transitions,
        no_log=no_log_of_training(detail),
    )


def no_log_of_training(detail: TrainingJobDetail) -> str:
    """Why a training job that is over has no log, as sentences."""
    if any(map(_container_ran, detail.transitions)):
        return f"No log exists, although its container ran: {NO_PERMISSION}"
    ended = "failed" if detail.job.status == "Failed" else "was stopped"
    reached = [step for step in detail.transitions if step.status not in ("Failed", "Stopping", "Stopped")]
    where = f", in the phase {reached[-1].status} ({reached[-1].message})" if reached else ""
    return f"No log exists: it {ended} before its container started{where}."


def _container_ran(step: Transition) -> bool:
    """Whether it got as far as its own code; the phase Training begins with the download of the image."""
    return step.status == "Training" and not step.message.startswith("Downloading")


def ending_of_tuning(detail: TuningJobDetail) -> Ending:
    """How a tuning job ended; the log of a tuning job is that of its training jobs."""
    job, counters = detail.job, detail.job.counters
    message = f"{counters.completed} completed, {counters.stopped} stopped, {counters.failed} failed"
    return Ending(
        job.status,
        detail.failure_reason.strip(),
        timeline=_course(job.created, ("InProgress", job.created, message), (job.status, job.ended, "")),
        no_log="None of its training jobs failed."
        if counters.total
        else "No log exists: it ended before it started a training job.",
    )


def ending_of_transform(detail: TransformJobDetail) -> Ending:
    """How a transform job ended."""
    job, started = detail.job, detail.started
    return Ending(
        job.status,
        job.failure_reason.strip(),
        timeline=_course(
            job.created,
            ("Preparing", job.created, "Instances, image, model"),
            ("Transforming", started, "Instances are there, and are paid for from here on"),
            (job.status, job.ended, ""),
        ),
        no_log="No log exists: it failed before it had instances."
        if started is None
        else f"No log exists, although it had instances: {NO_PERMISSION}",
    )


def ending_of_endpoint(detail: EndpointDetail) -> Ending:
    """How the last change of an endpoint ended: its creation, or an update that was taken back."""
    endpoint, pending = detail.endpoint, detail.pending
    variants = (*detail.variants, *(pending.variants if pending else ()))
    return Ending(
        endpoint.status,
        detail.failure_reason.strip(),
        tuple(
            f"Variant {variant.name} is {variant.status}: {variant.status_message}"
            for variant in variants
            if variant.status_message
        ),
        timeline=_course(
            endpoint.created,
            ("Created", endpoint.created, ""),
            ("Update began", pending.started if pending else None, pending.config if pending else ""),
            (endpoint.status, endpoint.modified, f"Configuration {detail.config_name}" if detail.config_name else ""),
        ),
        no_log="No log exists: no container has written anything. Quota, capacity, image and model data come before "
        "it; a role that may not write logs (logs:CreateLogStream, logs:PutLogEvents) looks the same.",
    )


def _course(created: float, *steps: tuple[str, float | None, str]) -> tuple[Transition, ...]:
    """A timeline of the steps that are known; each one lasts until the next."""
    known = [(status, at, message) for status, at, message in steps if at is not None and at >= created]
    ends = [at for _, at, _ in known[1:]]
    return tuple(
        Transition(status, at, end, message) for (status, at, message), end in zip(known, [*ends, None], strict=True)
    )


def cases_of_files(failures: Iterable[FileFailure]) -> tuple[Case, ...]:
    """The ways in which files of a transform job failed; files of which the same is said are one case."""
    alike: dict[tuple[str, str, str], list[FileFailure]] = {}
    for failure in failures:
        alike.setdefault((failure.record, failure.explanation, "\n".join(failure.lines)), []).append(failure)
    return tuple(
        Case(
            _named([failure.file for failure in same]),
            "\n".join(filter(None, (record and f"At {record}:", lines))),
            explanation,
            same[0].next_step,
        )
        for (record, explanation, lines), same in alike.items()
    )


def _named(files: Sequence[str]) -> str:
    more = len(files) - MOST_NAMED
    return ", ".join(files[:MOST_NAMED]) + (f" and {more:,} more" if more > 0 else "")


def groups_of_trials(trials: Iterable[Trial]) -> list[tuple[str, list[Trial]]]:
    """The failure reasons of a tuning job's trials with the trials that failed for each, the most frequent first.

    Reasons that differ in numbers alone count as one, and stand as the newest trial has them. A trial that completed
    without its objective metric counts as failed, as the service counts it.
    """
    alike: dict[str, list[Trial]] = {}
    for trial in trials:
        if reason := _reason(trial):
            alike.setdefault(_VARYING.sub("#", reason), []).append(trial)
    groups = sorted(alike.values(), key=len, reverse=True)
    newest_first = [sorted(group, key=lambda trial: trial.created, reverse=True) for group in groups]
    return [(_reason(group[0]), group) for group in newest_first]


def _reason(trial: Trial) -> str:
    if trial.status == "Failed":
        return trial.failure_reason.strip() or "The service gives no reason."
    if trial.status == "Completed" and trial.objective is None and trial.objective_status == "Failed":
        return "It completed, and its objective metric was never seen in its log."
    return ""
