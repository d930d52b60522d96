"""Weights and instance counts while a person edits them: a value with a cursor, and what each key makes of it."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Literal

from tui.resources.endpoint_weights import (
    VariantWeight,
    parse_count,
    parse_weight,
    shares,
    weight_text,
    weights_of,
    weights_request,
)
from tui.resources.endpoints import EndpointDetail, Variant

HEAVIEST = 999_999_999.0
MOST_INSTANCES = 9999

Cell = Literal["weight", "count"]


@dataclass(frozen=True, slots=True)
class WeightDraft:
    """What a person wants of the variants of an endpoint, and what they are typing."""

    detail: EndpointDetail
    """What the endpoint has."""

    wanted: tuple[VariantWeight, ...]
    """One for each variant in production, in their order; the text being typed is not in it."""

    row: int = 0
    cell: Cell = "weight"
    typed: str = ""
    """What stands in the cell under the cursor while it is typed; empty when nothing is."""

    @classmethod
    def of(cls, detail: EndpointDetail) -> WeightDraft:
        """A draft in which nothing is changed."""
        return cls(detail, weights_of(detail))

    @property
    def values(self) -> tuple[VariantWeight, ...]:
        """What is wanted, with what is typed in its place as far as it can be read."""
        if not self.typed:
            return self.wanted
        try:
            return self._with_typed()
        except ValueError:
            return self.wanted

    @property
    def before(self) -> tuple[VariantWeight, ...]:
        """What the variants have."""
        return weights_of(self.detail)

    @property
    def shares(self) -> tuple[float, ...]:
        """The wanted percentages, which add up to 100 as they are shown; all 0 when nobody gets anything."""
        return shares([one.weight for one in self.values])

    @property
    def shares_before(self) -> tuple[float, ...]:
        """Those that the variants have."""
        return shares([one.weight for one in self.before])

    @property
    def changed(self) -> bool:
        """Whether anything would be set."""
        return bool(self.typed) or self.wanted != self.before

    @property
    def problem(self) -> str:
        """Why this cannot be set, as a sentence; empty when it can."""
        try:
            weights_request(self.detail, self._with_typed() if self.typed else self.wanted)
        except ValueError as problem:
            return str(problem)
        return ""

    @property
    def countable(self) -> bool:
        """Whether the variant under the cursor has instances to count."""
        return self.wanted[self.row].count is not None

    @property
    def shadows(self) -> tuple[Variant, ...]:
        """The variants that get copies of requests, and have no part in the split."""
        return tuple(variant for variant in self.detail.variants if variant.shadow)

    def cell_text(self, row: int, cell: Cell) -> str:
        """What stands in a cell."""
        if self.typed and (row, cell) == (self.row, self.cell):
            return self.typed
        one = self.wanted[row]
        if cell == "weight":
            return weight_text(one.weight)
        return "" if one.count is None else str(one.count)

    def follows(self, detail: EndpointDetail) -> WeightDraft:
        """The same wishes for what the endpoint has now; another set of variants begins anew."""
        if [one.name for one in weights_of(detail)] != [one.name for one in self.wanted]:
            return WeightDraft.of(detail)
        if not self.changed:
            return replace(self, detail=detail, wanted=weights_of(detail))
        return replace(self, detail=detail)

    def moved(self, rows: int) -> WeightDraft:
        """The cursor on another variant; what was typed is kept if it can be read."""
        settled = self.settled()
        row = max(0, min(len(self.wanted) - 1, self.row + rows))
        moved = replace(settled, row=row)
        return moved if moved.countable else replace(moved, cell="weight")

    def turned(self) -> WeightDraft:
        """The cursor on the variant's other number; serverless ones have no instances to count."""
        settled = self.settled()
        return replace(settled, cell="count" if self.cell == "weight" and self.countable else "weight")

    def entered(self, text: str) -> WeightDraft:
        """More was typed into the cell."""
        return replace(self, typed=(self.typed + "".join(filter(str.isprintable, text)))[:20])

    def rubbed_out(self) -> WeightDraft:
        """The last character that was typed goes."""
        return replace(self, typed=self.typed[:-1])

    def untyped(self) -> WeightDraft:
        """What was typed goes."""
        return replace(self, typed="")

    def settled(self) -> WeightDraft:
        """What is typed becomes what is wanted; nonsense goes."""
        return replace(self, wanted=self.values, typed="")

    def nudged(self, steps: int) -> WeightDraft:
        """The number under the cursor a little larger or smaller: instances by one, weights by about 1 % of all."""
        settled = self.settled()
        one = settled.wanted[self.row]
        if self.cell == "count" and one.count is not None:
            return settled._put(replace(one, count=max(1, min(MOST_INSTANCES, one.count + steps))))
        weight = one.weight + steps * _step(sum(each.weight for each in settled.wanted))
        return settled._put(replace(one, weight=min(HEAVIEST, max(0.0, round(weight, 6)))))

    def zeroed(self) -> WeightDraft:
        """No traffic for the variant under the cursor."""
        settled = self.settled()
        return settled._put(replace(settled.wanted[self.row], weight=0.0))

    def equalised(self) -> WeightDraft:
        """The same traffic for all."""
        settled = self.settled()
        return replace(settled, wanted=tuple(replace(one, weight=1.0) for one in settled.wanted))

    def normalised(self) -> WeightDraft:
        """The same split in weights that are percentages."""
        settled = self.settled()
        if not any(one.weight for one in settled.wanted):
            return settled
        pairs = zip(settled.wanted, settled.shares, strict=True)
        return replace(settled, wanted=tuple(replace(one, weight=share) for one, share in pairs))

    def reset(self) -> WeightDraft:
        """As the endpoint is, the cursor where it was."""
        return replace(self, wanted=self.before, typed="")

    def _with_typed(self) -> tuple[VariantWeight, ...]:
        one = self.wanted[self.row]
        if self.cell == "weight":
            return self._put(replace(one, weight=parse_weight(self.typed))).wanted
        return self._put(replace(one, count=parse_count(self.typed))).wanted

    def _put(self, one: VariantWeight) -> WeightDraft:
        return replace(self, wanted=(*self.wanted[: self.row], one, *self.wanted[self.row + 1 :]))


def _step(total: float) -> float:
    """A round part of all weights, 0.5 to 5 % of them; 1 where they are all 0."""
    return max(1e-6, float(10 ** math.floor(math.log10(total / 20)))) if total else 1.0
