"""What is kept of the values a metric had in one span of time: the plain statistics, and how the values were spread.

The spread is a sorted list of values with how often each occurred. Up to `EXACT_VALUES` different values are kept as
they are; beyond that each is rounded to 8 binary digits, and a percentile is off by at most 1/256 (0.4 %) of itself.
Spreads add up without further loss: a percentile over an hour is as good as one over a minute.
"""

from __future__ import annotations

import math
import operator
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, chain

EXACT_VALUES = 128
"""How many different values one span keeps exactly."""

RELATIVE_ERROR = 2**-8
"""The most by which a percentile of more values than that departs from the true one, as a fraction of it."""

_STEPS = 2**8


@dataclass(frozen=True, slots=True)
class Distribution:
    """Values in ascending order, and for each how many there are up to it.

    It is kept in that form, so that a percentile is found without looking at more than a few of them.
    """

    values: Sequence[float]
    reached: Sequence[float]

    @classmethod
    def of(cls, occurrences: Mapping[float, float]) -> Distribution:
        """The spread of values, given how often each occurred."""
        values = sorted(occurrences)
        return cls(values, list(accumulate(map(occurrences.__getitem__, values))))

    def pack(self) -> bytes:
        """The form it is stored in."""
        return array("d", self.values).tobytes() + array("d", self.reached).tobytes()

    @classmethod
    def unpack(cls, packed: bytes) -> Distribution:
        """The reverse of `pack`."""
        numbers = array("d")
        numbers.frombytes(packed)
        size = len(numbers) // 2
        return cls(numbers[:size], numbers[size:])

    @property
    def exact(self) -> bool:
        """Whether no value has been rounded."""
        return len(self.values) <= EXACT_VALUES

    def occurrences(self) -> dict[float, float]:
        """How often each value occurred."""
        return dict(zip(self.values, map(operator.sub, self.reached, chain((0.0,), self.reached)), strict=False))

    def percentile(self, percent: float) -> float:
        """The smallest value that at least `percent` of all are not greater than."""
        wanted = self.reached[-1] * percent / 100
        return self.values[min(bisect_left(self.reached, wanted - 1e-9 * wanted), len(self.values) - 1)]


@dataclass(frozen=True, slots=True)
class Summary:
    """The values of one metric in one span of time."""

    count: float
    total: float
    minimum: float
    maximum: float

    distribution: Distribution | None
    """None when somebody reported statistics instead of values; such a span has no percentiles."""

    @classmethod
    def of(cls, value: float, count: float = 1.0) -> Summary:
        """One value that occurred so often."""
        return cls(count, value * count, value, value, Distribution((value,), (count,)))


def merged(summaries: Iterable[Summary]) -> Summary:
    """Several summaries, at least one, as one."""
    parts = list(summaries)
    if len(parts) == 1:
        return parts[0]
    return Summary(
        count=math.fsum(part.count for part in parts),
        total=math.fsum(part.total for part in parts),
        minimum=min(part.minimum for part in parts),
        maximum=max(part.maximum for part in parts),
        distribution=_added([part.distribution for part in parts]),
    )


def _added(distributions: Sequence[Distribution | None]) -> Distribution | None:
    known = [distribution for distribution in distributions if distribution is not None]
    if len(known) < len(distributions):
        return None
    largest, *others = sorted(known, key=lambda distribution: len(distribution.values), reverse=True)
    total = largest.occurrences()
    for other in others:
        _add(total, other.occurrences(), rounding=other.exact and not largest.exact)
    if largest.exact and len(total) > EXACT_VALUES:
        exact, total = total, {}
        _add(total, exact, rounding=True)
    return Distribution.of(total)


def _add(total: dict[float, float], occurrences: Mapping[float, float], *, rounding: bool) -> None:
    for value, count in occurrences.items():
        key = _rounded(value) if rounding else value
        total[key] = total.get(key, 0.0) + count


def _rounded(value: float) -> float:
    mantissa, exponent = math.frexp(value)
    return math.ldexp(round(mantissa * _STEPS), exponent - 8)
