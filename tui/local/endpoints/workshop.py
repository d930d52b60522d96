"""What the work on every endpoint is done with."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from tui.local.endpoints.serving import LoadedFleet
from tui.local.endpoints.table import Endpoint, EndpointTable
from tui.local.errors import AwsError
from tui.local.serving.fleet import ModelFleet
from tui.local.serving.routing import Router

_RETRY_SECONDS = 1.0


class Abandoned(Exception):
    """Ends the work on an endpoint because the server closes; what the store says is settled at the next start."""


@dataclass(frozen=True, slots=True)
class Workshop:
    """The tables, models and routes that deployments work with, and what holds them up."""

    endpoints: EndpointTable
    models: ModelFleet
    router: Router
    alarm_state: Callable[[str], str | None]
    """OK, ALARM or INSUFFICIENT_DATA; None when there is no such alarm."""

    phase_seconds: float
    """The least time in each phase."""

    in_service: dict[str, LoadedFleet] = field(default_factory=dict)
    """What serves now, by the ARN of its endpoint; each is only touched by its endpoint's own work."""

    closing: threading.Event = field(default_factory=threading.Event)

    def pause(self, seconds: float) -> None:
        """Wait; raises Abandoned when the server closes."""
        if self.closing.wait(seconds):
            raise Abandoned

    def linger(self) -> None:
        """Wait until a person could see the phase that has just begun."""
        self.pause(self.phase_seconds)

    def change(self, arn: str, change: Callable[[Endpoint], Endpoint]) -> None:
        """Change an endpoint in the store, trying again while the disk is full."""
        self.keep_trying(lambda: self.endpoints.change(arn, change))

    def keep_trying(self, write: Callable[[], None]) -> None:
        """Write to the store, again and again while the disk is full; raises Abandoned when the server closes."""
        while True:
            self.pause(0)
            try:
                write()
            except AwsError:
                self.pause(_RETRY_SECONDS)
            else:
                return
