"""What CreateTrainingJob checks beyond the service model, and the defaults it fills in."""

from __future__ import annotations

import copy
from collections import Counter
from collections.abc import Mapping
from typing import Any

from tui.local.algorithms import catalog
from tui.local.errors import validation_error
from tui.local.request_checks import over_quota, refuse, require_role, require_s3_uri
from tui.local.s3.objects import ObjectStore
from tui.local.settings import Settings

MAX_INSTANCES = 8
"""The quota of instances for one job: each is a process on this one machine."""

DEFAULT_MAX_RUNTIME = 86400
"""The MaxRuntimeInSeconds of a job that does not say."""

_NOT_HERE = {
    "ServerlessJobConfig": "serverless model customization",
    "ModelPackageConfig": "registering the model as a model package",
    "MlflowConfig": "MLflow tracking",
}
_NOT_HERE_IN_ALGORITHM = {
    "ContainerEntrypoint": "a container entrypoint of your own",
    "ContainerArguments": "container arguments of your own",
    "TrainingImageConfig": "images from a private registry",
}
_NOT_HERE_IN_RESOURCES = {
    "InstanceGroups": "heterogeneous clusters",
    "TrainingPlanArn": "training plans",
    "InstancePreferences": "instance preferences",
    "InstancePlacementConfig": "instance placement",
}


def accepted_request(request: Mapping[str, Any], settings: Settings, objects: ObjectStore) -> dict[str, Any]:
    """The request with the service's defaults filled in, without Tags.

    What changes nothing on one machine is accepted and described back: network, encryption, debugger and profiler
    settings, environment, retries, checkpoints (a spot job is never interrupted here). Pipe and FastFile input arrive
    as files before training starts, with the same result. What cannot be done is refused.

    Raises AwsError: ValidationException, or ResourceLimitExceeded for the quotas.
    """
    accepted = {name: copy.deepcopy(value) for name, value in request.items() if name != "Tags"}
    refuse(request, _NOT_HERE)
    _check_algorithm(accepted)
    _check_resources(accepted)
    _check_stopping(accepted)
    _check_channels(accepted)
    require_role(request["RoleArn"], settings)
    _check_output(accepted, objects)
    for switch in ("EnableNetworkIsolation", "EnableInterContainerTrafficEncryption", "EnableManagedSpotTraining"):
        accepted.setdefault(switch, False)
    return accepted


def _check_algorithm(request: dict[str, Any]) -> None:
    specification = request.get("AlgorithmSpecification", {})
    image = specification.get("TrainingImage")
    if (image is None) == ("AlgorithmName" not in specification):
        raise validation_error(
            "You must specify exactly one of TrainingImage and AlgorithmName in AlgorithmSpecification."
        )
    refuse(specification, {"AlgorithmName": "algorithm resources"} | _NOT_HERE_IN_ALGORITHM)
    algorithm = catalog.find(image)
    if algorithm is None:
        raise validation_error(
            f"This embedded SageMaker cannot train the image {image}. It trains the built-in XGBoost and Linear "
            "Learner images, e.g. 683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:1.7-1 and "
            "382416733822.dkr.ecr.us-east-1.amazonaws.com/linear-learner:1; any other image needs AWS."
        )
    if specification.get("MetricDefinitions"):
        raise validation_error(
            "You can't override the metric definitions for Amazon SageMaker algorithms. Please retry the request "
            "without specifying metric definitions."
        )
    hyperparameters = request.setdefault("HyperParameters", {})
    if "sagemaker_program" in hyperparameters:
        raise validation_error(
            "This embedded SageMaker does not run scripts: remove the hyperparameter sagemaker_program to train with "
            "the built-in algorithm, or use AWS."
        )
    if request.get("ResourceConfig", {}).get("InstanceCount", 1) > 1 and not algorithm.supports_distributed:
        raise validation_error(f"The algorithm {algorithm.name} {algorithm.version} trains on one instance only.")
    specification.setdefault("EnableSageMakerMetricsTimeSeries", True)


