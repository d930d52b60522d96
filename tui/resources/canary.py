"""Moving traffic to a variant step by step: the ladder, its bounds, and the machine that climbs it or goes back."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Literal

from tui.resources.endpoint_metrics import VariantTraffic, total_of
from tui.resources.endpoint_weights import VariantWeight, shares, weight_text

MOST_STEPS = 10
MOST_HOLD_SECONDS = 86400.0
_SAME_WEIGHT = 1e-5
"""Relative: the service keeps weights in 32 bits."""


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


Phase = Literal["shifting", "holding", "going back", "done", "rolled back", "stopped"]

ENDED: frozenset[Phase] = frozenset({"done", "rolled back", "stopped"})


@dataclass(frozen=True, slots=True)
class CanaryState:
    """Where a ladder is. Every event gives another state; one that means nothing here gives the same."""

    plan: CanaryPlan
    weights: tuple[VariantWeight, ...]
    """What the variants have, as far as that is known."""

    reference: Counts = Counts()
    """What the old variant did when it last had enough traffic: what counts when it has none any more."""

    phase: Phase = "shifting"
    step: int = 0
    """The place of the step that is being made or held."""

    paused: bool = False
    asked: tuple[VariantWeight, ...] = ()
    """What was asked for since the weights were last seen: it may have arrived, or have been lost."""

    held_seconds: float = 0.0
    """How long this step has been watched; a pause, and time without figures, do not count."""

    new: Counts | None = None
    """Since the step is held; None before the first look."""

    old: Counts | None = None
    verdict: Verdict | None = None
    reason: str = ""
    """Why it goes back or has ended, as a sentence."""

    trouble: str = ""
    """Why nothing is known about the present, as a sentence; empty while all is well."""

    passed: Mapping[int, Verdict] = field(default_factory=dict)
    """What was said about each step that is behind, by its place."""

    @property
    def ended(self) -> bool:
        """Whether nothing more will happen."""
        return self.phase in ENDED

    @property
    def sure(self) -> bool:
        """Whether `weights` is known; not while a change is under way."""
        return not self.asked

    @property
    def wanted(self) -> tuple[VariantWeight, ...]:
        """The weights that are to be reached, or are held; instance counts are never touched."""
        return self.plan.weights(-1 if self.phase in ("going back", "rolled back") else self.step)

    @property
    def remaining_seconds(self) -> float:
        """Until the step has been held for long enough."""
        return max(0.0, self.plan.hold_seconds - self.held_seconds)

    @property
    def weights_said(self) -> str:
        """The weights as percentages, e.g. `XGB-2 25 %, XGB-1 75 %`, and whether they are known."""
        parts = shares([one.weight for one in self.weights])
        said = ", ".join(f"{one.name} {weight_text(part)} %" for one, part in zip(self.weights, parts, strict=True))
        if self.sure:
            return said
        return f"{said}, or {self.plan.new} {weight_text(share_of(self.plan.new, self.asked))} %: not known yet"

    def saw(self, weights: tuple[VariantWeight, ...]) -> CanaryState:
        """The endpoint was looked at: these weights it has, or is about to have."""
        seen = replace(self, weights=weights, asked=(), trouble="")
        if self.ended:
            return self if self.sure else seen
        before = self.plan.weights(self.step - 1 if self.phase == "shifting" else self.step)
        # On the way back from a step that was never reached, those before it are there.
        ours = (self.wanted, before, *((self.plan.weights(self.step - 1),) if self.phase == "going back" else ()))
        if any(same_weights(weights, one) for one in ours):
            return seen
        return seen.stopped("The weights were changed by somebody else; they are left as they are.")

    def referred(self, old: Counts) -> CanaryState:
        """What the old variant did before the ladder is known."""
        return replace(self, reference=old)

    def asking(self) -> CanaryState:
        """The wanted weights are being set; until the endpoint is looked at again nobody knows whether they are."""
        return self if self.ended or self.phase == "holding" else replace(self, asked=self.wanted)

    def arrived(self) -> CanaryState:
        """The endpoint is in service with the wanted weights."""
        if self.phase == "shifting":
            return replace(
                self, phase="holding", weights=self.wanted, asked=(), held_seconds=0.0, new=None, old=None, verdict=None
            )
        if self.phase == "going back":
            return replace(self, phase="rolled back", weights=self.wanted, asked=(), trouble="", paused=False)
        return self

    def waited(self, seconds: float) -> CanaryState:
        """Time has passed in which the step was watched."""
        if self.phase != "holding" or self.paused or self.trouble or self.new is None:
            return self
        return replace(self, held_seconds=min(self.plan.hold_seconds, self.held_seconds + seconds))

    def observed(self, new: Counts, old: Counts) -> CanaryState:
        """Figures since the step is held: they send it back, let it wait, or let it go on."""
        if self.phase != "holding":
            return self
        enough = old.invocations >= self.plan.bounds.least and old.p99_ms is not None
        reference = old if enough else self.reference
        found = verdict(self.plan, new, reference if reference.invocations >= old.invocations else old)
        seen = replace(self, new=new, old=old, reference=reference, verdict=found, trouble="")
        if found.kind == "broken":
            return seen.back(found.words)
        if found.kind != "good" or self.paused or self.remaining_seconds > 0:
            return seen
        passed = {**self.passed, self.step: found}
        if self.step + 1 < len(self.plan.steps):
            return replace(seen, phase="shifting", step=self.step + 1, passed=passed)
        reached = weight_text(self.plan.steps[-1])
        return replace(seen, phase="done", passed=passed, reason=f"{self.plan.new} has {reached} % of the traffic.")

    def gone(self, why: str) -> CanaryState:
        """There is no such endpoint any more."""
        return replace(
            self, phase="stopped", weights=(), asked=(), reason=self.reason if self.ended else why, trouble=""
        )

    def lost(self, why: str) -> CanaryState:
        """Nothing could be learnt; the ladder stays where it is until something can."""
        return self if self.ended else replace(self, trouble=why)

    def paused_now(self, paused: bool) -> CanaryState:
        """Stay at this step, or go on; bounds are watched all the same."""
        return self if self.phase not in ("shifting", "holding") else replace(self, paused=paused)

    def back(self, why: str) -> CanaryState:
        """Go back to what the variants had before."""
        if self.ended or self.phase == "going back":
            return self
        return replace(self, phase="going back", reason=why, paused=False)

    def stopped(self, why: str) -> CanaryState:
        """Leave everything as it is now."""
        return self if self.ended else replace(self, phase="stopped", reason=why, paused=False)


def share_of(name: str, weights: Sequence[VariantWeight]) -> float:
    """The percentage of the traffic that a variant has by these weights."""
    parts = shares([one.weight for one in weights])
    return next((part for one, part in zip(weights, parts, strict=True) if one.name == name), 0.0)


def same_weights(one: Sequence[VariantWeight], other: Sequence[VariantWeight]) -> bool:
    """Whether variants have the same weights; instance counts left out."""
    weights = {each.name: each.weight for each in other}
    return len(one) == len(other) and all(
        each.name in weights
        and abs(each.weight - weights[each.name]) <= _SAME_WEIGHT * max(each.weight, weights[each.name])
        for each in one
    )
