"""Training jobs side by side: a table of what differs and what came of it, and their curves over one another."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from itertools import takewhile
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.widgets import Static

from tui.panes.pane import Pane
from tui.resources.comparison import Line, compare
from tui.resources.prices import Price
from tui.resources.training import MetricPoint, TrainingJobDetail
from tui.service.errors import ServiceError
from tui.service.training import Training
from widgets.cells import Cell, Plain
from widgets.chart import LineChart, Series
from widgets.table import Table
from widgets.table_columns import Column, between, flex
from widgets.text import content


class ComparePane(Pane):
    """A table with a column for each job; X exports it."""

    UNDER = "train"

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("m", "next_metric", "Next metric", id="compare.metric", tooltip="Show the curves of another metric"),
        Binding("escape", "leave", "Back", id="compare.back", show=False),
    ]

    def __init__(
        self, training: Training, details: Sequence[TrainingJobDetail], prices: dict[str, Price | None]
    ) -> None:
        super().__init__(id="compare")
        self._training = training
        self._names = [detail.job.name for detail in details]
        self._lines = compare(details, prices)
        self._points: dict[str, tuple[MetricPoint, ...]] = {}
        self._metric = ""
        short = _without_shared_words(self._names)
        self.table: Table[Line] = Table(_columns(short), lambda line: line.key, id="compare-lines")
        self._short = dict(zip(self._names, short, strict=True))
        self._chart, self._caption = LineChart(), Static()
        self._curves = VerticalScroll(self._caption, self._chart, classes="inspector")

    def compose(self) -> ComposeResult:
        """The title, the table, the curves."""
        yield from self.compose_title(f"Compare {len(self._names)} training jobs")
        with Horizontal(classes="pane-body"):
            yield self.table
            yield self._curves

    def on_mount(self) -> None:
        """The table is known from the start; the curves are read from the logs."""
        self.table.rows = self._lines
        self._caption.update(content("Reading the logs for the curves…", "$text-muted"))

    async def watch_service(self) -> None:
        """Read the curves of all jobs side by side, and follow those that still run."""
        await asyncio.gather(*map(self._follow, self._names))

    async def _follow(self, name: str) -> None:
        try:
            async for points in self._training.curves(name):
                self._points[name] = points
                self._draw()
        except ServiceError as error:
            self._caption.update(content(f"{name}: {error}", "$text-error"))

    def focus_first(self) -> None:
        """Keys go to the table."""
        self.table.focus()

    def action_next_metric(self) -> None:
        """Show the curves of the metric after this one."""
        self.add_class("-inspecting")
        self._curves.focus()
        if metrics := self._metrics():
            at = metrics.index(self._metric) if self._metric in metrics else -1
            self._metric = metrics[(at + 1) % len(metrics)]
            self._draw()

    async def action_leave(self) -> None:
        """Back to the table, then to the pane before."""
        if self.has_class("-inspecting"):
            self.remove_class("-inspecting")
            self.table.focus()
        elif self.table.filter_text:
            self.table.filter_text = ""
        else:
            await self.run_action("screen.last_pane")

    def _metrics(self) -> list[str]:
        """The metrics with curves: those that most jobs have first, validation before training."""
        jobs: dict[str, set[str]] = {}
        for name, points in self._points.items():
            for point in points:
                if not point.name.endswith((":progress", ":throughput")):
                    jobs.setdefault(point.name, set()).add(name)
        return sorted(jobs, key=lambda metric: (-len(jobs[metric]), not metric.startswith("validation"), metric))

    def _draw(self) -> None:
        metrics = self._metrics()
        if not metrics:
            return
        if self._metric not in metrics:
            self._metric = metrics[0]
        more = f" (m: {len(metrics)} metrics)" if len(metrics) > 1 else ""
        self._caption.update(content(f"{self._metric}{more}", "bold"))
        self._chart.series = tuple(
            Series(self._short[name], curve)
            for name in self._names
            if (curve := _curve(self._points.get(name, ()), self._metric))
        )


def _curve(points: Sequence[MetricPoint], metric: str) -> tuple[tuple[float, float], ...]:
    return tuple((float(point.step), point.value) for point in points if point.name == metric)


def _without_shared_words(names: Sequence[str]) -> list[str]:
    """The names without the words that all of them begin with: what is left tells them apart."""
    words = [name.split("-") for name in names]
    shared = len(list(takewhile(lambda column: len(set(column)) == 1, zip(*words, strict=False))))
    return ["-".join(own[shared:]) or name for own, name in zip(words, names, strict=True)]


def _columns(names: Sequence[str]) -> tuple[Column[Line], ...]:
    def value(number: int) -> Column[Line]:
        def cell(line: Line) -> Cell | str:
            return Plain(line.values[number], keep_end=line.section in ("data", "job"))

        return Column[Line](f"job{number}", names[number], cell, flex(minimum=10), "right", priority=8 - min(7, number))

    return (
        Column[Line]("section", "", lambda line: line.section, between(6, 14), priority=1),
        Column[Line]("name", "What", lambda line: line.name, between(12, 24), priority=9),
        *map(value, range(len(names))),
    )
