"""What instances cost an hour: where a price comes from, and how prices add up when some are not known."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

Source = Literal["your price file", "AWS price list", "built-in table"]

Use = Literal["hosting", "training", "transform"]
"""What an instance is for: AWS has a price of its own for each."""

_USAGE: Mapping[str, Use] = {"Host": "hosting", "Train": "training", "Tsform": "transform"}
"""By their words in the usage types of the price list, such as `EU-Train:ml.m5.large`."""

HOURS_PER_MONTH = 730
"""As AWS's own calculators count."""

TABLE_REGION = "us-east-1"
TABLE_DATE = "2026-09-24"
"""Of the price list from which the table was taken."""

_ALL: tuple[Use, ...] = ("hosting", "training", "transform")

TABLE: Mapping[str, tuple[float, tuple[Use, ...]]] = {
    "ml.m5.large": (0.115, ("hosting", "training")),
    "ml.m5.xlarge": (0.23, _ALL),
    "ml.m5.4xlarge": (0.922, _ALL),
    "ml.r5.4xlarge": (1.21, _ALL),
    "ml.c6i.8xlarge": (1.632, ("hosting",)),
    "ml.g4dn.xlarge": (0.736, ("hosting", "training")),
    "ml.g5.xlarge": (1.408, ("hosting", "training")),
    "ml.g6.xlarge": (1.127, ("hosting",)),
}
"""On-demand USD an hour in `TABLE_REGION`, and the uses of which it is known to be the price; all are of hosting."""


@dataclass(frozen=True, slots=True)
class Price:
    """USD an hour for one instance: an on-demand estimate without storage, transfer and savings plans."""

    hourly: float
    source: Source
    as_of: str
    """The date of the price, ISO 8601; empty where the source has none."""

    instead: Use | None = None
    """What it is the price of, where the source has none of what was asked for: AWS mostly takes the same."""

    @property
    def rate(self) -> str:
        """The price with its unit, and what it is the price of if that is something else."""
        return f"${self.hourly:g}/h{f' for {self.instead}' if self.instead else ''}"

    @property
    def teller(self) -> str:
        """Who says so, and when it was true."""
        return f"{self.source}{f' of {self.as_of}' if self.as_of else ''}"

    def __str__(self) -> str:
        return f"{self.rate} ({self.teller})"


@dataclass(frozen=True, slots=True)
class Rate:
    """What several instances cost an hour, as far as their prices are known."""

    hourly: float = 0.0
    """USD; the unknown ones are not in it."""

    unknown: int = 0
    """Instances, or whole endpoints, whose price is not known: the true rate is higher by theirs."""

    per_use: int = 0
    """Serverless variants, which have no hourly price."""

    billed: bool = True
    """False for the embedded SageMaker: it is what AWS would charge."""

    def __add__(self, other: Rate) -> Rate:
        return Rate(
            self.hourly + other.hourly,
            self.unknown + other.unknown,
            self.per_use + other.per_use,
            self.billed and other.billed,
        )

    @property
    def monthly(self) -> float:
        """USD a month."""
        return self.hourly * HOURS_PER_MONTH

    @property
    def known(self) -> bool:
        """Whether it is all there is to pay by the hour."""
        return not self.unknown

    def __str__(self) -> str:
        if self.unknown and not self.hourly:
            return "n/a"
        return f"{'' if self.known else '≥ '}${self.hourly:.2f}/h"


def total(rates: Iterable[Rate | None], *, billed: bool = True) -> Rate:
    """The sum of the rates of several endpoints; those that are not known yet are counted as unknown."""
    result = Rate(billed=billed)
    for rate in rates:
        result += Rate(unknown=1, billed=billed) if rate is None else rate
    return result


def table_price(instance_type: str, region: str, use: Use) -> Price | None:
    """The price of the built-in table; None for what it does not have, and for other regions than its own."""
    if region != TABLE_REGION or instance_type not in TABLE:
        return None
    hourly, uses = TABLE[instance_type]
    return Price(hourly, "built-in table", TABLE_DATE, None if use in uses else "hosting")


def listed_prices(products: Iterable[str], instance_type: str) -> dict[Use, Price]:
    """The prices of an instance type in the items of GetProducts' `PriceList`, which are JSON."""
    found: dict[Use, Price] = {}
    of_type = re.compile(rf"(?:.*-)?({'|'.join(_USAGE)}):{re.escape(instance_type)}")
    for item in products:
        product = json.loads(item)
        attributes = product.get("product", {}).get("attributes", {})
        usage = of_type.fullmatch(str(attributes.get("usagetype", "")))
        if usage and attributes.get("instanceName") == instance_type and (price := _on_demand(product)):
            found.setdefault(_USAGE[usage[1]], price)
    return found


def _on_demand(product: Mapping[str, Any]) -> Price | None:
    for term in product.get("terms", {}).get("OnDemand", {}).values():
        for dimension in term.get("priceDimensions", {}).values():
            hourly = float(dimension.get("pricePerUnit", {}).get("USD", 0))
            if hourly > 0 and str(dimension.get("unit", "")).lower() in ("hrs", "hours"):
                return Price(hourly, "AWS price list", str(term.get("effectiveDate", ""))[:10])
    return None


def file_price(table: Mapping[str, Any], instance_type: str, region: str) -> Price | None:
    """The price in a person's own file, for every use: one in the region's table, else one for all regions."""
    for where in (table.get(region, {}), table):
        found = where.get(instance_type) if isinstance(where, Mapping) else None
        if found is not None:
            return Price(float(found), "your price file", str(table.get("as_of", "")))
    return None


def file_problem(table: Mapping[str, Any]) -> str:
    """What is wrong with the contents of a price file, as a sentence; empty when nothing is."""
    for key, value in table.items():
        if key == "as_of":
            continue
        if isinstance(value, Mapping):
            if problem := file_problem(value):
                return f"[{key}] {problem}"
        elif isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 10_000:
            return f"{key} is {value!r}; a price is a number of USD an hour."
    return ""
