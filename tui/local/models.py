"""Models: create, describe, list and delete them, and what endpoints and transform jobs need to know of one."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tui.local.errors import AwsError, validation_error
from tui.local.listing import Listing
from tui.local.model_requests import accepted_request
from tui.local.s3.objects import ObjectStore
from tui.local.settings import Settings
from tui.local.store import Store
from tui.local.tags import Tags

_TABLES = """
CREATE TABLE IF NOT EXISTS models (
    name TEXT PRIMARY KEY,
    arn TEXT NOT NULL UNIQUE,
    creation_time REAL NOT NULL,
    request TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS models_by_creation ON models (creation_time, name);
"""

_LISTING = Listing("ListModels", "models", {"Name": "name", "CreationTime": "creation_time"})


@dataclass(frozen=True, slots=True)
class Model:
    """A model as it was when it was read."""

    name: str
    arn: str
    creation_time: float
    request: Mapping[str, Any]
    """The CreateModel request with the service's defaults filled in, without Tags."""


@dataclass(frozen=True, slots=True)
class Container:
    """What a model runs: an image, with the model data and environment it gets."""

    image: str
    model_data_url: str | None
    """The S3 URI of a `model.tar.gz`; of an object, or a prefix that ends with a slash, if not `compressed`."""

    environment: Mapping[str, str]
    compressed: bool = True


def container_of(model: Model) -> Container:
    """The one container of a model, however its request spelled it."""
    container = model.request.get("PrimaryContainer") or model.request["Containers"][0]
    url, compressed = container.get("ModelDataUrl"), True
    if "ModelDataSource" in container:
        source = container["ModelDataSource"]["S3DataSource"]
        url, compressed = source["S3Uri"], source["CompressionType"] == "Gzip"
    return Container(container["Image"], url, container["Environment"], compressed)


class ModelTable:
    """Reads and writes models; one never changes once it is there."""

    def __init__(self, store: Store) -> None:
        self._store = store
        store.create(_TABLES)

    def insert(self, connection: sqlite3.Connection, name: str, arn: str, request: Mapping[str, Any]) -> None:
        """A new model; raises sqlite3.IntegrityError when the name is taken."""
        connection.execute(
            "INSERT INTO models (name, arn, creation_time, request) VALUES (?, ?, ?, ?)",
            (name, arn, time.time(), json.dumps(request)),
        )

    def get(self, name: str) -> Model | None:
        """The model of this name."""
        with self._store.read() as connection:
            return self.find(connection, name)

    def find(self, connection: sqlite3.Connection, name: str) -> Model | None:
        """The model of this name, as a transaction sees it."""
        row = connection.execute("SELECT * FROM models WHERE name = ?", (name,)).fetchone()
        return None if row is None else model_of(row)

    def delete(self, connection: sqlite3.Connection, name: str) -> None:
        """Forget a model."""
        connection.execute("DELETE FROM models WHERE name = ?", (name,))


def model_of(row: sqlite3.Row) -> Model:
    """The model in a row of the table `models`."""
    return Model(row["name"], row["arn"], row["creation_time"], json.loads(row["request"]))


def description(model: Model) -> dict[str, Any]:
    """A model as DescribeModel answers it."""
    return {**model.request, "ModelArn": model.arn, "CreationTime": model.creation_time}


def unknown_model(arn: str) -> AwsError:
    """The error for a model that does not exist."""
    return validation_error(f'Could not find model "{arn}".')


class Models:
    """The operations on models. Endpoints and transform jobs that use a model keep working when it is deleted."""

    def __init__(self, settings: Settings, store: Store, objects: ObjectStore, tags: Tags) -> None:
        self._settings = settings
        self._store = store
        self._objects = objects
        self._tags = tags
        self._models = ModelTable(store)

    def create_model(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Check a request and keep it; its data must be there, and is read when something serves the model."""
        accepted = accepted_request(request, self._settings, self._objects)
        name = accepted["ModelName"]
        arn = self._arn(name)
        with self._store.write() as connection:
            try:
                self._models.insert(connection, name, arn, accepted)
            except sqlite3.IntegrityError:
                raise validation_error(f'Cannot create already existing model "{arn}".') from None
            self._tags.register(connection, arn, request.get("Tags", ()))
        return {"ModelArn": arn}

    def describe_model(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Everything about one model."""
        model = self._models.get(request["ModelName"])
        if model is None:
            raise unknown_model(self._arn(request["ModelName"]))
        return description(model)

    def list_models(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """A page of summaries, newest first by default."""
        rows, token = _LISTING.page(self._store, request)
        summaries = [
            {"ModelName": row["name"], "ModelArn": row["arn"], "CreationTime": row["creation_time"]} for row in rows
        ]
        return {"Models": summaries, "NextToken": token}

    def delete_model(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Forget a model, which frees its name; its data in S3 stays."""
        with self._store.write() as connection:
            model = self._models.find(connection, request["ModelName"])
            if model is None:
                raise unknown_model(self._arn(request["ModelName"]))
            self._models.delete(connection, model.name)
            self._tags.forget(connection, model.arn)
        return {}

    def _arn(self, name: str) -> str:
        return self._settings.arn("model", name)
