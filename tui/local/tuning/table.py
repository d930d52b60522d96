"""Tuning jobs in the store: a row for each, and one for each of its training jobs, beside that of the job itself.

Everything that can be read off the training jobs is read off them, so that counters, best job and statuses agree at
any moment.
"""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from tui.local.jobs.states import Status as TrainingStatus
from tui.local.store import Store
from tui.local.tables import Table

CHILDREN = "tuned_training_jobs"
"""The view of the training jobs that tuning jobs launched; `objective` is null for those without a usable one."""

TABLE = "tuning_jobs"

_TABLES = f"""
CREATE TABLE IF NOT EXISTS {TABLE} (
    name TEXT PRIMARY KEY,
    arn TEXT NOT NULL UNIQUE,
    status TEXT NOT NULL,
    creation_time REAL NOT NULL,
    last_modified_time REAL NOT NULL,
    end_time REAL,
    failure_reason TEXT,
    request TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS tuning_jobs_by_creation ON {TABLE} (creation_time, name);
CREATE INDEX IF NOT EXISTS tuning_jobs_by_modification ON {TABLE} (last_modified_time, name);
CREATE INDEX IF NOT EXISTS tuning_jobs_by_status ON {TABLE} (status, name);
CREATE TABLE IF NOT EXISTS tuning_children (
    name TEXT PRIMARY KEY REFERENCES training_jobs(name) ON DELETE CASCADE,
    tuning TEXT NOT NULL REFERENCES {TABLE}(name) ON DELETE CASCADE,
    definition TEXT,
    metric TEXT NOT NULL,
    tuned TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS tuning_children_by_tuning ON tuning_children (tuning, name);
DROP VIEW IF EXISTS {CHILDREN};
CREATE VIEW {CHILDREN} AS
SELECT child.name, child.tuning, child.definition, child.metric, child.tuned, job.arn, job.status, job.creation_time,
    job.last_modified_time, job.training_start_time, job.training_end_time, job.failure_reason,
    CASE WHEN job.status IN ('{TrainingStatus.COMPLETED}', '{TrainingStatus.STOPPED}')
        THEN json_extract(job.final_metrics, '$.ObjectiveMetric[1]') END AS objective
FROM tuning_children AS child JOIN training_jobs AS job ON job.name = child.name;
"""


class Status(StrEnum):
    """`HyperParameterTuningJobStatus`."""

    IN_PROGRESS = "InProgress"
    COMPLETED = "Completed"
    FAILED = "Failed"
    STOPPING = "Stopping"
    STOPPED = "Stopped"


UNFINISHED = (Status.IN_PROGRESS, Status.STOPPING)
"""The statuses of a tuning job that still has something to do."""


class ObjectiveStatus(StrEnum):
    """Whether a training job has an objective that the search can use."""

    SUCCEEDED = "Succeeded"
    PENDING = "Pending"
    FAILED = "Failed"


@dataclass(frozen=True, slots=True)
class TuningJob:
    """A tuning job as it was when it was read; times in epoch seconds."""

    name: str
    arn: str
    status: Status
    creation_time: float
    last_modified_time: float
    end_time: float | None
    failure_reason: str | None
    request: Mapping[str, Any]
    """The CreateHyperParameterTuningJob request with the service's defaults filled in, without Tags."""


@dataclass(frozen=True, slots=True)
class Child:
    """A training job that a tuning job launched."""

    name: str
    arn: str
    tuning: str
    definition: str | None
    metric: str
    """The name of the objective."""
    tuned: Mapping[str, str]
    status: TrainingStatus
    creation_time: float
    training_start_time: float | None
    training_end_time: float | None
    failure_reason: str | None
    objective: float | None
    """The last value of the objective, once the job has ended other than by failing."""

    @property
    def objective_status(self) -> ObjectiveStatus:
        """Whether the search can use the objective."""
        return _objective_status(self.status, self.objective is not None)


@dataclass(frozen=True, slots=True)
class Tally:
    """How many training jobs of a tuning job are alike."""

    status: TrainingStatus
    objective_status: ObjectiveStatus
    retryable: bool
    """Whether they failed for a reason that is not theirs."""
    jobs: int


