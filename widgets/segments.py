"""A cell that shows how a whole is made up: a bar of segments, each in its colour and pattern."""

from __future__ import annotations

from dataclasses import dataclass

from widgets.cells import Piece
from widgets.text import cells, end, one_line

_SMALLEST_BAR = 4


@dataclass(frozen=True, slots=True)
class Segments:
    """Parts of a known whole as a bar with a label at its right; what no part covers is drawn as a thin line."""

    parts: tuple[tuple[int, str, str], ...]
    """How many, the character to draw them with, and the theme variable of its colour."""

    total: int
    label: str

    @property
    def text(self) -> str:
        """The label: a bar has no other words."""
        return one_line(self.label)

    def render(self, width: int) -> tuple[Piece, ...]:
        """The bar and the label, or the label alone where no bar worth looking at fits beside it."""
        label = self.text
        length = width - cells(label) - 1 if label else width
        total = max(self.total, sum(count for count, _, _ in self.parts))
        if length < _SMALLEST_BAR or total < 1:
            return (Piece(end(label, width)),)
        pieces = []
        covered = drawn = 0
        for count, character, token in self.parts:
            covered += count
            # A part that is there is seen, however small it is.
            stop = min(length, max(round(covered / total * length), drawn + (1 if count else 0)))
            pieces.append(Piece(character * (stop - drawn), token))
            drawn = stop
        pieces.append(Piece("─" * (length - drawn), "foreground-muted"))
        pieces.append(Piece(f" {label}" if label else ""))
        return tuple(piece for piece in pieces if piece.text)
