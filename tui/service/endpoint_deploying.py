"""Deploying: model, configuration, endpoint, in this order, and what to do when it ends halfway."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import replace

from tui.resources.endpoint_configs import ConfigVariant, config_request
from tui.resources.endpoint_deployments import DeploymentPlan, DeployStep, DeployVariant, Resource
from tui.service.endpoints import Endpoints
from tui.service.errors import InvalidRequest, NotFound, ServiceError, Unreachable, WorkerLost
from tui.service.models import Models


class Deployment:
    """One deployment: run once, and taken back if it is not wanted any more."""

    def __init__(self, plan: DeploymentPlan, endpoints: Endpoints, models: Models) -> None:
        self.plan = plan
        self._endpoints = endpoints
        self._models = models
        self._created: list[Resource] = []
        self.uncertain: Resource | None = None
        """What may have been made or not: the answer never came, or nobody waited for it. `remove` leaves it alone."""

    @property
    def created(self) -> tuple[Resource, ...]:
        """What was made so far, oldest first, however the deployment ended."""
        return tuple(self._created)

    async def run(self) -> AsyncIterator[DeployStep]:
        """Make everything, step by step, until the endpoint is in service.

        Raises:
            ServiceError: A step failed; what it made is in `created`, and `remove` takes it away.
        """
        if problem := self.plan.problem:
            raise InvalidRequest(f"{self.plan.endpoint} was not deployed", problem)
        variants: list[ConfigVariant] = []
        for one in self.plan.variants:
            async for step in self._model(one, variants):
                yield step
        config = Resource("endpoint configuration", self.plan.config)
        yield DeployStep(config, "doing")
        with self._making(config):
            await self._endpoints.configs.create(config_request(config.name, variants, self.plan.capture))
        yield DeployStep(config, "done")
        endpoint = Resource("endpoint", self.plan.endpoint)
        yield DeployStep(endpoint, "doing")
        with self._making(endpoint):
            await self._create_endpoint()
        async for progress in self._endpoints.until_in_service(endpoint.name):
            yield DeployStep(endpoint, "doing", progress.words)
        yield DeployStep(endpoint, "done")

    async def remove(self) -> AsyncIterator[Resource]:
        """Delete what this deployment made, the newest first; each is told when it is gone."""
        while self._created:
            resource = self._created[-1]
            try:
                if resource.kind == "endpoint":
                    await self._endpoints.delete(resource.name)
                    await self._endpoints.until_gone(resource.name)
                elif resource.kind == "endpoint configuration":
                    await self._endpoints.configs.delete(resource.name)
                else:
                    await self._models.delete(resource.name)
            except NotFound:  # somebody was faster
                pass
            self._created.pop()
            yield resource

    async def _model(self, one: DeployVariant, variants: list[ConfigVariant]) -> AsyncIterator[DeployStep]:
        """Add a variant with its model, which is made if need be."""
        if one.trained is None:
            variants.append(one.variant)
            return
        self.uncertain = Resource("model", one.trained.job)
        yield DeployStep(self.uncertain, "doing")
        with self._certain_if_refused():
            name, made = await self._models.of(one.trained)
        self.uncertain, model = None, Resource("model", name)
        if made:
            self._created.append(model)
        variants.append(replace(one.variant, model=name))
        yield DeployStep(model, "done" if made else "there already")

    @contextmanager
    def _making(self, resource: Resource) -> Iterator[None]:
        """A request that makes something."""
        self.uncertain = resource
        with self._certain_if_refused():
            yield
        self._created.append(resource)
        self.uncertain = None

    @contextmanager
    def _certain_if_refused(self) -> Iterator[None]:
        try:
            yield
        except ServiceError as error:
            if not isinstance(error, Unreachable | WorkerLost):
                self.uncertain = None
            raise

    async def _create_endpoint(self) -> None:
        """Create the endpoint; the service may need some seconds to know the configuration that was just made."""
        deadline = time.monotonic() + self._endpoints.grace_seconds
        while True:
            try:
                await self._endpoints.create(self.plan.endpoint, self.plan.config)
            except NotFound:
                if time.monotonic() > deadline:
                    raise
                await asyncio.sleep(self._endpoints.pace.changing / 4)
            else:
                return


class Deploying:
    """Begins deployments."""

    def __init__(self, endpoints: Endpoints, models: Models) -> None:
        self._endpoints = endpoints
        self._models = models

    def start(self, plan: DeploymentPlan) -> Deployment:
        """A deployment of this plan; nothing happens before it is run."""
        return Deployment(plan, self._endpoints, self._models)