class TuningTable(Table[TuningJob]):
    """Reads and writes tuning jobs."""

    def __init__(self, store: Store) -> None:
        super().__init__(store, _TABLES, TABLE, tuning_job_of)

    def insert(self, connection: sqlite3.Connection, name: str, arn: str, request: Mapping[str, Any]) -> None:
        """A new tuning job in progress; raises sqlite3.IntegrityError when the name is taken."""
        now = time.time()
        connection.execute(
            f"INSERT INTO {TABLE} (name, arn, status, creation_time, last_modified_time, request)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            (name, arn, Status.IN_PROGRESS, now, now, json.dumps(request)),
        )

    def add_child(self, connection: sqlite3.Connection, child: str, tuning: str, **members: str | None) -> None:
        """A training job that the tuning job launches, with its `definition`, `metric` and `tuned` (JSON)."""
        connection.execute(
            "INSERT INTO tuning_children (name, tuning, definition, metric, tuned)"
            " VALUES (:name, :tuning, :definition, :metric, :tuned)",
            {"name": child, "tuning": tuning} | members,
        )
        self.touch(connection, tuning)

    def touch(self, connection: sqlite3.Connection, name: str) -> None:
        """Count what just happened to a training job as a change of its tuning job."""
        connection.execute(f"UPDATE {TABLE} SET last_modified_time = ? WHERE name = ?", (time.time(), name))

    def unfinished(self, connection: sqlite3.Connection) -> int:
        """How many tuning jobs have not ended."""
        (count,) = connection.execute(f"SELECT count(*) FROM {TABLE} WHERE status IN (?, ?)", UNFINISHED).fetchone()
        return int(count)

    def stop(self, name: str) -> bool:
        """Note the wish that a tuning job stops; False when it is not in progress."""
        with self._store.write() as connection:
            changed = connection.execute(
                f"UPDATE {TABLE} SET status = ?, last_modified_time = ? WHERE name = ? AND status = ?",
                (Status.STOPPING, time.time(), name, Status.IN_PROGRESS),
            )
            return changed.rowcount > 0

    def finish(self, name: str, status: Status, reason: str | None = None) -> None:
        """End a tuning job; one that somebody asked to stop ends as Stopped."""
        with self._store.write() as connection:
            now = time.time()
            connection.execute(
                f"UPDATE {TABLE} SET status = CASE status WHEN ? THEN ? ELSE ? END,"
                " failure_reason = CASE status WHEN ? THEN NULL ELSE ? END, end_time = ?, last_modified_time = ?"
                " WHERE name = ? AND end_time IS NULL",
                (Status.STOPPING, Status.STOPPED, status, Status.STOPPING, reason, now, now, name),
            )

    def fail_unfinished(self, reason: str) -> None:
        """End every tuning job that nobody works on any more, those that were stopping included, as Failed."""
        with self._store.write() as connection:
            now = time.time()
            connection.execute(
                f"UPDATE {TABLE} SET status = ?, failure_reason = ?, end_time = ?, last_modified_time = ?"
                " WHERE end_time IS NULL",
                (Status.FAILED, reason, now, now),
            )


def children_of(connection: sqlite3.Connection, tuning: str) -> list[Child]:
    """The training jobs of a tuning job, in the order in which they were launched."""
    rows = connection.execute(f"SELECT * FROM {CHILDREN} WHERE tuning = ? ORDER BY creation_time, name", (tuning,))
    return [child_of(row) for row in rows]


def tallies_of(connection: sqlite3.Connection, tunings: Sequence[str]) -> dict[str, list[Tally]]:
    """The training jobs of several tuning jobs, counted."""
    query = (
        "SELECT tuning, status, objective IS NOT NULL,"
        " coalesce(failure_reason LIKE 'InternalServerError%', 0), count(*)"
        f" FROM {CHILDREN} WHERE tuning IN ({','.join('?' * len(tunings))}) GROUP BY 1, 2, 3, 4"
    )
    tallies: dict[str, list[Tally]] = {tuning: [] for tuning in tunings}
    for tuning, text, has_objective, retryable, jobs in connection.execute(query, tunings):
        status = TrainingStatus(text)
        tallies[tuning].append(Tally(status, _objective_status(status, bool(has_objective)), bool(retryable), jobs))
    return tallies


def _objective_status(status: TrainingStatus, has_objective: bool) -> ObjectiveStatus:
    if status in (TrainingStatus.IN_PROGRESS, TrainingStatus.STOPPING):
        return ObjectiveStatus.PENDING
    return ObjectiveStatus.SUCCEEDED if has_objective else ObjectiveStatus.FAILED


def tuning_job_of(row: sqlite3.Row) -> TuningJob:
    """The tuning job in a row of `TABLE`."""
    return TuningJob(
        name=row["name"],
        arn=row["arn"],
        status=Status(row["status"]),
        creation_time=row["creation_time"],
        last_modified_time=row["last_modified_time"],
        end_time=row["end_time"],
        failure_reason=row["failure_reason"],
        request=json.loads(row["request"]),
    )


def child_of(row: sqlite3.Row) -> Child:
    """The training job in a row of the view `CHILDREN`."""
    return Child(
        name=row["name"],
        arn=row["arn"],
        tuning=row["tuning"],
        definition=row["definition"],
        metric=row["metric"],
        tuned=json.loads(row["tuned"]),
        status=TrainingStatus(row["status"]),
        creation_time=row["creation_time"],
        training_start_time=row["training_start_time"],
        training_end_time=row["training_end_time"],
        failure_reason=row["failure_reason"],
        objective=row["objective"],
    )
