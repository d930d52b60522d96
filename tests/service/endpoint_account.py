"""An account with endpoints in front of the worker, scripted; and the service that asks it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.service.stub_aws import Refused, StubAws
from tui.service.endpoints import Endpoints
from tui.service.gateway import Gateway
from tui.service.identity import Identity
from tui.service.pace import Pace
from tui.service.prices import Prices

QUICK = Pace(listing=0.01, changing=0.01)
ARN = "arn:aws:sagemaker:us-east-1:123456789012"


class Account:
    """An account's endpoints and configurations, as SageMaker answers for them."""

    def __init__(self, aws: StubAws) -> None:
        self.endpoints: dict[str, dict[str, Any]] = {}
        self.configs: dict[str, dict[str, Any]] = {}
        self.metrics: dict[str, list[float]] = {}
        """By metric name: one value for each query for it."""

        aws.answers |= {
            "ListEndpoints": self._list,
            "DescribeEndpoint": self._describe,
            "ListEndpointConfigs": self._list_configs,
            "DescribeEndpointConfig": self._describe_config,
            "UpdateEndpointWeightsAndCapacities": lambda _: {"EndpointArn": "arn"},
            "GetMetricData": self._metrics,
            "GetCallerIdentity": lambda _: (
                "<GetCallerIdentityResponse><GetCallerIdentityResult><Account>123456789012</Account><Arn>arn</Arn>"
                "</GetCallerIdentityResult></GetCallerIdentityResponse>"
            ),
        }

    def add(self, name: str, created: float, status: str = "InService", **members: Any) -> None:
        self.endpoints[name] = {
            "EndpointName": name,
            "EndpointArn": f"{ARN}:endpoint/{name}",
            "EndpointConfigName": name,
            "EndpointStatus": status,
            "CreationTime": created,
            "LastModifiedTime": created,
            "ProductionVariants": [
                {
                    "VariantName": variant,
                    "CurrentWeight": 1.0,
                    "DesiredWeight": 1.0,
                    "CurrentInstanceCount": 1,
                    "DesiredInstanceCount": 1,
                }
                for variant in ("A", "B")
            ],
        } | members
        self.add_config(name, created)

    def add_config(self, name: str, created: float, *models: str) -> None:
        self.configs[name] = {
            "EndpointConfigName": name,
            "EndpointConfigArn": f"{ARN}:endpoint-config/{name}",
            "CreationTime": created,
            "ProductionVariants": [
                {"VariantName": variant, "ModelName": model, "InstanceType": "ml.m5.large", "InitialInstanceCount": 1}
                for variant, model in zip("AB", models or ("m", "n"), strict=False)
            ],
        }

    def _list(self, asked: dict[str, Any]) -> dict[str, Any]:
        members = ("EndpointName", "EndpointArn", "EndpointStatus", "CreationTime", "LastModifiedTime")
        newest = sorted(self.endpoints.values(), key=lambda one: -one["CreationTime"])
        return {"Endpoints": [{name: one[name] for name in members} for one in newest]}

    def _describe(self, asked: dict[str, Any]) -> dict[str, Any]:
        if asked["EndpointName"] not in self.endpoints:
            raise Refused("ValidationException", f'Could not find endpoint "{asked["EndpointName"]}".')
        return self.endpoints[asked["EndpointName"]]

    def _list_configs(self, _: dict[str, Any]) -> dict[str, Any]:
        members = ("EndpointConfigName", "EndpointConfigArn", "CreationTime")
        return {"EndpointConfigs": [{name: one[name] for name in members} for one in self.configs.values()]}

    def _describe_config(self, asked: dict[str, Any]) -> dict[str, Any]:
        if asked["EndpointConfigName"] not in self.configs:
            raise Refused("ValidationException", "Could not find endpoint configuration.")
        return self.configs[asked["EndpointConfigName"]]

    def _metrics(self, asked: dict[str, Any]) -> dict[str, Any]:
        return {
            "MetricDataResults": [
                {
                    "Id": query["Id"],
                    "Timestamps": [asked["StartTime"]] * len(self._values(query)),
                    "Values": self._values(query),
                    "StatusCode": "Complete",
                }
                for query in asked["MetricDataQueries"]
            ]
        }

    def _values(self, query: dict[str, Any]) -> list[float]:
        return self.metrics.get(query["MetricStat"]["Metric"]["MetricName"], [])


def opened(gateway: Gateway, folder: Path, pace: Pace) -> Endpoints:
    """Endpoints where an ml.m5.large costs $0.115 an hour."""
    (folder / "prices.toml").write_text('"ml.m5.large" = 0.115')
    prices = Prices(gateway, Identity(gateway), folder, file=folder / "prices.toml", billed=lambda: False)
    return Endpoints(gateway, prices, lambda: pace)
