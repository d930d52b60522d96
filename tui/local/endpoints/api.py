"""The operations on endpoints: create, describe, list, update, resize and delete them."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from tui.local.endpoint_configs import EndpointConfigTable, unknown_config
from tui.local.endpoints.deployer import Deployer
from tui.local.endpoints.fleets import Fleet, Stage, new_fleet
from tui.local.endpoints.requests import (
    require_alarms,
    require_in_service,
    require_instances,
    require_settled,
    resized,
)
from tui.local.endpoints.rollout import Rollout, rollout_of
from tui.local.endpoints.table import Endpoint, EndpointTable, Status, endpoint_of
from tui.local.endpoints.views import description, summary
from tui.local.errors import validation_error
from tui.local.listing import Listing
from tui.local.models import ModelTable, container_of, unknown_model
from tui.local.settings import Settings
from tui.local.store import Store
from tui.local.tags import Tags

_LISTING = Listing("ListEndpoints", "endpoints", {"Name": "name", "CreationTime": "creation_time", "Status": "status"})


class Endpoints:
    """The control plane of endpoints; the deployer does the work."""

    def __init__(
        self,
        settings: Settings,
        store: Store,
        tags: Tags,
        deployer: Deployer,
        alarm_state: Callable[[str], str | None],
    ) -> None:
        self._settings = settings
        self._store = store
        self._tags = tags
        self._deployer = deployer
        self._alarm_state = alarm_state
        self._endpoints = EndpointTable(store)
        self._configs = EndpointConfigTable(store)
        self._models = ModelTable(store)

    def create_endpoint(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Check a request and start to deploy; the endpoint is in the store before the answer."""
        name = request["EndpointName"]
        arn = self._arn(name)
        deployment_config = request.get("DeploymentConfig")
        require_alarms(deployment_config or {}, self._alarm_state)
        with self._store.write() as connection:
            if self._endpoints.find(connection, arn) is not None:
                raise validation_error(f'Cannot create already existing endpoint "{arn}".')
            fleet = self._new_fleet(connection, request["EndpointConfigName"])
            rollout_of(deployment_config, fleet)
            require_instances(fleet, self._endpoints.all(connection))
            self._endpoints.insert(connection, name, arn, fleet, deployment_config)
            self._tags.register(connection, arn, request.get("Tags", ()))
        self._deployer.deploy(arn, Rollout())
        return {"EndpointArn": arn}

    def describe_endpoint(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Everything about one endpoint."""
        with self._store.read() as connection:
            return description(self._existing(connection, request["EndpointName"]))

    def list_endpoints(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """A page of summaries, newest first by default."""
        rows, token = _LISTING.page(self._store, request)
        return {"Endpoints": [summary(endpoint_of(row)) for row in rows], "NextToken": token}

    def update_endpoint(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Start to move an endpoint to another endpoint configuration; it serves all the while."""
        with self._store.read() as connection:
            before = self._existing(connection, request["EndpointName"])
        # Not in the transaction below: to know the state of an alarm is to read the store.
        require_alarms(_deployment_config(request, before) or {}, self._alarm_state)
        with self._store.write() as connection:
            endpoint = self._existing(connection, request["EndpointName"])
            active = require_in_service(endpoint)
            fleet = self._new_fleet(connection, request["EndpointConfigName"])
            if request.get("RetainAllVariantProperties"):
                excluded = request.get("ExcludeRetainedVariantProperties", [])
                fleet = fleet.retaining(active, {item["VariantPropertyType"] for item in excluded})
            deployment_config = _deployment_config(request, endpoint)
            rollout = rollout_of(deployment_config, fleet)
            require_instances(fleet, self._endpoints.all(connection))
            updated = replace(
                endpoint,
                status=Status.UPDATING,
                failure_reason=None,
                pending=fleet,
                pending_time=time.time(),
                deployment_config=deployment_config,
            )
            self._endpoints.save(connection, updated)
        self._deployer.deploy(endpoint.arn, rollout)
        return {"EndpointArn": endpoint.arn}

    def update_endpoint_weights_and_capacities(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Start to change the weights and the capacity of variants; the endpoint configuration stays as it is."""
        with self._store.write() as connection:
            endpoint = self._existing(connection, request["EndpointName"])
            active = require_in_service(endpoint)
            fleet = resized(active, request["DesiredWeightsAndCapacities"]).at(Stage.UPDATING, time.time())
            others = [other for other in self._endpoints.all(connection) if other.arn != endpoint.arn]
            require_instances(fleet, others)
            updated = replace(endpoint, status=Status.UPDATING, failure_reason=None, active=fleet)
            self._endpoints.save(connection, updated)
        self._deployer.resize(endpoint.arn)
        return {"EndpointArn": endpoint.arn}

    def delete_endpoint(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Start to delete an endpoint; its configuration, models, logs, captured data and alarms stay."""
        with self._store.write() as connection:
            endpoint = self._existing(connection, request["EndpointName"])
            require_settled(endpoint)
            self._endpoints.save(connection, replace(endpoint, status=Status.DELETING))
        self._deployer.delete(endpoint.arn)
        return {}

    def _existing(self, connection: sqlite3.Connection, name: str) -> Endpoint:
        endpoint = self._endpoints.find(connection, self._arn(name))
        if endpoint is None:
            raise validation_error(f'Could not find endpoint "{self._arn(name)}".')
        return endpoint

    def _new_fleet(self, connection: sqlite3.Connection, config_name: str) -> Fleet:
        """The fleet of an endpoint configuration as it and its models are now."""
        config = self._configs.find(connection, config_name)
        if config is None:
            raise unknown_config(self._settings.arn("endpoint-config", config_name))
        containers = {}
        for variant in [*config.request["ProductionVariants"], *config.request.get("ShadowProductionVariants", [])]:
            model = self._models.find(connection, variant["ModelName"])
            if model is None:
                raise unknown_model(self._settings.arn("model", variant["ModelName"]))
            containers[model.name] = container_of(model)
        return new_fleet(config.request, containers, time.time())

    def _arn(self, name: str) -> str:
        return self._settings.arn("endpoint", name)


def _deployment_config(request: Mapping[str, Any], endpoint: Endpoint) -> Mapping[str, Any] | None:
    """The DeploymentConfig of an update."""
    given: Mapping[str, Any] | None = request.get("DeploymentConfig")
    if given is None and request.get("RetainDeploymentConfig"):
        return endpoint.deployment_config
    return given
