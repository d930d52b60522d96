"""Traffic by weight: what share a weight is, what weights may be, and the one request that sets them all."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from tui.resources.endpoint_configs import MAX_VARIANTS
from tui.resources.endpoints import EndpointDetail, Variant

_WEIGHT = re.compile(r"(?:[0-9]{1,9}(?:\.[0-9]{0,6})?|\.[0-9]{1,6})")


@dataclass(frozen=True, slots=True)
class VariantWeight:
    """What a variant is to have: its part of the traffic, and its instances."""

    name: str
    weight: float
    count: int | None = None
    """None to leave the instances as they are, and for a serverless one."""


def shares(weights: Sequence[float], decimals: int = 1) -> tuple[float, ...]:
    """The weights as percentages that add up to 100 exactly as they are shown with so many decimals.

    What rounding leaves goes to those that lost most by it. All are 0 when nothing gets any traffic.
    """
    total = sum(map(Fraction, weights))
    if not total:
        return (0.0,) * len(weights)
    units = 100 * 10**decimals
    exact = [Fraction(weight) * units / total for weight in weights]
    whole = [int(part) for part in exact]
    by_loss = sorted(range(len(exact)), key=lambda place: (whole[place] - exact[place], place))
    for place in by_loss[: units - sum(whole)]:
        whole[place] += 1
    return tuple(part / 10**decimals for part in whole)


def observed_shares(invocations: Sequence[float | None]) -> tuple[float, ...] | None:
    """The percentages of what variants really got; None when none of them got anything."""
    counts = [count or 0.0 for count in invocations]
    return shares(counts) if any(counts) else None


def parse_weight(text: str) -> float:
    """The weight that a person typed.

    Raises:
        ValueError: It is none; the message is a sentence for the person.
    """
    text = text.strip()
    if not _WEIGHT.fullmatch(text):
        if text.startswith("-"):
            raise ValueError("A weight is not negative.")
        raise ValueError("A weight is a plain number such as 3 or 0.25.")
    return float(text)


def parse_count(text: str) -> int:
    """The number of instances that a person typed.

    Raises:
        ValueError: It is none; the message is a sentence for the person.
    """
    if not re.fullmatch(r"[0-9]{1,4}", text.strip()) or int(text) < 1:
        raise ValueError("The number of instances is a whole number from 1 on.")
    return int(text)


def weight_text(weight: float) -> str:
    """A weight as it is typed: no exponent, no needless zeros."""
    return f"{weight:.6f}".rstrip("0").rstrip(".")


def weights_problem(wanted: Sequence[VariantWeight]) -> str:
    """Why these weights cannot be set, as a sentence; empty when they can."""
    if not wanted:
        return "There is no variant."
    if len(wanted) > MAX_VARIANTS:
        return f"An endpoint has at most {MAX_VARIANTS} variants."
    for one in wanted:
        if not 0 <= one.weight < float("inf"):
            return f"The weight of {one.name} is not a number from 0 on."
        if one.count is not None and one.count < 1:
            return f"{one.name} needs at least one instance; weight 0 keeps traffic from it."
    if not any(one.weight for one in wanted):
        return "All weights are 0: no variant would get any traffic."
    return ""


def weights_of(detail: EndpointDetail) -> tuple[VariantWeight, ...]:
    """What the variants of an endpoint have, or are about to have; shadows have no part in the split."""
    return tuple(
        VariantWeight(variant.name, variant.desired_weight, variant.desired_count) for variant in detail.production
    )


def weights_request(detail: EndpointDetail, wanted: Sequence[VariantWeight]) -> dict[str, Any]:
    """The members of UpdateEndpointWeightsAndCapacities: all weights at once, and the counts that change.

    Raises:
        ValueError: The endpoint must not be told so; the message is a sentence for the person.
    """
    variants = {variant.name: variant for variant in detail.production}
    if problem := weights_problem(wanted) or _names_problem(variants, wanted):
        raise ValueError(problem)
    resized = [one for one in wanted if one.count is not None and one.count != variants[one.name].desired_count]
    if len(resized) > 1:
        # "... weight of one or more variants ..., or capacity of one variant", says the operation's documentation.
        raise ValueError("The service changes the instance count of one variant at a time.")
    return {
        "EndpointName": detail.endpoint.name,
        "DesiredWeightsAndCapacities": [
            {"VariantName": one.name, "DesiredWeight": one.weight}
            | ({"DesiredInstanceCount": one.count} if one in resized else {})
            for one in wanted
        ],
    }


def weights_reached(detail: EndpointDetail, wanted: Sequence[VariantWeight]) -> bool:
    """Whether the variants have what they were to have."""
    variants = {variant.name: variant for variant in detail.production}
    return all(
        one.name in variants
        # The service keeps weights as 32-bit floats: 0.1 comes back as 0.10000000149011612.
        and math.isclose(variants[one.name].weight, one.weight, rel_tol=1e-6)
        and (one.count is None or variants[one.name].count == one.count)
        for one in wanted
    )


def _names_problem(variants: Mapping[str, Variant], wanted: Sequence[VariantWeight]) -> str:
    named = [one.name for one in wanted]
    if sorted(named) == sorted(variants):
        return ""
    return f"These are weights for {', '.join(named)}; the endpoint has {', '.join(variants)} now."
