"""In what two endpoint configurations differ."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tui.resources.endpoint_configs import READ_ONLY, ConfigVariant, EndpointConfig


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing in which two configurations differ."""

    subject: str
    """What differs, e.g. `variant XGB: instance type`."""

    before: str
    """Empty for what is new."""

    after: str
    """Empty for what goes."""

    def __str__(self) -> str:
        if not self.before:
            return f"{self.subject}: {self.after} (new)"
        return f"{self.subject}: {self.before} → {self.after}" if self.after else f"{self.subject}: {self.before} goes"


def config_difference(old: EndpointConfig, new: EndpointConfig) -> tuple[Difference, ...]:
    """In what two configurations differ, in the order of their variants; names and times left out."""
    found: list[Difference] = []
    for variant in old.variants:
        other = new.variant(variant.name)
        if other is None:
            found.append(Difference(f"variant {variant.name}", _summary(variant), ""))
        else:
            found += _variant_difference(variant, other)
    known = {variant.name for variant in old.variants}
    found += [
        Difference(f"variant {variant.name}", "", _summary(variant))
        for variant in new.variants
        if variant.name not in known
    ]
    if old.capture != new.capture:
        found.append(Difference("data capture", str(old.capture or "none"), str(new.capture or "none")))
    found += _other_members(
        "",
        old.description,
        new.description,
        READ_ONLY | {"ProductionVariants", "ShadowProductionVariants", "DataCaptureConfig"},
    )
    return tuple(found)


def _variant_difference(old: ConfigVariant, new: ConfigVariant) -> list[Difference]:
    pairs = [
        ("model", old.model, new.model),
        ("runs on", old.capacity, new.capacity),
        ("weight", f"{old.weight:g}", f"{new.weight:g}"),
        ("kind", _kind(old), _kind(new)),
    ]
    found = [Difference(f"variant {old.name}: {what}", one, other) for what, one, other in pairs if one != other]
    known = {"VariantName", "ModelName", "InstanceType", "InitialInstanceCount", "InitialVariantWeight"}
    prefix = f"variant {old.name}: "
    return found + _other_members(prefix, old.specification, new.specification, known | {"ServerlessConfig"})


def _other_members(
    prefix: str, old: Mapping[str, Any], new: Mapping[str, Any], known: set[str] | frozenset[str]
) -> list[Difference]:
    """The members that this module has no words for, by the service's own names."""
    names = [name for name in dict.fromkeys([*old, *new]) if name not in known and old.get(name) != new.get(name)]
    return [Difference(prefix + name, str(old.get(name, "")), str(new.get(name, ""))) for name in names]


def _kind(variant: ConfigVariant) -> str:
    return "shadow" if variant.shadow else "production"


def _summary(variant: ConfigVariant) -> str:
    return f"{variant.model}, {variant.capacity}, weight {variant.weight:g}"
