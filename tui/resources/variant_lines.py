"""Variants as lines of text, as forms ask for them: `XGB = xgb-boston, weight 3, 2 x ml.m5.large`."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from tui.resources.endpoint_configs import ConfigVariant, Serverless
from tui.resources.endpoint_weights import parse_count, parse_weight, weight_text

GRAMMAR = "name = model, weight 1, 2 x ml.m5.large"
"""For people; the parts behind the model may be left out where something else says them."""

INSTANCE_TYPE = re.compile(r"ml\.[a-z0-9-]+\.[a-z0-9-]+")

_INSTANCES = re.compile(r"(\S+)\s*[x×*]\s*(\S+)")
_SERVERLESS = re.compile(r"serverless\s+(\d{1,6})\s*MB(?:\s*[x×*]\s*(\d{1,4}))?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class VariantLine:
    """What one line says; what it leaves out is None."""

    name: str
    model: str
    """A model, or the training job of which one is to be made."""

    weight: float | None = None
    count: int | None = None
    instance_type: str | None = None
    serverless: Serverless | None = None
    shadow: bool = False

    def applied(self, to: ConfigVariant) -> ConfigVariant:
        """A variant with what the line says; the rest of it stays."""
        variant = replace(
            to,
            name=self.name,
            model=self.model,
            weight=to.weight if self.weight is None else self.weight,
            shadow=self.shadow,
        )
        if self.serverless:
            provisioned = to.serverless.provisioned if to.serverless else 0
            serverless = replace(self.serverless, provisioned=provisioned)
            return replace(variant, serverless=serverless, instance_type="", count=None)
        if self.instance_type:
            return replace(variant, serverless=None, instance_type=self.instance_type, count=self.count)
        return variant


def variant_text(variant: ConfigVariant) -> str:
    """The line of a variant."""
    parts = [variant.model, f"weight {weight_text(variant.weight)}"]
    if variant.serverless:
        parts.append(f"serverless {variant.serverless.memory_mb} MB x {variant.serverless.max_concurrency}")
    elif variant.instance_type:
        parts.append(f"{variant.count or 1} x {variant.instance_type}")
    if variant.shadow:
        parts.append("shadow")
    return f"{variant.name} = {', '.join(parts)}"


def read_variants(text: str) -> tuple[VariantLine, ...]:
    """The variants that the lines describe.

    Raises:
        ValueError: A line cannot be read; the message is a sentence that names it.
    """
    return tuple(_read(number, line.strip()) for number, line in enumerate(text.splitlines(), start=1) if line.strip())


def models_in(lines: Iterable[VariantLine]) -> tuple[str, ...]:
    """The models that are named, each once."""
    return tuple(dict.fromkeys(line.model for line in lines))


def _read(number: int, line: str) -> VariantLine:
    name, equals, rest = (part.strip() for part in line.partition("="))
    model, *parts = (part.strip() for part in rest.split(","))
    if not (name and equals and model):
        raise ValueError(f"Line {number} is not of the form {GRAMMAR}.")
    found = VariantLine(name, model)
    for part in parts:
        try:
            found = _with_part(found, part)
        except ValueError as problem:
            raise ValueError(f"Line {number}: {problem}") from None
    return found


def _with_part(line: VariantLine, part: str) -> VariantLine:
    word, _, rest = part.partition(" ")
    if word == "weight":
        return replace(line, weight=parse_weight(rest))
    if word == "shadow" and not rest:
        return replace(line, shadow=True)
    if serverless := _SERVERLESS.fullmatch(part):
        concurrency = int(serverless[2]) if serverless[2] else Serverless().max_concurrency
        return replace(line, serverless=Serverless(int(serverless[1]), concurrency))
    if instances := _INSTANCES.fullmatch(part):
        if not INSTANCE_TYPE.fullmatch(instances[2]):
            raise ValueError(f"{instances[2]} is no instance type; one looks like ml.m5.large.")
        return replace(line, count=parse_count(instances[1]), instance_type=instances[2])
    raise ValueError(f"{part or 'Nothing'} is no weight and no capacity; see {GRAMMAR}.")
