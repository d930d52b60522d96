"""Endpoint configurations: create, describe, list and delete them."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from typing import Any

from tui.local.endpoint_config_requests import accepted_request
from tui.local.errors import AwsError, validation_error
from tui.local.listing import Listing
from tui.local.models import ModelTable, unknown_model
from tui.local.settings import Settings
from tui.local.store import Store
from tui.local.tables import Definition, DefinitionTable
from tui.local.tags import Tags

_TABLE = "endpoint_configs"
_LISTING = Listing("ListEndpointConfigs", _TABLE, {"Name": "name", "CreationTime": "creation_time"})


class EndpointConfigTable(DefinitionTable):
    """The endpoint configurations in the store."""

    def __init__(self, store: Store) -> None:
        super().__init__(store, _TABLE)


def unknown_config(arn: str) -> AwsError:
    """The error for an endpoint configuration that does not exist."""
    return validation_error(f'Could not find endpoint configuration "{arn}".')


class EndpointConfigs:
    """The operations on endpoint configurations. Endpoints keep a copy of theirs, so that it may be deleted."""

    def __init__(self, settings: Settings, store: Store, tags: Tags) -> None:
        self._settings = settings
        self._store = store
        self._tags = tags
        self._configs = EndpointConfigTable(store)
        self._models = ModelTable(store)

    def create_endpoint_config(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Check a request and keep it."""
        accepted = accepted_request(request, self._settings)
        name = accepted["EndpointConfigName"]
        arn = self._arn(name)
        with self._store.write() as connection:
            for variant in [*accepted["ProductionVariants"], *accepted.get("ShadowProductionVariants", [])]:
                if self._models.find(connection, variant["ModelName"]) is None:
                    raise unknown_model(self._settings.arn("model", variant["ModelName"]))
            try:
                self._configs.insert(connection, name, arn, accepted)
            except sqlite3.IntegrityError:
                raise validation_error(f'Cannot create already existing endpoint configuration "{arn}".') from None
            self._tags.register(connection, arn, request.get("Tags", ()))
        return {"EndpointConfigArn": arn}

    def describe_endpoint_config(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Everything about one configuration."""
        with self._store.read() as connection:
            config = self._existing(connection, request["EndpointConfigName"])
        return {**config.request, "EndpointConfigArn": config.arn, "CreationTime": config.creation_time}

    def list_endpoint_configs(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """A page of summaries, newest first by default."""
        rows, token = _LISTING.page(self._store, request)
        summaries = [
            {
                "EndpointConfigName": row["name"],
                "EndpointConfigArn": row["arn"],
                "CreationTime": row["creation_time"],
            }
            for row in rows
        ]
        return {"EndpointConfigs": summaries, "NextToken": token}

    def delete_endpoint_config(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Forget a configuration, which frees its name."""
        with self._store.write() as connection:
            config = self._existing(connection, request["EndpointConfigName"])
            self._configs.delete(connection, config.name)
            self._tags.forget(connection, config.arn)
        return {}

    def _existing(self, connection: sqlite3.Connection, name: str) -> Definition:
        config = self._configs.find(connection, name)
        if config is None:
            raise unknown_config(self._arn(name))
        return config

    def _arn(self, name: str) -> str:
        return self._settings.arn("endpoint-config", name)
