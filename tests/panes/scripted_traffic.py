"""Endpoints whose traffic a test moves: described as AWS does, in a service that answers at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import botocore.session
from botocore.validate import ParamValidator

from tests.panes.scripted import NOW
from tui.resources.endpoints import EndpointDetail
from tui.service.budget import Budget
from tui.service.endpoints import Endpoints
from tui.service.errors import InvalidRequest, NotFound, ServiceError
from tui.service.gateway import Gateway
from tui.service.pace import Pace
from tui.service.prices import Prices

_MODEL = botocore.session.Session().get_service_model("sagemaker")

PACE = Pace(listing=0.05, changing=0.01, logs=0.05)


def live(name: str, weight: float = 1.0, count: int | None = 1) -> dict[str, Any]:
    """A variant as DescribeEndpoint says it; without a count it is serverless."""
    counts = {} if count is None else {"CurrentInstanceCount": count, "DesiredInstanceCount": count}
    return {"VariantName": name, "CurrentWeight": weight, "DesiredWeight": weight} | counts


class Free(Prices):
    """Nothing costs anything."""

    def __init__(self) -> None:
        pass

    async def of(self, detail: EndpointDetail) -> None:  # type: ignore[override]
        return None


@dataclass
class Aws(Gateway):
    """The service's side of one endpoint: it takes requests that are valid, and does them at once."""

    variants: list[dict[str, Any]]
    shadows: list[dict[str, Any]] = field(default_factory=list)
    status: str = "InService"
    config_name: str = "shop-config"
    requests: list[dict[str, Any]] = field(default_factory=list)
    """What was written, oldest first."""

    fails: ServiceError | None = None

    def __post_init__(self) -> None:
        self.budget = Budget()

    async def call(self, service: str, operation: str, **parameters: Any) -> dict[str, Any]:
        """Answer, or refuse as the service would."""
        report = ParamValidator().validate(parameters, _MODEL.operation_model(operation).input_shape)
        if report.has_errors():
            raise AssertionError(report.generate_report())
        if operation == "DescribeEndpoint":
            return self.description(parameters["EndpointName"])
        if operation == "DescribeEndpointConfig":
            return self._config(parameters["EndpointConfigName"])
        if operation in ("CreateEndpointConfig", "UpdateEndpoint"):
            self.requests.append(dict(parameters))
            return {"EndpointConfigArn": "arn"} | self._serve(parameters.get("EndpointName"), parameters)
        assert operation == "UpdateEndpointWeightsAndCapacities", operation
        self._update(parameters)
        return {}

    def description(self, name: str) -> dict[str, Any]:
        """The answer of DescribeEndpoint."""
        shadows = {"ShadowProductionVariants": self.shadows} if self.shadows else {}
        return {
            "EndpointName": name,
            "EndpointArn": f"arn:aws:sagemaker:us-east-1:123456789012:endpoint/{name}",
            "EndpointConfigName": self.config_name,
            "EndpointStatus": self.status,
            "CreationTime": NOW - 7200,
            "LastModifiedTime": NOW - 60,
            "ProductionVariants": [dict(one) for one in self.variants],
        } | shadows

    def _config(self, name: str) -> dict[str, Any]:
        if name != self.config_name:
            raise NotFound("sagemaker DescribeEndpointConfig did not succeed", "Could not find it")
        return config(name, [one["VariantName"] for one in self.variants])

    def _serve(self, endpoint: str | None, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Move to the configuration that was made before; the endpoint has the one variant of it."""
        if endpoint:
            self.config_name = parameters["EndpointConfigName"]
            made = next(one for one in self.requests if "ProductionVariants" in one)["ProductionVariants"]
            self.variants = [live(one["VariantName"], one["InitialVariantWeight"]) for one in made]
        return {}

    def _update(self, parameters: Mapping[str, Any]) -> None:
        if self.fails:
            raise self.fails
        wanted = {one["VariantName"]: one for one in parameters["DesiredWeightsAndCapacities"]}
        resized = [one for one in wanted.values() if "DesiredInstanceCount" in one]
        weights = [one["DesiredWeight"] for one in wanted.values()]
        assert set(wanted) == {one["VariantName"] for one in self.variants}, "all weights go in one call"
        if len(resized) > 1 or not any(weights) or min(weights) < 0 or self.status != "InService":
            raise InvalidRequest("sagemaker UpdateEndpointWeightsAndCapacities did not succeed", str(parameters))
        self.requests.append(dict(parameters))
        for one in self.variants:
            mine = wanted[one["VariantName"]]
            one["CurrentWeight"] = one["DesiredWeight"] = mine["DesiredWeight"]
            if count := mine.get("DesiredInstanceCount"):
                one["CurrentInstanceCount"] = one["DesiredInstanceCount"] = count


def config(name: str, variants: list[str]) -> dict[str, Any]:
    """The answer of DescribeEndpointConfig."""
    return {
        "EndpointConfigName": name,
        "EndpointConfigArn": f"arn:aws:sagemaker:us-east-1:123456789012:endpoint-config/{name}",
        "CreationTime": NOW - 7200,
        "ProductionVariants": [
            {
                "VariantName": variant,
                "ModelName": f"model-{variant}".lower(),
                "InstanceType": "ml.m5.large",
                "InitialInstanceCount": 1,
                "InitialVariantWeight": 1.0,
            }
            for variant in variants
        ],
    }


def endpoints_of(aws: Aws) -> Endpoints:
    """The service layer in front of it."""
    return Endpoints(aws, Free(), lambda: PACE)
