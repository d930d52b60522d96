"""Endpoint configurations: the live list, one in full, made and deleted. They never change."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from tui.resources.endpoint_configs import ConfigSummary, EndpointConfig
from tui.resources.endpoints import numbered
from tui.service.errors import AccessDenied, NotFound
from tui.service.gateway import Gateway
from tui.service.live_list import LiveList
from tui.service.pace import Pace


class EndpointConfigs:
    """The endpoint configurations of an account and region."""

    def __init__(self, gateway: Gateway, pace: Callable[[], Pace]) -> None:
        self._gateway = gateway
        self.list = LiveList(gateway, "ListEndpointConfigs", "EndpointConfigs", ConfigSummary.from_summary, pace=pace)
        """The newest first, live."""

    async def find(self, name: str | None) -> EndpointConfig | None:
        """One in full; None when there is none of that name, or it may not be read."""
        if not name:
            return None
        try:
            return EndpointConfig.from_description(await self._describe(name))
        except (NotFound, AccessDenied):
            return None

    async def free_name(self, base: str) -> str:
        """A name that is not taken: the base, or with a number behind it."""
        return await free_name(base, self._describe)

    async def create(self, request: Mapping[str, Any]) -> str:
        """Make one; its ARN. `request` has the members of CreateEndpointConfig."""
        answer = await self._gateway.call("sagemaker", "CreateEndpointConfig", **request)
        self.list.feed.wake()
        return str(answer["EndpointConfigArn"])

    async def delete(self, name: str) -> None:
        """Delete one; its models stay."""
        await self._gateway.call("sagemaker", "DeleteEndpointConfig", EndpointConfigName=name)
        self.list.forget(name)

    async def _describe(self, name: str) -> Mapping[str, Any]:
        return await self._gateway.call("sagemaker", "DescribeEndpointConfig", EndpointConfigName=name)


async def free_name(base: str, look: Callable[[str], Awaitable[object]]) -> str:
    """The base, or with a number behind it: the first for which `look` finds nothing and raises NotFound."""
    number = 1
    while True:
        name = numbered(base, number)
        try:
            await look(name)
        except NotFound:
            return name
        number += 1
