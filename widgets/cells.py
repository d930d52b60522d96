"""Values a table cell can show besides plain text: a status, a bar, a sparkline.

A cell is a small frozen value, so that two equal rows compare equal and nothing is repainted for them. What it draws is
a handful of `Piece`s: text and the name of a theme variable, without the dollar sign. The colours therefore follow the
theme, and every cell reads without colour as well.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from textual.content import Content

from widgets.text import cells, end, middle, one_line

_EIGHTHS = "▁▂▃▄▅▆▇█"
_SMALLEST_BAR = 4


class Piece(NamedTuple):
    """A run of text in one style."""

    text: str
    token: str = ""
    """A theme variable such as `text-error`; empty: the style of the row."""


class Cell(Protocol):
    """What a column may return instead of a string."""

    @property
    def text(self) -> str:
        """What search, sort and copy see; a single clean line."""

    def render(self, width: int) -> tuple[Piece, ...]:
        """The pieces to draw, together at most `width` cells wide."""


@dataclass(frozen=True, slots=True)
class Plain:
    """Untrusted text in one style, shortened at its end or, for names, in the middle."""

    raw: str
    token: str = ""
    keep_end: bool = False

    @property
    def text(self) -> str:
        """The text without anything a terminal would act on."""
        return one_line(self.raw)

    def render(self, width: int) -> tuple[Piece, ...]:
        """The text, shortened to the width."""
        shorten = middle if self.keep_end else end
        return (Piece(shorten(self.text, width), self.token),)


class Status(NamedTuple):
    """A state as a glyph and a word in a status colour: never a colour alone."""

    glyph: str
    word: str
    token: str

    @property
    def text(self) -> str:
        """The word: the glyph says the same, and would be in the way of `status:re:^failed` and of a CSV reader."""
        return one_line(self.word)

    def render(self, width: int) -> tuple[Piece, ...]:
        """Glyph and word, the word shortened first."""
        return (Piece(end(f"{self.glyph} {self.text}", width), self.token),)


@dataclass(frozen=True, slots=True)
class Bar:
    """A share of a known whole, such as round 12 of 50, as a bar with its label at the right."""

    fraction: float
    label: str
    token: str = "primary"

    @property
    def text(self) -> str:
        """The label: a bar has no other words."""
        return one_line(self.label)

    def render(self, width: int) -> tuple[Piece, ...]:
        """The bar and the label, or the label alone where no bar worth looking at fits beside it."""
        label = self.text
        length = width - cells(label) - 1 if label else width
        if length < _SMALLEST_BAR:
            return (Piece(end(label, width)),)
        share = 0.0 if math.isnan(self.fraction) else min(max(self.fraction, 0.0), 1.0)
        whole, half = divmod(int(share * length * 2), 2)
        drawn = "━" * whole + "╸" * half
        rest = "─" * (length - len(drawn))
        pieces = (Piece(drawn, self.token), Piece(rest, "foreground-muted"), Piece(f" {label}" if label else ""))
        return tuple(piece for piece in pieces if piece.text)


@dataclass(frozen=True, slots=True)
class Sparkline:
    """The course of a few numbers in one line of block characters; a missing value leaves a gap."""

    values: tuple[float | None, ...]
    token: str = "primary"
    floor: float | None = None
    """What the lowest block stands for, 0 in a histogram; None: the least of the values."""

    @property
    def text(self) -> str:
        """The last known value: what sorts and what is copied."""
        return next((f"{value:g}" for value in reversed(self.values) if _known(value)), "")

    def render(self, width: int) -> tuple[Piece, ...]:
        """One block per value, or per group of neighbouring values when there are more of them than cells."""
        means = _means(self.values, width)
        known = [mean for mean in means if mean is not None]
        if not known:
            return ()
        low, high = min(known) if self.floor is None else self.floor, max(known)
        return (Piece("".join(_block(mean, low, high) for mean in means), self.token),)


def as_content(cell: Cell, width: int) -> Content:
    """The cell for a place outside a table, such as a label in an inspector."""
    return Content.assemble(*((text, f"${token}") if token else text for text, token in cell.render(width)))


def _known(value: float | None) -> bool:
    return value is not None and math.isfinite(value)


def _means(values: Sequence[float | None], width: int) -> list[float | None]:
    """The values in at most `width` groups of almost equal size, each as the mean of its known values."""
    groups = min(len(values), max(width, 0))
    means: list[float | None] = []
    for group in range(groups):
        members = values[group * len(values) // groups : (group + 1) * len(values) // groups]
        known = [value for value in members if value is not None and math.isfinite(value)]
        # Divided before they are added: the sum of finite numbers need not be finite.
        means.append(math.fsum(value / len(known) for value in known) if known else None)
    return means


def _block(value: float | None, low: float, high: float) -> str:
    if value is None:
        return " "
    if high == low:
        return _EIGHTHS[3]
    return _EIGHTHS[min(int((value - low) / (high - low) * len(_EIGHTHS)), len(_EIGHTHS) - 1)]
