"""The metrics in the store: which there are, and what their values were."""

from __future__ import annotations

import json
import math
import sqlite3
import threading
import time
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import islice

from tui.local.cloudwatch import rollups
from tui.local.cloudwatch.rollups import MINUTE, RETENTION_SECONDS, RowKey, Window
from tui.local.cloudwatch.summary import Summary
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
"""

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

    resolution: int = MINUTE
    """SECOND for a metric of high resolution, whose seconds are kept apart."""


@dataclass(frozen=True, slots=True)
class Metric:
    """The identity of a metric."""

    namespace: str
    name: str
    dimensions: Dimensions

    def is_same(self, other: Metric) -> bool:
        """Whether both are one metric, whatever the order of the dimensions."""
        return (self.namespace, self.name, set(self.dimensions)) == (other.namespace, other.name, set(other.dimensions))


class MetricStore:
    """Reads and writes metrics; from any thread."""

    def __init__(self, store: Store) -> None:
        self._store = store
        store.create(_TABLES + rollups.TABLES)
        self._cleaned = -math.inf
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
        parts: defaultdict[tuple[str, str], defaultdict[RowKey, list[Summary]]] = defaultdict(lambda: defaultdict(list))
        for reading in readings:
            rows = parts[reading.metric, _canonical(reading.dimensions)]
            for resolution in {reading.resolution, MINUTE}:
                start = int(reading.timestamp // resolution) * resolution
                rows[RowKey(resolution, start, reading.unit)].append(reading.summary)
        if not parts:
            return
        with self._store.write() as connection:
            for (name, dimensions), rows in parts.items():
                newest = max(key.start for key in rows)
                (metric,) = connection.execute(
                    "INSERT INTO metrics (namespace, name, dimensions, newest) VALUES (?, ?, ?, ?)"
                    " ON CONFLICT DO UPDATE SET newest = MAX(newest, excluded.newest) RETURNING id",
                    (namespace, name, dimensions, newest),
                ).fetchone()
                for key, summaries in rows.items():
                    rollups.add(connection, metric, key, summaries)
            if self._is_time_to_clean():
                now = int(time.time())
                rollups.clean(connection, now)
                connection.execute("DELETE FROM metrics WHERE newest < ?", (now - RETENTION_SECONDS[MINUTE],))

    def summaries(
        self, metric: Metric, window: Window, *, unit: str | None = None, distributions: bool = False
    ) -> dict[int, Summary]:
        """What a metric was in each period with data, by the period's start; of one unit, or of all put together.

        Percentiles need `distributions`, everything else is faster without.
        """
        with self._store.read() as connection:
            found = _find(connection, metric)
            return {} if found is None else rollups.read(connection, found, window, unit, distributions=distributions)

    def units(self, metric: Metric, window: Window) -> list[str]:
        """The units in which a metric was reported in a time."""
        with self._store.read() as connection:
            found = _find(connection, metric)
            return [] if found is None else rollups.units(connection, found, window)

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
