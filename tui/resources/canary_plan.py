"""The plan of a ladder: by what steps traffic moves to a variant, and what figures send it back."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from tui.resources.endpoint_metrics import VariantTraffic, total_of
from tui.resources.endpoint_weights import VariantWeight

MOST_STEPS = 10
MOST_HOLD_SECONDS = 86400.0


@dataclass(frozen=True, slots=True)
class Bounds:
    """What the new variant may do worse than the old one before traffic goes back."""

    excess_5xx: float = 0.01
    """By how much its share of 5XX may be above that of the old one; 0.01 is one percentage point."""

    excess_4xx: float = 0.01
    """Likewise of 4XX, which is what built-in containers answer to rows that do not fit the model."""

    p99_ratio: float = 1.5
    """Its 99th percentile of the model's latency over that of the old one."""

    least: int = 100
    """Requests of either variant without which nothing is good yet."""

    @property
    def problem(self) -> str:
        """What is wrong with them, as a sentence; empty when nothing is."""
        if not (0 <= self.excess_5xx < 1 and 0 <= self.excess_4xx < 1):
            return "A bound on errors is from 0 to less than 100 percentage points."
        if not 1 <= self.p99_ratio <= 1000:
            return "The bound on p99 is a factor from 1 to 1000."
        if not 1 <= self.least <= 1_000_000:
            return "The least number of requests is from 1 to 1,000,000."
        return ""


@dataclass(frozen=True, slots=True)
class CanaryPlan:
    """A ladder: which variant takes over from which, by what steps, and what breaks it off."""

    endpoint: str
    new: str
    old: str
    """The variant with which the new one is compared."""

    original: tuple[VariantWeight, ...]
    """What the variants had before, which is what going back restores."""

    steps: tuple[float, ...] = (5.0, 25.0, 50.0, 100.0)
    """Percent of the traffic for the new variant; the others keep their proportions in what is left."""

    hold_seconds: float = 300.0
    """How long each step is watched at least."""

    bounds: Bounds = Bounds()

    @property
    def problem(self) -> str:
        """Why it cannot be climbed, as a sentence; empty when it can."""
        names = [one.name for one in self.original]
        if self.new == self.old or self.new not in names or self.old not in names:
            return "A canary takes two variants of the endpoint: the new one, and the one it is compared with."
        if not any(one.weight for one in self.original if one.name != self.new):
            return f"{self.new} has all the traffic already."
        if not 0 <= self.hold_seconds <= MOST_HOLD_SECONDS:
            return "A step is held for at most a day."
        return steps_problem(self.steps) or self.bounds.problem

    def weights(self, step: int) -> tuple[VariantWeight, ...]:
        """The weights of a step, all of them; before the first one, those that the variants had."""
        if step < 0:
            return tuple(VariantWeight(one.name, one.weight) for one in self.original)
        percent = self.steps[step]
        others = sum(one.weight for one in self.original if one.name != self.new)
        return tuple(
            VariantWeight(
                one.name,
                percent if one.name == self.new else round((100 - percent) * one.weight / others, 6),
            )
            for one in self.original
        )


def steps_problem(steps: Sequence[float]) -> str:
    """What is wrong with the steps of a ladder, as a sentence; empty when nothing is."""
    if not 1 <= len(steps) <= MOST_STEPS:
        return f"A ladder has 1 to {MOST_STEPS} steps."
    if not all(0 < step <= 100 for step in steps):
        return "A step is more than 0 and at most 100 percent."
    if any(step >= after for step, after in pairwise(steps)):
        return "Each step is higher than the one before."
    return ""


def parse_steps(text: str) -> tuple[float, ...]:
    """The steps that a person typed, e.g. `5-25-50-100` or `5, 25, 50, 100`.

    Raises:
        ValueError: They are none; the message is a sentence for the person.
    """
    words = [word for word in re.split(r"[\s,%-]+", text) if word]
    if not all(re.fullmatch(r"[0-9]{1,3}(\.[0-9]{1,2})?", word) for word in words):
        raise ValueError("Steps are percentages such as 5, 25, 50, 100.")
    steps = tuple(map(float, words))
    if problem := steps_problem(steps):
        raise ValueError(problem)
    return steps


@dataclass(frozen=True, slots=True)
class Counts:
    """What one variant did in some time."""

    invocations: float = 0.0
    errors_4xx: float = 0.0
    errors_5xx: float = 0.0
    p99_ms: float | None = None
    """Of the model's latency; None when nothing was measured."""

    @classmethod
    def of(cls, traffic: VariantTraffic | None, before: Counts | None = None) -> Counts:
        """What CloudWatch counted, less what it had counted in the first minute before the time in question."""
        if traffic is None:
            return cls()
        before = before or cls()
        return cls(
            max(0.0, (traffic.total or 0.0) - before.invocations),
            max(0.0, (total_of(traffic.errors_4xx) or 0.0) - before.errors_4xx),
            max(0.0, (total_of(traffic.errors_5xx) or 0.0) - before.errors_5xx),
            traffic.window_p99_ms,
        )

    @property
    def share_4xx(self) -> float:
        """Between 0 and 1; 0 without requests."""
        return self.errors_4xx / self.invocations if self.invocations else 0.0

    @property
    def share_5xx(self) -> float:
        """Likewise of 5XX."""
        return self.errors_5xx / self.invocations if self.invocations else 0.0


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the figures of a step say."""

    kind: Literal["good", "not enough traffic yet", "broken"]
    words: str
    """A sentence with the figures that decided."""


def verdict(plan: CanaryPlan, new: Counts, old: Counts) -> Verdict:
    """Whether the new variant keeps within its bounds.

    Few requests are never good; errors break a bound as soon as no later request could bring them back below it.
    """
    bounds = plan.bounds
    for kind, errors, share, old_share, excess in (
        ("5XX", new.errors_5xx, new.share_5xx, old.share_5xx, bounds.excess_5xx),
        ("4XX", new.errors_4xx, new.share_4xx, old.share_4xx, bounds.excess_4xx),
    ):
        if errors / max(new.invocations, bounds.least) > old_share + excess:
            return Verdict(
                "broken",
                f"{share:.1%} of {new.invocations:,.0f} requests to {plan.new} ended in a {kind}, {old_share:.1%} of "
                f"those to {plan.old}; the bound is {100 * excess:g} percentage points more.",
            )
    for name, counts in ((plan.new, new), (plan.old, old)):
        if counts.invocations < bounds.least or counts.p99_ms is None:
            return Verdict(
                "not enough traffic yet", f"{name} has had {counts.invocations:,.0f} of {bounds.least:,} requests."
            )
    assert new.p99_ms is not None
    assert old.p99_ms is not None
    said = f"p99 of {plan.new} is {new.p99_ms:,.1f} ms, of {plan.old} {old.p99_ms:,.1f} ms"
    if new.p99_ms > old.p99_ms * bounds.p99_ratio:
        return Verdict("broken", f"{said}; the bound is {bounds.p99_ratio:g} times as long.")
    return Verdict("good", f"{said}; {new.share_5xx:.1%} 5XX and {new.share_4xx:.1%} 4XX are within the bounds.")
