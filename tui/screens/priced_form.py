"""What machines cost, in forms: asked for while a person types, said as soon as it is known."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from tui.panes.endpoint_cells import about, dollars, monthly
from tui.panes.wording import duration
from tui.resources.endpoint_configs import ConfigVariant
from tui.resources.prices import Price, Rate, Use
from tui.resources.variant_lines import INSTANCE_TYPE
from tui.screens.form import Form
from tui.service.prices import Prices

SETTLE_SECONDS = 0.3
"""How long a form stands unchanged before prices are asked for: an instance type is typed letter by letter."""

_ASKING = "Asking for the price …"
_NOT_KNOWN = "the price is n/a."


@dataclass(frozen=True, slots=True)
class EarlierJob:
    """What a job that ran before was billed for: another one like it costs about the same."""

    name: str
    instance_type: str
    instance_count: int
    seconds: float
    """Of each instance."""


class PriceBook:
    """What instance types cost, as far as it was asked; None where nobody tells."""

    def __init__(self, ask: Callable[[str], Awaitable[Price | None]], *, billed: bool) -> None:
        self._ask = ask
        self.billed = billed
        """Whether it is AWS that is asked; the embedded SageMaker costs nothing."""

        self._known: dict[str, Price | None] = {}

    @classmethod
    def of(cls, prices: Prices, use: Use) -> PriceBook:
        """An empty one, to be filled by the service's prices of what the instances are for."""
        return cls(partial(prices.hourly, use=use), billed=prices.billed)

    def unknown(self, types: Iterable[str]) -> list[str]:
        """Those of some instance types that were not asked about yet."""
        return [name for name in dict.fromkeys(types) if INSTANCE_TYPE.fullmatch(name) and name not in self._known]

    async def learn(self, types: Sequence[str]) -> None:
        """Ask about instance types."""
        for name in types:
            self._known[name] = await self._ask(name)

    def of_variants(self, variants: Sequence[ConfigVariant]) -> str:
        """What these variants cost together until somebody shuts them down, and who says so."""
        if self.unknown(one.instance_type for one in variants):
            return _ASKING
        rate, sources = Rate(billed=True), dict[str, None]()
        for one in variants:
            price = self._known.get(one.instance_type)
            if one.serverless:
                rate += Rate(per_use=1)
            elif price is None:
                rate += Rate(unknown=one.count or 1)
            else:
                rate += Rate(price.hourly * (one.count or 1))
                sources[f"{one.instance_type} {price}."] = None
        return self._told(_of_rate(rate), *sources)

    def of_job(
        self, instance_type: str, count: int, *, hours: float | None = None, earlier: EarlierJob | None = None
    ) -> str:
        """What a job costs while it has `count` instances, and who says so; empty for what is no instance type.

        `hours` are the instance-hours that it takes at most, None where nothing limits them.
        """
        if not INSTANCE_TYPE.fullmatch(instance_type):
            return ""
        if self.unknown([instance_type]):
            return _ASKING
        price = self._known[instance_type]
        if price is None:
            return self._told(_NOT_KNOWN)
        rate = f"{dollars(price.hourly * count)}/h"
        said = f"{rate} until it is done, however long that takes."
        if hours is not None:
            said = f"{rate}, at most ${_rounded_up(price.hourly * hours):,.2f} in all."
        before = []
        if earlier and (earlier.instance_type, earlier.instance_count) == (instance_type, count):
            cost = price.hourly * count * earlier.seconds / 3600
            before = [f"{earlier.name} ran for {duration(earlier.seconds)}: {about(cost)}."]
        return self._told(said, *before, f"{instance_type} {price}.")

    def _told(self, said: str, *more: str) -> str:
        """Sentences about money; the first says that it is not spent here, where that is so."""
        first = f"{said[0].upper()}{said[1:]}" if self.billed else f"Costs nothing here. At AWS: {said}"
        return " ".join((first, *more))


def _of_rate(rate: Rate) -> str:
    if rate.per_use and not rate.hourly and not rate.unknown:
        return "billed by use, nothing while idle."
    if rate.unknown and not rate.hourly:
        return _NOT_KNOWN
    unknown = f" + {rate.unknown} × n/a" if rate.unknown else ""
    return (
        f"{dollars(rate.hourly)}/h{unknown}, {monthly(Rate(rate.hourly))} a month, idle or not, until it is shut down."
    )


def _rounded_up(amount: float) -> float:
    """USD in whole cents, never less than it is, as a bound must be."""
    return math.ceil(round(amount * 100, 6)) / 100


class PricedForm(Form):
    """A form that says what the machines in its fields cost."""

    prices: PriceBook

    def machines(self, values: Mapping[str, str]) -> Iterable[str]:
        """The instance types whose price is said: one, in forms that ask for no other."""
        return (values["instance_type"],)

    def check(self) -> dict[str, str]:
        """Say what is wrong; and ask for prices that are still to be said."""
        problems = super().check()
        if asked := self.prices.unknown(self.machines(self.values)):
            asking: Callable[[], Awaitable[None]] = partial(self._learn_prices, asked)
            self.run_worker(asking, group="prices", exclusive=True)
        return problems

    async def _learn_prices(self, types: Sequence[str]) -> None:
        await asyncio.sleep(SETTLE_SECONDS)
        await self.prices.learn(types)
        self.check()
