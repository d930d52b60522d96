"""What charts are drawn into: a canvas between a y axis and an x axis with their ticks."""

from __future__ import annotations

from collections.abc import Callable

from widgets.braille import DOTS_ACROSS, DOTS_DOWN, BrailleCanvas
from widgets.chart_scale import Axis

AXIS_STYLE = "$text-muted"

MIN_WIDTH = 20
MIN_HEIGHT = 5

Span = tuple[str, str]
"""Text and its style."""


def too_small(width: int, height: int) -> str:
    """What to say in place of a chart in fewer cells than it needs; empty when there is room."""
    fits = width >= MIN_WIDTH and height >= MIN_HEIGHT
    return "" if fits else f"A chart needs {MIN_WIDTH}×{MIN_HEIGHT} cells."


class Frame:
    """Axes around a canvas, `width` by `height` cells in all."""

    def __init__(self, x_axis: Axis, y_axis: Axis, width: int, height: int) -> None:
        self._x_axis = x_axis
        self._y_axis = y_axis
        self._y_labels = _y_labels(y_axis, height - 2)
        self._label_width = min(width // 3, max(map(len, self._y_labels.values())))
        self.canvas = BrailleCanvas(width - self._label_width - 1, height - 2)

    def dot(self, x: float, y: float) -> tuple[int, int]:
        """The dot of the canvas nearest to a point."""
        across = self.canvas.width * DOTS_ACROSS - 1
        down = self.canvas.height * DOTS_DOWN - 1
        return round(self._x_axis.share(x) * across), round((1 - self._y_axis.share(y)) * down)

    def rows(self, style: Callable[[int], str]) -> list[list[Span]]:
        """The rows from the top, what was drawn on the canvas in the style of its series."""
        rows: list[list[Span]] = []
        for number, runs in enumerate(self.canvas.rows()):
            label = self._y_labels.get(number, "")
            axis = (label[: self._label_width].rjust(self._label_width) + ("┤" if label else "│"), AXIS_STYLE)
            rows.append([axis, *((text, "" if series is None else style(series)) for text, series in runs)])
        return [*rows, *([(row, AXIS_STYLE)] for row in _x_axis(self._x_axis, self._label_width, self.canvas.width))]


def _y_labels(axis: Axis, height: int) -> dict[int, str]:
    """The label of each row that has a tick."""
    ticks = axis.ticks(max(2, height // 2))
    return {
        round((1 - axis.share(value)) * (height * DOTS_DOWN - 1)) // DOTS_DOWN: label
        for value, label in zip(ticks, axis.labels(ticks), strict=True)
    }


def _x_axis(axis: Axis, left: int, width: int) -> list[str]:
    """The axis with its ticks, and the row of labels that do not touch each other."""
    line = ["─"] * width
    text = [" "] * (left + 1 + width)
    free = 0
    ticks = axis.ticks(max(2, width // 7))
    for value, label in zip(ticks, axis.labels(ticks), strict=True):
        column = round(axis.share(value) * (width * DOTS_ACROSS - 1)) // DOTS_ACROSS
        start = min(max(0, left + 1 + column - len(label) // 2), len(text) - len(label))
        if start >= free:
            line[column] = "┬"
            text[start : start + len(label)] = label
            free = start + len(label) + 1
    return [" " * left + "└" + "".join(line), "".join(text)]
