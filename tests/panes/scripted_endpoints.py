"""Endpoints and models as told, and values to tell."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from tests.panes.host import Told
from tests.panes.scripted import NOW, ScriptedList
from tests.resources.endpoints import configure, configured, describe, serving
from tui.resources.endpoint_deployments import Belonging, Resource
from tui.resources.endpoint_metrics import (
    LAST_HOUR,
    EndpointTraffic,
    Idle,
    MetricWindow,
    Series,
    Traffic,
    VariantTraffic,
)
from tui.resources.endpoint_scaling import ScalingBounds
from tui.resources.endpoints import Endpoint, EndpointDetail
from tui.resources.models import Model, ModelDetail
from tui.resources.prices import Rate
from tui.service.endpoint_scaling import EndpointScaling
from tui.service.endpoint_shutdown import ShuttingDown
from tui.service.endpoints import Endpoints
from tui.service.feed import Feed
from tui.service.models import Models

HOUR = 3600


class ScriptedScaling(EndpointScaling):
    """Registrations as told."""

    def __init__(self) -> None:
        self.told: tuple[ScalingBounds, ...] = ()

    async def bounds(self, endpoint: str, variants: Sequence[str]) -> tuple[ScalingBounds, ...]:
        return self.told


class ScriptedEndpoints(Endpoints):
    """Endpoints as told."""

    def __init__(self) -> None:
        self.scripted_list: ScriptedList[Endpoint] = ScriptedList()
        self.list = self.scripted_list
        self.told_details: dict[str, Told[EndpointDetail]] = defaultdict(Told)
        self.told_traffic: dict[tuple[str, MetricWindow], Told[EndpointTraffic]] = defaultdict(Told)
        self.scaling = self.scripted_scaling = ScriptedScaling()

    def detail(self, name: str) -> Feed[EndpointDetail]:
        return self.told_details[name].feed

    def metrics(self, name: str, window: MetricWindow = LAST_HOUR) -> Feed[EndpointTraffic]:
        return self.told_traffic[name, window].feed


class ScriptedModels(Models):
    """Models as told."""

    def __init__(self) -> None:
        self.scripted_list: ScriptedList[Model] = ScriptedList()
        self.list = self.scripted_list
        self.told_details: dict[str, Told[ModelDetail]] = defaultdict(Told)

    def detail(self, name: str) -> Feed[ModelDetail]:
        return self.told_details[name].feed


class ScriptedShuttingDown(ShuttingDown):
    """Who uses models, as told."""

    def __init__(self) -> None:
        self.users: tuple[str, ...] = ()

    async def users_of(self, model: str) -> Belonging:
        return Belonging(Resource("model", model), self.users)


CONFIG = configure(
    "boston-ab",
    configured("XGB-Model", "xgb-boston", InitialVariantWeight=3.0),
    configured("Linear-Model", "linear-boston"),
)


def endpoint_detail(name: str = "boston", **members: Any) -> EndpointDetail:
    """An endpoint with two variants, three to one, and what it costs."""
    given: dict[str, Any] = {
        "EndpointName": name,
        "EndpointArn": f"arn/{name}",
        "CreationTime": NOW - 90_000,
        "LastModifiedTime": NOW - 7200,
        "ProductionVariants": [serving("XGB-Model", 3.0), serving("Linear-Model", 1.0)],
    }
    detail = describe(CONFIG, **given | members)
    return replace(detail, endpoint=replace(detail.endpoint, rate=Rate(0.23)))


def updating() -> EndpointDetail:
    """The same on its way to one variant alone on more instances."""
    pending = configure("boston-xgb", configured("XGB-Model", "xgb-boston-2", InitialInstanceCount=2))
    detail = describe(
        CONFIG,
        pending,
        EndpointArn="arn/boston",
        EndpointStatus="Updating",
        ProductionVariants=[serving("XGB-Model", 3.0), serving("Linear-Model", 1.0)],
        PendingDeploymentSummary={
            "EndpointConfigName": "boston-xgb",
            "StartTime": NOW - 60,
            "ProductionVariants": [
                serving("XGB-Model", 1.0, 1, DesiredInstanceCount=2, VariantStatus=[{"Status": "Baking"}])
            ],
        },
    )
    return replace(detail, endpoint=replace(detail.endpoint, rate=Rate(0.46)))


def row(name: str, status: str = "InService", **members: Any) -> Endpoint:
    """A row about which everything is known."""
    detail = endpoint_detail(name)
    known: dict[str, Any] = {
        "status": status,
        "traffic": Traffic(1204, 3.1, 12.4, 2, 0),
        "idle": Idle(NOW - 60),
    }
    return replace(detail.endpoint, **known | members)


ROWS = (
    row("boston"),
    row("boston-new", "Creating", variants=(), rate=None, traffic=None, idle=None),
    row("forgotten", traffic=Traffic(None, None, None, None, None), idle=Idle(NOW - 80 * HOUR), rate=Rate(1.408)),
    row("p3-long-forgotten", idle=Idle(NOW - 400 * HOUR, at_least=True), rate=Rate(unknown=2)),
    row("broken-endpoint-with-a-very-long-name-that-does-not-fit", "Failed", variants=(), rate=Rate()),
)


def traffic(window: MetricWindow = LAST_HOUR) -> EndpointTraffic:
    """Three of four requests went to the first variant; the second had some failures."""

    def series(value: float, every: int = 1) -> Series:
        return tuple(value + place % 7 if place % every == 0 else None for place in range(window.points))

    return EndpointTraffic(
        NOW - window.seconds,
        window,
        (
            VariantTraffic("XGB-Model", series(12), series(2.5), series(9), series(0, 999), series(0, 999), 3.1, 12.4),
            VariantTraffic("Linear-Model", series(2), series(1.5), series(5), series(1, 9), series(0, 11), 1.9, 1404.0),
        ),
    )


def model(name: str, age: float = HOUR) -> Model:
    """A row of the list of models."""
    return Model(name, f"arn/{name}", NOW - age)


def model_detail(of: Model, **members: Any) -> ModelDetail:
    """Everything about a model."""
    description = {
        "ModelName": of.name,
        "ModelArn": of.arn,
        "CreationTime": of.created,
        "ExecutionRoleArn": "arn:aws:iam::123456789012:role/service-role/Execution",
        "PrimaryContainer": {
            "Image": "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:1.7-1",
            "ModelDataUrl": f"s3://bucket/models/{of.name}/output/model.tar.gz",
        },
    }
    return ModelDetail.from_description(description | members)
