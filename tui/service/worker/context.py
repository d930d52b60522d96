"""What a task in the worker may ask of the process it runs in."""

from __future__ import annotations

from typing import Any, Protocol


class Cancelled(Exception):
    """The person does not want the answer any more; a task lets it pass after putting things back."""


class TaskContext(Protocol):
    """The worker as one task sees it; tests stand in for it with a small class of their own."""

    def report(self, progress: object) -> None:
        """Send an intermediate value to the console; waits while the console has not taken the last few."""

    def check(self) -> None:
        """Raise `Cancelled` when the console cancelled the request; call it between chunks of work."""

    def client(self, service: str) -> Any:
        """The boto3 client of a service, shared between threads."""

    def identity(self) -> tuple[str, str]:
        """The account number and the region of the connection."""
