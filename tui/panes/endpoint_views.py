"""The views of an endpoint: summary with its variants, metrics over a window, the whole description."""

from __future__ import annotations

from collections.abc import Callable

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.widgets import Static

from tui.panes.endpoint_summary import Known, summary
from tui.panes.facts import as_json, heading
from tui.panes.inspector import Views
from tui.resources.endpoint_metrics import EndpointTraffic, Idle, VariantTraffic
from tui.resources.endpoint_metrics import Series as Measured
from tui.resources.endpoints import EndpointDetail
from widgets.chart import LineChart, Series
from widgets.text import content

CHARTS: tuple[tuple[str, Callable[[VariantTraffic], Measured]], ...] = (
    ("Requests", lambda variant: variant.invocations),
    ("Latency, p50 in ms", lambda variant: variant.p50_ms),
    ("Latency, p99 in ms", lambda variant: variant.p99_ms),
    ("4XX errors", lambda variant: variant.errors_4xx),
    ("5XX errors", lambda variant: variant.errors_5xx),
)
CHART_HEIGHT = 10


class EndpointViews(Views):
    """Shows what it is given of one endpoint, one view at a time."""

    def __init__(self, initial: str) -> None:
        super().__init__(initial=initial)
        # Held rather than looked up: the last news may come while the screen is being taken down.
        self.summary, self.request, self.window = Static(), Static(), Static()
        self.charts = tuple(LineChart() for _ in CHARTS)
        self._detail: EndpointDetail | None = None
        self._traffic: EndpointTraffic | None = None
        self._idle: Idle | None = None
        self._no_traffic = self._scaling = ""

    def compose(self) -> ComposeResult:
        """The views; their ids are the names by which they are asked for."""
        yield VerticalScroll(self.summary, id="summary", classes="inspector-view")
        with VerticalScroll(id="metrics", classes="inspector-view"):
            yield self.window
            for (title, _), chart in zip(CHARTS, self.charts, strict=True):
                yield Static(heading(title))
                chart.styles.height = CHART_HEIGHT
                yield chart
        yield VerticalScroll(self.request, id="request", classes="inspector-view")

    def clear(self) -> None:
        """Show nothing."""
        self._detail = self._traffic = self._idle = None
        self._no_traffic = self._scaling = ""
        for text in (self.summary, self.request, self.window):
            text.update("")
        for chart in self.charts:
            chart.series = ()
            chart.empty_text = "Asking CloudWatch …"

    def show_detail(self, detail: EndpointDetail) -> None:
        """Show an endpoint."""
        self._detail = detail
        self._say_summary()
        described = {
            "Endpoint": detail.description,
            "EndpointConfig": detail.config.description if detail.config else None,
        }
        self.request.update(content(as_json(described)))

    def show_idle(self, idle: Idle | None) -> None:
        """Show since when nobody invokes it."""
        if idle != self._idle:
            self._idle = idle
            self._say_summary()

    def show_scaling(self, bounds: str) -> None:
        """Show within what bounds instances come and go by themselves."""
        if bounds != self._scaling:
            self._scaling = bounds
            self._say_summary()

    def show_traffic(self, traffic: EndpointTraffic) -> None:
        """Show what its variants did."""
        self._traffic, self._no_traffic = traffic, ""
        self._say_summary()
        self.window.update(
            content(
                f"The last {traffic.window}, each point {_period(traffic.window.period)}.  < > change it.",
                "$text-muted",
            )
        )
        for (_, values), chart in zip(CHARTS, self.charts, strict=True):
            chart.empty_text = f"None in the last {traffic.window}."
            chart.series = tuple(_curve(traffic, variant, values(variant)) for variant in traffic.variants)

    def show_no_traffic(self, problem: str) -> None:
        """Say why nothing is known about its traffic."""
        self._no_traffic = problem
        self._say_summary()
        self.window.update(content(problem, "$text-error"))

    def show_problem(self, problem: str) -> None:
        """Say why there is nothing to show."""
        self._detail = None
        self.summary.update(content(problem, "$text-error"))

    def _say_summary(self) -> None:
        if self._detail:
            width = self.content_size.width - 2
            known = Known(self._traffic, self._no_traffic, self._idle, self._scaling)
            self.summary.update(summary(self._detail, known, width))


def _curve(traffic: EndpointTraffic, variant: VariantTraffic, values: Measured) -> Series:
    """A variant's values over the minutes before the end of the window; what was not measured is a gap."""
    end = traffic.start + traffic.window.seconds
    points = [
        ((when - end) / 60, float("nan") if value is None else value)
        for when, value in zip(traffic.times, values, strict=True)
    ]
    return Series(variant.variant, tuple(points))


def _period(seconds: int) -> str:
    if seconds < 3600:
        return f"{seconds // 60} min"
    return f"{seconds // 3600} h"
