"""Warm start: what a tuning job may take over from earlier ones, and what that is."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tui.local.errors import validation_error
from tui.local.tuning.definitions import Definition, read_definitions
from tui.local.tuning.table import UNFINISHED, Child, TuningJob, TuningTable, children_of


@dataclass(frozen=True, slots=True)
class Experience:
    """A training job of a parent."""

    values: Mapping[str, str]
    """All its hyperparameters: what the parent did not tune may be tuned now."""

    objective: float


@dataclass(frozen=True, slots=True)
class Parents:
    """The tuning jobs that another one starts from."""

    identical: bool
    """Whether data and algorithm are the same, so that the objectives can be compared."""

    experiences: Sequence[Sequence[Experience]]
    """What the parents tried, for each definition of the new tuning job."""

    jobs: int
    """How many training jobs the parents launched."""


def parent_names(request: Mapping[str, Any]) -> list[str]:
    """The names of the parents in a `CreateHyperParameterTuningJob` request; none without a warm start."""
    parents = request.get("WarmStartConfig", {}).get("ParentHyperParameterTuningJobs", ())
    return [parent["HyperParameterTuningJobName"] for parent in parents if "HyperParameterTuningJobName" in parent]


def is_identical(request: Mapping[str, Any]) -> bool:
    """Whether the warm start of a request, if it has one, is of the type IdenticalDataAndAlgorithm."""
    return bool(request.get("WarmStartConfig", {}).get("WarmStartType") == "IdenticalDataAndAlgorithm")


def read_parents(
    connection: sqlite3.Connection, table: TuningTable, request: Mapping[str, Any], definitions: Sequence[Definition]
) -> Parents:
    """The parents of a tuning job.

    Raises AwsError: ValidationException when one cannot be its parent.
    """
    identical = is_identical(request)
    experiences: list[list[Experience]] = [[] for _ in definitions]
    launched = 0
    for name in parent_names(request):
        parent = _ended_job(table.find(connection, name), name)
        by_name = {definition.name: definition for definition in read_definitions(parent.request)}
        children = children_of(connection, name)
        launched += len(children)
        for definition, experience in zip(definitions, experiences, strict=True):
            earlier = by_name.get(definition.name)
            if earlier is None:
                raise validation_error(
                    f"The parent tuning job, [{name}], has no training job definition called {definition.name}."
                )
            _check(definition, earlier, name, identical=identical)
            experience.extend(_experiences(earlier, children))
    return Parents(identical, experiences, launched)


def _ended_job(parent: TuningJob | None, name: str) -> TuningJob:
    if parent is None:
        raise validation_error(f"Amazon SageMaker can't find a parent tuning job called {name}. Type another name.")
    if parent.status in UNFINISHED:
        raise validation_error(
            f"The parent tuning job, [{name}], is in status {parent.status}. Parents must be Completed, Stopped or "
            "Failed: wait for it or stop it first."
        )
    return parent


def _check(definition: Definition, earlier: Definition, name: str, *, identical: bool) -> None:
    if definition.objective != earlier.objective:
        raise validation_error(
            f"The objective metric, [{definition.objective.metric}, {definition.objective.type}], is not that of the "
            f"parent tuning job, [{name}]: [{earlier.objective.metric}, {earlier.objective.type}]."
        )
    if definition.hyperparameter_names != earlier.hyperparameter_names:
        raise validation_error(
            "The set of tunable plus static HyperParameter names is not the same across current and parent tuning "
            "jobs. Please ensure this set is constant when warm starting. Note that previously static HyperParameters "
            "can be tuned in warm start jobs and vice versa."
        )
    kinds = {one.name: one.kind for one in earlier.ranges}
    changed = [one.name for one in definition.ranges if kinds.get(one.name, one.kind) != one.kind]
    if changed:
        raise validation_error(
            f"The type of the hyperparameters, [{', '.join(changed)}], is not the same as in the parent tuning job, "
            f"[{name}]: continuous, integer and categorical ranges must stay what they are."
        )
    if identical and definition.image != earlier.image:
        raise validation_error(
            f"The training image is not that of the parent tuning job, [{name}], as the warm start type "
            f"IdenticalDataAndAlgorithm requires: {earlier.image}. Use it, or the type TransferLearning."
        )
    if identical and _data(definition) != _data(earlier):
        raise validation_error(
            f"The input data is not that of the parent tuning job, [{name}], as the warm start type "
            "IdenticalDataAndAlgorithm requires. Use the same channels, or the type TransferLearning."
        )


def _data(definition: Definition) -> list[tuple[str, str]]:
    return sorted(
        (channel["ChannelName"], channel["DataSource"].get("S3DataSource", {}).get("S3Uri", ""))
        for channel in definition.members.get("InputDataConfig", ())
    )


def _experiences(definition: Definition, children: Sequence[Child]) -> Iterator[Experience]:
    for child in children:
        if child.definition == definition.name and child.objective is not None:
            yield Experience({**definition.static, **child.tuned}, child.objective)
