"""What a person decides about a tuning job: the rules it must keep, and the request it adds up to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import prod
from typing import Any, Literal

from tui.resources.training import name_problem
from tui.resources.tuning import NAME_LIMIT, Objective
from tui.resources.tuning_ranges import Categories, Hyperparameters, LineError, parameter_ranges, read_lines

Strategy = Literal["Bayesian", "Random", "Grid", "Hyperband"]
WarmStart = Literal["IdenticalDataAndAlgorithm", "TransferLearning"]

STRATEGIES: tuple[Strategy, ...] = ("Bayesian", "Random", "Grid", "Hyperband")

MAX_RANGES = 30
MAX_HYPERPARAMETERS = 100
MAX_PARALLEL = 10
"""The service's default quota, which AWS can raise to 100."""

MAX_JOBS: dict[Strategy, int] = {"Bayesian": 750, "Random": 10_000, "Grid": 750, "Hyperband": 750}

FEWEST_NOT_IMPROVING = 3
"""The least `MaxNumberOfTrainingJobsNotImproving`, by the service model."""


@dataclass(frozen=True, slots=True)
class TuningChoice:
    """A tuning job as its form leaves it; `training` is the request of CreateTrainingJob that every trial repeats."""

    name: str
    training: Mapping[str, Any]
    hyperparameters: Hyperparameters
    objective: Objective
    strategy: Strategy = "Bayesian"
    jobs: int = 20
    parallel: int = 3
    early_stopping: bool = False
    resource: tuple[int, int] | None = None
    """The least and most epochs or rounds of a trial, for Hyperband."""

    target: float | None = None
    """The objective value that is good enough to end."""

    not_improving: int | None = None
    """Trials without a better objective after which it ends."""

    parents: tuple[str, ...] = ()
    """Tuning jobs whose trials it starts from."""

    warm_start: WarmStart = "IdenticalDataAndAlgorithm"
    tags: tuple[Mapping[str, str], ...] = field(default=())


_DEFINITION_MEMBERS = (
    "AlgorithmSpecification",
    "RoleArn",
    "InputDataConfig",
    "VpcConfig",
    "OutputDataConfig",
    "ResourceConfig",
    "StoppingCondition",
    "EnableNetworkIsolation",
    "EnableInterContainerTrafficEncryption",
    "EnableManagedSpotTraining",
    "CheckpointConfig",
    "RetryStrategy",
    "Environment",
)
"""What CreateTrainingJob and a training job definition have in common."""


def tuning_request(choice: TuningChoice) -> dict[str, Any]:
    """The members of CreateHyperParameterTuningJob for a choice."""
    limits: dict[str, Any] = {"MaxParallelTrainingJobs": choice.parallel}
    if choice.strategy != "Grid":  # the product of the lists is the number
        limits["MaxNumberOfTrainingJobs"] = choice.jobs
    config: dict[str, Any] = {
        "Strategy": choice.strategy,
        "HyperParameterTuningJobObjective": {
            "Type": "Maximize" if choice.objective.maximize else "Minimize",
            "MetricName": choice.objective.metric,
        },
        "ResourceLimits": limits,
        "ParameterRanges": parameter_ranges(choice.hyperparameters.ranges),
        "TrainingJobEarlyStoppingType": "Auto" if choice.early_stopping else "Off",
    }
    if choice.resource:
        low, high = choice.resource
        config["StrategyConfig"] = {"HyperbandStrategyConfig": {"MinResource": low, "MaxResource": high}}
    criteria: dict[str, Any] = {}
    if choice.target is not None:
        criteria["TargetObjectiveMetricValue"] = choice.target
    if choice.not_improving is not None:
        criteria["BestObjectiveNotImproving"] = {"MaxNumberOfTrainingJobsNotImproving": choice.not_improving}
    if criteria:
        config["TuningJobCompletionCriteria"] = criteria
    definition = {member: choice.training[member] for member in _DEFINITION_MEMBERS if member in choice.training}
    definition["StaticHyperParameters"] = dict(choice.hyperparameters.static)
    request: dict[str, Any] = {
        "HyperParameterTuningJobName": choice.name,
        "HyperParameterTuningJobConfig": config,
        "TrainingJobDefinition": definition,
    }
    if choice.parents:
        parents = [{"HyperParameterTuningJobName": name} for name in choice.parents]
        request["WarmStartConfig"] = {"ParentHyperParameterTuningJobs": parents, "WarmStartType": choice.warm_start}
    if choice.tags:
        request["Tags"] = [dict(tag) for tag in choice.tags]
    return request


