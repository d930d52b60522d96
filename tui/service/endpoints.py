"""Endpoints: the live list, one in full, its traffic, and what can be done to it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import replace
from typing import Any

from tui.resources.endpoint_deployments import EndpointProgress
from tui.resources.endpoint_metrics import LAST_HOUR, EndpointTraffic, MetricWindow
from tui.resources.endpoint_updates import DeploymentPolicy, update_request
from tui.resources.endpoint_weights import VariantWeight, weights_of, weights_request
from tui.resources.endpoints import Endpoint, EndpointDetail
from tui.service.endpoint_configs import EndpointConfigs, free_name
from tui.service.endpoint_learning import TRAFFIC_POLLS, EndpointLearning
from tui.service.endpoint_metrics import EndpointMetrics
from tui.service.endpoint_scaling import EndpointScaling
from tui.service.errors import InvalidRequest, NotFound, ServiceError, ServiceFault, Unreachable, WorkerLost
from tui.service.feed import Feed
from tui.service.gateway import Gateway
from tui.service.live_list import LiveList
from tui.service.pace import Pace
from tui.service.prices import Prices

GRACE_LOOKS = 2
"""Looks at something that is changing for which what was just written may not be seen yet: at AWS ten seconds."""

Weights = tuple[VariantWeight, ...]

Undo = Callable[[EndpointDetail], Weights | None]
"""What takes a change of weights back, given the endpoint before it; None when nothing does."""


class Endpoints:
    """The endpoints of an account and region, and their configurations."""

    def __init__(self, gateway: Gateway, prices: Prices, pace: Callable[[], Pace] = Pace) -> None:
        self._gateway = gateway
        self._prices = prices
        self._metrics = EndpointMetrics(gateway)
        self.scaling = EndpointScaling(gateway)
        self._pace = pace
        self._details: dict[str, Feed[EndpointDetail]] = {}
        self._traffic: dict[tuple[str, MetricWindow], Feed[EndpointTraffic]] = {}
        self._previous: dict[str, Weights | None] = {}
        learning = EndpointLearning(self.describe, self._metrics, pace, lambda: self.list.feed)
        self.list = LiveList(
            gateway,
            "ListEndpoints",
            "Endpoints",
            Endpoint.from_summary,
            pace=pace,
            learn=learning.learn,
            keep=_keep,
        )
        """The newest endpoints first, live, with what is learnt about them."""
        self.configs = EndpointConfigs(gateway, pace)

    @property
    def pace(self) -> Pace:
        """How often is asked."""
        return self._pace()

    @property
    def grace_seconds(self) -> float:
        """For which what was just written may not be seen yet."""
        return GRACE_LOOKS * self.pace.changing

    def detail(self, name: str) -> Feed[EndpointDetail]:
        """One endpoint in full; the same feed for everyone who looks at it."""
        if name not in self._details:
            self._details[name] = Feed(
                lambda: self.describe(name),
                lambda detail: self.pace.changing if detail.endpoint.running else TRAFFIC_POLLS * self.pace.listing,
            )
        return self._details[name]

    def metrics(self, name: str, window: MetricWindow = LAST_HOUR) -> Feed[EndpointTraffic]:
        """What the variants of an endpoint do, those that are on their way included."""
        if (name, window) not in self._traffic:
            self._traffic[name, window] = Feed(
                lambda: self.traffic(name, window), lambda _: TRAFFIC_POLLS * self.pace.listing
            )
        return self._traffic[name, window]

    async def traffic(self, name: str, window: MetricWindow) -> EndpointTraffic:
        """What the variants of an endpoint did in a window, now."""
        description = await self._description(name)
        pending = description.get("PendingDeploymentSummary", {})
        variants = dict.fromkeys(
            variant["VariantName"]
            for fleet in (description, pending)
            for member in ("ProductionVariants", "ShadowProductionVariants")
            for variant in fleet.get(member) or ()
        )
        return await self._metrics.traffic(name, list(variants), window)

    async def describe(self, name: str) -> EndpointDetail:
        """One endpoint in full, now, with its configurations and what it costs."""
        description = await self._description(name)
        pending = description.get("PendingDeploymentSummary", {}).get("EndpointConfigName")
        config, pending_config = await asyncio.gather(
            self.configs.find(description.get("EndpointConfigName")), self.configs.find(pending)
        )
        detail = EndpointDetail.from_descriptions(description, config, pending_config)
        return replace(detail, endpoint=replace(detail.endpoint, rate=await self._prices.of(detail)))

    async def _description(self, name: str) -> dict[str, Any]:
        return await self._gateway.call("sagemaker", "DescribeEndpoint", EndpointName=name)

    async def find(self, name: str) -> EndpointDetail | None:
        """One endpoint in full; None when there is none of that name."""
        try:
            return await self.describe(name)
        except NotFound:
            return None

    async def free_name(self, base: str) -> str:
        """A name for an endpoint that is not taken: the base, or with a number behind it."""
        return await free_name(base, self._description)

    async def create(self, name: str, config: str) -> str:
        """Begin to create an endpoint; its ARN."""
        answer = await self._gateway.call("sagemaker", "CreateEndpoint", EndpointName=name, EndpointConfigName=config)
        self.wake(name)
        return str(answer["EndpointArn"])

    async def update(
        self,
        name: str,
        config: str,
        policy: DeploymentPolicy | None = None,
        *,
        keep_live: bool = True,
    ) -> None:
        """Begin to move an endpoint to another configuration; it serves all the while.

        Live weights and instance counts of variants that stay are kept, unless `keep_live` is false.
        """
        await self._gateway.call(
            "sagemaker", "UpdateEndpoint", **update_request(name, config, policy, keep_live=keep_live)
        )
        self.wake(name)

    async def set_weights(self, name: str, wanted: Sequence[VariantWeight], undo: Undo = weights_of) -> None:
        """Begin to change the weights of all variants, and the instances of one, in one call.

        What `restore_weights` is to set is remembered, also when it is not known whether the call arrived.

        Raises:
            InvalidRequest: The variants cannot have these, or are others by now.
        """
        detail = await self.describe(name)
        try:
            request = weights_request(detail, wanted)
        except ValueError as problem:
            raise InvalidRequest(f"The weights of {name} were not changed", str(problem)) from None
        known = self._previous.get(name)
        self._previous[name] = undo(detail)
        try:
            await self._gateway.call("sagemaker", "UpdateEndpointWeightsAndCapacities", **request)
        except ServiceError as error:
            if not isinstance(error, Unreachable | WorkerLost):  # refused: nothing has changed
                self._previous[name] = known
            raise
        self.wake(name)

    def previous_weights(self, name: str) -> Weights | None:
        """What `restore_weights` would set; None while there is nothing that this console has changed."""
        return self._previous.get(name)

    async def restore_weights(self, name: str) -> Weights:
        """Begin to set what was before the last change, which can itself be restored; what is set.

        Raises:
            InvalidRequest: Nothing was changed here, or the endpoint has other variants by now.
        """
        previous = self._previous.get(name)
        if previous is None:
            raise InvalidRequest(f"The weights of {name} were not changed", "this console has not changed them before")
        await self.set_weights(name, previous)
        return previous

    async def delete(self, name: str) -> None:
        """Begin to delete an endpoint; its configuration, models, log and captured data stay."""
        await self._gateway.call("sagemaker", "DeleteEndpoint", EndpointName=name)
        self._previous.pop(name, None)
        self.wake(name)

    async def until_in_service(
        self, name: str, reached: Callable[[EndpointDetail], bool] = lambda _: True
    ) -> AsyncIterator[EndpointProgress]:
        """Every look at an endpoint on its way, until it is in service and as `reached` wants it.

        Raises:
            ServiceFault: It failed, or went back to what it was before; the words say why.
            NotFound: There is no such endpoint, or not any more.
        """
        began = time.monotonic()
        moved = False
        while True:
            seconds = time.monotonic() - began
            try:
                detail = await self.describe(name)
            except NotFound:
                if moved or seconds > self.grace_seconds:
                    raise
            else:
                if name in self._details:
                    self._details[name].update(detail)
                yield EndpointProgress(detail, seconds)
                moved = moved or detail.endpoint.running
                if self._arrived(detail, reached, late=moved or seconds > self.grace_seconds):
                    break
            await asyncio.sleep(self.pace.changing)
        self.wake(name)

    def _arrived(self, detail: EndpointDetail, reached: Callable[[EndpointDetail], bool], *, late: bool) -> bool:
        """Whether an endpoint is where it was to go; raises when it will not get there."""
        endpoint = detail.endpoint
        if endpoint.running:
            return False
        if endpoint.status == "InService" and reached(detail):
            return True
        if not late and endpoint.status == "InService":
            return False
        self.wake(endpoint.name)
        if endpoint.status == "InService":
            what = f"{endpoint.name} is in service as it was before"
            raise ServiceFault(what, detail.failure_reason or "the change was rolled back", "See its log")
        what = f"{endpoint.name} is {endpoint.status}"
        next_step = "The only thing to do with it is to delete it" if endpoint.status == "Failed" else "See its log"
        raise ServiceFault(what, detail.failure_reason, next_step)

    async def until_gone(self, name: str) -> None:
        """Wait until an endpoint that is being deleted is no more."""
        while True:
            try:
                await self._description(name)
            except NotFound:
                break
            await asyncio.sleep(self.pace.changing)
        self._details.pop(name, None)
        self.list.forget(name)

    def wake(self, name: str) -> None:
        """Ask for everything about an endpoint as soon as possible: something was done to it, or a person asked."""
        self.list.feed.wake()
        if name in self._details:
            self._details[name].wake()
        for (watched, _), feed in self._traffic.items():
            if watched == name:
                feed.wake()


def _keep(known: Endpoint, fresh: Endpoint) -> Endpoint:
    if fresh.created != known.created:  # another one of the same name, and so of the same ARN
        return fresh
    return replace(known, status=fresh.status, modified=fresh.modified)
