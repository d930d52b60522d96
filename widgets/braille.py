"""A canvas of braille characters: two by four dots in every cell of the terminal."""

from __future__ import annotations

from itertools import groupby

DOTS_ACROSS = 2
DOTS_DOWN = 4

_BLANK = 0x2800
_DOTS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))
"""The bit of each dot, by its row and column within the cell."""


class BrailleCanvas:
    """Dots for several series on `width` by `height` cells; the origin is at the top left, y grows downwards.

    A cell has one colour: that of the series drawn there last.
    """

    def __init__(self, width: int, height: int) -> None:
        self.width = width
        self.height = height
        self._bits = [[0] * width for _ in range(height)]
        self._series: list[list[int | None]] = [[None] * width for _ in range(height)]
        self._glyphs: dict[tuple[int, int], str] = {}

    def plot(self, x: int, y: int, series: int) -> None:
        """Set one dot; dots outside the canvas are left out."""
        column, across = divmod(x, DOTS_ACROSS)
        row, down = divmod(y, DOTS_DOWN)
        if 0 <= column < self.width and 0 <= row < self.height:
            self._bits[row][column] |= _DOTS[down][across]
            self._series[row][column] = series

    def line(self, start: tuple[int, int], end: tuple[int, int], series: int) -> None:
        """Set the dots of a straight line, both ends included."""
        (x, y), (to_x, to_y) = start, end
        steps = max(abs(to_x - x), abs(to_y - y))
        for step in range(steps + 1):
            share = step / steps if steps else 0.0
            self.plot(round(x + (to_x - x) * share), round(y + (to_y - y) * share), series)

    def mark(self, x: int, y: int, glyph: str, series: int) -> None:
        """Put a character in place of the cell that holds this dot."""
        column, row = x // DOTS_ACROSS, y // DOTS_DOWN
        if 0 <= column < self.width and 0 <= row < self.height:
            self._glyphs[row, column] = glyph
            self._series[row][column] = series

    def rows(self) -> list[list[tuple[str, int | None]]]:
        """Each row from the top as runs of text of one series; None where nothing is drawn."""
        return [
            [
                ("".join(self._character(row, column) for column in columns), series)
                for series, columns in groupby(range(self.width), self._series[row].__getitem__)
            ]
            for row in range(self.height)
        ]

    def _character(self, row: int, column: int) -> str:
        bits = self._bits[row][column]
        return self._glyphs.get((row, column)) or (chr(_BLANK + bits) if bits else " ")
