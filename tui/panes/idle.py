"""Endpoints that nobody invokes, and what they cost: to be shut down from here."""

from __future__ import annotations

import time
from typing import ClassVar

from textual.binding import Binding, BindingType

from tui.panes.endpoint_cells import monthly
from tui.panes.endpoint_columns import IDLE_COLUMNS
from tui.panes.endpoint_inspector import EndpointInspector
from tui.panes.endpoint_messages import ShutDownWanted
from tui.panes.list_pane import ListPane
from tui.panes.pane import writing
from tui.resources.endpoints import SERVING, Endpoint
from tui.resources.prices import total
from tui.service.endpoints import Endpoints

HOURS = (1.0, 6.0, 24.0, 72.0, 168.0, 336.0)
"""Lengths of silence that are offered; two weeks is as far back as anybody looked."""


class IdlePane(ListPane[Endpoint]):
    """Endpoints without invocations for some hours, the dearest first."""

    UNDER = "endpoints"
    HEADING = "Idle endpoints"
    NOUN = "idle endpoint"
    EMPTY = "No endpoint is idle for that long; < and > change how long that is."

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("x,ctrl+d", "shut_down", "Shut down", id="idle.shut_down", tooltip="Delete the marked, after asking"),
        Binding(
            "less_than_sign",
            "hours(-1)",
            "Shorter",
            id="idle.shorter",
            tooltip="Idle for a shorter time",
            key_display="<",
        ),
        Binding(
            "greater_than_sign",
            "hours(1)",
            "Longer",
            id="idle.longer",
            tooltip="Idle for a longer time",
            key_display=">",
        ),
    ]

    def __init__(self, endpoints: Endpoints, hours: float, *, read_only: bool) -> None:
        super().__init__(endpoints.list, IDLE_COLUMNS, EndpointInspector(endpoints), id="idle")
        self._endpoints = endpoints
        self._hours = hours
        self._read_only = read_only

    def arranged(self, rows: tuple[Endpoint, ...]) -> tuple[Endpoint, ...]:
        """Those that are idle, the dearest first."""
        now = time.time()
        found = [row for row in rows if row.status in SERVING and row.idle and row.idle.exceeds(self._hours, now)]
        found.sort(key=lambda row: -(row.rate.hourly if row.rate else 0.0))
        rate = total([row.rate for row in found], billed=all(row.rate.billed for row in found if row.rate))
        cost = f", {monthly(rate)} a month" if found else ""
        self.title_line.heading = f"{self.HEADING}: no request for {_hours(self._hours)}{cost}"
        return tuple(found)

    def possible(self, row: Endpoint | None) -> dict[str, bool | str]:
        """What can be done with the endpoint under the cursor now."""
        return {"shut_down": writing(self._read_only, row is not None)}

    def action_shut_down(self) -> None:
        """Shut the marked endpoints down, or the one under the cursor."""
        self.post_message(ShutDownWanted(tuple(row.name for row in self.chosen)))

    def action_hours(self, step: int) -> None:
        """Show those that are idle for longer, or for less long."""
        longer = [hours for hours in HOURS if hours > self._hours]
        shorter = [hours for hours in HOURS if hours < self._hours]
        candidates = longer[:1] if step > 0 else shorter[-1:]
        if candidates:
            self._hours = candidates[0]
            self.table.rows = self.arranged(self._endpoints.list.rows)

    async def action_leave(self) -> None:
        """Back to the list; from there, back to the endpoints."""
        if self.inspector.has_focus_within or self.table.filter_text:
            await super().action_leave()
        else:
            await self.run_action("screen.show('endpoints')")


def _hours(hours: float) -> str:
    if hours >= 24 and hours % 24 == 0:
        days = int(hours // 24)
        return f"{days} day{'s' if days > 1 else ''}"
    return f"{hours:g} hour{'s' if hours != 1 else ''}"
