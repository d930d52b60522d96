"""The pane of endpoints: the live list, and beside it one endpoint in full."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual.binding import Binding, BindingType

from tui.panes.endpoint_columns import COLUMNS
from tui.panes.endpoint_inspector import EndpointInspector
from tui.panes.endpoint_messages import (
    CanaryWanted,
    DeployWanted,
    EndpointUpdateWanted,
    InvokeWanted,
    JudgeWanted,
    ShutDownWanted,
    WeightsWanted,
)
from tui.panes.list_pane import ListPane
from tui.panes.log_messages import LogsWanted
from tui.panes.messages import WhyWanted, Wish
from tui.panes.pane import writing
from tui.resources.endpoints import SERVING, Endpoint
from tui.resources.logs import endpoint_log
from tui.service.endpoints import Endpoints


class EndpointsPane(ListPane[Endpoint]):
    """Endpoints, newest first."""

    HEADING = "Endpoints"
    NOUN = "endpoint"
    EMPTY = """No endpoints yet.

Press n to deploy a model, or e on a training job (press 3)
or on models (press 8). An endpoint costs money
until it is shut down."""

    inspector: EndpointInspector

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "new", "Deploy", id="endpoints.deploy", tooltip="Deploy models behind a new endpoint"),
        Binding(
            "equals_sign",
            "wish_weights",
            "Weights",
            id="endpoints.weights",
            tooltip="Edit the weights and instances of the variants",
            key_display="=",
        ),
        Binding("K", "canary", "Canary", id="endpoints.canary", tooltip="Move traffic to one variant, step by step"),
        Binding("i", "invoke", "Invoke", id="endpoints.invoke", tooltip="Send requests and see the answers"),
        Binding("J", "judge", "Judge", id="endpoints.judge", tooltip="Which variant is better on labelled rows?"),
        Binding("U", "update", "Update", id="endpoints.update", tooltip="Move to another configuration"),
        Binding("x,ctrl+d", "shut_down", "Shut down", id="endpoints.shut_down", tooltip="Delete, after asking"),
        Binding("l", "logs", "Logs", id="endpoints.logs", tooltip="Follow the endpoint's log"),
        Binding("W", "why", "Why", id="endpoints.why", tooltip="Why it failed, or why its last update was taken back"),
        Binding("m", "inspect('metrics')", "Metrics", id="endpoints.metrics", tooltip="Traffic, latency and errors"),
        Binding(
            "y",
            "inspect('request')",
            "Request",
            id="endpoints.request",
            tooltip="Endpoint and configuration as JSON",
            show=False,
        ),
        Binding(
            "less_than_sign",
            "window(-1)",
            "Shorter",
            id="endpoints.shorter",
            tooltip="Metrics of a shorter time",
            key_display="<",
            show=False,
        ),
        Binding(
            "greater_than_sign",
            "window(1)",
            "Longer",
            id="endpoints.longer",
            tooltip="Metrics of a longer time",
            key_display=">",
            show=False,
        ),
    ]

    def __init__(self, endpoints: Endpoints, *, read_only: bool) -> None:
        super().__init__(endpoints.list, COLUMNS, EndpointInspector(endpoints), id="endpoints")
        self._read_only = read_only

    def possible(self, row: Endpoint | None) -> dict[str, bool | str]:
        """What can be done with the endpoint under the cursor now."""
        serves = row is not None and (row.status in SERVING or f"it is {row.status}")
        in_service = row is not None and (row.status == "InService" or f"it is {row.status}")
        several = row is not None and sum(not variant.shadow for variant in row.variants) > 1
        return {
            action: writing(self._read_only, possible)
            for action, possible in {
                "new": True,
                # A canary that climbs updates the endpoint time and again, and is to be looked at all the while.
                "wish_weights": serves,
                "canary": several or "it has one variant only" if serves is True else serves,
                "invoke": serves,
                "judge": serves,
                "update": in_service,
                "shut_down": bool(self._deletable()) or (row is not None and "it is being deleted already"),
            }.items()
        } | {"logs": row is not None, "why": row is not None and (went_wrong(row) or "nothing failed")}

    def action_new(self) -> None:
        """Deploy something that is still to be chosen."""
        self.post_message(DeployWanted())

    def action_wish_weights(self) -> None:
        """Edit the weights of the endpoint under the cursor."""
        self._wish(WeightsWanted)

    def action_canary(self) -> None:
        """Move its traffic step by step."""
        self._wish(CanaryWanted)

    def action_invoke(self) -> None:
        """Send it requests."""
        self._wish(InvokeWanted)

    def action_judge(self) -> None:
        """Judge its variants."""
        self._wish(JudgeWanted)

    def action_update(self) -> None:
        """Move it to another configuration."""
        self._wish(EndpointUpdateWanted)

    def _wish(self, wish: Callable[[str], Wish]) -> None:
        if row := self.table.cursor_row:
            self.post_message(wish(row.name))

    def action_logs(self) -> None:
        """Follow its log."""
        if row := self.table.cursor_row:
            self.post_message(LogsWanted(endpoint_log(row.name)))

    def action_why(self) -> None:
        """Say why it failed, or why its last update was taken back."""
        if row := self.table.cursor_row:
            self.post_message(WhyWanted(row))

    def action_shut_down(self) -> None:
        """Shut the marked endpoints down, or the one under the cursor."""
        if rows := self._deletable():
            self.post_message(ShutDownWanted(tuple(row.name for row in rows)))

    def _deletable(self) -> tuple[Endpoint, ...]:
        return tuple(row for row in self.chosen if row.status != "Deleting")

    def action_window(self, step: int) -> None:
        """Look at the metrics of a longer or shorter time."""
        self.inspector.change_window(step)
        self.action_inspect("metrics")


def went_wrong(endpoint: Endpoint) -> bool:
    """Whether there is something to explain: that it does not serve, or not what it was last told to."""
    return endpoint.status in ("Failed", "RollingBack", "UpdateRollbackFailed") or bool(endpoint.failure_reason)
