"""Log groups and log streams: creating, deleting and listing them."""

from __future__ import annotations

import base64
import json
import sqlite3
import time
from typing import Any

from tui.local import log_events
from tui.local.errors import AwsError
from tui.local.settings import ACCOUNT, REGION
from tui.local.store import Store

SCHEMA = """
CREATE TABLE IF NOT EXISTS log_groups (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    created INTEGER NOT NULL,
    retention INTEGER
);
-- AUTOINCREMENT: a token for a deleted stream must not fit the next one.
CREATE TABLE IF NOT EXISTS log_streams (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    log_group INTEGER NOT NULL REFERENCES log_groups (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    created INTEGER NOT NULL,
    first_event INTEGER,
    last_event INTEGER,
    last_ingestion INTEGER,
    bytes INTEGER NOT NULL DEFAULT 0,
    sequence INTEGER NOT NULL DEFAULT 0,
    UNIQUE (log_group, name)
);
"""

Request = dict[str, Any]
Response = dict[str, Any]

_LISTED = 50
"""The most groups or streams on one page."""

_RETENTION_DAYS = (
    *(1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180),
    *(365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653),
)

_ARN = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:"


def group_arn(name: str) -> str:
    """The ARN of a log group, without the `:*` that stands for its streams."""
    return _ARN + name


def invalid(message: str) -> AwsError:
    """The service's answer to a request that contradicts itself or its limits."""
    return AwsError("InvalidParameterException", message)


def bad_token() -> AwsError:
    """The service's answer to a nextToken it did not issue."""
    return invalid("The specified nextToken is invalid.")


def now_ms() -> int:
    """The time in ms since the epoch, the unit of all times in CloudWatch Logs."""
    return time.time_ns() // 1_000_000


def group_row(connection: sqlite3.Connection, name: str) -> sqlite3.Row:
    """The row of a log group; ResourceNotFoundException when there is none."""
    row: sqlite3.Row | None = connection.execute("SELECT * FROM log_groups WHERE name = ?", (name,)).fetchone()
    if row is None:
        raise AwsError("ResourceNotFoundException", "The specified log group does not exist.")
    return row


def stream_row(connection: sqlite3.Connection, group: str, name: str) -> sqlite3.Row:
    """The row of a log stream; ResourceNotFoundException when there is no such group or stream."""
    row: sqlite3.Row | None = connection.execute(
        "SELECT * FROM log_streams WHERE log_group = ? AND name = ?", (group_row(connection, group)["id"], name)
    ).fetchone()
    if row is None:
        raise AwsError("ResourceNotFoundException", "The specified log stream does not exist.")
    return row


def streams_with_prefix(connection: sqlite3.Connection, group: str, prefix: str | None) -> list[sqlite3.Row]:
    """The rows of the streams of a group whose names start with a prefix."""
    return connection.execute(
        "SELECT * FROM log_streams WHERE log_group = :group AND name >= :prefix AND name < :beyond",
        _prefix_range(prefix) | {"group": group_row(connection, group)["id"]},
    ).fetchall()


def group_name(request: Request) -> str:
    """The log group of a request that names it or identifies it by name or ARN, one of the two."""
    if ("logGroupName" in request) == ("logGroupIdentifier" in request):
        raise invalid("Exactly one of logGroupName and logGroupIdentifier must be specified.")
    return _name_of(request.get("logGroupName") or request["logGroupIdentifier"])


def _name_of(identifier: str) -> str:
    """The name of a group that is given by name or by ARN."""
    return identifier.removeprefix(_ARN).removesuffix(":*")


