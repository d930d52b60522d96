"""The services of a console that works with endpoints, in front of the embedded SageMaker."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

from tests.local.endpoints import MODEL
from tests.service.polling import watched
from tests.waiting import eventually
from tui.resources.endpoint_configs import Capture, ConfigVariant
from tui.resources.endpoint_deployments import DeploymentPlan, DeployStep, DeployVariant, EndpointProgress
from tui.resources.endpoints import EndpointDetail
from tui.service.endpoint_deploying import Deploying, Deployment
from tui.service.endpoint_shutdown import ShuttingDown
from tui.service.endpoints import Endpoints
from tui.service.gateway import Gateway
from tui.service.identity import Identity
from tui.service.invoking import Invoking
from tui.service.models import Models
from tui.service.pace import Pace
from tui.service.prices import Prices

PACE = Pace(listing=0.2, changing=0.05, logs=0.05)
DEADLINE_SECONDS = 60


class Road:
    """All of them, in a hurry."""

    def __init__(self, gateway: Gateway, folder: Path) -> None:
        self.gateway = gateway
        self.models = Models(gateway, lambda: PACE)
        prices = Prices(gateway, Identity(gateway), folder, billed=lambda: False)
        self.endpoints = Endpoints(gateway, prices, lambda: PACE)
        self.deploying = Deploying(self.endpoints, self.models)
        self.shutting_down = ShuttingDown(gateway, self.endpoints, self.models)
        self.invoking = Invoking(gateway)

    async def deploy(self, name: str, *variants: ConfigVariant, capture: Capture | None = None) -> None:
        """An endpoint in service with a configuration of its name."""
        plan = DeploymentPlan(name, name, tuple(map(DeployVariant, variants)), capture)
        await self.run(self.deploying.start(plan))

    async def run(self, deployment: Deployment) -> list[DeployStep]:
        """All steps of a deployment."""
        async with asyncio.timeout(DEADLINE_SECONDS):
            return [step async for step in deployment.run()]

    async def settled(
        self, name: str, reached: Callable[[EndpointDetail], bool] = lambda _: True
    ) -> list[EndpointProgress]:
        """All looks at an endpoint until it is in service as it is wanted."""
        async with asyncio.timeout(DEADLINE_SECONDS):
            return [progress async for progress in self.endpoints.until_in_service(name, reached)]

    async def invoked(self, name: str, count: int) -> None:
        """Wait until CloudWatch counts so many invocations of the only variant; more are an error at once."""
        feed = self.endpoints.metrics(name)

        def total() -> float:
            traffic = feed.snapshot.value
            return traffic.variants[0].total or 0 if traffic else 0

        async with watched(feed, lambda _: 0.02):
            assert await eventually(total, f"invocations of {name}", holds=lambda found: found >= count) == count


def variant(name: str, model: str = MODEL, count: int = 1, weight: float = 1.0) -> ConfigVariant:
    return ConfigVariant(name, model, "ml.m5.large", count, weight)
