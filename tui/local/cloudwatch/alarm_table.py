"""The alarms in the store, and the history of what happened to them."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tui.local.cloudwatch.evaluation import INSUFFICIENT_DATA
from tui.local.store import Store

_TABLES = """
CREATE TABLE IF NOT EXISTS alarms (
    name TEXT PRIMARY KEY,
    request TEXT NOT NULL,
    configured REAL NOT NULL,
    state TEXT NOT NULL,
    reason TEXT NOT NULL,
    reason_data TEXT,
    transitioned REAL NOT NULL,
    held_until REAL NOT NULL
);
CREATE TABLE IF NOT EXISTS alarm_history (
    id INTEGER PRIMARY KEY,
    alarm TEXT NOT NULL,
    time REAL NOT NULL,
    kind TEXT NOT NULL,
    summary TEXT NOT NULL,
    data TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS alarm_history_by_time ON alarm_history (time);
"""

_HISTORY_SECONDS = 30 * 86_400
_LONGEST_DATA = 4095


@dataclass(frozen=True, slots=True)
class State:
    """The state of an alarm."""

    value: str
    reason: str
    reason_data: str | None
    """JSON."""

    transitioned: float
    """When it came about, in epoch seconds."""

    held_until: float = 0.0
    """Until when it stays, whatever the metrics say, because somebody set it by hand."""


@dataclass(frozen=True, slots=True)
class Alarm:
    """An alarm as it was when it was read."""

    name: str
    request: Mapping[str, Any]
    """The PutMetricAlarm request, without Tags."""

    configured: float
    state: State


@dataclass(frozen=True, slots=True)
class HistoryItem:
    """One thing that happened to an alarm."""

    id: int
    alarm: str
    time: float
    kind: str
    summary: str
    data: str
    """JSON."""


class AlarmTable:
    """Reads and writes alarms; every change of one leaves an item in the history."""

    def __init__(self, store: Store) -> None:
        self._store = store
        store.create(_TABLES)

    def put(self, name: str, request: Mapping[str, Any]) -> None:
        """A new alarm, or a new configuration of one, whose state then stays as it is."""
        now = time.time()
        with self._store.write() as connection:
            is_new = _row(connection, name) is None
            connection.execute(
                "INSERT INTO alarms VALUES (?, ?, ?, ?, 'Unchecked: Initial alarm creation', NULL, ?, 0)"
                " ON CONFLICT DO UPDATE SET request = excluded.request, configured = excluded.configured",
                (name, json.dumps(request), now, INSUFFICIENT_DATA, now),
            )
            kind, done = ("Create", "created") if is_new else ("Update", "updated")
            data = {"version": "1.0", "type": kind}
            _remember(connection, name, "ConfigurationUpdate", f'Alarm "{name}" {done}', data)

    def delete(self, name: str) -> bool:
        """Forget an alarm, but not its history; False when there is none."""
        with self._store.write() as connection:
            if connection.execute("DELETE FROM alarms WHERE name = ?", (name,)).rowcount == 0:
                return False
            data = {"version": "1.0", "type": "Delete"}
            _remember(connection, name, "ConfigurationUpdate", f'Alarm "{name}" deleted', data)
            return True

    def get(self, name: str) -> Alarm | None:
        """The alarm of that name."""
        with self._store.read() as connection:
            row = _row(connection, name)
        return None if row is None else _alarm(row)

    def page(self, after: str, prefix: str, limit: int) -> list[Alarm]:
        """The first alarms behind a name, in the order of their names, whose names begin with a prefix."""
        query = "SELECT * FROM alarms WHERE name > ? AND substr(name, 1, ?) = ? ORDER BY name LIMIT ?"
        with self._store.read() as connection:
            return [_alarm(row) for row in connection.execute(query, (after, len(prefix), prefix, limit))]

    def enter(self, before: Alarm, state: State) -> bool:
        """Change the state of an alarm; False when it is not in the state it was read in any more."""
        old, name = before.state, before.name
        with self._store.write() as connection:
            row = _row(connection, name)
            if row is None or _alarm(row) != before:
                return False
            connection.execute(
                "UPDATE alarms SET state = ?, reason = ?, reason_data = ?, transitioned = ?, held_until = ?"
                " WHERE name = ?",
                (state.value, state.reason, state.reason_data, state.transitioned, state.held_until, name),
            )
            if state.value != old.value:
                summary = f"Alarm updated from {old.value} to {state.value}"
                _remember(connection, name, "StateUpdate", summary, _transition(old, state))
            return True

    def enable_actions(self, name: str, enabled: bool) -> None:
        """Turn the actions of an alarm on or off, if there is one of that name."""
        with self._store.write() as connection:
            row = _row(connection, name)
            if row is not None:
                request = json.dumps(json.loads(row["request"]) | {"ActionsEnabled": enabled})
                connection.execute("UPDATE alarms SET request = ? WHERE name = ?", (request, name))

    def history(
        self,
        *,
        alarm: str | None,
        kind: str | None,
        start: float,
        end: float,
        after: tuple[float, int] | None,
        ascending: bool,
        limit: int,
    ) -> list[HistoryItem]:
        """What happened in a time, in order of time, behind the position `(time, id)`."""
        beyond, direction = (">", "ASC") if ascending else ("<", "DESC")
        position = after or ((-1.0, -1) if ascending else (float("inf"), 0))
        query = (
            "SELECT * FROM alarm_history WHERE alarm = COALESCE(?, alarm) AND kind = COALESCE(?, kind)"
            f" AND time >= ? AND time <= ? AND (time, id) {beyond} (?, ?)"
            f" ORDER BY time {direction}, id {direction} LIMIT ?"
        )
        with self._store.read() as connection:
            rows = connection.execute(query, (alarm, kind, start, end, *position, limit)).fetchall()
        return [HistoryItem(**row) for row in rows]


def _row(connection: sqlite3.Connection, name: str) -> sqlite3.Row | None:
    row: sqlite3.Row | None = connection.execute("SELECT * FROM alarms WHERE name = ?", (name,)).fetchone()
    return row


def _alarm(row: sqlite3.Row) -> Alarm:
    return Alarm(
        row["name"],
        json.loads(row["request"]),
        row["configured"],
        State(row["state"], row["reason"], row["reason_data"], row["transitioned"], row["held_until"]),
    )


def _transition(old: State, new: State) -> dict[str, Any]:
    """What the history tells of a change; without the data behind the reasons if that is too long."""
    for with_data in (True, False):
        told = {
            "version": "1.0",
            "oldState": _told(old, with_data=with_data),
            "newState": _told(new, with_data=with_data),
        }
        if len(json.dumps(told)) <= _LONGEST_DATA:
            break
    return told


def _told(state: State, *, with_data: bool) -> dict[str, Any]:
    told: dict[str, Any] = {"stateValue": state.value, "stateReason": state.reason}
    if with_data and state.reason_data is not None:
        told["stateReasonData"] = json.loads(state.reason_data)
    return told


def _remember(connection: sqlite3.Connection, name: str, kind: str, summary: str, data: Mapping[str, Any]) -> None:
    """Add to the history, and drop what is older than CloudWatch keeps it."""
    now = time.time()
    connection.execute(
        "INSERT INTO alarm_history (alarm, time, kind, summary, data) VALUES (?, ?, ?, ?, ?)",
        (name, now, kind, summary[:255], json.dumps(data, separators=(",", ":"))),
    )
    connection.execute("DELETE FROM alarm_history WHERE time < ?", (now - _HISTORY_SECONDS,))
