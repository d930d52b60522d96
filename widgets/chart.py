"""A line chart for loss curves and metrics: braille dots, round ticks, a legend with the last values."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite

from rich.cells import cell_len, set_cell_size
from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from widgets.braille import DOTS_ACROSS
from widgets.chart_frame import AXIS_STYLE, MIN_HEIGHT, MIN_WIDTH, Frame, Span, too_small
from widgets.chart_scale import Axis, Point, curves, thinned
from widgets.text import clean, middle, one_line

GLYPHS = "●▲■◆✚✖"
"""Each series ends in a glyph of its own, so that curves can be told apart without colours."""

STYLES = ("$text-primary", "$text-warning", "$text-success", "$text-error", "$text-secondary", "$text-accent")
Curves = list[list[Point]]
"""A series as it is drawn: its points in order, parted at the gaps."""


@dataclass(frozen=True, slots=True)
class Series:
    """A named curve; a y that is not finite is a gap. Without a style it takes one by its place in the chart."""

    name: str
    points: tuple[Point, ...]
    style: str = ""


class LineChart(Widget):
    """Draws series of points as lines; drawn again only when they or the size have changed."""

    DEFAULT_CSS = f"""
    LineChart {{
        min-width: {MIN_WIDTH};
        min-height: {MIN_HEIGHT};
        height: 1fr;
        color: $foreground;
        text-wrap: nowrap;
    }}
    """

    series: reactive[tuple[Series, ...]] = reactive[tuple[Series, ...]](())
    """The curves."""
    log_y: reactive[bool] = reactive(False)
    """Whether the y axis is logarithmic; values that are not positive are gaps then."""
    empty_text: reactive[str] = reactive("No points yet.")
    """What stands in place of the chart while no series has a point."""

    def __init__(
        self,
        series: tuple[Series, ...] = (),
        *,
        log_y: bool = False,
        name: str | None = None,
        id: str | None = None,
        classes: str | None = None,
        disabled: bool = False,
    ) -> None:
        super().__init__(name=name, id=id, classes=classes, disabled=disabled)
        self.set_reactive(LineChart.series, series)
        self.set_reactive(LineChart.log_y, log_y)

    def render(self) -> Content:
        """The chart in the widget's present size."""
        width, height = self.size
        if sentence := too_small(width, height):
            return Content.styled(sentence, AXIS_STYLE)
        rows = chart_rows(self.series, width, height, log_y=self.log_y)
        if not rows:
            return Content.styled(clean(self.empty_text), AXIS_STYLE)
        return Content("\n").join(Content.assemble(*row) for row in rows)


def chart_rows(series: Sequence[Series], width: int, height: int, *, log_y: bool = False) -> list[list[Span]]:
    """The rows of a chart, from the legend down to the labels of the x axis; none when no point can be shown."""

    def visible(y: float) -> bool:
        return isfinite(y) and (y >= sys.float_info.min or not log_y)

    drawn = [curves(one.points, visible) for one in series]
    every = [curve for one in drawn for curve in one]
    if not every:
        return []
    ys = [limit for curve in every for limit in (min(y for _, y in curve), max(y for _, y in curve))]
    x_axis = Axis.around(min(curve[0][0] for curve in every), max(curve[-1][0] for curve in every))
    y_axis = Axis.around(min(ys), max(ys), log=log_y)
    rows = _legend(series, drawn, width, max(1, height // 4))
    frame = Frame(x_axis, y_axis, width, height - len(rows))
    _plot(frame, drawn, x_axis)
    return [*rows, *frame.rows(lambda number: _style(series, number))]


def _style(series: Sequence[Series], number: int) -> str:
    return series[number].style or STYLES[number % len(STYLES)]


def _plot(frame: Frame, drawn: Sequence[Curves], x_axis: Axis) -> None:
    across = frame.canvas.width * DOTS_ACROSS
    for number, one in enumerate(drawn):
        for curve in one:
            dots = [frame.dot(*point) for point in thinned(curve, x_axis, across)]
            for start, end in zip(dots, dots[1:] or dots, strict=False):
                frame.canvas.line(start, end, number)
    for number, one in enumerate(drawn):
        if one:
            frame.canvas.mark(*frame.dot(*one[-1][-1]), GLYPHS[number % len(GLYPHS)], number)


def _legend(series: Sequence[Series], drawn: Sequence[Curves], width: int, max_rows: int) -> list[list[Span]]:
    """Glyph, name and last value of each series, in as many rows as they take and may have."""
    rows: list[list[Span]] = [[]]
    used = 0
    for number, one in enumerate(series):
        last = f"{drawn[number][-1][-1][1]:.5g}" if drawn[number] else "-"
        name = middle(one_line(one.name), width - len(last) - 3)
        entry = f"{GLYPHS[number % len(GLYPHS)]} {name} {last}"
        if used and used + 2 + cell_len(entry) > width:
            if len(rows) == max_rows:
                rows[-1].append((" …"[: width - used], AXIS_STYLE))
                break
            rows.append([])
            used = 0
        gap = "  " if used else ""
        rows[-1].append((gap + set_cell_size(entry, min(width, cell_len(entry))), _style(series, number)))
        used += cell_len(gap + entry)
    return rows
