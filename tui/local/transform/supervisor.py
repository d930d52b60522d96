"""The transform jobs at work."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tui.local.cloudwatch.host_meter import HostMeter
from tui.local.jobs.runner import Runner
from tui.local.logs import Logs
from tui.local.models import Container
from tui.local.s3.objects import ObjectStore
from tui.local.settings import Settings
from tui.local.store import Store
from tui.local.transform.run import TransformRun, Workshop
from tui.local.transform.table import TransformTable


class TransformSupervisor(Runner):
    """Runs transform jobs; one beyond the capacity waits, in progress but without a TransformStartTime."""

    def __init__(self, settings: Settings, store: Store, objects: ObjectStore, logs: Logs, meter: HostMeter) -> None:
        folder, table = settings.data / "transform", TransformTable(store)
        super().__init__("transform", folder, table)
        self._shop = Workshop(
            folder=folder,
            jobs=table,
            objects=objects,
            logs=logs,
            hosts=self._hosts,
            meter=meter,
            phase_seconds=settings.phase_seconds,
        )

    def submit(self, name: str, request: Mapping[str, Any], container: Container, role_arn: str) -> None:
        """Run a job that was just created, with what its model runs, now or when there is room."""
        self._submit(TransformRun(name, request, container, role_arn, self._shop))
