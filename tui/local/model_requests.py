"""What CreateModel checks beyond the service model, and the defaults it fills in."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from tui.local.algorithms import catalog
from tui.local.errors import validation_error
from tui.local.jobs.sources import split_uri
from tui.local.request_checks import refuse, require_role, require_s3_uri
from tui.local.s3.objects import ObjectStore
from tui.local.settings import Settings

_NOT_HERE_IN_CONTAINER = {
    "ModelPackageName": "model packages",
    "InferenceSpecificationName": "model packages",
    "ImageConfig": "images from a private registry",
    "AdditionalModelDataSources": "additional model data",
    "ContainerMetricsConfig": "metrics endpoints of a container",
}
_NOT_HERE_IN_DATA = {
    "ModelAccessConfig": "models behind a licence",
    "HubAccessConfig": "models from a hub",
    "ManifestS3Uri": "manifests of model data",
    "ManifestEtag": "manifests of model data",
    "ETag": "pinning the version of model data",
}
_SCRIPT_MODE = ("SAGEMAKER_PROGRAM", "SAGEMAKER_SUBMIT_DIRECTORY")


def accepted_request(request: Mapping[str, Any], settings: Settings, objects: ObjectStore) -> dict[str, Any]:
    """The request with the service's defaults filled in, without Tags.

    The model data has to be there, whatever it is: it is read when an endpoint or a transform job is created.

    Raises AwsError: ValidationException.
    """
    accepted = {name: copy.deepcopy(value) for name, value in request.items() if name != "Tags"}
    if "ExecutionRoleArn" in accepted:
        require_role(accepted["ExecutionRoleArn"], settings)
    containers = accepted.get("Containers", [])
    if ("PrimaryContainer" in accepted) == bool(containers):
        raise validation_error("You must specify exactly one of PrimaryContainer and Containers.")
    if len(containers) > 1:
        raise validation_error(
            f"Containers has {len(containers)} members: this embedded SageMaker does not run inference pipelines. "
            "Use a model with one container."
        )
    refuse(accepted, {"InferenceExecutionConfig": "inference pipelines"})
    container = containers[0] if containers else accepted["PrimaryContainer"]
    _check_container(container)
    _require_data(container, objects)
    accepted.setdefault("EnableNetworkIsolation", False)
    return accepted


def _check_container(container: dict[str, Any]) -> None:
    refuse(container, _NOT_HERE_IN_CONTAINER)
    if container.setdefault("Mode", "SingleModel") == "MultiModel" or "MultiModelConfig" in container:
        raise validation_error("Mode MultiModel needs AWS: this embedded SageMaker loads one model a container.")
    image = container.get("Image")
    if image is None:
        raise validation_error("You must specify the Image of the container.")
    if catalog.find(image) is None:
        raise validation_error(
            f"This embedded SageMaker cannot serve the image {image}. It serves the built-in XGBoost and Linear "
            "Learner images, e.g. 683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:1.7-1 and "
            "382416733822.dkr.ecr.us-east-1.amazonaws.com/linear-learner:1; any other image needs AWS."
        )
    for name in _SCRIPT_MODE:
        if name in container.setdefault("Environment", {}):
            raise validation_error(
                f"This embedded SageMaker does not run scripts: remove {name} from the Environment to serve with the "
                "built-in algorithm, or use AWS."
            )
    _check_data(container)


def _check_data(container: Mapping[str, Any]) -> None:
    source = container.get("ModelDataSource")
    if source is None:
        if "ModelDataUrl" in container:
            require_s3_uri(container["ModelDataUrl"], "ModelDataUrl")
        return
    if "ModelDataUrl" in container:
        raise validation_error("You must not specify both ModelDataUrl and ModelDataSource.")
    if "S3DataSource" not in source:
        raise validation_error("ModelDataSource must have an S3DataSource.")
    data = source["S3DataSource"]
    refuse(data, _NOT_HERE_IN_DATA)
    require_s3_uri(data["S3Uri"], "S3Uri of the S3DataSource")
    if data["S3DataType"] == "S3Prefix":
        if data["CompressionType"] == "Gzip":
            raise validation_error(
                "CompressionType Gzip needs S3DataType S3Object: a key name prefix holds uncompressed model data."
            )
        if not data["S3Uri"].endswith("/"):
            raise validation_error(
                f"An S3Uri of S3DataType S3Prefix must end with a forward slash (/); it is {data['S3Uri']}."
            )


def _require_data(container: Mapping[str, Any], objects: ObjectStore) -> None:
    url = container.get("ModelDataUrl")
    if "ModelDataSource" in container:
        url = container["ModelDataSource"]["S3DataSource"]["S3Uri"]
    if url is None:
        return
    bucket, key = split_uri(url)
    first = next(objects.list(bucket, key), None) if objects.bucket_exists(bucket) else None
    if first is None or not (key.endswith("/") or first.key == key):
        raise validation_error(f"Could not find model data at {url}.")
