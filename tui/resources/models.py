"""Models as values: what a training job leaves, made ready to be deployed or to transform."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tui.resources.training import TrainingJobDetail

NAME_PATTERN = re.compile(r"[a-zA-Z0-9]([\-a-zA-Z0-9]*[a-zA-Z0-9])?")
NAME_LIMIT = 63


@dataclass(frozen=True, slots=True)
class Model:
    """One row of the list of models; `created` in seconds since the epoch."""

    name: str
    arn: str
    created: float

    @classmethod
    def from_summary(cls, summary: Mapping[str, Any]) -> Model:
        """From an element of ListModels."""
        return cls(summary["ModelName"], summary["ModelArn"], summary["CreationTime"])

    @property
    def running(self) -> bool:
        """Never: a model does not change."""
        return False


@dataclass(frozen=True, slots=True)
class ModelDetail:
    """Everything DescribeModel says that a person looks at; `description` is the whole answer."""

    model: Model
    image: str
    """Of the first container; empty for a model package."""

    data_url: str
    """S3 URI of the artifact of the first container; empty where there is none."""

    containers: int
    role: str
    description: Mapping[str, Any]

    @classmethod
    def from_description(cls, description: Mapping[str, Any]) -> ModelDetail:
        """From the answer of DescribeModel."""
        containers = [description["PrimaryContainer"]] if "PrimaryContainer" in description else []
        containers += description.get("Containers", [])
        first = containers[0] if containers else {}
        source = first.get("ModelDataSource", {}).get("S3DataSource", {})
        return cls(
            model=Model(description["ModelName"], description["ModelArn"], description["CreationTime"]),
            image=first.get("Image", ""),
            data_url=first.get("ModelDataUrl") or source.get("S3Uri", ""),
            containers=len(containers),
            role=description.get("ExecutionRoleArn", ""),
            description=description,
        )


@dataclass(frozen=True, slots=True)
class TrainedModel:
    """What a completed training job leaves: enough to make a model of it."""

    job: str
    image: str
    artifact: str
    role: str

    @classmethod
    def of(cls, detail: TrainingJobDetail) -> TrainedModel | None:
        """What a training job leaves; None when it has no artifact."""
        if not detail.artifact:
            return None
        return cls(detail.job.name, detail.image, detail.artifact, str(detail.description.get("RoleArn", "")))


def model_request(name: str, trained: TrainedModel) -> dict[str, Any]:
    """The members of CreateModel."""
    return {
        "ModelName": name,
        "PrimaryContainer": {"Image": trained.image, "ModelDataUrl": trained.artifact},
        "ExecutionRoleArn": trained.role,
        "Tags": [{"Key": "sagedeck:training-job", "Value": trained.job}],
    }


def model_name(job: str) -> str:
    """The name of the model made of a training job: the job's own, so that the two are found together."""
    return job[:NAME_LIMIT].strip("-")


def model_name_problem(name: str) -> str:
    """What is wrong with the name of a model; empty when nothing is."""
    if not name:
        return "The name is empty."
    if len(name) > NAME_LIMIT:
        return f"The name has {len(name)} characters, {NAME_LIMIT} are allowed."
    if not NAME_PATTERN.fullmatch(name):
        return "The name may hold letters, digits and dashes, and begins and ends with a letter or a digit."
    return ""
