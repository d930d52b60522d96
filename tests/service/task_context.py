"""A stand-in for the worker around a task: keeps the reports, cancels when told to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tui.service.worker.context import Cancelled


class ScriptedContext:
    """The `TaskContext` of a test; `cancel_at` is the number of the check that finds the request cancelled."""

    def __init__(self, clients: Mapping[str, Any] | None = None, cancel_at: int | None = None) -> None:
        self.reports: list[object] = []
        self.checks = 0
        self._clients = clients or {}
        self._cancel_at = cancel_at

    def report(self, progress: object) -> None:
        self.reports.append(progress)

    def check(self) -> None:
        self.checks += 1
        if self._cancel_at is not None and self.checks >= self._cancel_at:
            raise Cancelled

    def client(self, service: str) -> Any:
        return self._clients[service]

    def identity(self) -> tuple[str, str]:
        return "123456789012", "us-east-1"
