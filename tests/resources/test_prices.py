"""Prices: which product of the price list is the right one, a person's own, and sums with unknowns."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tui.resources.prices import (
    TABLE_DATE,
    Price,
    Rate,
    file_price,
    file_problem,
    listed_prices,
    table_price,
    total,
)


def product(usage: str, usd: str, instance: str = "ml.m5.large", unit: str = "Hrs") -> str:
    dimension = {"unit": unit, "pricePerUnit": {"USD": usd}}
    term = {"priceDimensions": {"D": dimension}, "effectiveDate": "2026-11-01T00:00:00Z"}
    attributes: dict[str, Any] = {"instanceName": instance, "usagetype": usage, "regionCode": "eu-west-1"}
    return json.dumps({"product": {"attributes": attributes}, "terms": {"OnDemand": {"T": term}}})


def test_the_price_of_each_use_is_found_among_the_others() -> None:
    listed = [
        product("EU-Notebk:ml.m5.large", "0.3"),
        product("EU-TrSpt:ml.m5.large", "0.05"),
        product("EU-Host:ml.m5.large.reserved", "0.01"),
        product("EU-Host:ml.m5.large", "0.0000000000"),
        product("EU-Host:ml.m5.large", "0.5", unit="GB-Mo"),
        product("EU-Host:ml.m5.xlarge", "0.256", "ml.m5.xlarge"),
        product("EU-AsyncHost:ml.m5.large", "0.6"),
        product("EU-Host:ml.m5.large", "0.1280000000"),
        product("Train:ml.m5.large", "0.2"),
        product("EU-Train:ml.m5.large", "0.7"),
        product("EU-Tsform:ml.m5.large", "0.4"),
    ]
    assert listed_prices(listed, "ml.m5.large") == {
        "hosting": Price(0.128, "AWS price list", "2026-11-01"),
        "training": Price(0.2, "AWS price list", "2026-11-01"),
        "transform": Price(0.4, "AWS price list", "2026-11-01"),
    }
    assert listed_prices(listed[:7], "ml.m5.large") == {}
    assert listed_prices([], "ml.m5.large") == {}


def test_the_table_is_dated_and_of_one_region() -> None:
    assert table_price("ml.m5.large", "us-east-1", "hosting") == Price(0.115, "built-in table", TABLE_DATE)
    assert table_price("ml.m5.large", "eu-west-1", "hosting") is None
    assert table_price("ml.m4.xlarge", "us-east-1", "hosting") is None  # sources disagree about it


def test_the_table_says_where_it_has_the_price_of_hosting_only() -> None:
    assert table_price("ml.m5.large", "us-east-1", "training") == Price(0.115, "built-in table", TABLE_DATE)
    assert table_price("ml.m5.xlarge", "us-east-1", "transform") == Price(0.23, "built-in table", TABLE_DATE)
    assert str(table_price("ml.m5.large", "us-east-1", "transform")) == (
        f"$0.115/h for hosting (built-in table of {TABLE_DATE})"
    )


def test_a_persons_own_prices() -> None:
    table = {"ml.m5.large": 0.1, "eu-west-1": {"ml.m5.large": 0.09}, "as_of": "2026-10-01"}
    assert file_price(table, "ml.m5.large", "eu-west-1") == Price(0.09, "your price file", "2026-10-01")
    assert file_price(table, "ml.m5.large", "us-east-1") == Price(0.1, "your price file", "2026-10-01")
    assert file_price(table, "ml.c5.large", "eu-west-1") is None
    assert str(file_price(table, "ml.m5.large", "us-east-1")) == "$0.1/h (your price file of 2026-10-01)"


@pytest.mark.parametrize(
    ("table", "problem"),
    [
        ({"ml.m5.large": 0.1, "as_of": "2026"}, ""),
        ({"ml.m5.large": "0.1"}, "ml.m5.large is '0.1'"),
        ({"eu-west-1": {"ml.m5.large": -1}}, "[eu-west-1] ml.m5.large is -1"),
        ({"ml.m5.large": True}, "a price is a number"),
    ],
)
def test_what_is_wrong_with_a_price_file(table: dict[str, Any], problem: str) -> None:
    assert problem in file_problem(table)
    assert bool(problem) == bool(file_problem(table))


def test_rates_add_up_and_unknown_is_not_nothing() -> None:
    known, unknown = Rate(0.23), Rate(unknown=2)
    assert (str(known), str(unknown), str(known + unknown), str(Rate())) == ("$0.23/h", "n/a", "≥ $0.23/h", "$0.00/h")
    assert total([known, None, unknown]) == Rate(0.23, 3)
    assert not total([known, None]).known
    assert Rate(1.0).monthly == 730
    assert not (Rate(1.0) + Rate(1.0, billed=False)).billed
    assert total([], billed=False) == Rate(billed=False)
