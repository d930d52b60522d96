"""The pane in which weights are edited."""

from __future__ import annotations

import pytest

from tests.panes import golden
from tests.panes.host import stage
from tests.panes.scripted_traffic import Aws, endpoints_of, live
from tests.panes.test_golden import both_sizes
from tui.panes.weights import WeightsPane
from tui.service.errors import AccessDenied


async def pane_of(aws: Aws, *, read_only: bool = False) -> WeightsPane:
    endpoints = endpoints_of(aws)
    return WeightsPane(endpoints, await endpoints.describe("shop"), read_only=read_only)


@both_sizes
async def test_ten_variants(size: tuple[int, int]) -> None:
    variants = [live(f"XGB-Model-of-the-{place}th-try", place, None if place == 3 else 1) for place in range(1, 11)]
    async with stage(await pane_of(Aws(variants)), size) as here:
        await here.sees("Weights of shop", "XGB-Model", "18.2 %")
        await here.press("plus", "down", "2", "0", "down", "z", "down", "tab", "plus")
        await here.sees("1→2")
        await here.settled()
        golden.check(here.app, f"weights-ten-{size[0]}x{size[1]}")


@both_sizes
async def test_a_variant_and_its_shadow(size: tuple[int, int]) -> None:
    async with stage(await pane_of(Aws([live("XGB")], [live("Next")])), size) as here:
        await here.sees("shadow: gets copies")
        await here.press("down", "down", "5")
        await here.settled()
        golden.check(here.app, f"weights-shadow-{size[0]}x{size[1]}")


async def test_enter_sets_all_weights_in_one_call_and_u_takes_it_back() -> None:
    aws = Aws([live("XGB"), live("Linear")])
    async with stage(await pane_of(aws)) as here:
        await here.until(lambda: {"weights.set", "weights.undo"} <= here.dimmed, "there is nothing to set")
        assert here.why_dimmed["weights.set"] == "the weights are those of the endpoint"
        assert here.why_dimmed["weights.undo"] == "no weights were set from here"
        await here.press("3")
        await here.sees("75.0 %", "25.0 %", "Enter sets this in one call")
        await here.press("enter")
        await here.sees("shop serves XGB 75 %, Linear 25 %.", "u restores XGB 50 %, Linear 50 %")
        assert aws.requests == [
            {
                "EndpointName": "shop",
                "DesiredWeightsAndCapacities": [
                    {"VariantName": "XGB", "DesiredWeight": 3.0},
                    {"VariantName": "Linear", "DesiredWeight": 1.0},
                ],
            }
        ]
        await here.press("u")
        await here.sees("shop serves XGB 50 %, Linear 50 %.")
        assert [one["CurrentWeight"] for one in aws.variants] == [1.0, 1.0]
        assert len(aws.requests) == 2


@pytest.mark.parametrize(
    ("keys", "why"),
    [
        (["0", "down", "0"], "All weights are 0: no variant would get any traffic."),
        (["z", "down", "z"], "All weights are 0: no variant would get any traffic."),
        (["3", "x"], "A weight is a plain number such as 3 or 0.25."),
        (["tab", "0"], "The number of instances is a whole number from 1 on."),
        (["tab", "plus", "down", "plus"], "one variant at a time"),
    ],
)
async def test_what_cannot_be_set_is_not_sent(keys: list[str], why: str) -> None:
    aws = Aws([live("XGB"), live("Linear")])
    async with stage(await pane_of(aws)) as here:
        await here.press(*keys)
        await here.sees(why)
        assert here.why_dimmed["weights.set"] == "the endpoint would refuse these weights"
        await here.press("enter", "f2")
        await here.settled()
        assert aws.requests == []


async def test_a_refusal_is_said_and_what_was_wanted_stays() -> None:
    aws = Aws([live("XGB"), live("Linear")], fails=AccessDenied("sagemaker did not succeed", "Not allowed"))
    async with stage(await pane_of(aws)) as here:
        await here.press("9", "enter")
        await here.sees("Not allowed", "90.0 %")


async def test_read_only_sets_nothing() -> None:
    async with stage(await pane_of(Aws([live("XGB"), live("Linear")]), read_only=True)) as here:
        await here.press("plus")
        await here.sees("read-only")
        assert {here.why_dimmed[name] for name in ("weights.set", "weights.undo")} == {"this console is read-only"}


async def test_an_update_by_somebody_else_is_waited_for() -> None:
    aws = Aws([live("XGB"), live("Linear")], status="Updating")
    async with stage(await pane_of(aws)) as here:
        await here.press("9")
        await here.sees("shop is Updating")
        assert here.why_dimmed["weights.set"] == "the endpoint is being changed"
        aws.status = "InService"
        await here.sees("Enter sets this in one call")


async def test_escape_stops_typing_then_goes_back() -> None:
    async with stage(await pane_of(Aws([live("XGB"), live("Linear")]))) as here:
        await here.press("9")
        await here.sees("90.0 %")
        await here.press("escape")
        await here.sees_no("90.0 %")
        await here.press("escape")
        await here.sees("elsewhere")
