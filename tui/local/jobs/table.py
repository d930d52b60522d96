"""The training jobs in the store: one row a job, written by the control plane and by the job's own thread."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from tui.local.jobs.states import FINAL_STATUS, MESSAGES, UNFINISHED, Outcome, Phase, Status
from tui.local.store import Store
from tui.local.tables import Table

_TABLES = """
CREATE TABLE IF NOT EXISTS training_jobs (
    name TEXT PRIMARY KEY,
    arn TEXT NOT NULL UNIQUE,
    status TEXT NOT NULL,
    phase TEXT NOT NULL,
    creation_time REAL NOT NULL,
    last_modified_time REAL NOT NULL,
    training_start_time REAL,
    training_end_time REAL,
    failure_reason TEXT,
    model_artifacts TEXT,
    request TEXT NOT NULL,
    transitions TEXT NOT NULL,
    final_metrics TEXT NOT NULL DEFAULT '{}'
);
CREATE INDEX IF NOT EXISTS training_jobs_by_creation ON training_jobs (creation_time, name);
CREATE INDEX IF NOT EXISTS training_jobs_by_modification ON training_jobs (last_modified_time, name);
CREATE INDEX IF NOT EXISTS training_jobs_by_status ON training_jobs (status, name);
"""


@dataclass(frozen=True, slots=True)
class Transition:
    """One entry of SecondaryStatusTransitions; times in epoch seconds."""

    phase: str
    start: float
    end: float | None
    message: str


@dataclass(frozen=True, slots=True)
class Sample:
    """One value of an algorithm metric at a time in epoch seconds."""

    metric: str
    timestamp: float
    value: float


@dataclass(frozen=True, slots=True)
class Job:
    """A training job as it was when it was read."""

    name: str
    arn: str
    status: Status
    phase: Phase
    creation_time: float
    last_modified_time: float
    training_start_time: float | None
    training_end_time: float | None
    failure_reason: str | None
    model_artifacts: str | None
    request: Mapping[str, Any]
    """The CreateTrainingJob request with the service's defaults filled in, without Tags.

    A job that a tuning job launched has its `TuningJobArn` here.
    """
    transitions: Sequence[Transition]
    final_metrics: Sequence[Sample]
    """The last sample of each metric."""


class JobTable(Table[Job]):
    """Reads and writes training jobs; every change of status goes through here and is atomic."""

    def __init__(self, store: Store) -> None:
        super().__init__(store, _TABLES, "training_jobs", job_of)

    def insert(self, connection: sqlite3.Connection, name: str, arn: str, request: Mapping[str, Any]) -> None:
        """A new job in phase Starting; raises sqlite3.IntegrityError when the name is taken."""
        now = time.time()
        first = Transition(Phase.STARTING, now, None, MESSAGES[Phase.STARTING])
        connection.execute(
            "INSERT INTO training_jobs (name, arn, status, phase, creation_time, last_modified_time, request,"
            " transitions) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (name, arn, Status.IN_PROGRESS, Phase.STARTING, now, now, json.dumps(request), _dump([first])),
        )

    def enter(self, name: str, phase: Phase, message: str | None = None) -> bool:
        """Move a job that is in progress on to a phase; False when somebody asked it to stop, or ended it, before.

        Uploading is allowed while stopping as well: what was saved is kept.
        """
        allowed = UNFINISHED if phase is Phase.UPLOADING else (Status.IN_PROGRESS,)
        with self._store.write() as connection:
            row = self._row(connection, name, allowed)
            if row is None:
                return False
            now = time.time()
            if phase is Phase.DOWNLOADING:
                connection.execute("UPDATE training_jobs SET training_start_time = ? WHERE name = ?", (now, name))
            status = Status.STOPPING if phase is Phase.STOPPING else Status(row["status"])
            _advance(connection, row, status, Transition(phase, now, None, message or MESSAGES[phase]))
            return True

    def finish(self, name: str, outcome: Outcome) -> None:
        """End a job that has not ended yet; one that somebody asked to stop ends as Stopped unless it timed out."""
        with self._store.write() as connection:
            row = self._row(connection, name, UNFINISHED)
            if row is None:
                return
            if row["status"] == Status.STOPPING and outcome.phase is not Phase.MAX_RUNTIME_EXCEEDED:
                outcome = Outcome(Phase.STOPPED, model_artifacts=outcome.model_artifacts)
            _end(connection, row, outcome)

    def fail_unfinished(self, reason: str) -> None:
        """End every job that nobody works on any more, those that were stopping included, as Failed."""
        with self._store.write() as connection:
            query = "SELECT * FROM training_jobs WHERE status IN (?, ?)"
            for row in connection.execute(query, UNFINISHED).fetchall():
                _end(connection, row, Outcome(Phase.FAILED, failure_reason=reason))

    def add_samples(self, name: str, samples: Iterable[Sample]) -> None:
        """Keep the last value of each of a job's metrics."""
        with self._store.write() as connection:
            (text,) = connection.execute("SELECT final_metrics FROM training_jobs WHERE name = ?", (name,)).fetchone()
            final = json.loads(text) | {sample.metric: [sample.timestamp, sample.value] for sample in samples}
            connection.execute("UPDATE training_jobs SET final_metrics = ? WHERE name = ?", (json.dumps(final), name))

    def _row(self, connection: sqlite3.Connection, name: str, statuses: Sequence[Status]) -> sqlite3.Row | None:
        row: sqlite3.Row | None = connection.execute("SELECT * FROM training_jobs WHERE name = ?", (name,)).fetchone()
        return row if row is not None and row["status"] in statuses else None


def _end(connection: sqlite3.Connection, row: sqlite3.Row, outcome: Outcome) -> None:
    now = time.time()
    last = Transition(outcome.phase, now, now, MESSAGES[outcome.phase])
    _advance(connection, row, FINAL_STATUS[outcome.phase], last)
    connection.execute(
        "UPDATE training_jobs SET training_end_time = ?, failure_reason = ?, model_artifacts = ? WHERE name = ?",
        (now, outcome.failure_reason, outcome.model_artifacts, row["name"]),
    )


def _advance(connection: sqlite3.Connection, row: sqlite3.Row, status: Status, entered: Transition) -> None:
    """Close the row's last transition and add the one it enters now."""
    *earlier, last = _transitions(row)
    transitions = [*earlier, replace(last, end=entered.start), entered]
    connection.execute(
        "UPDATE training_jobs SET status = ?, phase = ?, last_modified_time = ?, transitions = ? WHERE name = ?",
        (status, entered.phase, entered.start, _dump(transitions), row["name"]),
    )


def _dump(transitions: Iterable[Transition]) -> str:
    return json.dumps([asdict(transition) for transition in transitions])


def _transitions(row: sqlite3.Row) -> list[Transition]:
    return [Transition(**transition) for transition in json.loads(row["transitions"])]


def job_of(row: sqlite3.Row) -> Job:
    """The job in a row of the table `training_jobs`."""
    final = json.loads(row["final_metrics"])
    return Job(
        name=row["name"],
        arn=row["arn"],
        status=Status(row["status"]),
        phase=Phase(row["phase"]),
        creation_time=row["creation_time"],
        last_modified_time=row["last_modified_time"],
        training_start_time=row["training_start_time"],
        training_end_time=row["training_end_time"],
        failure_reason=row["failure_reason"],
        model_artifacts=row["model_artifacts"],
        request=json.loads(row["request"]),
        transitions=_transitions(row),
        final_metrics=[Sample(metric, *final[metric]) for metric in sorted(final)],
    )
