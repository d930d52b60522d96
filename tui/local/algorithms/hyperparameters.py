"""Hyperparameters as a container reads them: strings that are parsed, then held against a range."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Interval:
    """A range of numbers, printed as mathematicians write it: `[0, 1]`, `(0, 1]`, `[1, +inf)`."""

    minimum: float = -math.inf
    maximum: float = math.inf
    open_below: bool = False
    open_above: bool = False

    def __contains__(self, value: object) -> bool:
        if not isinstance(value, int | float):
            return False
        above = value > self.minimum if self.open_below else value >= self.minimum
        below = value < self.maximum if self.open_above else value <= self.maximum
        return above and below

    def __str__(self) -> str:
        lower = "(-inf" if self.minimum == -math.inf else f"{'(' if self.open_below else '['}{self.minimum}"
        upper = "+inf)" if self.maximum == math.inf else f"{self.maximum}{')' if self.open_above else ']'}"
        return f"{lower}, {upper}"


@dataclass(frozen=True, slots=True)
class Hyperparameter:
    """A hyperparameter's type and range."""

    name: str
    parse: Callable[[str], Any]
    """Turns the string into a value; raises ValueError for a string of another type."""

    allowed: Interval | Collection[Any]
    """The values it may have; for a list, the values each of its elements may have."""

    required: bool = False
    since: tuple[int, int] = (0, 0)
    """The first release of the algorithm that knows it."""

    until: tuple[int, int] = (99, 0)
    """The first release of the algorithm that does not know it any more."""
