"""What Search finds: the tables of the store, and the records made of their rows."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from typing import Any

from tui.local import models
from tui.local.endpoints import views as endpoint_views
from tui.local.endpoints.table import endpoint_of
from tui.local.jobs.table import job_of
from tui.local.model import service_model
from tui.local.search import Subject
from tui.local.tables import definition_of
from tui.local.training_views import search_record
from tui.local.transform import table as transforms
from tui.local.tuning import table as tuning
from tui.local.tuning import views as tuning_views

_SERVING = (
    "SELECT * FROM endpoints WHERE EXISTS (SELECT 1 FROM json_each(endpoints.active, '$.variants') AS variant"
    " WHERE json_extract(variant.value, '$.specification.ModelName') = ?) ORDER BY name"
)
_LAST_TRANSFORM = (
    f"SELECT * FROM {transforms.TABLE} WHERE json_extract(request, '$.ModelName') = ?"
    " ORDER BY creation_time DESC LIMIT 1"
)

_Tags = Sequence[Mapping[str, str]]


def _training_job(_connection: sqlite3.Connection, row: sqlite3.Row, tags: _Tags) -> dict[str, Any]:
    return search_record(job_of(row), tags)


def _tuning_job(connection: sqlite3.Connection, row: sqlite3.Row, tags: _Tags) -> dict[str, Any]:
    return tuning_views.search_record(connection, tuning.tuning_job_of(row), tags)


def _endpoint(_connection: sqlite3.Connection, row: sqlite3.Row, tags: _Tags) -> dict[str, Any]:
    return endpoint_views.search_record(endpoint_of(row), tags)


def _model(connection: sqlite3.Connection, row: sqlite3.Row, tags: _Tags) -> dict[str, Any]:
    """A model with the endpoints that serve it now and its last transform job."""
    model = definition_of(row)
    serving = [endpoint_of(found) for found in connection.execute(_SERVING, (model.name,))]
    record: dict[str, Any] = {
        "Model": models.description(model) | {"Tags": list(tags)},
        "Endpoints": [endpoint_views.summary(endpoint) for endpoint in serving],
    }
    last = connection.execute(_LAST_TRANSFORM, (model.name,)).fetchone()
    if last is not None:
        members = service_model("sagemaker").shapes["TransformJob"]["members"]
        described = transforms.description(transforms.job_of(last))
        record["LastBatchTransformJob"] = {
            name: value for name, value in described.items() if name in members and value is not None
        }
    return record


def _columns(prefix: str) -> dict[str, str]:
    """The columns of what changes its status."""
    return {
        f"{prefix}Name": "name",
        "CreationTime": "creation_time",
        "LastModifiedTime": "last_modified_time",
        f"{prefix}Status": "status",
    }


TRAINING_JOBS = Subject(
    resource="TrainingJob",
    shape="TrainingJob",
    table="training_jobs",
    columns=_columns("TrainingJob"),
    sort_by="LastModifiedTime",
    record=_training_job,
)
HYPER_PARAMETER_TUNING_JOBS = Subject(
    resource="HyperParameterTuningJob",
    shape="HyperParameterTuningJobSearchEntity",
    table=tuning.TABLE,
    columns=_columns("HyperParameterTuningJob"),
    sort_by="LastModifiedTime",
    record=_tuning_job,
)
ENDPOINTS = Subject(
    resource="Endpoint",
    shape="Endpoint",
    table="endpoints",
    columns=_columns("Endpoint"),
    sort_by="LastModifiedTime",
    record=_endpoint,
)
MODELS = Subject(
    resource="Model",
    shape="ModelDashboardModel",
    table="models",
    columns={"ModelName": "name", "CreationTime": "creation_time"},
    sort_by="CreationTime",
    record=_model,
)
SUBJECTS = (TRAINING_JOBS, HYPER_PARAMETER_TUNING_JOBS, ENDPOINTS, MODELS)
