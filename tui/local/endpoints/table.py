"""The endpoints in the store: one row an endpoint, written by the control plane and by the endpoint's own thread."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from tui.local.endpoints.fleets import Fleet, fleet_of
from tui.local.jobs.states import MAX_REASON
from tui.local.store import Store
from tui.local.tables import Table

_TABLES = """
CREATE TABLE IF NOT EXISTS endpoints (
    name TEXT PRIMARY KEY,
    arn TEXT NOT NULL UNIQUE,
    status TEXT NOT NULL,
    creation_time REAL NOT NULL,
    last_modified_time REAL NOT NULL,
    failure_reason TEXT,
    active TEXT,
    pending TEXT,
    pending_time REAL,
    deployment_config TEXT
);
CREATE INDEX IF NOT EXISTS endpoints_by_creation ON endpoints (creation_time, name);
CREATE INDEX IF NOT EXISTS endpoints_by_modification ON endpoints (last_modified_time, name);
CREATE INDEX IF NOT EXISTS endpoints_by_status ON endpoints (status, name);
"""


class Status(StrEnum):
    """`EndpointStatus`."""

    CREATING = "Creating"
    UPDATING = "Updating"
    ROLLING_BACK = "RollingBack"
    IN_SERVICE = "InService"
    DELETING = "Deleting"
    FAILED = "Failed"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An endpoint as it was when it was read."""

    name: str
    arn: str
    """In lower case: endpoint names are unique whatever their case."""

    status: Status
    creation_time: float
    last_modified_time: float
    failure_reason: str | None
    active: Fleet | None
    """What serves; None while the endpoint is created, and when it could not be."""

    pending: Fleet | None
    """What is to take its place; of a failed endpoint, what could not."""

    pending_time: float | None
    """When that began, in epoch seconds."""

    deployment_config: Mapping[str, Any] | None
    """The last DeploymentConfig."""


class EndpointTable(Table[Endpoint]):
    """Reads and writes endpoints by their ARNs; every change goes through here and is atomic."""

    def __init__(self, store: Store) -> None:
        super().__init__(store, _TABLES, "endpoints", endpoint_of, key="arn")

    def insert(
        self,
        connection: sqlite3.Connection,
        name: str,
        arn: str,
        pending: Fleet,
        deployment_config: Mapping[str, Any] | None,
    ) -> None:
        """A new endpoint in status Creating; raises sqlite3.IntegrityError when the name is taken."""
        now = time.time()
        connection.execute(
            "INSERT INTO endpoints (name, arn, status, creation_time, last_modified_time, pending, pending_time,"
            " deployment_config) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (name, arn, Status.CREATING, now, now, pending.dump(), now, json.dumps(deployment_config)),
        )

    def all(self, connection: sqlite3.Connection) -> list[Endpoint]:
        """Every endpoint, as a transaction sees them."""
        return [endpoint_of(row) for row in connection.execute("SELECT * FROM endpoints ORDER BY creation_time, name")]

    def save(self, connection: sqlite3.Connection, endpoint: Endpoint) -> None:
        """Write an endpoint back, as modified now."""
        reason = endpoint.failure_reason
        connection.execute(
            "UPDATE endpoints SET status = ?, last_modified_time = ?, failure_reason = ?, active = ?, pending = ?,"
            " pending_time = ?, deployment_config = ? WHERE arn = ?",
            (
                endpoint.status,
                time.time(),
                None if reason is None else reason[:MAX_REASON],
                None if endpoint.active is None else endpoint.active.dump(),
                None if endpoint.pending is None else endpoint.pending.dump(),
                endpoint.pending_time,
                json.dumps(endpoint.deployment_config),
                endpoint.arn,
            ),
        )

    def change(self, arn: str, change: Callable[[Endpoint], Endpoint]) -> None:
        """Read an existing endpoint, change it and write it back, in one transaction."""
        with self._store.write() as connection:
            endpoint = self.find(connection, arn)
            if endpoint is None:
                raise LookupError(f"there is no endpoint {arn}")
            self.save(connection, change(endpoint))


def endpoint_of(row: sqlite3.Row) -> Endpoint:
    """The endpoint in a row of the table `endpoints`."""
    return Endpoint(
        name=row["name"],
        arn=row["arn"],
        status=Status(row["status"]),
        creation_time=row["creation_time"],
        last_modified_time=row["last_modified_time"],
        failure_reason=row["failure_reason"],
        active=None if row["active"] is None else fleet_of(row["active"]),
        pending=None if row["pending"] is None else fleet_of(row["pending"]),
        pending_time=row["pending_time"],
        deployment_config=json.loads(row["deployment_config"]),
    )
