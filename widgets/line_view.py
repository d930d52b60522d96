"""A widget made of lines that are values: what changed is found by comparing them, and only that is drawn."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from rich.style import Style
from textual.geometry import Region, Size
from textual.strip import Strip
from textual.style import Style as VisualStyle
from textual.widget import Widget

LineStyles = Callable[[str], Style]
"""From a component class or a theme variable to the style to draw in; the empty name is the widget's own."""


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
        self._lines_size = Size(0, 0)
        self._drawn_strips: dict[int, Strip] = {}
        self._line_styles: dict[str, Style] = {}

    @property
    def lines(self) -> Sequence[Line]:
        """What is on screen, from the top."""
        return self._lines

    def compose_lines(self, size: Size) -> Sequence[Line]:
        """The lines for a screen of this size, `size.height` of them; subclasses say which."""
        raise NotImplementedError

    def update_lines(self) -> None:
        """Compose the lines again and paint those that are not on screen already."""
        before, self._lines = self._lines, self._composed()
        self._repaint([y for y, line in enumerate(self._lines) if y >= len(before) or line != before[y]])

    def refresh_lines(self) -> None:
        """Paint the lines that are equal but would be drawn differently now, because they tell an age."""
        width = self._lines_size.width
        lines = enumerate(self._lines)
        self._repaint([y for y, line in lines if line.draw(width, self.line_style) != self._drawn_strips.get(y)])

    def render_lines(self, crop: Region) -> list[Strip]:
        """Draw some lines, of the size that Textual paints before it tells the widget about it."""
        if self.content_size != self._lines_size:
            self._lines = self._composed()
        return super().render_lines(crop)

    def render_line(self, y: int) -> Strip:
        """Draw the line at `y`."""
        strip = self._lines[y].draw(self._lines_size.width, self.line_style)
        self._drawn_strips[y] = strip
        return strip

    def on_resize(self) -> None:
        """Compose the lines for the new size."""
        self.update_lines()

    def line_style(self, name: str) -> Style:
        """The style of a component class, or the widget's own in the colours of a theme variable.

        A name that the theme does not know changes nothing: words must do without colour anyway.
        """
        style = self._line_styles.get(name)
        if style is None:
            visual = self.visual_style
            if name in self.app.theme_variables:
                visual += VisualStyle.parse(f"${name}")
            style = self.get_component_rich_style(name, default=visual.rich_style) if name else visual.rich_style
            self._line_styles[name] = style
        return style

    def notify_style_update(self) -> None:
        """Forget the styles: the theme, the focus or the stylesheet changed."""
        super().notify_style_update()
        self._line_styles.clear()

    def _composed(self) -> Sequence[Line]:
        self._lines_size = self.content_size
        return self.compose_lines(self._lines_size)

    def _repaint(self, lines: Sequence[int]) -> None:
        width = self._lines_size.width
        if lines:
            self.refresh(*(Region(0, y, width, 1) for y in lines))
