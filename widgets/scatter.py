"""A scatter chart: points in groups that differ in glyph and colour, on linear, logarithmic or named axes."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite

from rich.cells import cell_len
from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from widgets.chart_frame import AXIS_STYLE, MIN_HEIGHT, MIN_WIDTH, Frame, Span, too_small
from widgets.chart_scale import Axis, Point
from widgets.text import clean, middle, one_line


@dataclass(frozen=True, slots=True)
class Dots:
    """Points that look alike; those that cannot be placed, because a number is not finite, are left out."""

    name: str
    """For the legend; empty keeps the group out of it."""

    points: tuple[Point, ...]
    glyph: str = "•"
    style: str = "$text-primary"


@dataclass(frozen=True, slots=True)
class Scatter:
    """What a scatter chart shows; later groups are drawn over earlier ones."""

    groups: tuple[Dots, ...] = ()
    title: str = ""
    log_x: bool = False
    log_y: bool = False
    x_names: tuple[str, ...] = ()
    """Names of the x values 0, 1, 2, … where x is a choice and not a number."""


class ScatterChart(Widget):
    """Draws a scatter; drawn again only when it or the size has changed."""

    DEFAULT_CSS = f"""
    ScatterChart {{
        min-width: {MIN_WIDTH};
        min-height: {MIN_HEIGHT};
        height: 1fr;
        color: $foreground;
        text-wrap: nowrap;
    }}
    """

    scatter: reactive[Scatter] = reactive(Scatter())
    empty_text: reactive[str] = reactive("No points yet.")
    """What stands in place of the chart while it has no point."""

    def render(self) -> Content:
        """The chart in the widget's present size."""
        width, height = self.size
        if sentence := too_small(width, height):
            return Content.styled(sentence, AXIS_STYLE)
        rows = scatter_rows(self.scatter, width, height)
        if not rows:
            return Content.styled(clean(self.empty_text), AXIS_STYLE)
        return Content("\n").join(Content.assemble(*row) for row in rows)


def scatter_rows(scatter: Scatter, width: int, height: int) -> list[list[Span]]:
    """The rows of a chart, from title and legend down to the labels of the x axis; none without a point to show."""

    def placeable(point: Point) -> bool:
        logs = [value for value, log in zip(point, (scatter.log_x, scatter.log_y), strict=True) if log]
        return all(map(isfinite, point)) and all(value >= sys.float_info.min for value in logs)

    placed = [[point for point in group.points if placeable(point)] for group in scatter.groups]
    every = [point for points in placed for point in points]
    if not every:
        return []
    xs, ys = [x for x, _ in every], [y for _, y in every]
    x_axis = (
        Axis(-0.5, len(scatter.x_names) - 0.5) if scatter.x_names else Axis.around(min(xs), max(xs), log=scatter.log_x)
    )
    head = [line for line in (_title(scatter, width), _legend(scatter.groups, width)) if line]
    frame = Frame(x_axis, Axis.around(min(ys), max(ys), log=scatter.log_y), width, height - len(head))
    for number, points in enumerate(placed):
        for point in points:
            frame.canvas.mark(*frame.dot(*point), scatter.groups[number].glyph, number)
    rows = frame.rows(lambda number: scatter.groups[number].style)
    if scatter.x_names:
        rows[-1] = [(_names(scatter.x_names, width, frame.canvas.width), AXIS_STYLE)]
    return [*head, *rows]


def _title(scatter: Scatter, width: int) -> list[Span]:
    return [(middle(one_line(scatter.title), width), "bold")] if scatter.title else []


def _legend(groups: Sequence[Dots], width: int) -> list[Span]:
    spans: list[Span] = []
    used = 0
    for group in groups:
        if group.name and group.points:
            entry = f"{'  ' if used else ''}{group.glyph} {one_line(group.name)}"
            if used + cell_len(entry) > width:
                break
            spans.append((entry, group.style))
            used += cell_len(entry)
    return spans


def _names(names: Sequence[str], width: int, across: int) -> str:
    """A name centred below each place of a named axis, shortened to its share of the width."""
    share = across / len(names)
    text = " " * (width - across)
    for number, name in enumerate(names):
        end = width - across + round(share * (number + 1))
        label = middle(one_line(name), max(1, end - len(text) - 1))
        text += label.center(end - len(text))
    return text
