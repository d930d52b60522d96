"""How far new data is from the data that a model learnt from, column by column."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import Literal

SLIGHT, STRONG = 0.1, 0.25
"""The population stability index from which a distribution is usually said to have moved, and to have moved much.

Likewise the change of the share of values that are missing, which no distribution of values tells of.
"""

_KS_1_PERCENT = 1.63
"""Of the Kolmogorov-Smirnov test: above this times sqrt((n + m) / nm), chance alone does so in 1 of 100 columns."""

_Z_1_PERCENT = 2.576
"""Standard errors that a difference of two shares is away from 0 by chance alone in 1 of 100 columns."""


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
    def distance(self) -> float:
        """How far the column has moved, by its values or by what is missing; 0 where it may be chance."""
        return max(self._values_moved, self._missing_moved)

    @property
    def verdict(self) -> Literal["", "moved", "moved much"]:
        """What to think of it."""
        if self.distance < SLIGHT:
            return ""
        return "moved much" if self.distance >= STRONG else "moved"

    @property
    def _values_moved(self) -> float:
        """The index; small samples always differ somewhat, so the other measure must say so as well."""
        if self.psi is None or self.ks is None or not all(self.compared):
            return 0.0
        then, now = self.compared
        return self.psi if self.ks > _KS_1_PERCENT * sqrt((then + now) / (then * now)) else 0.0

    @property
    def _missing_moved(self) -> float:
        then, now = self.trained, self.new
        if not then.rows or not now.rows:
            return 0.0
        change = abs(now.missing_share - then.missing_share)
        both = (then.missing + now.missing) / (then.rows + now.rows)
        return change if change > _Z_1_PERCENT * sqrt(both * (1 - both) * (1 / then.rows + 1 / now.rows)) else 0.0


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
        return tuple(sorted(found, key=lambda column: -column.distance))
