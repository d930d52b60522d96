"""The metrics in the store: rolled up while they are written, so that reading costs what is shown, not what was put.

A metric has one row for each minute with data, and, where it was put with high resolution, one for each second as well.
A row holds a `Summary`; see there for how right percentiles are. Minutes are kept for 15 days and seconds for three
hours, as CloudWatch keeps them.
"""

from __future__ import annotations

import json
import sqlite3
import threading
import time
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

from tui.local.cloudwatch.summary import Distribution, Summary, merged
from tui.local.store import Store

Dimensions = tuple[tuple[str, str], ...]
"""Names and values; their order does not matter."""

_TABLES = """
CREATE TABLE IF NOT EXISTS metrics (
    id INTEGER PRIMARY KEY,
    namespace TEXT NOT NULL,
    name TEXT NOT NULL,
    dimensions TEXT NOT NULL,
    newest INTEGER NOT NULL,
    UNIQUE (namespace, name, dimensions)
);
CREATE INDEX IF NOT EXISTS metrics_by_age ON metrics (newest);
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

_RETENTION_SECONDS = {1: 3 * 3600, 60: 15 * 86400}
"""How long rows of each resolution (in seconds) are kept."""

_CLEANING_SECONDS = 3600.0

_LISTED_SECONDS = 14 * 86400
"""How long a metric without new data is listed."""


@dataclass(frozen=True, slots=True)
class Datum:
    """A value that a metric had `count` times, at a time in epoch seconds."""

    metric: str
    dimensions: Dimensions
    timestamp: float
    value: float
    unit: str = "None"
    count: float = 1.0


@dataclass(frozen=True, slots=True)
class Reading:
    """What was reported of a metric for one time, in epoch seconds."""

    metric: str
    dimensions: Dimensions
    timestamp: float
    summary: Summary
    unit: str = "None"

    resolution: int = 60
    """1 for a metric of high resolution, whose seconds are kept apart."""


@dataclass(frozen=True, slots=True)
class Metric:
    """The identity of a metric."""

    namespace: str
    name: str
    dimensions: Dimensions


@dataclass(frozen=True, slots=True)
class Window:
    """A time from `start` until before `end`, in whole epoch seconds, cut into periods from its start on."""

    start: int
    end: int
    period: int


class MetricStore:
    """Reads and writes metrics; from any thread."""

    def __init__(self, store: Store) -> None:
        self._store = store
        store.create(_TABLES)
        self._cleaned = time.monotonic()
        self._cleaning = threading.Lock()

    def put(self, namespace: str, data: Iterable[Datum]) -> None:
        """Add values of metrics, in one transaction."""
        self.add(
            namespace,
            (
                Reading(
                    datum.metric, datum.dimensions, datum.timestamp, Summary.of(datum.value, datum.count), datum.unit
                )
                for datum in data
            ),
        )

    def add(self, namespace: str, readings: Iterable[Reading]) -> None:
        """Add readings of metrics, in one transaction."""
        parts: defaultdict[tuple[str, str], defaultdict[tuple[int, int, str], list[Summary]]]
        parts = defaultdict(lambda: defaultdict(list))
        for reading in readings:
            rows = parts[reading.metric, _canonical(reading.dimensions)]
            for resolution in {reading.resolution, 60}:
                start = int(reading.timestamp // resolution) * resolution
                rows[resolution, start, reading.unit].append(reading.summary)
        if not parts:
            return
        with self._store.write() as connection:
            for (name, dimensions), rows in parts.items():
                newest = max(start for _, start, _ in rows)
                (metric,) = connection.execute(
                    "INSERT INTO metrics (namespace, name, dimensions, newest) VALUES (?, ?, ?, ?)"
                    " ON CONFLICT DO UPDATE SET newest = MAX(newest, excluded.newest) RETURNING id",
                    (namespace, name, dimensions, newest),
                ).fetchone()
                for key, summaries in rows.items():
                    _merge(connection, (metric, *key), summaries)
            if self._is_time_to_clean():
                _clean(connection)

    def summaries(
        self, metric: Metric, window: Window, *, unit: str | None = None, distributions: bool = False
    ) -> dict[int, Summary]:
        """What a metric was in each period with data, by the period's start; of one unit, or of all put together.

        Percentiles need `distributions`, everything else is faster without.
        """
        with self._store.read() as connection:
            row = _find(connection, metric)
            if row is None:
                return {}
            resolution = _resolution(connection, row, window)
            return _periods(connection, row, resolution, window, unit, distributions=distributions)

    def units(self, metric: Metric, window: Window) -> list[str]:
        """The units in which a metric was reported in a time."""
        query = (
            "SELECT DISTINCT unit FROM metric_rollups WHERE metric = ? AND resolution = 60 AND start >= ? AND start < ?"
        )
        with self._store.read() as connection:
            row = _find(connection, metric)
            rows = (
                [] if row is None else connection.execute(query, (row, window.start // 60 * 60, window.end)).fetchall()
            )
        return sorted(unit for (unit,) in rows)

    def names(
        self,
        *,
        namespace: str | None = None,
        name: str | None = None,
        dimensions: Mapping[str, str | None] | None = None,
        active_seconds: int = _LISTED_SECONDS,
        after: Metric | None = None,
        limit: int,
    ) -> list[Metric]:
        """The first metrics with data in the last `active_seconds` that meet all filters, in order, behind `after`.

        A dimension whose value is None may have any.
        """
        wanted = dimensions or {}
        conditions: list[tuple[str, tuple[str | int, ...]]] = [("newest >= ?", (int(time.time()) - active_seconds,))]
        if namespace is not None:
            conditions.append(("namespace = ?", (namespace,)))
        if name is not None:
            conditions.append(("name = ?", (name,)))
        if after is not None:
            position = (after.namespace, after.name, _canonical(after.dimensions))
            conditions.append(("(namespace, name, dimensions) > (?, ?, ?)", position))
        # Leaves out nearly all others before they are parsed.
        texts = [*wanted, *filter(None, wanted.values())]
        conditions += [("instr(dimensions, ?)", (json.dumps(text),)) for text in texts]
        where = " AND ".join(condition for condition, _ in conditions)
        query = f"SELECT namespace, name, dimensions FROM metrics WHERE {where} ORDER BY namespace, name, dimensions"
        with self._store.read() as connection:
            rows = connection.execute(query, [value for _, values in conditions for value in values])
            found = (Metric(row["namespace"], row["name"], _dimensions(row["dimensions"])) for row in rows)
            return list(islice((metric for metric in found if _has(metric, wanted)), limit))

    def _is_time_to_clean(self) -> bool:
        with self._cleaning:
            if time.monotonic() < self._cleaned + _CLEANING_SECONDS:
                return False
            self._cleaned = time.monotonic()
            return True


def _canonical(dimensions: Dimensions) -> str:
    return json.dumps(sorted(dimensions))


def _dimensions(text: str) -> Dimensions:
    return tuple((name, value) for name, value in json.loads(text))


def _has(metric: Metric, wanted: Mapping[str, str | None]) -> bool:
    given = dict(metric.dimensions)
    return all(name in given and value in {None, given[name]} for name, value in wanted.items())


def _find(connection: sqlite3.Connection, metric: Metric) -> int | None:
    query = "SELECT id FROM metrics WHERE namespace = ? AND name = ? AND dimensions = ?"
    row = connection.execute(query, (metric.namespace, metric.name, _canonical(metric.dimensions))).fetchone()
    return None if row is None else int(row["id"])


def _resolution(connection: sqlite3.Connection, metric: int, window: Window) -> int:
    """The resolution of the rows to read: seconds only for short periods, and only where there are any."""
    if window.period % 60 == 0:
        return 60
    query = "SELECT 1 FROM metric_rollups WHERE metric = ? AND resolution = 1 AND start >= ? AND start < ? LIMIT 1"
    return 60 if connection.execute(query, (metric, window.start, window.end)).fetchone() is None else 1


def _periods(
    connection: sqlite3.Connection,
    metric: int,
    resolution: int,
    window: Window,
    unit: str | None,
    *,
    distributions: bool,
) -> dict[int, Summary]:
    rows = "WHERE metric = :metric AND resolution = :resolution AND start >= :start AND start < :end"
    if unit is not None:
        rows += " AND unit = :unit"
    values = {
        "metric": metric,
        "resolution": resolution,
        "start": window.start,
        "end": window.end,
        "period": window.period,
        "unit": unit,
    }
    began = ":start + (start - :start) / :period * :period AS began"
    if not distributions:
        query = f"SELECT {began}, SUM(count), SUM(total), MIN(minimum), MAX(maximum) FROM metric_rollups {rows}"
        found = connection.execute(f"{query} GROUP BY began ORDER BY began", values)
        return {begin: _summary((*statistics, None)) for begin, *statistics in found}
    parts: defaultdict[int, list[Summary]] = defaultdict(list)
    query = f"SELECT {began}, count, total, minimum, maximum, distribution FROM metric_rollups {rows} ORDER BY start"
    for begin, *stored in connection.execute(query, values):
        parts[begin].append(_summary(stored))
    return {begin: merged(summaries) for begin, summaries in parts.items()}


def _merge(connection: sqlite3.Connection, key: tuple[int, int, int, str], summaries: list[Summary]) -> None:
    """Add to the row of a metric, resolution, start and unit."""
    stored = connection.execute(
        "SELECT count, total, minimum, maximum, distribution FROM metric_rollups"
        " WHERE metric = ? AND resolution = ? AND start = ? AND unit = ?",
        key,
    ).fetchone()
    whole = merged(summaries if stored is None else [_summary(stored), *summaries])
    spread = None if whole.distribution is None else whole.distribution.pack()
    connection.execute(
        "INSERT OR REPLACE INTO metric_rollups VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (*key, whole.count, whole.total, whole.minimum, whole.maximum, spread),
    )


def _summary(stored: Iterable[Any]) -> Summary:
    count, total, minimum, maximum, spread = stored
    return Summary(count, total, minimum, maximum, None if spread is None else Distribution.unpack(spread))


def _clean(connection: sqlite3.Connection) -> None:
    """Drop what is older than its retention."""
    now = int(time.time())
    for resolution, seconds in _RETENTION_SECONDS.items():
        connection.execute("DELETE FROM metric_rollups WHERE resolution = ? AND start < ?", (resolution, now - seconds))
    connection.execute("DELETE FROM metrics WHERE newest < ?", (now - _RETENTION_SECONDS[60],))
