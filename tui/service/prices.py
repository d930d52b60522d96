"""Prices of instances: a person's own file, AWS's price list where it may be read, else a dated table."""

from __future__ import annotations

import json
import time
import tomllib
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tui.resources.endpoints import SERVING, EndpointDetail, Variant
from tui.resources.prices import Price, Rate, Use, file_price, file_problem, listed_prices, table_price
from tui.resources.tuning import TuningJobDetail
from tui.service.errors import AccessDenied, ServiceError
from tui.service.gateway import Gateway
from tui.service.identity import Identity

DAY = 86400.0
"""How long a price of the price list is good."""

RETRY_SECONDS = 600.0
"""After which a price list that could not be read is tried again."""


@dataclass(frozen=True, slots=True)
class _Listed:
    """What the price list said of an instance type, and when it was asked."""

    asked: float
    prices: Mapping[Use, Price]


class Prices:
    """What instances cost an hour in the region of the connection."""

    def __init__(
        self,
        gateway: Gateway,
        identity: Identity,
        folder: Path,
        *,
        file: Path | None = None,
        billed: Callable[[], bool] = lambda: True,
    ) -> None:
        self._gateway = gateway
        self._identity = identity
        self._folder = folder
        self.file = file
        """TOML of the person's own: USD an hour by instance type, above all or in a table of a region's name."""

        self._billed = billed
        self.problem = ""
        """What is wrong with the person's price file, as a sentence; empty when nothing is."""

        self._own: Mapping[str, Any] | None = None
        self._listed: dict[str, dict[str, _Listed]] = {}
        """By region and instance type."""

        self._silent_until = 0.0

    @property
    def billed(self) -> bool:
        """Whether it is AWS that is asked; the embedded SageMaker costs nothing, and prices say what AWS would take."""
        return self._billed()

    async def hourly(self, instance_type: str, use: Use) -> Price | None:
        """The price of an instance type, None where nobody tells; never raises, for money is beside the point."""
        try:
            region = (await self._identity.caller()).region
        except ServiceError:
            return None
        if own := file_price(self._own_table(), instance_type, region):
            return own
        listed = await self._from_list(instance_type, region)
        return listed.get(use) if listed else table_price(instance_type, region, use)

    async def rate(self, variants: Iterable[Variant]) -> Rate:
        """What the instances of some variants cost an hour."""
        result = Rate(billed=self.billed)
        for variant in variants:
            if variant.serverless:
                result += Rate(per_use=1, billed=self.billed)
            elif variant.count:
                price = await self.hourly(variant.instance_type, "hosting") if variant.instance_type else None
                result += (
                    Rate(unknown=variant.count, billed=self.billed)
                    if price is None
                    else Rate(price.hourly * variant.count, billed=self.billed)
                )
        return result

    async def of(self, detail: EndpointDetail) -> Rate:
        """What an endpoint costs an hour now; while it is updated both fleets are paid for."""
        if detail.endpoint.status not in SERVING:
            return Rate(billed=self.billed)
        return await self.rate([*detail.variants, *(detail.pending.variants if detail.pending else ())])

    async def of_tuning(self, detail: TuningJobDetail) -> str:
        """What a tuning job has cost so far, in words: never 0 for what is not known."""
        price = await self.hourly(detail.machines[0], "training") if detail.machines[0] else None
        cost = None if price is None else detail.cost(price.hourly)
        if cost is None:
            return "n/a"
        return f"~${cost:.4f}" if self.billed else f"nothing here, ~${cost:.4f} at AWS"

    def _own_table(self) -> Mapping[str, Any]:
        if self._own is None:
            self._own, self.problem = _read_own(self.file)
        return self._own

    async def _from_list(self, instance_type: str, region: str) -> Mapping[Use, Price]:
        """What the price list says of an instance type; nothing while it cannot be read."""
        if not self.billed:
            return {}
        if region not in self._listed:
            self._listed[region] = self._stored(region)
        known, now = self._listed[region].get(instance_type), time.time()
        if (known and now - known.asked < DAY) or now < self._silent_until:
            return known.prices if known else {}
        try:
            prices = await self._ask(instance_type, region)
        except ServiceError as error:
            self._silent_until = now + (DAY if isinstance(error, AccessDenied) else RETRY_SECONDS)
            return known.prices if known else {}
        self._listed[region][instance_type] = _Listed(now, prices)
        self._store(region)
        return prices

    async def _ask(self, instance_type: str, region: str) -> dict[Use, Price]:
        criteria = {"productFamily": "ML Instance", "regionCode": region, "instanceName": instance_type}
        filters = [{"Type": "TERM_MATCH", "Field": name, "Value": value} for name, value in criteria.items()]
        found: dict[Use, Price] = {}
        async for page in self._gateway.pages(
            "pricing", "GetProducts", ServiceCode="AmazonSageMaker", Filters=filters, MaxResults=100, limit=5
        ):
            found = listed_prices(page["PriceList"], instance_type) | found
        return found

    def _stored(self, region: str) -> dict[str, _Listed]:
        stored: dict[str, _Listed] = {}
        with suppress(
            OSError, ValueError, TypeError, KeyError, AttributeError
        ):  # what is unreadable is asked for again
            for name, kept in json.loads(self._path(region).read_text(encoding="utf-8")).items():
                prices = {use: Price(**price) for use, price in kept["prices"].items()}
                stored[name] = _Listed(float(kept["asked"]), prices)
        return stored

    def _store(self, region: str) -> None:
        content = {name: asdict(listed) for name, listed in self._listed[region].items()}
        with suppress(OSError):  # prices that cannot be kept are asked for again
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._path(region).write_text(json.dumps(content, indent=1), encoding="utf-8")

    def _path(self, region: str) -> Path:
        return self._folder / f"{region}.json"


def _read_own(file: Path | None) -> tuple[Mapping[str, Any], str]:
    """The person's prices, and what is wrong with them."""
    if file is None:
        return {}, ""
    try:
        table = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        return {}, f"The price file {file} cannot be used: {error}"
    problem = file_problem(table)
    return ({}, f"The price file {file} cannot be used: {problem}") if problem else (table, "")
