"""What the form of a tuning job asks about the search itself, and what the answers mean."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tui.resources.tuning import Objective
from tui.resources.tuning_choices import FEWEST_NOT_IMPROVING, STRATEGIES, Strategy, TuningChoice
from tui.resources.tuning_ranges import Hyperparameters, LineError, read_lines
from tui.screens.form import Field

NO_PARENT = ""
_WARM_STARTS = (("None", NO_PARENT),)


def search_fields(
    objective: str,
    parents: tuple[str, ...],
    *,
    strategy: str = "Bayesian",
    jobs: str = "20",
    parallel: str = "3",
    early_stopping: str = "Off",
    resource: str = "",
    target: str = "",
    not_improving: str = "",
    warm_start: str = NO_PARENT,
) -> tuple[Field, ...]:
    """What is asked about the search itself."""
    return (
        Field("objective", "Objective metric", objective),
        Field("strategy", "Strategy", strategy, tuple((name, name) for name in STRATEGIES)),
        Field("jobs", "Training jobs", jobs),
        Field("parallel", "At once", parallel),
        Field("early_stopping", "Early stopping", early_stopping, (("Off", "Off"), ("Auto: median rule", "Auto"))),
        Field("resource", "Hyperband rounds", resource, note="Only for Hyperband: least .. most rounds or epochs."),
        Field("target", "Good enough at", target, note="Ends when the objective is this good; empty: never."),
        Field("not_improving", "Patience", not_improving, note="Ends after so many jobs without a better one."),
        Field("parent", "Warm start from", warm_start, (*_WARM_STARTS, *((name, name) for name in parents))),
    )


def choice_of(
    values: Mapping[str, str],
    objective: Objective,
    training: Mapping[str, Any],
    tags: tuple[Mapping[str, str], ...] = (),
) -> TuningChoice:
    """The tuning job that the values of the form mean; `training` is the request that each trial repeats."""
    low, high = resource_bounds(values["resource"])
    strategy = strategy_named(values["strategy"])
    return TuningChoice(
        name=values["name"],
        training=training,
        hyperparameters=read_lines(values["hyperparameters"]),
        objective=objective,
        strategy=strategy,
        jobs=int(values["jobs"]),
        parallel=int(values["parallel"]),
        early_stopping=values["early_stopping"] == "Auto",
        resource=(int(low), int(high)) if strategy == "Hyperband" else None,
        target=float(values["target"]) if values["target"] else None,
        not_improving=int(values["not_improving"]) if values["not_improving"] else None,
        parents=(values["parent"],) if values["parent"] else (),
        tags=tags,
    )


def strategy_named(name: str) -> Strategy:
    """The strategy behind a choice of the form."""
    return next((strategy for strategy in STRATEGIES if strategy == name), "Bayesian")


def read_hyperparameters(text: str) -> Hyperparameters | None:
    """What the lines of values and ranges mean; None while they cannot be read."""
    try:
        return read_lines(text)
    except LineError:
        return None


def resource_bounds(text: str) -> tuple[str, str]:
    """The two ends of the field of Hyperband's rounds, as they were typed."""
    low, _, high = text.partition("..")
    return low.strip(), high.strip()


def not_improving_problem(text: str) -> str:
    """What is wrong with the patience, as a sentence; empty when nothing is."""
    if not text or (text.isdecimal() and int(text) >= FEWEST_NOT_IMPROVING):
        return ""
    return f"A whole number from {FEWEST_NOT_IMPROVING}, or nothing."
