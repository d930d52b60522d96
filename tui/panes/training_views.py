"""The three views of a training job: summary with timeline, metrics with curves, the whole description."""

from __future__ import annotations

import time

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from tui.panes.facts import LABEL_WIDTH, as_json, fact, heading
from tui.panes.inspector import Views
from tui.panes.wording import count, duration, moment, number, status
from tui.resources.training import MetricPoint, TrainingJobDetail
from widgets.cells import as_content
from widgets.chart import LineChart, Series
from widgets.text import content, middle


class TrainingViews(Views):
    """Shows what it is given of one job, one view at a time."""

    def __init__(self, initial: str) -> None:
        super().__init__(initial=initial)
        # Held rather than looked up: the last news of a job may come while the screen is being taken down.
        self.summary, self.values, self.request = Static(), Static(), Static()
        self.chart = LineChart()

    def compose(self) -> ComposeResult:
        """The views; their ids are the names by which they are asked for."""
        yield VerticalScroll(self.summary, id="summary", classes="inspector-view")
        yield VerticalScroll(self.chart, self.values, id="metrics", classes="inspector-view")
        yield VerticalScroll(self.request, id="request", classes="inspector-view")

    def clear(self) -> None:
        """Show nothing."""
        for text in (self.summary, self.values, self.request):
            text.update("")
        self.chart.series = ()

    def show_detail(self, detail: TrainingJobDetail) -> None:
        """Show a job."""
        self.summary.update(summary(detail, self.content_size.width - 2))
        self.values.update(metric_values(detail))
        self.request.update(content(as_json(detail.description)))

    def show_points(self, points: tuple[MetricPoint, ...]) -> None:
        """Show the course of a job's metrics."""
        self.chart.series = curves(points)

    def show_problem(self, problem: str) -> None:
        """Say why there is nothing to show."""
        self.summary.update(content(problem, "$text-error"))
        self.values.update(content(problem, "$text-error"))


def summary(detail: TrainingJobDetail, width: int) -> Content:
    """A job as a person wants to know it, most telling things first, URIs shortened to the width."""
    job = detail.job
    parts: list[Content] = [heading(job.name), as_content(status(job.status), 20)]
    if detail.failure_reason:
        parts += [Content(""), content(detail.failure_reason, "$text-error")]
    parts += [Content(""), *_facts(detail, width), Content(""), heading("Timeline"), *_timeline(detail)]
    if detail.metrics:
        parts += [Content(""), heading("Metrics")]
        parts += [fact(metric.name, number(metric.value), 30) for metric in detail.metrics]
    if detail.hyperparameters:
        parts += [Content(""), heading("Hyperparameters")]
        parts += [fact(name, value, 30) for name, value in detail.hyperparameters]
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
    return [fact(name, middle(value, max(20, width - LABEL_WIDTH - 1))) for name, value in facts if value]


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
    return Content("\n").join(fact(metric.name, number(metric.value), 30) for metric in detail.metrics)


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