def tuning_name_problem(name: str, taken: frozenset[str]) -> str:
    """What is wrong with the name of a tuning job; empty when nothing is."""
    return name_problem(name, NAME_LIMIT) or ("A tuning job of that name exists already." if name in taken else "")


def hyperparameters_problem(text: str, strategy: Strategy) -> str:
    """What is wrong with the typed hyperparameters, the strategy's rules included; empty when nothing is."""
    try:
        found = read_lines(text)
    except LineError as error:
        return str(error)
    if not found.ranges:
        return "At least one hyperparameter must be a range: name = low .. high."
    if len(found.ranges) > MAX_RANGES:
        return f"There are {len(found.ranges)} ranges, {MAX_RANGES} are allowed."
    if len(found.ranges) + len(found.static) > MAX_HYPERPARAMETERS:
        return f"There are {len(found.ranges) + len(found.static)} hyperparameters, {MAX_HYPERPARAMETERS} are allowed."
    if strategy == "Grid":
        numbers = [name for name, item in found.ranges.items() if not isinstance(item, Categories)]
        if numbers:
            return f"Grid takes categorical ranges only: write {numbers[0]} as a list of values, {{1, 2, 3}}."
    return ""


def grid_size(hyperparameters: Hyperparameters) -> int:
    """The number of trials of a grid: the product of its lists."""
    return prod(len(found.values) for found in hyperparameters.ranges.values() if isinstance(found, Categories))


def jobs_problem(text: str, strategy: Strategy, hyperparameters: Hyperparameters | None) -> str:
    """What is wrong with the number of training jobs; empty when nothing is."""
    most = MAX_JOBS[strategy]
    if not (text.isdecimal() and 1 <= int(text) <= most):
        return f"A whole number of training jobs from 1 to {most:,}."
    if strategy == "Grid" and hyperparameters and int(text) != (size := grid_size(hyperparameters)):
        return f"A grid has as many training jobs as its lists have combinations: {size:,}."
    return ""


def parallel_problem(text: str, jobs: str) -> str:
    """What is wrong with the number of training jobs at once; empty when nothing is."""
    if not (text.isdecimal() and 1 <= int(text) <= MAX_PARALLEL):
        return f"A whole number of training jobs at once from 1 to {MAX_PARALLEL}."
    if jobs.isdecimal() and int(text) > int(jobs):
        return f"There are only {jobs} training jobs in all."
    return ""


def resource_problem(low: str, high: str, strategy: Strategy) -> str:
    """What is wrong with Hyperband's bounds of epochs or rounds; empty when nothing is, or another strategy."""
    if strategy != "Hyperband":
        return ""
    if not (low.isdecimal() and high.isdecimal() and int(low) >= 1):
        return "Hyperband needs the least and the most epochs or rounds of a trial, as whole numbers from 1."
    if int(low) >= int(high):
        return f"The least number of epochs or rounds, {low}, must be below the most, {high}."
    return ""


def early_stopping_problem(early_stopping: bool, strategy: Strategy) -> str:
    """Why early stopping cannot be had; empty when it can."""
    if early_stopping and strategy == "Hyperband":
        return "Hyperband stops trials by its own rule: early stopping must be off."
    return ""


def objective_problem(objective: str, offered: tuple[Objective, ...]) -> str:
    """What is wrong with the objective metric; empty when nothing is."""
    if objective in {found.metric for found in offered}:
        return ""
    metrics = ", ".join(found.metric for found in offered) or "none"
    return f"With these hyperparameters the algorithm does not compute {objective}; it computes {metrics}."
