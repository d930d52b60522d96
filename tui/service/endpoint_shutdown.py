"""Shutting endpoints down with what belongs to them, each only if nothing else needs it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection, Mapping
from dataclasses import replace
from typing import Any

from tui.resources.endpoint_configs import EndpointConfig
from tui.resources.endpoint_deployments import Belonging, Resource, ShutDownPlan, ShutDownStep
from tui.resources.endpoints import EndpointDetail
from tui.service.endpoints import Endpoints
from tui.service.errors import NotFound, ServiceError
from tui.service.gateway import Gateway
from tui.service.live_list import PAGE
from tui.service.models import Models

LOOKED_AT = 200
"""Endpoints, and likewise configurations, that are described to find out who uses what. Beyond, nobody can be sure."""


class ShuttingDown:
    """Finds out what goes with an endpoint, and deletes it."""

    def __init__(self, gateway: Gateway, endpoints: Endpoints, models: Models) -> None:
        self._gateway = gateway
        self._endpoints = endpoints
        self._models = models
        self._configs: dict[str, EndpointConfig] = {}
        """By ARN and time of creation: configurations do not change."""

    async def plan(self, name: str) -> ShutDownPlan:
        """What can go with an endpoint, what cannot and why, and what stays behind in any case."""
        detail = await self._endpoints.describe(name)
        config, models = await self._belongings(detail)
        try:
            scaling = await self._endpoints.scaling.bounds(name, [variant.name for variant in detail.production])
        except ServiceError as error:
            return ShutDownPlan(name, config, models, (), (*_stays(detail), f"auto scaling, not checked: {error.why}"))
        return ShutDownPlan(name, config, models, scaling, _stays(detail))

    async def users_of(self, model: str) -> Belonging:
        """The configurations that name a model, and the endpoints that serve those or are about to."""
        (endpoints, unsure), (configs, unsure_of_configs) = await asyncio.gather(
            self._endpoint_users(but=""), self._other_configs(but="")
        )
        users = [
            user
            for config in configs
            if model in config.models
            for user in (f"endpoint configuration {config.name}", *endpoints.get(config.name, ()))
        ]
        return Belonging(Resource("model", model), tuple(users), unsure_of_configs or unsure)

    async def run(
        self, plan: ShutDownPlan, *, config: bool, models: Collection[str], scaling: bool = False
    ) -> AsyncIterator[ShutDownStep]:
        """Delete an endpoint, and what is asked for of what belongs to it, unless something else needs it by now.

        Raises:
            ServiceError: A step failed; the steps so far were told.
        """
        endpoint = Resource("endpoint", plan.endpoint)
        detail = await self._endpoints.find(plan.endpoint)
        for bounds in plan.scaling if scaling else ():
            registration = Resource("scaling registration", bounds.variant)
            yield ShutDownStep(registration, "deleting")
            await self._endpoints.scaling.deregister(bounds)
            yield ShutDownStep(registration, "deleted")
        if detail and detail.endpoint.status != "Deleting":
            yield ShutDownStep(endpoint, "deleting")
            await self._endpoints.delete(endpoint.name)
        wanted = {one.resource.name for one in plan.models if one.resource.name in models}
        if detail and (config or wanted):
            # What was found out for the plan may have changed while a person read it.
            own_config, own_models = await self._belongings(detail)
            if own_config and config:
                async for step in self._delete(own_config):
                    yield step
            kept = own_config and (own_config.why_it_stays or not config)
            for one in own_models:
                if one.resource.name in wanted:
                    users = (str(own_config.resource), *one.used_by) if own_config and kept else one.used_by
                    async for step in self._delete(replace(one, used_by=users)):
                        yield step
        await self._endpoints.until_gone(endpoint.name)
        yield ShutDownStep(endpoint, "deleted")

    async def _delete(self, one: Belonging) -> AsyncIterator[ShutDownStep]:
        resource = one.resource
        if one.why_it_stays:
            yield ShutDownStep(resource, "stays", one.why_it_stays)
            return
        yield ShutDownStep(resource, "deleting")
        try:
            if resource.kind == "model":
                await self._models.delete(resource.name)
            else:
                await self._endpoints.configs.delete(resource.name)
        except NotFound:  # somebody was faster
            pass
        yield ShutDownStep(resource, "deleted")

    async def _belongings(self, detail: EndpointDetail) -> tuple[Belonging | None, tuple[Belonging, ...]]:
        """The configuration and the models of an endpoint, with who else uses them."""
        if detail.config is None:
            return None, ()
        users, unsure = await self._endpoint_users(detail.endpoint.name)
        resource = Resource("endpoint configuration", detail.config.name)
        config = Belonging(resource, tuple(users.get(detail.config.name, ())), unsure)
        configs, unsure_of_configs = await self._other_configs(detail.config.name)
        return config, tuple(
            Belonging(
                Resource("model", model),
                # An endpoint serves its configuration even when that was deleted, so both are asked.
                tuple(f"endpoint configuration {one.name}" for one in configs if model in one.models),
                unsure_of_configs,
            )
            for model in detail.config.models
        )

    async def _endpoint_users(self, but: str) -> tuple[Mapping[str, list[str]], str]:
        """The other endpoints by the configurations that they serve or are about to, and what is not known."""
        names = [
            summary["EndpointName"]
            async for page in self._gateway.pages("sagemaker", "ListEndpoints", MaxResults=PAGE)
            for summary in page["Endpoints"]
            if summary["EndpointName"] != but and summary["EndpointStatus"] != "Deleting"
        ]
        found: dict[str, list[str]] = {}
        for name, used in zip(names, await asyncio.gather(*map(self._used_by, names[:LOOKED_AT])), strict=False):
            for config in used:
                found.setdefault(config, []).append(f"endpoint {name}")
        return found, _unsure(len(names), "endpoints")

    async def _used_by(self, endpoint: str) -> list[str]:
        try:
            answer = await self._gateway.call("sagemaker", "DescribeEndpoint", EndpointName=endpoint)
        except NotFound:
            return []
        pending = answer.get("PendingDeploymentSummary", {})
        return [name for name in (answer.get("EndpointConfigName"), pending.get("EndpointConfigName")) if name]

    async def _other_configs(self, but: str) -> tuple[list[EndpointConfig], str]:
        """All other configurations, and what is not known."""
        summaries = [
            summary
            async for page in self._gateway.pages("sagemaker", "ListEndpointConfigs", MaxResults=PAGE)
            for summary in page["EndpointConfigs"]
            if summary["EndpointConfigName"] != but
        ]
        found = await asyncio.gather(*map(self._config, summaries[:LOOKED_AT]))
        return [config for config in found if config], _unsure(len(summaries), "endpoint configurations")

    async def _config(self, summary: Mapping[str, Any]) -> EndpointConfig | None:
        key = f"{summary['EndpointConfigArn']} {summary['CreationTime']}"
        if key not in self._configs:
            try:
                answer = await self._gateway.call(
                    "sagemaker", "DescribeEndpointConfig", EndpointConfigName=summary["EndpointConfigName"]
                )
            except NotFound:
                return None
            self._configs[key] = EndpointConfig.from_description(answer)
        return self._configs[key]


def _unsure(count: int, what: str) -> str:
    if count <= LOOKED_AT:
        return ""
    return f"There are {count:,} other {what}, and only the newest {LOOKED_AT} were looked at."


def _stays(detail: EndpointDetail) -> tuple[str, ...]:
    stays = [f"the log group /aws/sagemaker/Endpoints/{detail.endpoint.name}", "the artifacts of its models in S3"]
    if detail.capture:
        stays.append(f"the captured data at {detail.capture.uri}")
    return (*stays, "CloudWatch alarms on it")
