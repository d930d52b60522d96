"""Endpoints in the shapes that DescribeEndpoint, ListEndpoints and Search answer with."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from tui.local.endpoints.fleets import Fleet, Stage, Variant
from tui.local.endpoints.table import Endpoint, Status
from tui.local.model import service_model

_DEPLOYING = (Status.CREATING, Status.UPDATING, Status.ROLLING_BACK)


def summary(endpoint: Endpoint) -> dict[str, Any]:
    """An endpoint as an item of ListEndpoints."""
    return {
        "EndpointName": endpoint.name,
        "EndpointArn": endpoint.arn,
        "CreationTime": endpoint.creation_time,
        "LastModifiedTime": endpoint.last_modified_time,
        "EndpointStatus": endpoint.status,
    }


def description(endpoint: Endpoint) -> dict[str, Any]:
    """An endpoint as DescribeEndpoint answers it: with what serves, or of a failed endpoint with what does not."""
    failed = endpoint.status is Status.FAILED
    shown = endpoint.active or (endpoint.pending if failed else None)
    members = summary(endpoint) | {
        "EndpointConfigName": _config_name(endpoint),
        "FailureReason": endpoint.failure_reason,
        "LastDeploymentConfig": endpoint.deployment_config,
        "PendingDeploymentSummary": _pending(endpoint),
    }
    if shown is not None:
        members |= {
            "ProductionVariants": [_variant(shown, variant, running=not failed) for variant in shown.production],
            "ShadowProductionVariants": [_variant(shown, variant, running=not failed) for variant in shown.shadows]
            or None,
            "DataCaptureConfig": _capture(shown),
            "MetricsConfig": shown.config.get("MetricsConfig"),
        }
    return _present(members)


def search_record(endpoint: Endpoint, tags: Sequence[Mapping[str, str]]) -> dict[str, Any]:
    """An endpoint as the `Endpoint` of a Search result."""
    members = service_model("sagemaker").shapes["Endpoint"]["members"]
    record = {name: value for name, value in description(endpoint).items() if name in members}
    return record | {"Tags": list(tags)}


def _config_name(endpoint: Endpoint) -> str:
    fleet = endpoint.active or endpoint.pending
    assert fleet is not None, "an endpoint serves something or is about to"
    return fleet.config_name


def _pending(endpoint: Endpoint) -> dict[str, Any] | None:
    fleet = endpoint.pending
    if fleet is None or endpoint.status not in _DEPLOYING:
        return None
    running = fleet.stage is not Stage.CREATING
    return _present(
        {
            "EndpointConfigName": fleet.config_name,
            "StartTime": endpoint.pending_time,
            "ProductionVariants": [_variant(fleet, variant, running) for variant in fleet.production],
            "ShadowProductionVariants": [_variant(fleet, variant, running) for variant in fleet.shadows] or None,
        }
    )


def _variant(fleet: Fleet, variant: Variant, running: bool) -> dict[str, Any]:
    """A variant; one that does not run has nothing of what it is to have."""
    current, desired = variant.current, variant.desired
    image = variant.container.image
    status = None
    if fleet.stage is not None:
        status = [{"Status": fleet.stage, "StartTime": fleet.stage_time}]
    return _present(
        {
            "VariantName": variant.name,
            "DeployedImages": [
                {
                    "SpecifiedImage": image,
                    "ResolvedImage": _resolved(image),
                    "ResolutionTime": fleet.resolution_time,
                }
            ],
            "CurrentWeight": current.weight if running else 0.0,
            "DesiredWeight": desired.weight,
            "CurrentInstanceCount": None if current.instances is None else current.instances if running else 0,
            "DesiredInstanceCount": desired.instances,
            "CurrentServerlessConfig": current.serverless if running else None,
            "DesiredServerlessConfig": desired.serverless,
            "VariantStatus": status,
            "ManagedInstanceScaling": variant.specification.get("ManagedInstanceScaling"),
            "RoutingConfig": variant.specification.get("RoutingConfig"),
        }
    )


def _resolved(image: str) -> str:
    """The image by its digest, which is made of its name: a tag here never comes to mean another image."""
    return f"{image.rpartition(':')[0]}@sha256:{hashlib.sha256(image.encode()).hexdigest()}"


def _capture(fleet: Fleet) -> dict[str, Any] | None:
    config = fleet.config.get("DataCaptureConfig")
    if config is None:
        return None
    return {
        "EnableCapture": config["EnableCapture"],
        "CaptureStatus": "Started" if config["EnableCapture"] else "Stopped",
        "CurrentSamplingPercentage": config["InitialSamplingPercentage"],
        "DestinationS3Uri": config["DestinationS3Uri"],
        "KmsKeyId": config.get("KmsKeyId", ""),
    }


def _present(members: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in members.items() if value is not None}
