"""The rows metrics are rolled up into: one for each minute and unit, and for each second where that was asked for.

Reading costs what is shown, not what was put. A row holds a `Summary`; see there for how right percentiles are.
Minutes are kept for 15 days and seconds for three hours, as CloudWatch keeps them.
"""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from tui.local.cloudwatch.summary import Distribution, Summary, merged

MINUTE = 60
SECOND = 1
"""The resolutions of rows, in seconds."""

RETENTION_SECONDS = {SECOND: 3 * 3600, MINUTE: 15 * 86_400}
"""How long rows of each resolution are kept."""

TABLES = """
CREATE TABLE IF NOT EXISTS metric_rollups (
    metric INTEGER NOT NULL,
    resolution INTEGER NOT NULL,
    start INTEGER NOT NULL,
    unit TEXT NOT NULL,
    count REAL NOT NULL,
    total REAL NOT NULL,
    minimum REAL NOT NULL,
    maximum REAL NOT NULL,
    distribution BLOB,
    PRIMARY KEY (metric, resolution, start, unit)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS metric_rollups_by_age ON metric_rollups (resolution, start);
"""


@dataclass(frozen=True, slots=True)
class Window:
    """A time from `start` until before `end`, in whole epoch seconds, cut into periods from its start on."""

    start: int
    end: int
    period: int


@dataclass(frozen=True, slots=True)
class RowKey:
    """Which row of a metric."""

    resolution: int
    start: int
    unit: str


def add(connection: sqlite3.Connection, metric: int, key: RowKey, summaries: Sequence[Summary]) -> None:
    """Add to a row."""
    place = (metric, key.resolution, key.start, key.unit)
    stored = connection.execute(
        "SELECT count, total, minimum, maximum, distribution FROM metric_rollups"
        " WHERE metric = ? AND resolution = ? AND start = ? AND unit = ?",
        place,
    ).fetchone()
    whole = merged(summaries if stored is None else [_summary(stored), *summaries])
    spread = None if whole.distribution is None else whole.distribution.pack()
    connection.execute(
        "INSERT OR REPLACE INTO metric_rollups VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (*place, whole.count, whole.total, whole.minimum, whole.maximum, spread),
    )


def read(
    connection: sqlite3.Connection, metric: int, window: Window, unit: str | None, *, distributions: bool
) -> dict[int, Summary]:
    """What a metric was in each period with data, by the period's start; of one unit, or of all put together."""
    rows = "FROM metric_rollups WHERE metric = :metric AND resolution = :resolution AND start BETWEEN :start AND :last"
    values: dict[str, int | str] = {
        "metric": metric,
        "resolution": _resolution(connection, metric, window),
        "start": window.start,
        "last": window.end - 1,
        "period": window.period,
    }
    if unit is not None:
        rows += " AND unit = :unit"
        values |= {"unit": unit}
    began = ":start + (start - :start) / :period * :period AS began"
    if not distributions:
        query = f"SELECT {began}, SUM(count), SUM(total), MIN(minimum), MAX(maximum), NULL {rows}"
        found = connection.execute(f"{query} GROUP BY began ORDER BY began", values)
        return {begin: _summary(stored) for begin, *stored in found}
    parts: defaultdict[int, list[Summary]] = defaultdict(list)
    query = f"SELECT {began}, count, total, minimum, maximum, distribution {rows} ORDER BY start"
    for begin, *stored in connection.execute(query, values):
        parts[begin].append(_summary(stored))
    return {begin: merged(summaries) for begin, summaries in parts.items()}


def units(connection: sqlite3.Connection, metric: int, window: Window) -> list[str]:
    """The units in which a metric was reported in a time."""
    rows = connection.execute(
        "SELECT DISTINCT unit FROM metric_rollups WHERE metric = ? AND resolution = ? AND start >= ? AND start < ?",
        (metric, MINUTE, window.start // MINUTE * MINUTE, window.end),
    )
    return sorted(unit for (unit,) in rows)


def clean(connection: sqlite3.Connection, now: int) -> None:
    """Drop the rows that are older than their retention."""
    for resolution, seconds in RETENTION_SECONDS.items():
        connection.execute("DELETE FROM metric_rollups WHERE resolution = ? AND start < ?", (resolution, now - seconds))


def _resolution(connection: sqlite3.Connection, metric: int, window: Window) -> int:
    """The resolution of the rows to read: seconds only for short periods, and only where there are any."""
    if window.period % MINUTE == 0:
        return MINUTE
    query = "SELECT 1 FROM metric_rollups WHERE metric = ? AND resolution = ? AND start >= ? AND start < ? LIMIT 1"
    found = connection.execute(query, (metric, SECOND, window.start, window.end)).fetchone()
    return MINUTE if found is None else SECOND


def _summary(stored: Iterable[Any]) -> Summary:
    count, total, minimum, maximum, spread = stored
    return Summary(count, total, minimum, maximum, None if spread is None else Distribution.unpack(spread))
