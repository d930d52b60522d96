"""The built-in algorithms that the quick forms know: their defaults for a task, and the request they add up to."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from tui.resources.csv_reports import Task
from tui.resources.datasets import DatasetManifest, UploadedDataset

AlgorithmName = Literal["xgboost", "linear-learner"]

ALGORITHMS: dict[AlgorithmName, str] = {"xgboost": "XGBoost", "linear-learner": "Linear Learner"}

XGBOOST_VERSION = "1.7-1"
"""The version that the quick form takes: the newest of the long-supported line in SageMaker's image table."""

_XGBOOST_OBJECTIVES: dict[Task, tuple[str, str]] = {
    "regression": ("reg:squarederror", "rmse"),
    "binary": ("binary:logistic", "logloss"),
    "multiclass": ("multi:softprob", "mlogloss"),
}

_PREDICTOR_TYPES: dict[Task, str] = {
    "regression": "regressor",
    "binary": "binary_classifier",
    "multiclass": "multiclass_classifier",
}


@dataclass(frozen=True, slots=True)
class TrainingChoice:
    """What a person decides about a training job; the rest of the request follows from it."""

    name: str
    dataset: UploadedDataset
    algorithm: AlgorithmName
    image: str
    role_arn: str
    output_uri: str
    """S3 URI of the prefix under which the artifact lands."""

    hyperparameters: Mapping[str, str] = field(default_factory=dict)
    instance_type: str = "ml.m5.large"
    instance_count: int = 1
    volume_gb: int = 5
    max_runtime_seconds: int = 3600


def default_hyperparameters(algorithm: AlgorithmName, manifest: DatasetManifest) -> dict[str, str]:
    """Sensible values for a first model on a data set."""
    if algorithm == "linear-learner":
        return _linear_learner_defaults(manifest)
    objective, metric = _XGBOOST_OBJECTIVES[manifest.task]
    values = {
        "objective": objective,
        "eval_metric": metric,
        "num_round": "200",
        "max_depth": "4",
        "eta": "0.05",
        "subsample": "0.5",
        "min_child_weight": "5",
    }
    if manifest.rows.get("validation"):
        values["early_stopping_rounds"] = "20"
    if manifest.task == "multiclass":
        values["num_class"] = str(len(manifest.classes))
    return values


def _linear_learner_defaults(manifest: DatasetManifest) -> dict[str, str]:
    # A mini-batch larger than the training data is refused by the algorithm.
    batch = max(1, min(200, manifest.rows["train"] // 4))
    values = {
        "predictor_type": _PREDICTOR_TYPES[manifest.task],
        "feature_dim": str(len(manifest.columns) - 1),
        "mini_batch_size": str(batch),
        "epochs": "15",
    }
    if manifest.task == "multiclass":
        values["num_classes"] = str(len(manifest.classes))
    return values


def training_request(choice: TrainingChoice) -> dict[str, Any]:
    """The members of CreateTrainingJob for a choice."""
    splits = [split for split in ("train", "validation") if choice.dataset.manifest.rows.get(split)]
    return {
        "TrainingJobName": choice.name,
        "RoleArn": choice.role_arn,
        "AlgorithmSpecification": {"TrainingImage": choice.image, "TrainingInputMode": "File"},
        "HyperParameters": dict(choice.hyperparameters),
        "InputDataConfig": [
            {
                "ChannelName": split,
                "ContentType": "text/csv",
                "DataSource": {
                    "S3DataSource": {
                        "S3DataType": "S3Prefix",
                        "S3Uri": choice.dataset.uri(split),  # type: ignore[arg-type]
                        "S3DataDistributionType": "FullyReplicated",
                    }
                },
            }
            for split in splits
        ],
        "OutputDataConfig": {"S3OutputPath": choice.output_uri},
        "ResourceConfig": {
            "InstanceType": choice.instance_type,
            "InstanceCount": choice.instance_count,
            "VolumeSizeInGB": choice.volume_gb,
        },
        "StoppingCondition": {"MaxRuntimeInSeconds": choice.max_runtime_seconds},
        "Tags": [{"Key": "sagedeck:dataset", "Value": choice.dataset.manifest.name}],
    }


_REQUEST_MEMBERS = (
    "AlgorithmSpecification",
    "CheckpointConfig",
    "DebugHookConfig",
    "DebugRuleConfigurations",
    "EnableInterContainerTrafficEncryption",
    "EnableManagedSpotTraining",
    "EnableNetworkIsolation",
    "Environment",
    "ExperimentConfig",
    "HyperParameters",
    "InfraCheckConfig",
    "InputDataConfig",
    "MlflowConfig",
    "ModelPackageConfig",
    "OutputDataConfig",
    "ProfilerConfig",
    "ProfilerRuleConfigurations",
    "RemoteDebugConfig",
    "ResourceConfig",
    "RetryStrategy",
    "RoleArn",
    "ServerlessJobConfig",
    "StoppingCondition",
    "TensorBoardOutputConfig",
    "VpcConfig",
)
"""What CreateTrainingJob takes and DescribeTrainingJob gives back, the name apart."""


def clone_request(description: Mapping[str, Any], name: str) -> dict[str, Any]:
    """The request that makes the same job again under another name, from the answer of DescribeTrainingJob."""
    request = {member: description[member] for member in _REQUEST_MEMBERS if member in description}
    request["AlgorithmSpecification"] = algorithm_request(request.get("AlgorithmSpecification", {}))
    # What a tuning job told this one about itself.
    request["HyperParameters"] = {
        key: value for key, value in request.get("HyperParameters", {}).items() if not key.startswith("_tuning_")
    }
    given = {member: value for member, value in request.items() if value not in (None, {}, [])}
    return {"TrainingJobName": name, **given}


def algorithm_request(described: Mapping[str, Any]) -> dict[str, Any]:
    """An algorithm specification as a request takes it, from a description.

    Built-in algorithms describe their metric definitions and refuse to be given them.
    """
    known = algorithm_of(described.get("TrainingImage", "")) is not None
    return {key: value for key, value in described.items() if not (known and key == "MetricDefinitions")}


def algorithm_of(image: str) -> AlgorithmName | None:
    """Which of SageMaker's own algorithms that this console knows is in an image; None for any other image."""
    repository = image.rsplit("/", 1)[-1].partition(":")[0]
    known: dict[str, AlgorithmName] = {
        "xgboost": "xgboost",
        "sagemaker-xgboost": "xgboost",
        "linear-learner": "linear-learner",
    }
    return known.get(repository)


def free_name(base: str, taken: frozenset[str], limit: int = 63) -> str:
    """A name like `base` that is not taken: the base itself, or with -2, -3 and so on behind it."""
    base = base[:limit].strip("-") or "job"
    if base not in taken:
        return base
    base, number = re.sub(r"-\d{1,3}$", "", base), 2  # the next of job-2 is job-3
    while True:
        suffix = f"-{number}"
        candidate = base[: limit - len(suffix)].rstrip("-") + suffix
        if candidate not in taken:
            return candidate
        number += 1
