"""An endpoint with two variants that does as it is told, or not, and ladders on it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.service.virtual_time import elapse
from tui.resources.canary import CanaryState
from tui.resources.canary_plan import Bounds, CanaryPlan
from tui.resources.endpoint_metrics import EndpointTraffic, MetricWindow, VariantTraffic
from tui.resources.endpoint_weights import VariantWeight, weights_of
from tui.resources.endpoints import EndpointDetail
from tui.service.canary import Ladder
from tui.service.endpoints import Endpoints, Undo, Weights
from tui.service.pace import Pace

ORIGINAL = (VariantWeight("old", 1.0, 1), VariantWeight("new", 0.0, 1))
PLAN = CanaryPlan("shop", "new", "old", ORIGINAL, (10.0, 50.0, 100.0), 60.0, Bounds(least=100))


@dataclass
class World(Endpoints):
    """An endpoint with two variants, and what befalls it."""

    weights: tuple[VariantWeight, ...] = ORIGINAL
    status: str = "InService"
    requests_a_second: float = 10.0
    failing: frozenset[str] = frozenset()
    """Variants that answer 500."""

    set: list[tuple[VariantWeight, ...]] = field(default_factory=list)
    on_set: Callable[[], None] = lambda: None
    on_look: Callable[[], None] = lambda: None
    _previous: dict[str, Weights | None] = field(default_factory=dict)
    _counted: dict[str, list[float]] = field(default_factory=lambda: {"old": [0.0, 0.0], "new": [0.0, 0.0]})
    _until: float = 0.0

    @property
    def pace(self) -> Pace:
        return Pace()

    async def describe(self, name: str) -> EndpointDetail:
        await elapse(0.1)
        self.on_look()
        variants = [
            {
                "VariantName": one.name,
                "CurrentWeight": one.weight,
                "DesiredWeight": one.weight,
                "CurrentInstanceCount": 1,
            }
            for one in self.weights
        ]
        return EndpointDetail.from_descriptions(
            {
                "EndpointName": name,
                "EndpointArn": f"arn/{name}",
                "EndpointStatus": self.status,
                "CreationTime": 0.0,
                "ProductionVariants": variants,
            },
            None,
        )

    async def set_weights(self, name: str, wanted: Sequence[VariantWeight], undo: Undo = weights_of) -> None:
        self._count()
        self.set.append(tuple(wanted))
        self._previous[name] = undo(await self.describe(name))
        self.on_set()
        self.arrive(tuple(wanted))

    def arrive(self, wanted: tuple[VariantWeight, ...]) -> None:
        self.weights, self.status = wanted, "Updating"
        asyncio.get_running_loop().call_later(3, lambda: setattr(self, "status", "InService"))

    async def traffic(self, name: str, window: MetricWindow) -> EndpointTraffic:
        await elapse(0.1)
        self.on_look()
        self._count()
        return EndpointTraffic(0.0, window, tuple(self._counts_of(*item) for item in self._counted.items()))

    def _counts_of(self, name: str, counted: list[float]) -> VariantTraffic:
        invocations, errors = counted
        return VariantTraffic(name, (invocations,), (), (), (0.0,), (errors,), 5.0, 9.0 if invocations else None)

    def _count(self) -> None:
        now = asyncio.get_running_loop().time()
        total = sum(one.weight for one in self.weights)
        for one in self.weights:
            requests = (now - self._until) * self.requests_a_second * one.weight / total
            self._counted[one.name][0] += requests
            self._counted[one.name][1] += requests * (one.name in self.failing)
        self._until = now


def shares_set(world: World) -> list[float]:
    return [100 * one[1].weight / (one[0].weight + one[1].weight) for one in world.set]


async def ended(ladder: Ladder) -> CanaryState:
    async for state in ladder.watch():
        last = state
    return last


async def reached(ladder: Ladder, holds: Callable[[CanaryState], Any]) -> CanaryState:
    async for state in ladder.watch():
        if holds(state):
            return state
    raise AssertionError(f"it ended otherwise: {ladder.state}")
