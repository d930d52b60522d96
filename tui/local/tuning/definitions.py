"""The training job definitions of a tuning job: what is trained, what is tuned, and by which metric it is judged."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tui.local.errors import validation_error
from tui.local.tuning.ranges import Range, read_ranges

OBJECTIVE_HYPERPARAMETER = "_tuning_objective_metric"
"""The static hyperparameter by which the service tells a container the metric it is judged by."""

_NOT_OF_TRAINING = (
    "DefinitionName",
    "HyperParameterRanges",
    "HyperParameterTuningResourceConfig",
    "StaticHyperParameters",
    "TuningObjective",
)
"""The members of a definition that a training job does not have."""


@dataclass(frozen=True, slots=True)
class Objective:
    """The metric a tuning job is about."""

    metric: str
    maximize: bool

    def better(self, value: float, other: float) -> bool:
        """Whether a value of the metric is better than another."""
        return value > other if self.maximize else value < other

    @property
    def type(self) -> str:
        """The direction in the words of a request."""
        return "Maximize" if self.maximize else "Minimize"


@dataclass(frozen=True, slots=True)
class Definition:
    """One training job definition, together with the ranges and the objective that may stand beside it."""

    name: str | None
    objective: Objective
    ranges: Sequence[Range]
    static: Mapping[str, str]
    """The static hyperparameters, that which names the objective included."""

    members: Mapping[str, Any]
    """The `HyperParameterTrainingJobDefinition` itself."""

    @property
    def image(self) -> str:
        """The training image; empty when the definition names none."""
        return str(self.members["AlgorithmSpecification"].get("TrainingImage", ""))

    @property
    def hyperparameter_names(self) -> set[str]:
        """The names of the tuned and the static hyperparameters."""
        return {*self.static, *(one.name for one in self.ranges)}

    def training_request(self, name: str, tuned: Mapping[str, str]) -> dict[str, Any]:
        """The CreateTrainingJob request of a training job with these tuned hyperparameters."""
        request = {member: value for member, value in self.members.items() if member not in _NOT_OF_TRAINING}
        if flexible := self.members.get("HyperParameterTuningResourceConfig"):
            request["ResourceConfig"] = _first_choice(flexible)
        return {"TrainingJobName": name, "HyperParameters": {**self.static, **tuned}, **request}


def read_definitions(request: Mapping[str, Any]) -> list[Definition]:
    """The definitions of a CreateHyperParameterTuningJob request, of one that was accepted long ago as well.

    Raises AwsError: ValidationException when objective or ranges are missing or stand where they don't belong.
    """
    config = request["HyperParameterTuningJobConfig"]
    if "TrainingJobDefinition" in request:
        members = request["TrainingJobDefinition"]
        objective = config.get("HyperParameterTuningJobObjective") or members.get("TuningObjective")
        ranges = config.get("ParameterRanges") or members.get("HyperParameterRanges")
        return [_definition(members, objective, ranges)]
    for member in ("HyperParameterTuningJobObjective", "ParameterRanges"):
        if member in config:
            raise validation_error(
                f"{member} can't be specified together with TrainingJobDefinitions. Each training job definition has a "
                "TuningObjective and HyperParameterRanges of its own."
            )
    return [
        _definition(members, members.get("TuningObjective"), members.get("HyperParameterRanges"))
        for members in request["TrainingJobDefinitions"]
    ]


def _definition(
    members: Mapping[str, Any], objective: Mapping[str, str] | None, ranges: Mapping[str, Any] | None
) -> Definition:
    if objective is None:
        raise validation_error(
            "An objective metric is required for a hyperparameter tuning job. Provide its name and type in "
            "HyperParameterTuningJobObjective, or in the TuningObjective of each training job definition."
        )
    read = read_ranges(ranges or {})
    if not read:
        raise validation_error(
            "At least one parameter range is required for a hyperparameter tuning job. Provide ParameterRanges, or "
            "HyperParameterRanges in each training job definition."
        )
    metric = objective["MetricName"]
    return Definition(
        name=members.get("DefinitionName"),
        objective=Objective(metric, objective["Type"] == "Maximize"),
        ranges=read,
        static={**members.get("StaticHyperParameters", {}), OBJECTIVE_HYPERPARAMETER: metric},
        members=members,
    )


def _first_choice(resources: Mapping[str, Any]) -> dict[str, Any]:
    """The instances that a flexible configuration prefers: here, they are always available."""
    alternatives = resources.get("InstanceConfigs", ())
    own = {name: value for name, value in resources.items() if name not in ("AllocationStrategy", "InstanceConfigs")}
    if alternatives and any(name in own for name in ("InstanceType", "InstanceCount", "VolumeSizeInGB")):
        raise validation_error(
            "InstanceConfigs can't be specified together with InstanceType, InstanceCount or VolumeSizeInGB in "
            "HyperParameterTuningResourceConfig."
        )
    return {"VolumeSizeInGB": 1} | own | (alternatives[0] if alternatives else {})