class LogGroups:
    """The operations on groups and streams themselves; `Logs` adds those on events."""

    def __init__(self, store: Store) -> None:
        self._store = store
        store.create(SCHEMA)
        store.create(log_events.SCHEMA)

    def check_exists(self, group: str) -> None:
        """Raise `ResourceNotFoundException` when there is no such group."""
        with self._store.read() as connection:
            group_row(connection, group)

    def create_log_group(self, request: Request) -> Response:
        """Create a group; tags are accepted and forgotten, since nothing here reads them back."""
        if "kmsKeyId" in request or request.get("deletionProtectionEnabled"):
            raise invalid("The embedded SageMaker has neither encrypted nor deletion-protected log groups.")
        if request.get("logGroupClass", "STANDARD") != "STANDARD":
            raise invalid("The embedded SageMaker has log groups of the class STANDARD only.")
        with self._store.write() as connection:
            created = connection.execute(
                "INSERT INTO log_groups (name, created) VALUES (?, ?) ON CONFLICT DO NOTHING",
                (request["logGroupName"], now_ms()),
            )
            if not created.rowcount:
                raise AwsError("ResourceAlreadyExistsException", "The specified log group already exists")
        return {}

    def delete_log_group(self, request: Request) -> Response:
        """Delete a group with all its streams and events."""
        with self._store.write() as connection:
            group = group_row(connection, request["logGroupName"])["id"]
            connection.execute(
                "DELETE FROM log_events WHERE stream IN (SELECT id FROM log_streams WHERE log_group = ?)", (group,)
            )
            connection.execute("DELETE FROM log_groups WHERE id = ?", (group,))
        return {}

    def create_log_stream(self, request: Request) -> Response:
        """Create an empty stream in a group."""
        with self._store.write() as connection:
            group = group_row(connection, request["logGroupName"])["id"]
            created = connection.execute(
                "INSERT INTO log_streams (log_group, name, created) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
                (group, request["logStreamName"], now_ms()),
            )
            if not created.rowcount:
                raise AwsError("ResourceAlreadyExistsException", "The specified log stream already exists")
        return {}

    def delete_log_stream(self, request: Request) -> Response:
        """Delete a stream with its events."""
        with self._store.write() as connection:
            stream = stream_row(connection, request["logGroupName"], request["logStreamName"])["id"]
            connection.execute("DELETE FROM log_events WHERE stream = ?", (stream,))
            connection.execute("DELETE FROM log_streams WHERE id = ?", (stream,))
        return {}

    def put_retention_policy(self, request: Request) -> Response:
        """Set how many days a group keeps its events; later batches are checked against it, stored events stay."""
        days = request["retentionInDays"]
        if days not in _RETENTION_DAYS:
            raise invalid(
                f"1 validation error detected: Value '{days}' at 'retentionInDays' failed to satisfy constraint: "
                f"Member must satisfy enum value set: [{', '.join(map(str, _RETENTION_DAYS))}]"
            )
        with self._store.write() as connection:
            group = group_row(connection, request["logGroupName"])["id"]
            connection.execute("UPDATE log_groups SET retention = ? WHERE id = ?", (days, group))
        return {}

    def describe_log_groups(self, request: Request) -> Response:
        """List groups by name, at most 50 a page."""
        prefix, pattern = request.get("logGroupNamePrefix"), request.get("logGroupNamePattern")
        if prefix is not None and pattern is not None:
            raise invalid("LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters.")
        if request.get("logGroupClass", "STANDARD") != "STANDARD":
            return {"logGroups": []}
        select = (
            "SELECT *, (SELECT SUM(bytes) FROM log_streams WHERE log_group = log_groups.id) AS bytes FROM log_groups"
            " WHERE name >= :prefix AND name < :beyond AND INSTR(name, :pattern)"
        )
        values = _prefix_range(prefix) | {"pattern": pattern or ""}
        if "logGroupIdentifiers" in request:
            select += " AND name IN (SELECT value FROM JSON_EACH(:names))"
            values["names"] = json.dumps([_name_of(identifier) for identifier in request["logGroupIdentifiers"]])
        with self._store.read() as connection:
            rows, token = _page(connection, select, values, request)
        return {"logGroups": [_group_answer(row, brief=pattern is not None) for row in rows], **token}

    def describe_log_streams(self, request: Request) -> Response:
        """List the streams of a group by name or by the time of their last event, at most 50 a page."""
        by_time = request.get("orderBy") == "LastEventTime"
        prefix = request.get("logStreamNamePrefix")
        if by_time and prefix is not None:
            raise invalid("Cannot order by LastEventTime with a logStreamNamePrefix.")
        name = group_name(request)
        with self._store.read() as connection:
            values = _prefix_range(prefix) | {"group": group_row(connection, name)["id"]}
            select = (
                "SELECT *, COALESCE(last_event, 0) AS latest FROM log_streams"
                " WHERE log_group = :group AND name >= :prefix AND name < :beyond"
            )
            rows, token = _page(connection, select, values, request, by_time=by_time)
        return {"logStreams": [_stream_answer(row, name) for row in rows], **token}


