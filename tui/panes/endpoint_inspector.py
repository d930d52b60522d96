"""One endpoint in full, beside the list or over it."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING

from textual.reactive import reactive

from tui.panes.inspector import Following, Inspector
from tui.resources.endpoint_metrics import LAST_HOUR, WINDOWS, MetricWindow
from tui.service.endpoints import Endpoints
from tui.service.errors import ServiceError

if TYPE_CHECKING:
    from tui.panes.endpoint_views import EndpointViews


class EndpointInspector(Inspector["EndpointViews"]):
    """Views: `summary`, `metrics` and `request`."""

    window: reactive[MetricWindow] = reactive(LAST_HOUR, init=False)
    """Of the metrics."""

    def __init__(self, endpoints: Endpoints) -> None:
        super().__init__()
        self._endpoints = endpoints

    def make_views(self, initial: str) -> EndpointViews:
        """The views of an endpoint."""
        from tui.panes.endpoint_views import EndpointViews  # noqa: PLC0415 - not on the way to the first paint

        return EndpointViews(initial=initial)

    def change_window(self, step: int) -> None:
        """Show the metrics of a longer or shorter time."""
        place = WINDOWS.index(self.window) + step
        self.window = WINDOWS[min(max(place, 0), len(WINDOWS) - 1)]

    def watch_window(self) -> None:
        """Ask for another window."""
        self._look()

    async def follow(self, views: EndpointViews, subject: str) -> None:
        """Follow the endpoint's description."""
        async for snapshot in self._endpoints.detail(subject).watch():
            if snapshot.value:
                views.show_detail(snapshot.value)
            elif snapshot.error:
                views.show_problem(str(snapshot.error))

    def follow_view(self, views: EndpointViews, subject: str, view: str) -> Following | None:
        """What it did is asked for while it is looked at."""
        return {
            "summary": partial(self._follow_summary, views, subject),
            "metrics": partial(self._follow_traffic, views, subject, self.window),
        }.get(view)

    async def _follow_summary(self, views: EndpointViews, name: str) -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(self._follow_traffic(views, name, LAST_HOUR))
            group.create_task(self._follow_row(views, name))
            group.create_task(self._find_scaling(views, name))

    async def _follow_traffic(self, views: EndpointViews, name: str, window: MetricWindow) -> None:
        async for snapshot in self._endpoints.metrics(name, window).watch():
            if snapshot.value:
                views.show_traffic(snapshot.value)
            elif snapshot.error:
                views.show_no_traffic(str(snapshot.error))

    async def _follow_row(self, views: EndpointViews, name: str) -> None:
        """The list knows since when an endpoint is idle."""
        async for snapshot in self._endpoints.list.feed.watch():
            row = next((row for row in snapshot.value or () if row.name == name), None)
            views.show_idle(row.idle if row else None)

    async def _find_scaling(self, views: EndpointViews, name: str) -> None:
        """Its auto scaling seldom changes: it is asked for once for each look."""
        async for snapshot in self._endpoints.detail(name).watch():
            if snapshot.value:
                variants = [variant.name for variant in snapshot.value.production]
                try:
                    bounds = await self._endpoints.scaling.bounds(name, variants)
                except ServiceError:
                    return
                views.show_scaling(", ".join(map(str, bounds)) or "none")
                return
