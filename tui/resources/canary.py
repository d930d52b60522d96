"""Where a ladder is: the machine that moves traffic to a variant step by step, or goes back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from tui.resources.canary_plan import CanaryPlan, Counts, Verdict, verdict
from tui.resources.endpoint_weights import VariantWeight, shares, weight_text

_SAME_WEIGHT = 1e-5
"""Relative: the service keeps weights in 32 bits."""

Phase = Literal["shifting", "holding", "going back", "done", "rolled back", "stopped"]

ENDED: frozenset[Phase] = frozenset({"done", "rolled back", "stopped"})


@dataclass(frozen=True, slots=True)
class CanaryState:
    """Where a ladder is. Every event gives another state; one that means nothing here gives the same."""

    plan: CanaryPlan
    weights: tuple[VariantWeight, ...]
    """What the variants have, as far as that is known."""

    reference: Counts = field(default_factory=Counts)
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
