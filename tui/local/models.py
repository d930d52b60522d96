"""Models: create, describe, list and delete them, and what endpoints and transform jobs need to know of one."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tui.local.errors import AwsError, validation_error
from tui.local.listing import Listing
from tui.local.model_requests import accepted_request
from tui.local.s3.objects import ObjectStore
from tui.local.settings import Settings
from tui.local.store import Store
from tui.local.tables import Definition, DefinitionTable
from tui.local.tags import Tags

_TABLE = "models"
_LISTING = Listing("ListModels", _TABLE, {"Name": "name", "CreationTime": "creation_time"})


@dataclass(frozen=True, slots=True)
class Container:
    """What a model runs: an image, with the model data and environment it gets."""

    image: str
    model_data_url: str | None
    """The S3 URI of a `model.tar.gz`; of an object, or a prefix that ends with a slash, if not `compressed`."""

    environment: Mapping[str, str]
    compressed: bool = True


def container_of(model: Definition) -> Container:
    """The one container of a model, however its request spelled it."""
    container = model.request.get("PrimaryContainer") or model.request["Containers"][0]
    url, compressed = container.get("ModelDataUrl"), True
    if "ModelDataSource" in container:
        source = container["ModelDataSource"]["S3DataSource"]
        url, compressed = source["S3Uri"], source["CompressionType"] == "Gzip"
    return Container(container["Image"], url, container["Environment"], compressed)


class ModelTable(DefinitionTable):
    """The models in the store."""

    def __init__(self, store: Store) -> None:
        super().__init__(store, _TABLE)


def description(model: Definition) -> dict[str, Any]:
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
