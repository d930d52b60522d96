"""Descriptions of endpoints and configurations, for tests to vary."""

from __future__ import annotations

from typing import Any

from tui.resources.endpoint_configs import EndpointConfig
from tui.resources.endpoints import EndpointDetail

ARN = "arn:aws:sagemaker:eu-west-1:123456789012"


def configure(name: str = "config", *variants: dict[str, Any], **members: Any) -> EndpointConfig:
    """A configuration, by default of one variant A on one ml.m5.large."""
    given = {
        "EndpointConfigName": name,
        "EndpointConfigArn": f"{ARN}:endpoint-config/{name}",
        "CreationTime": 1.0,
        "ProductionVariants": list(variants) or [configured("A")],
    }
    return EndpointConfig.from_description(given | members)


def configured(name: str, model: str = "m", **members: Any) -> dict[str, Any]:
    """A variant in a configuration."""
    return {
        "VariantName": name,
        "ModelName": model,
        "InstanceType": "ml.m5.large",
        "InitialInstanceCount": 1,
        "InitialVariantWeight": 1.0,
    } | members


def serving(name: str, weight: float = 1.0, count: int = 1, **members: Any) -> dict[str, Any]:
    """A variant of an endpoint that has what it is to have."""
    return {
        "VariantName": name,
        "CurrentWeight": weight,
        "DesiredWeight": weight,
        "CurrentInstanceCount": count,
        "DesiredInstanceCount": count,
    } | members


def describe(
    config: EndpointConfig | None = None, pending_config: EndpointConfig | None = None, **members: Any
) -> EndpointDetail:
    """An endpoint in service, by default with one variant A."""
    given = {
        "EndpointName": "boston",
        "EndpointArn": f"{ARN}:endpoint/boston",
        "EndpointConfigName": config.name if config else "config",
        "EndpointStatus": "InService",
        "CreationTime": 1.0,
        "LastModifiedTime": 2.0,
        "ProductionVariants": [serving("A")],
    }
    return EndpointDetail.from_descriptions(given | members, config, pending_config)
