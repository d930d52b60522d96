"""What CreateHyperParameterTuningJob checks beyond the service model, and the defaults it fills in.

The rules are those of the service's documentation. Its own words are used where they are known; where not, the message
says which member is wrong and why.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from tui.local.errors import AwsError, validation_error
from tui.local.request_checks import refuse
from tui.local.s3.objects import ObjectStore
from tui.local.settings import Settings
from tui.local.training_requests import DEFAULT_MAX_RUNTIME
from tui.local.training_requests import accepted_request as accepted_training_request
from tui.local.tuning.algorithms import check_hyperparameters, check_objective
from tui.local.tuning.definitions import OBJECTIVE_HYPERPARAMETER, Definition, read_definitions
from tui.local.tuning.hyperband import MOST_RESOURCE, resources_of
from tui.local.tuning.ranges import CategoricalRange, combinations, completed_ranges

MAX_PARALLEL = 10
"""The quota of training jobs that a tuning job runs at a time."""

MAX_JOBS = {"Random": 10_000}
"""The quota of training jobs of a tuning job, where a strategy has one of its own."""

MAX_JOBS_OTHERWISE = 750
MAX_HYPERPARAMETERS = 100
"""The most static and tuned hyperparameters of a training job, that which names the objective included."""

_SWITCHES = ("EnableNetworkIsolation", "EnableInterContainerTrafficEncryption", "EnableManagedSpotTraining")


def accepted_request(request: Mapping[str, Any]) -> dict[str, Any]:
    """The request with the service's defaults filled in, without Tags.

    Raises AwsError: ValidationException when it is not clear what to tune.
    """
    refuse(request, {"Autotune": "the choice of ranges, strategy and limits for you"})
    if ("TrainingJobDefinition" in request) == ("TrainingJobDefinitions" in request):
        raise validation_error("You must specify exactly one of TrainingJobDefinition and TrainingJobDefinitions.")
    read = read_definitions(request)
    accepted = {name: value for name, value in request.items() if name != "Tags"}
    config = dict(request["HyperParameterTuningJobConfig"])
    if "ParameterRanges" in config:
        config["ParameterRanges"] = completed_ranges(config["ParameterRanges"])
    accepted["HyperParameterTuningJobConfig"] = config
    completed = [_completed(definition) for definition in read]
    if "TrainingJobDefinition" in request:
        accepted["TrainingJobDefinition"] = completed[0]
    else:
        accepted["TrainingJobDefinitions"] = completed
    return accepted


def check_request(accepted: Mapping[str, Any], definitions: Sequence[Definition]) -> None:
    """Hold the accepted request of a tuning job, with its definitions, against the rules.

    Raises AwsError: ValidationException, or ResourceLimitExceeded for the quotas.
    """
    config = accepted["HyperParameterTuningJobConfig"]
    _check_limits(config)
    _check_strategy(config, definitions)
    if "TrainingJobDefinitions" in accepted:
        _check_names(definitions)
    for definition in definitions:
        _check_definition(definition, config)


def training_template(definition: Definition, settings: Settings, objects: ObjectStore) -> dict[str, Any]:
    """What all training jobs of a definition have in common: an accepted CreateTrainingJob request.

    Raises AwsError for a definition that makes no training job.
    """
    if "ResourceConfig" in definition.members and "HyperParameterTuningResourceConfig" in definition.members:
        raise validation_error(
            "You can't specify both ResourceConfig and HyperParameterTuningResourceConfig in a training job definition."
        )
    return accepted_training_request(definition.training_request("", {}), settings, objects)


def check_total(accepted: Mapping[str, Any], launched: int) -> None:
    """Raise ResourceLimitExceeded when a tuning job and its parents, which launched some, have too many in all."""
    config = accepted["HyperParameterTuningJobConfig"]
    total = launched + config["ResourceLimits"].get("MaxNumberOfTrainingJobs", 0)
    most = MAX_JOBS.get(config["Strategy"], MAX_JOBS_OTHERWISE)
    if total > most:
        raise _over_quota("Maximum number of training jobs per tuning job, its parents' included", most, total)


def _completed(definition: Definition) -> dict[str, Any]:
    members = dict.fromkeys(_SWITCHES, False) | dict(definition.members)
    members["StaticHyperParameters"] = dict(definition.static)
    members["StoppingCondition"] = {"MaxRuntimeInSeconds": DEFAULT_MAX_RUNTIME} | members["StoppingCondition"]
    if "HyperParameterRanges" in members:
        members["HyperParameterRanges"] = completed_ranges(members["HyperParameterRanges"])
    return members


def _check_limits(config: Mapping[str, Any]) -> None:
    limits = config["ResourceLimits"]
    parallel, total = limits["MaxParallelTrainingJobs"], limits.get("MaxNumberOfTrainingJobs")
    strategy = config["Strategy"]
    if parallel > MAX_PARALLEL:
        raise _over_quota("Maximum number of parallel training jobs per tuning job", MAX_PARALLEL, parallel)
    if total is None:
        if strategy == "Grid":
            return
        raise validation_error(
            f"MaxNumberOfTrainingJobs is required in ResourceLimits for the strategy, [{strategy}]: only Grid search "
            "knows by itself when it is done."
        )
    most = MAX_JOBS.get(strategy, MAX_JOBS_OTHERWISE)
    if total > most:
        raise _over_quota("Maximum number of training jobs per tuning job", most, total)
    if parallel > total:
        raise validation_error(
            f"The value of MaxParallelTrainingJobs, [{parallel}], must be less than or equal to the value of "
            f"MaxNumberOfTrainingJobs, [{total}]."
        )


def _check_strategy(config: Mapping[str, Any], definitions: Sequence[Definition]) -> None:
    strategy = config["Strategy"]
    if "StrategyConfig" in config and strategy != "Hyperband":
        raise validation_error(f"StrategyConfig can be specified for the strategy Hyperband only, not for {strategy}.")
    if strategy == "Hyperband" and config.get("TrainingJobEarlyStoppingType") == "Auto":
        raise validation_error(
            "TrainingJobEarlyStoppingType must be OFF to use Hyperband: it has its own early stopping mechanism."
        )
    total = config["ResourceLimits"].get("MaxNumberOfTrainingJobs")
    for definition in definitions:
        possible = combinations(definition.ranges)
        if strategy == "Grid":
            numeric = [one.name for one in definition.ranges if not isinstance(one, CategoricalRange)]
            if numeric:
                raise validation_error(
                    "Only categorical parameters are supported when using the Grid strategy; these are not: "
                    f"{', '.join(numeric)}."
                )
        elif len(definitions) == 1 and total is not None and possible < total:
            raise validation_error(
                "You don't have enough combinations of hyperparameter ranges. The total number of hyperparameter "
                f"combinations for the provided ranges [{float(possible)}] must be equal or greater than the value of "
                f"MaxNumberOfJobs, [{total}]. Provide additional ranges."
            )
    if strategy == "Grid":
        _check_grid(int(sum(combinations(definition.ranges) for definition in definitions)), total)


def _check_grid(possible: int, total: int | None) -> None:
    if total is not None and total != possible:
        raise validation_error(
            f"The value of MaxNumberOfTrainingJobs, [{total}], must be omitted or equal to the total number of "
            f"hyperparameter combinations, [{possible}], when using the Grid strategy."
        )
    if possible > MAX_JOBS_OTHERWISE:
        raise _over_quota("Maximum number of training jobs per tuning job", MAX_JOBS_OTHERWISE, possible)


def _check_names(definitions: Sequence[Definition]) -> None:
    names = [definition.name for definition in definitions]
    if None in names:
        raise validation_error("DefinitionName is required for each of TrainingJobDefinitions.")
    repeated = [str(name) for name, count in Counter(names).items() if count > 1]
    if repeated:
        raise validation_error(f"Duplicate DefinitionNames found: {', '.join(repeated)}. They must be unique.")
    if len({definition.objective.type for definition in definitions}) > 1:
        raise validation_error(
            "The Type of the TuningObjective must be the same for all of TrainingJobDefinitions: otherwise, there is "
            "no best training job."
        )


def _check_definition(definition: Definition, config: Mapping[str, Any]) -> None:
    both = [one.name for one in definition.ranges if one.name in definition.static]
    if both:
        raise validation_error(
            f"The hyperparameters, [{', '.join(both)}], are both static and tuned. Remove them from "
            "StaticHyperParameters or from the parameter ranges."
        )
    if len(definition.hyperparameter_names) > MAX_HYPERPARAMETERS:
        raise validation_error(
            f"A training job can have at most {MAX_HYPERPARAMETERS} hyperparameters, static and tuned ones and "
            f"{OBJECTIVE_HYPERPARAMETER} together; there are {len(definition.hyperparameter_names)}."
        )
    check_objective(definition)
    check_hyperparameters(definition)
    if config["Strategy"] == "Hyperband":
        least, most = resources_of(config, definition.static)
        if least > most or most > MOST_RESOURCE:
            raise validation_error(
                f"The values of MinResource, [{least}], and MaxResource, [{most}], aren't valid for Hyperband: "
                f"MinResource must be less than or equal to MaxResource, and MaxResource to {MOST_RESOURCE}."
            )


def _over_quota(usage: str, limit: int, wanted: int) -> AwsError:
    return AwsError(
        "ResourceLimitExceeded",
        f"The account-level service limit '{usage}' is {limit}, with a request of {wanted}. This is a limit of the "
        "embedded SageMaker and cannot be raised.",
    )
