"""A widget made of lines that are values: what changed is found by comparing them, and only that is drawn."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from rich.style import Style
from textual.geometry import Region
from textual.strip import Strip
from textual.style import Style as VisualStyle
from textual.widget import Widget

LineStyles = Callable[[str, str], Style]
"""From a component class (empty: the widget itself) and a theme variable (empty: none) to the style to draw in."""


class Line(Protocol):
    """What belongs on one line of the screen. Equal lines must look the same."""

    def draw(self, width: int, styles: LineStyles) -> Strip:
        """The line, `width` cells wide; called only when it has to be painted."""


class LineView(Widget):
    """Keeps one `Line` per line of the screen and paints those that are replaced by another.

    It scrolls by being given other lines, so that one change is one frame; it has no scrollbars of its own.
    """

    ALLOW_SELECT = False

    DEFAULT_CSS = """
    LineView { overflow: hidden; }
    """

    def __init__(
        self,
        *,
        name: str | None = None,
        id: str | None = None,
        classes: str | None = None,
        disabled: bool = False,
    ) -> None:
        super().__init__(name=name, id=id, classes=classes, disabled=disabled)
        self._lines: Sequence[Line] = ()
        self._drawn_strips: dict[int, Strip] = {}
        self._line_styles: dict[tuple[str, str], Style] = {}

    @property
    def lines(self) -> Sequence[Line]:
        """What is on screen, from the top."""
        return self._lines

    def show_lines(self, lines: Sequence[Line]) -> None:
        """Put these lines on screen; those that are there already are not painted again."""
        before, self._lines = self._lines, lines
        common = min(len(before), len(lines))
        changed = [y for y in range(max(len(before), len(lines))) if y >= common or before[y] != lines[y]]
        self._repaint(changed)

    def refresh_lines(self) -> None:
        """Paint the lines that are equal but would be drawn differently now, because they tell an age."""
        width = self.content_size.width
        self._repaint(
            [
                y
                for y, strip in self._drawn_strips.items()
                if y < len(self._lines) and self._lines[y].draw(width, self.line_style) != strip
            ]
        )

    def render_line(self, y: int) -> Strip:
        """Draw the line at `y`."""
        width = self.content_size.width
        if y >= len(self._lines):
            return Strip.blank(width, self.line_style("", ""))
        strip = self._lines[y].draw(width, self.line_style)
        self._drawn_strips[y] = strip
        return strip

    def line_style(self, component: str, token: str) -> Style:
        """The style of a component class with the colours of a theme variable on it.

        A variable the theme does not have is left out: words must do without colour anyway.
        """
        style = self._line_styles.get((component, token))
        if style is None:
            visual = self.get_visual_style(component) if component else self.visual_style
            if token in self.app.theme_variables:
                visual += VisualStyle.parse(f"${token}")
            style = self._line_styles[component, token] = visual.rich_style
        return style

    def notify_style_update(self) -> None:
        """Forget the styles: the theme, the focus or the stylesheet changed."""
        super().notify_style_update()
        self._line_styles.clear()

    def _repaint(self, lines: Sequence[int]) -> None:
        if lines:
            width = self.content_size.width
            self.refresh(*(Region(0, y, width, 1) for y in lines))
