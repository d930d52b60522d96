"""Alarms on metrics."""

from __future__ import annotations

from tui.local.cloudwatch.metrics import MetricStore
from tui.local.store import Store


class Alarms:
    """The alarms, evaluated whenever they are read."""

    def __init__(self, store: Store, metrics: MetricStore) -> None:
        self._store = store
        self._metrics = metrics

    def state(self, name: str) -> str | None:
        """OK, ALARM or INSUFFICIENT_DATA, as of this moment; None when there is no such alarm."""
        return None
