"""One training job in full: summary with timeline, metrics with curves, the whole description."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime
from typing import Any

from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.getters import query_one
from textual.reactive import reactive, var
from textual.widgets import ContentSwitcher, Static

from tui.panes.wording import count, duration, moment, number, status
from tui.resources.training import MetricPoint, TrainingJobDetail
from tui.service.errors import ServiceError
from tui.service.training import Training
from widgets.cells import as_content
from widgets.chart import LineChart, Series
from widgets.text import content, middle

VIEWS = ("summary", "metrics", "request")

LABEL_WIDTH = 12


class TrainingInspector(Vertical):
    """Shows the job that `job_name` names; asks the service only while it is on the screen."""

    job_name: reactive[str | None] = reactive(None)
    view: reactive[str] = reactive("summary")
    detail: var[TrainingJobDetail | None] = var(None)

    summary = query_one("#summary Static", Static)
    values = query_one("#metric-values", Static)
    chart = query_one(LineChart)
    request = query_one("#request Static", Static)
    switcher = query_one(ContentSwitcher)

    def __init__(self, training: Training) -> None:
        super().__init__(classes="inspector")
        self._training = training

    def compose(self) -> ComposeResult:
        """Three views, one at a time."""
        with ContentSwitcher(initial="summary"):
            with VerticalScroll(id="summary", classes="inspector-view"):
                yield Static()
            with VerticalScroll(id="metrics", classes="inspector-view"):
                yield LineChart()
                yield Static(id="metric-values")
            with VerticalScroll(id="request", classes="inspector-view"):
                yield Static()

    def on_show(self) -> None:
        """Look again at what was looked at before."""
        self._look()

    def on_hide(self) -> None:
        """Ask nothing while hidden."""
        self.workers.cancel_node(self)

    def watch_job_name(self) -> None:
        """Another job."""
        self.detail = None
        self.summary.update("")
        self.values.update("")
        self.request.update("")
        self.chart.series = ()
        self._look()

    def watch_view(self, view: str) -> None:
        """Another view of the same job."""
        self.switcher.current = view
        self._look()

    def focus_view(self) -> None:
        """Keys scroll the view."""
        self.query_one(f"#{self.view}", VerticalScroll).focus()

    def _look(self) -> None:
        self.workers.cancel_node(self)
        if self.job_name and self.is_mounted and self.display:
            self.run_worker(self._follow_detail(self.job_name), group="detail")
            if self.view == "metrics":
                self.run_worker(self._follow_curves(self.job_name), group="curves")

    async def _follow_detail(self, name: str) -> None:
        async for snapshot in self._training.detail(name).watch():
            if snapshot.value:
                self.detail = snapshot.value
                self.summary.update(summary(snapshot.value, self.content_size.width - 2))
                self.values.update(metric_values(snapshot.value))
                self.request.update(content(as_json(snapshot.value.description)))
            elif snapshot.error:
                self.summary.update(content(str(snapshot.error), "$text-error"))

    async def _follow_curves(self, name: str) -> None:
        try:
            async for points in self._training.curves(name):
                self.chart.series = curves(points)
        except ServiceError as error:
            self.values.update(content(str(error), "$text-error"))


def summary(detail: TrainingJobDetail, width: int) -> Content:
    """A job as a person wants to know it, most telling things first, URIs shortened to the width."""
    job = detail.job
    parts: list[Content] = [Content.styled(content(job.name).plain, "bold"), as_content(status(job.status), 20)]
    if detail.failure_reason:
        parts += [Content(""), content(detail.failure_reason, "$text-error")]
    parts += [Content(""), *_facts(detail, width), Content(""), Content.styled("Timeline", "bold"), *_timeline(detail)]
    if detail.metrics:
        parts += [Content(""), Content.styled("Metrics", "bold")]
        parts += [_fact(metric.name, number(metric.value), 30) for metric in detail.metrics]
    if detail.hyperparameters:
        parts += [Content(""), Content.styled("Hyperparameters", "bold")]
        parts += [_fact(name, value, 30) for name, value in detail.hyperparameters]
    return Content("\n").join(parts)


def _facts(detail: TrainingJobDetail, width: int) -> list[Content]:
    job = detail.job
    facts = [
        ("Instance", f"{detail.instance_count} × {detail.instance_type}" if detail.instance_type else ""),
        ("Image", detail.image.rsplit("/", 1)[-1]),
        ("Created", moment(job.created)),
        ("Took", duration(job.duration)),
        ("Billable", count(detail.billable_seconds, "second") if detail.billable_seconds is not None else ""),
        ("Artifact", detail.artifact),
    ]
    for channel in detail.description.get("InputDataConfig", ()):
        source = channel.get("DataSource", {}).get("S3DataSource", {})
        facts.append((channel.get("ChannelName", ""), source.get("S3Uri", "")))
    return [_fact(name, middle(value, max(20, width - LABEL_WIDTH - 1))) for name, value in facts if value]


def _fact(name: str, value: str, width: int = LABEL_WIDTH) -> Content:
    return Content.assemble((content(name).plain.ljust(width), "$text-muted"), " ", content(value))


def _timeline(detail: TrainingJobDetail) -> list[Content]:
    lines = []
    for step in detail.transitions:
        took = duration((step.end if step.end is not None else time.time()) - step.start) if step.end else "now"
        lines.append(
            Content.assemble(
                (moment(step.start), "$text-muted"),
                "  ",
                content(step.status).plain.ljust(12),
                (took.rjust(8), "$text-muted"),
                "  ",
                content(step.message),
            )
        )
    return lines


def metric_values(detail: TrainingJobDetail) -> Content:
    """The last values of all metrics."""
    if not detail.metrics:
        return Content("No metric yet." if detail.job.running else "The job ended without a metric.")
    return Content("\n").join(_fact(metric.name, number(metric.value), 30) for metric in detail.metrics)


def curves(points: tuple[MetricPoint, ...]) -> tuple[Series, ...]:
    """The metrics that have a course, as lines of a chart; percentages and rates are none."""
    lines: dict[str, list[tuple[float, float]]] = {}
    for point in points:
        if not point.name.endswith((":progress", ":throughput")):
            lines.setdefault(point.name, []).append((float(point.step), point.value))
    tokens = ("primary", "accent", "secondary", "success", "warning", "error")
    return tuple(
        Series(name, tuple(values), tokens[index % len(tokens)])
        for index, (name, values) in enumerate(sorted(lines.items()))
        if len(values) > 1
    )


def as_json(description: Any) -> str:
    """An answer of the service as JSON, times in UTC."""
    return json.dumps(_readable(description), indent=2, ensure_ascii=False)


def _readable(value: Any, name: str = "") -> Any:
    if isinstance(value, dict):
        return {key: _readable(item, key) for key, item in value.items()}
    if isinstance(value, list):
        return [_readable(item) for item in value]
    if isinstance(value, float) and name.endswith(("Time", "Timestamp")):
        return datetime.fromtimestamp(value, UTC).isoformat(timespec="milliseconds")
    return value