def _prefix_range(prefix: str | None) -> dict[str, str | int]:
    """Names with a prefix as a range of the index: U+10FFFF is no character, so no name sorts behind it."""
    return {"prefix": prefix or "", "beyond": (prefix or "") + "\U0010ffff"}


def _page(
    connection: sqlite3.Connection,
    select: str,
    values: dict[str, str | int],
    request: Request,
    *,
    by_time: bool = False,
) -> tuple[list[sqlite3.Row], Response]:
    """One page of the rows ordered by name, or by `latest` and name, and `{"nextToken": …}` when there are more.

    The token holds the order of the last row, so that what is created between two pages shifts nothing.
    """
    direction, beyond = ("DESC", "<") if request.get("descending") else ("ASC", ">")
    if "nextToken" in request:
        values["latest"], values["name"] = _read_token(request["nextToken"])
        select += f" AND (latest, name) {beyond} (:latest, :name)" if by_time else f" AND name {beyond} :name"
    order = f"latest {direction}, name {direction}" if by_time else f"name {direction}"
    limit = request.get("limit", _LISTED)
    rows = connection.execute(f"{select} ORDER BY {order} LIMIT {limit + 1}", values).fetchall()
    if len(rows) <= limit:
        return rows, {}
    last = rows[limit - 1]
    position = f"{last['latest'] if by_time else 0:016d}{last['name']}"
    return rows[:limit], {"nextToken": base64.urlsafe_b64encode(position.encode()).decode()}


def _read_token(token: str) -> tuple[int, str]:
    try:
        position = base64.b64decode(token, altchars=b"-_", validate=True).decode()
        return int(position[:16]), position[16:]
    except ValueError:
        raise bad_token() from None


def _group_answer(row: sqlite3.Row, *, brief: bool) -> Response:
    """A group as DescribeLogGroups lists it; brief when it was searched by pattern."""
    arn = group_arn(row["name"])
    answer = {"logGroupName": row["name"], "creationTime": row["created"], "arn": f"{arn}:*"}
    if brief:
        return answer
    if row["retention"] is not None:
        answer["retentionInDays"] = row["retention"]
    return answer | {
        "logGroupArn": arn,
        "logGroupClass": "STANDARD",
        "metricFilterCount": 0,
        "storedBytes": row["bytes"] or 0,
    }


def _stream_answer(row: sqlite3.Row, group: str) -> Response:
    answer = {
        "logStreamName": row["name"],
        "creationTime": row["created"],
        "arn": f"{group_arn(group)}:log-stream:{row['name']}",
        "uploadSequenceToken": f"{row['sequence'] + 1:056d}",
        # The service has reported 0 for streams since 2019; the size is the group's.
        "storedBytes": 0,
    }
    times = {
        "firstEventTimestamp": row["first_event"],
        "lastEventTimestamp": row["last_event"],
        "lastIngestionTime": row["last_ingestion"],
    }
    return answer | {key: value for key, value in times.items() if value is not None}
