"""Endpoint configurations: create, describe, list and delete them."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tui.local.endpoint_config_requests import accepted_request
from tui.local.errors import AwsError, validation_error
from tui.local.listing import Listing
from tui.local.models import ModelTable, unknown_model
from tui.local.settings import Settings
from tui.local.store import Store
from tui.local.tags import Tags

_TABLES = """
CREATE TABLE IF NOT EXISTS endpoint_configs (
    name TEXT PRIMARY KEY,
    arn TEXT NOT NULL UNIQUE,
    creation_time REAL NOT NULL,
    request TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS endpoint_configs_by_creation ON endpoint_configs (creation_time, name);
"""

_LISTING = Listing("ListEndpointConfigs", "endpoint_configs", {"Name": "name", "CreationTime": "creation_time"})


@dataclass(frozen=True, slots=True)
class EndpointConfig:
    """An endpoint configuration as it was when it was read."""

    name: str
    arn: str
    creation_time: float
    request: Mapping[str, Any]
    """The CreateEndpointConfig request with the service's defaults filled in, without Tags."""


class EndpointConfigTable:
    """Reads and writes endpoint configurations; one never changes once it is there."""

    def __init__(self, store: Store) -> None:
        store.create(_TABLES)

    def insert(self, connection: sqlite3.Connection, name: str, arn: str, request: Mapping[str, Any]) -> None:
        """A new configuration; raises sqlite3.IntegrityError when the name is taken."""
        connection.execute(
            "INSERT INTO endpoint_configs (name, arn, creation_time, request) VALUES (?, ?, ?, ?)",
            (name, arn, time.time(), json.dumps(request)),
        )

    def find(self, connection: sqlite3.Connection, name: str) -> EndpointConfig | None:
        """The configuration of this name, as a transaction sees it."""
        row = connection.execute("SELECT * FROM endpoint_configs WHERE name = ?", (name,)).fetchone()
        if row is None:
            return None
        return EndpointConfig(row["name"], row["arn"], row["creation_time"], json.loads(row["request"]))

    def delete(self, connection: sqlite3.Connection, name: str) -> None:
        """Forget a configuration."""
        connection.execute("DELETE FROM endpoint_configs WHERE name = ?", (name,))


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

    def _existing(self, connection: sqlite3.Connection, name: str) -> EndpointConfig:
        config = self._configs.find(connection, name)
        if config is None:
            raise unknown_config(self._arn(name))
        return config

    def _arn(self, name: str) -> str:
        return self._settings.arn("endpoint-config", name)
