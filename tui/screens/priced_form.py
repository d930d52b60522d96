"""What machines cost, in forms: asked for while a person types, said as soon as it is known."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from functools import partial

from tui.panes.endpoint_cells import dollars, monthly
from tui.resources.endpoint_configs import ConfigVariant
from tui.resources.prices import Price, Rate
from tui.resources.variant_lines import INSTANCE_TYPE
from tui.screens.form import Form
from tui.service.prices import Prices

ASKING = "asking for the price"

SETTLE_SECONDS = 0.3
"""How long a form stands unchanged before prices are asked for: an instance type is typed letter by letter."""


class PriceBook:
    """What instance types cost, as far as it was asked; None where nobody tells."""

    def __init__(self, ask: Callable[[str], Awaitable[Price | None]], *, billed: bool) -> None:
        self._ask = ask
        self.billed = billed
        """Whether it is AWS that is asked; the embedded SageMaker costs nothing."""

        self._known: dict[str, Price | None] = {}

    @classmethod
    def of(cls, prices: Prices) -> PriceBook:
        """An empty one, to be filled by the service's prices."""
        return cls(prices.hourly, billed=prices.billed)

    def unknown(self, types: Iterable[str]) -> list[str]:
        """Those of some instance types that were not asked about yet."""
        return [name for name in dict.fromkeys(types) if INSTANCE_TYPE.fullmatch(name) and name not in self._known]

    async def learn(self, types: Sequence[str]) -> None:
        """Ask about instance types."""
        for name in types:
            self._known[name] = await self._ask(name)

    def price(self, instance_type: str) -> Price | None:
        """What an instance costs an hour; None where nobody tells, or it was not asked yet."""
        return self._known.get(instance_type)

    def sentence(self, variants: Sequence[ConfigVariant]) -> str:
        """What these variants cost together, and who says so."""
        rate, sources = Rate(billed=True), dict[str, None]()
        for one in variants:
            price = self.price(one.instance_type)
            if one.serverless:
                rate += Rate(per_use=1)
            elif price is None:
                rate += Rate(unknown=one.count or 1)
            else:
                rate += Rate(price.hourly * (one.count or 1))
                sources[f"{one.instance_type} {price}"] = None
        return f"{'' if self.billed else 'Costs nothing here. At AWS: '}{_said(rate)}" + "".join(
            f" {source}." for source in sources
        )


def _said(rate: Rate) -> str:
    if rate.per_use and not rate.hourly and not rate.unknown:
        return "billed by use, nothing while idle."
    if rate.unknown and not rate.hourly:
        return "the price is n/a."
    unknown = f" + {rate.unknown} × n/a" if rate.unknown else ""
    return (
        f"{dollars(rate.hourly)}/h{unknown}, {monthly(Rate(rate.hourly))} a month, idle or not, until it is shut down."
    )


class PricedForm(Form):
    """A form that says what the machines in its fields cost."""

    prices: PriceBook

    def machines(self, values: Mapping[str, str]) -> Iterable[str]:
        """The instance types whose price is said."""
        raise NotImplementedError

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
