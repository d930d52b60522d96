"""How far new data is from the data that a model learnt from, column by column."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import Literal

SLIGHT, STRONG = 0.1, 0.25
"""The population stability index from which a distribution is usually said to have moved, and to have moved much."""

_KS_1_PERCENT = 1.63
"""Of the Kolmogorov-Smirnov test: above this times sqrt((n + m) / nm), chance alone does so in 1 of 100 columns."""


@dataclass(frozen=True, slots=True)
class ColumnSummary:
    """One column of numbers."""

    rows: int
    missing: int
    low: float | None
    """None where there is not one number."""

    high: float | None
    mean: float | None

    @property
    def missing_share(self) -> float:
        """Between 0 and 1."""
        return self.missing / self.rows if self.rows else 0.0


@dataclass(frozen=True, slots=True)
class ColumnDrift:
    """One column then and now."""

    name: str
    trained: ColumnSummary
    new: ColumnSummary
    outside: int
    """New values outside the range of the training data."""

    psi: float | None
    """Population stability index over the deciles of the training data; None where there is nothing to compare."""

    ks: float | None
    """The largest distance between the two distribution functions."""

    compared: tuple[int, int] = (0, 0)
    """Values that psi and ks were computed of: of the training data, and of the new."""

    @property
    def verdict(self) -> Literal["", "moved", "moved much"]:
        """What to think of it: small samples always differ somewhat, so both measures must say so."""
        if self.psi is None or self.ks is None or not all(self.compared):
            return ""
        then, now = self.compared
        if self.psi < SLIGHT or self.ks <= _KS_1_PERCENT * sqrt((then + now) / (then * now)):
            return ""
        return "moved much" if self.psi >= STRONG else "moved"


@dataclass(frozen=True, slots=True)
class Drift:
    """All columns of a model's input."""

    columns: tuple[ColumnDrift, ...]
    sampled: int
    """Rows of each side of which the distances are computed, at most."""

    @property
    def moved(self) -> tuple[ColumnDrift, ...]:
        """The columns that have moved, the farthest first."""
        found = [column for column in self.columns if column.verdict]
        return tuple(sorted(found, key=lambda column: -(column.psi or 0.0)))
