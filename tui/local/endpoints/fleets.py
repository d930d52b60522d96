"""The fleets of an endpoint: an endpoint configuration as it is deployed, with the capacity its variants have."""

from __future__ import annotations

import json
from collections.abc import Mapping, Set
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import Any

from tui.local.models import Container


class Stage(StrEnum):
    """`VariantStatus`: what is being done to the variants of a fleet."""

    CREATING = "Creating"
    UPDATING = "Updating"
    DELETING = "Deleting"
    ACTIVATING_TRAFFIC = "ActivatingTraffic"
    BAKING = "Baking"


@dataclass(frozen=True, slots=True)
class Capacity:
    """What a variant has, or is to have."""

    weight: float
    instances: int | None
    """None for a serverless variant."""

    serverless: Mapping[str, int] | None
    """The ServerlessConfig; None for a variant on instances."""


@dataclass(frozen=True, slots=True)
class Variant:
    """A production or shadow variant."""

    name: str
    specification: Mapping[str, Any]
    """The ProductionVariant of the endpoint configuration."""

    container: Container
    """What its model ran when the fleet was made; the model may have been deleted since."""

    shadow: bool
    current: Capacity
    desired: Capacity


@dataclass(frozen=True, slots=True)
class Fleet:
    """One deployment of one endpoint configuration."""

    config: Mapping[str, Any]
    """A copy of the endpoint configuration, which may be deleted while it is in use."""

    variants: tuple[Variant, ...]
    resolution_time: float
    """When the images were resolved, in epoch seconds."""

    stage: Stage | None = None
    """None when nothing is being done to it."""

    stage_time: float = 0.0
    """Since when, in epoch seconds."""

    @property
    def config_name(self) -> str:
        """The name of the endpoint configuration."""
        return str(self.config["EndpointConfigName"])

    @property
    def production(self) -> tuple[Variant, ...]:
        """The variants whose answers clients get."""
        return tuple(variant for variant in self.variants if not variant.shadow)

    @property
    def shadows(self) -> tuple[Variant, ...]:
        """The variants that get copies of requests."""
        return tuple(variant for variant in self.variants if variant.shadow)

    def at(self, stage: Stage, now: float) -> Fleet:
        """The fleet with something being done to it from now on."""
        return replace(self, stage=stage, stage_time=now)

    def settled(self) -> Fleet:
        """The fleet with nothing being done to it."""
        return replace(self, stage=None, stage_time=0.0)

    def as_desired(self) -> Fleet:
        """The fleet once its variants have the capacity that they are to have."""
        return replace(self, variants=tuple(replace(variant, current=variant.desired) for variant in self.variants))

    def unchanged(self) -> Fleet:
        """The fleet when nobody wants another capacity any more."""
        return replace(self, variants=tuple(replace(variant, desired=variant.current) for variant in self.variants))

    def retaining(self, old: Fleet, excluded: Set[str]) -> Fleet:
        """The fleet with the weights and instance counts of the variants of the same names in an old one.

        Args:
            old: the fleet that it takes the place of.
            excluded: the `VariantPropertyType`s to take from the endpoint configuration nevertheless.
        """
        before = {variant.name: variant.desired for variant in old.variants}
        return replace(self, variants=tuple(_retaining(variant, before, excluded) for variant in self.variants))

    def dump(self) -> str:
        """The fleet as JSON."""
        return json.dumps(asdict(self))


def new_fleet(config: Mapping[str, Any], containers: Mapping[str, Container], now: float) -> Fleet:
    """A fleet in stage Creating, with the initial capacity of its endpoint configuration.

    Args:
        config: the endpoint configuration.
        containers: what each of its models runs, by the model's name.
        now: epoch seconds.
    """
    variants = []
    for member, shadow in (("ProductionVariants", False), ("ShadowProductionVariants", True)):
        for specification in config.get(member, []):
            capacity = Capacity(
                specification["InitialVariantWeight"],
                specification.get("InitialInstanceCount"),
                specification.get("ServerlessConfig"),
            )
            container = containers[specification["ModelName"]]
            variant = Variant(specification["VariantName"], specification, container, shadow, capacity, capacity)
            variants.append(variant)
    return Fleet(config, tuple(variants), now, Stage.CREATING, now)


def fleet_of(text: str) -> Fleet:
    """The fleet that `Fleet.dump` wrote."""
    members = json.loads(text)
    variants = tuple(
        Variant(
            **variant
            | {
                "container": Container(**variant["container"]),
                "current": Capacity(**variant["current"]),
                "desired": Capacity(**variant["desired"]),
            }
        )
        for variant in members["variants"]
    )
    stage = None if members["stage"] is None else Stage(members["stage"])
    return Fleet(**members | {"variants": variants, "stage": stage})


def _retaining(variant: Variant, before: Mapping[str, Capacity], excluded: Set[str]) -> Variant:
    old = before.get(variant.name)
    if old is None:
        return variant
    capacity = variant.desired
    if "DesiredWeight" not in excluded:
        capacity = replace(capacity, weight=old.weight)
    if "DesiredInstanceCount" not in excluded and None not in (capacity.instances, old.instances):
        capacity = replace(capacity, instances=old.instances)
    return replace(variant, current=capacity, desired=capacity)