def _check_resources(request: Mapping[str, Any]) -> None:
    resources = request.get("ResourceConfig")
    if resources is None:
        raise validation_error("ResourceConfig is required for a training job: instance type, count and volume size.")
    refuse(resources, _NOT_HERE_IN_RESOURCES)
    for member in ("InstanceType", "InstanceCount", "VolumeSizeInGB"):
        if not resources.get(member):
            raise validation_error(f"ResourceConfig.{member} is required and must not be 0.")
    count, instance_type = resources["InstanceCount"], resources["InstanceType"]
    if count > MAX_INSTANCES:
        raise over_quota(f"{instance_type} for training job usage", MAX_INSTANCES, count)
    if resources.get("KeepAlivePeriodInSeconds"):
        raise over_quota(f"{instance_type} for training warm pool usage", 0, count)


def _check_stopping(request: Mapping[str, Any]) -> None:
    stopping = request.get("StoppingCondition")
    if stopping is None:
        raise validation_error("StoppingCondition is required for a training job: MaxRuntimeInSeconds.")
    runtime = stopping.setdefault("MaxRuntimeInSeconds", DEFAULT_MAX_RUNTIME)
    wait = stopping.get("MaxWaitTimeInSeconds")
    if request.get("EnableManagedSpotTraining"):
        if wait is None or wait < runtime:
            raise validation_error(
                "Invalid MaxWaitTimeInSeconds. It must be present and be greater than or equal to MaxRuntimeInSeconds "
                "when EnableManagedSpotTraining is set to true."
            )
    elif wait is not None:
        raise validation_error(
            "Invalid MaxWaitTimeInSeconds. It can be specified only if EnableManagedSpotTraining is set to true."
        )


def _check_channels(request: Mapping[str, Any]) -> None:
    channels = request.get("InputDataConfig", [])
    repeated = [name for name, count in Counter(channel["ChannelName"] for channel in channels).items() if count > 1]
    if repeated:
        raise validation_error(f"Duplicate channel names found: {', '.join(repeated)}. Channel names must be unique.")
    for channel in channels:
        name = channel["ChannelName"]
        s3 = channel["DataSource"].get("S3DataSource")
        if s3 is None:
            raise validation_error(
                f"The data source of channel {name} must be an S3DataSource: this embedded SageMaker has no other."
            )
        if s3["S3DataType"] not in ("S3Prefix", "ManifestFile"):
            raise validation_error(
                f"S3DataType {s3['S3DataType']} of channel {name} needs AWS; use S3Prefix or ManifestFile."
            )
        require_s3_uri(s3["S3Uri"], f"S3Uri of channel {name}")
        mode = channel.get("InputMode", request["AlgorithmSpecification"]["TrainingInputMode"])
        if channel.setdefault("CompressionType", "None") == "Gzip" and mode != "Pipe":
            raise validation_error(
                f"CompressionType Gzip of channel {name} is supported in Pipe mode only; its input mode is {mode}."
            )
        if channel.setdefault("RecordWrapperType", "None") != "None":
            raise validation_error(f"RecordWrapperType RecordIO of channel {name} needs AWS; use None.")
        s3.setdefault("S3DataDistributionType", "FullyReplicated")


def _check_output(request: Mapping[str, Any], objects: ObjectStore) -> None:
    output = request["OutputDataConfig"]
    uri = output["S3OutputPath"]
    require_s3_uri(uri, "S3OutputPath")
    bucket = uri.removeprefix("s3://").partition("/")[0]
    if not objects.bucket_exists(bucket):
        raise validation_error(
            f"The S3 bucket '{bucket}' of S3OutputPath {uri} does not exist. Create the bucket, or use another one."
        )
    output.setdefault("CompressionType", "GZIP")
    output.setdefault("KmsKeyId", "")
