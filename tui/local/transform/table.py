"""The transform jobs in the store: one row a job, written by the control plane and by the job's own thread."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tui.local.jobs.states import FINAL_STATUS, UNFINISHED, Outcome, Phase, Status
from tui.local.store import Store
from tui.local.tables import Table

TABLE = "transform_jobs"

_TABLES = """
CREATE TABLE IF NOT EXISTS transform_jobs (
    name TEXT PRIMARY KEY,
    arn TEXT NOT NULL UNIQUE,
    status TEXT NOT NULL,
    creation_time REAL NOT NULL,
    last_modified_time REAL NOT NULL,
    transform_start_time REAL,
    transform_end_time REAL,
    failure_reason TEXT,
    request TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS transform_jobs_by_creation ON transform_jobs (creation_time, name);
CREATE INDEX IF NOT EXISTS transform_jobs_by_status ON transform_jobs (status, name);
CREATE INDEX IF NOT EXISTS transform_jobs_by_model
    ON transform_jobs (json_extract(request, '$.ModelName'), creation_time);
"""


@dataclass(frozen=True, slots=True)
class TransformJob:
    """A transform job as it was when it was read; times in epoch seconds."""

    name: str
    arn: str
    status: Status
    creation_time: float
    last_modified_time: float
    transform_start_time: float | None
    transform_end_time: float | None
    failure_reason: str | None
    request: Mapping[str, Any]
    """The CreateTransformJob request with the service's defaults filled in, without Tags."""


class TransformTable(Table[TransformJob]):
    """Reads and writes transform jobs; every change of status goes through here and is atomic."""

    def __init__(self, store: Store) -> None:
        super().__init__(store, _TABLES, TABLE, job_of)

    def insert(self, connection: sqlite3.Connection, name: str, arn: str, request: Mapping[str, Any]) -> None:
        """A new job in progress; raises sqlite3.IntegrityError when the name is taken."""
        now = time.time()
        connection.execute(
            "INSERT INTO transform_jobs (name, arn, status, creation_time, last_modified_time, request)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            (name, arn, Status.IN_PROGRESS, now, now, json.dumps(request)),
        )

    def begin(self, name: str) -> bool:
        """Note that a job in progress has its instances from now on; False when somebody asked it to stop before."""
        with self._store.write() as connection:
            now = time.time()
            begun = connection.execute(
                "UPDATE transform_jobs SET transform_start_time = ?, last_modified_time = ?"
                " WHERE name = ? AND status = ?",
                (now, now, name, Status.IN_PROGRESS),
            )
            return begun.rowcount == 1

    def ask_to_stop(self, name: str) -> bool:
        """Turn a job in progress to Stopping; False when it is not in progress."""
        with self._store.write() as connection:
            asked = connection.execute(
                "UPDATE transform_jobs SET status = ?, last_modified_time = ? WHERE name = ? AND status = ?",
                (Status.STOPPING, time.time(), name, Status.IN_PROGRESS),
            )
            return asked.rowcount == 1

    def finish(self, name: str, outcome: Outcome) -> None:
        """End a job that has not ended yet; one that somebody asked to stop ends as Stopped."""
        with self._store.write() as connection:
            row = connection.execute("SELECT status FROM transform_jobs WHERE name = ?", (name,)).fetchone()
            if row is None or row["status"] not in UNFINISHED:
                return
            if row["status"] == Status.STOPPING:
                outcome = Outcome(Phase.STOPPED)
            _end(connection, FINAL_STATUS[outcome.phase], outcome.failure_reason, "name = ?", (name,))

    def fail_unfinished(self, reason: str) -> None:
        """End every job that nobody works on any more, those that were stopping included, as Failed."""
        with self._store.write() as connection:
            _end(connection, Status.FAILED, reason, "status IN (?, ?)", UNFINISHED)


def _end(
    connection: sqlite3.Connection, status: Status, reason: str | None, where: str, parameters: tuple[str, ...]
) -> None:
    now = time.time()
    connection.execute(
        "UPDATE transform_jobs SET status = ?, failure_reason = ?, transform_end_time = ?, last_modified_time = ?"
        f" WHERE {where}",
        (status, reason, now, now, *parameters),
    )


def job_of(row: sqlite3.Row) -> TransformJob:
    """The job in a row of the table."""
    return TransformJob(
        name=row["name"],
        arn=row["arn"],
        status=Status(row["status"]),
        creation_time=row["creation_time"],
        last_modified_time=row["last_modified_time"],
        transform_start_time=row["transform_start_time"],
        transform_end_time=row["transform_end_time"],
        failure_reason=row["failure_reason"],
        request=json.loads(row["request"]),
    )


def summary(job: TransformJob) -> dict[str, Any]:
    """A job as an item of ListTransformJobs."""
    return {
        "TransformJobName": job.name,
        "TransformJobArn": job.arn,
        "CreationTime": job.creation_time,
        "TransformEndTime": job.transform_end_time,
        "LastModifiedTime": job.last_modified_time,
        "TransformJobStatus": job.status,
        "FailureReason": job.failure_reason,
    }


def description(job: TransformJob) -> dict[str, Any]:
    """A job as DescribeTransformJob answers it."""
    return {
        **job.request,
        "TransformJobArn": job.arn,
        "TransformJobStatus": job.status,
        "FailureReason": job.failure_reason,
        "CreationTime": job.creation_time,
        "TransformStartTime": job.transform_start_time,
        "TransformEndTime": job.transform_end_time,
    }
