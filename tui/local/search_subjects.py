"""What Search finds: the tables of the store, and the records made of their rows."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from typing import Any

from tui.local.jobs.table import job_of
from tui.local.search import Subject
from tui.local.training_views import search_record


def _training_job(
    _connection: sqlite3.Connection, row: sqlite3.Row, tags: Sequence[Mapping[str, str]]
) -> dict[str, Any]:
    return search_record(job_of(row), tags)


TRAINING_JOBS = Subject(
    resource="TrainingJob",
    shape="TrainingJob",
    table="training_jobs",
    columns={
        "TrainingJobName": "name",
        "CreationTime": "creation_time",
        "LastModifiedTime": "last_modified_time",
        "TrainingJobStatus": "status",
    },
    sort_by="LastModifiedTime",
    record=_training_job,
)
