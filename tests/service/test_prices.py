"""Prices from a person's file, AWS's price list and the table, in this order, and asked for once a day."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.resources.test_prices import product
from tests.service.stub_aws import Refused, StubAws
from tui.resources.endpoint_configs import Serverless
from tui.resources.endpoints import Variant
from tui.resources.prices import Price, Rate
from tui.service import prices as module
from tui.service.gateway import Gateway
from tui.service.identity import Identity
from tui.service.prices import Prices

pytestmark = pytest.mark.asyncio(loop_scope="session")

LISTED = Price(0.128, "AWS price list", "2026-11-01")


@pytest.fixture
def price_list(aws: StubAws) -> dict[str, str]:
    """What the price list says by usage, such as `Host:ml.m5.large`: USD an hour."""
    listed: dict[str, str] = {}

    def products(asked: dict[str, Any]) -> dict[str, Any]:
        criteria = {one["Field"]: one["Value"] for one in asked["Filters"]}
        assert (criteria["productFamily"], criteria["regionCode"]) == ("ML Instance", "eu-west-1")
        name = criteria["instanceName"]
        return {"PriceList": [product(f"EU-{one}", listed[one], name) for one in listed if one.endswith(f":{name}")]}

    aws.answers |= {
        "GetProducts": products,
        "GetCallerIdentity": lambda _: (
            "<GetCallerIdentityResponse><GetCallerIdentityResult><Account>123456789012</Account><Arn>arn</Arn>"
            "</GetCallerIdentityResult></GetCallerIdentityResponse>"
        ),
    }
    return listed


def opened(gateway: Gateway, folder: Path, **members: Any) -> Prices:
    return Prices(gateway, Identity(gateway), folder / "prices", **members)


async def test_the_price_list_is_asked_once_and_remembered(
    gateway: Gateway, aws: StubAws, price_list: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    price_list["Host:ml.m5.large"] = "0.1280000000"
    prices = opened(gateway, tmp_path)
    assert await prices.hourly("ml.m5.large", "hosting") == await prices.hourly("ml.m5.large", "hosting") == LISTED
    assert await prices.hourly("ml.none.large", "hosting") is None
    assert await opened(gateway, tmp_path).hourly("ml.m5.large", "hosting") == LISTED  # another console, the same day
    assert await opened(gateway, tmp_path).hourly("ml.none.large", "hosting") is None
    assert len(aws.asked("GetProducts")) == 2
    monkeypatch.setattr(module, "DAY", 0.0)
    price_list["Host:ml.m5.large"] = "0.2"
    found = await prices.hourly("ml.m5.large", "hosting")
    assert found is not None
    assert found.hourly == 0.2


async def test_each_use_has_its_price_and_one_question_tells_them_all(
    gateway: Gateway, aws: StubAws, price_list: dict[str, str], tmp_path: Path
) -> None:
    price_list |= {"Train:ml.m5.large": "0.2", "Tsform:ml.m5.large": "0.3", "Train:ml.p3.2xlarge": "4"}
    prices = opened(gateway, tmp_path)
    assert await prices.hourly("ml.m5.large", "training") == Price(0.2, "AWS price list", "2026-11-01")
    assert await prices.hourly("ml.m5.large", "transform") == Price(0.3, "AWS price list", "2026-11-01")
    assert await prices.hourly("ml.m5.large", "hosting") is None, "it can be had, but not for this"
    assert await prices.hourly("ml.p3.2xlarge", "training") == Price(4, "AWS price list", "2026-11-01")
    assert len(aws.asked("GetProducts")) == 2
    again = opened(gateway, tmp_path)
    assert await again.hourly("ml.p3.2xlarge", "training") == Price(4, "AWS price list", "2026-11-01")
    assert await again.hourly("ml.m5.large", "training") == Price(0.2, "AWS price list", "2026-11-01")
    assert len(aws.asked("GetProducts")) == 2


async def test_what_was_known_is_kept_when_more_is_learnt(
    gateway: Gateway, aws: StubAws, price_list: dict[str, str], tmp_path: Path
) -> None:
    for name in ("ml.m5.large", "ml.m5.xlarge"):  # each time another console asks
        price_list[f"Host:{name}"] = "0.1280000000"
        assert await opened(gateway, tmp_path).hourly(name, "hosting") == LISTED
    assert await opened(gateway, tmp_path).hourly("ml.m5.large", "hosting") == LISTED
    assert len(aws.asked("GetProducts")) == 2


async def test_a_list_that_may_not_be_read_is_not_asked_again(
    gateway: Gateway, aws: StubAws, price_list: dict[str, str], tmp_path: Path
) -> None:
    def refuse(_: dict[str, Any]) -> dict[str, Any]:
        raise Refused("AccessDeniedException", "not authorized to perform: pricing:GetProducts")

    aws.answers["GetProducts"] = refuse
    prices = opened(gateway, tmp_path)
    assert (
        await prices.hourly("ml.m5.large", "hosting") is None
    )  # the table is of another region, and a guess is no price
    assert await prices.hourly("ml.m5.xlarge", "hosting") is None
    assert len(aws.asked("GetProducts")) == 1


async def test_a_persons_own_prices_come_first(gateway: Gateway, aws: StubAws, price_list: Any, tmp_path: Path) -> None:
    file = tmp_path / "prices.toml"
    file.write_text('as_of = "2026-10-01"\n"ml.m5.large" = 0.1\n\n[eu-west-1]\n"ml.m5.xlarge" = 0.2\n')
    prices = opened(gateway, tmp_path, file=file)
    assert await prices.hourly("ml.m5.large", "hosting") == Price(0.1, "your price file", "2026-10-01")
    assert await prices.hourly("ml.m5.xlarge", "hosting") == Price(0.2, "your price file", "2026-10-01")
    assert prices.problem == ""
    assert aws.asked("GetProducts") == []


@pytest.mark.parametrize("content", ["x =", '"ml.m5.large" = "cheap"', None])
async def test_a_price_file_that_cannot_be_used_is_told_and_left_aside(
    gateway: Gateway, price_list: dict[str, str], tmp_path: Path, content: str | None
) -> None:
    price_list["Host:ml.m5.large"] = "0.1280000000"
    file = tmp_path / "prices.toml"
    if content is not None:
        file.write_text(content)
    prices = opened(gateway, tmp_path, file=file)
    assert await prices.hourly("ml.m5.large", "hosting") == LISTED
    assert prices.problem.startswith(f"The price file {file} cannot be used: ")


async def test_the_embedded_sagemaker_asks_no_price_list(
    gateway: Gateway, aws: StubAws, price_list: dict[str, str], tmp_path: Path
) -> None:
    prices = opened(gateway, tmp_path, billed=lambda: False)
    assert await prices.hourly("ml.m5.large", "hosting") is None
    assert aws.asked("GetProducts") == []
    assert not (await prices.rate([])).billed


async def test_what_is_on_disk_and_no_price_is_asked_for(
    gateway: Gateway, price_list: dict[str, str], tmp_path: Path
) -> None:
    price_list["Host:ml.m5.large"] = "0.1280000000"
    (tmp_path / "prices").mkdir()
    (tmp_path / "prices" / "eu-west-1.json").write_text(
        '{"ml.m5.large": {"asked": 99999999999, "prices": {"hosting": [1]}}}'
    )
    assert await opened(gateway, tmp_path).hourly("ml.m5.large", "hosting") == LISTED


async def test_rates_count_instances_and_what_is_not_known(
    gateway: Gateway, price_list: dict[str, str], tmp_path: Path
) -> None:
    price_list["Host:ml.m5.large"] = "0.5"
    known = Variant("A", "m", "ml.m5.large", None, False, 1.0, 1.0, 3, 3, "", "", "")
    variants = [
        known,
        Variant("B", "m", "ml.none.large", None, False, 1.0, 1.0, 2, 2, "", "", ""),
        Variant("C", "m", "", Serverless(), False, 1.0, 1.0, None, None, "", "", ""),
        Variant("D", "", "", None, False, 1.0, 1.0, 1, 1, "", "", ""),
    ]
    assert await opened(gateway, tmp_path).rate(variants) == Rate(1.5, unknown=3, per_use=1)


async def test_the_price_list_of_all_regions_is_in_one() -> None:
    from tui.service.wire import Connection
    from tui.service.worker.aws import Aws

    aws = Aws(Connection(None, "eu-west-1", None, "AKIDEXAMPLE", "secret"))
    assert aws.client("pricing").meta.region_name == "us-east-1"
    assert aws.client("sagemaker").meta.region_name == "eu-west-1"
