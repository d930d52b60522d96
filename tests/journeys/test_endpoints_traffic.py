"""An endpoint's traffic by keys alone: split, invoked, judged, moved step by step, promoted, moved back by itself."""

from __future__ import annotations

from pathlib import Path

from tests.journeys.driver import Console, client_of, console, local_config
from tests.journeys.load import load
from tests.journeys.traffic import TEST_ROWS, served_before, served_folder, within_binomial_bounds
from tests.local.endpoints import ROW

__all__ = ["served_before", "served_folder"]


async def test_split_invoke_judge_and_promote_while_clients_invoke(served_folder: Path) -> None:
    async with console(local_config(served_folder)) as desk:
        await desk.press("6")
        await desk.sees_match(r"shop +● InService")
        await at(desk, "shop")
        await three_to_one(desk)
        await many_shots(desk)
        with load(desk.app.service.gateway._connection, "shop", ROW) as clients:
            await judge_and_look_at_mistakes(desk)
            await climb(desk)
            await promote(desk)
        assert clients.failed == 0
        assert clients.answers["XGB"] > 100
        assert clients.answers["Linear"] > 100


async def three_to_one(desk: Console) -> None:
    await desk.press("equals_sign")
    await desk.sees("Weights of shop", "50.0 %")
    await desk.press("0", "down", "0")
    await desk.sees("All weights are 0")
    await desk.press("r", "home", "up", "3")
    await desk.sees("75.0 %", "25.0 %", "Enter sets this in one call")
    await desk.press("enter")
    await desk.sees("shop serves XGB 75 %, Linear 25 %.")
    assert weights(desk, "shop") == {"XGB": 3.0, "Linear": 1.0}
    await desk.press("u")
    await desk.sees("shop serves XGB 50 %, Linear 50 %.")
    await desk.press("u")
    # Not by the message: that of the first time may still be there.
    await desk.until(lambda: weights(desk, "shop") == {"XGB": 3.0, "Linear": 1.0}, "the weights of before are back")
    await desk.sees_no("Setting the weights")
    await desk.press("escape")


async def many_shots(desk: Console) -> None:
    await desk.sees("Endpoints")
    await desk.press("i")
    await desk.sees("Invoke shop", "none yet: e to type it")
    await desk.press("e")
    await desk.sees("or a file")
    await desk.types("0.5,0.25")
    await desk.press("tab", "tab", "tab", "tab", "tab", "end", "ctrl+u")
    await desk.types("400")
    await desk.press("f2")
    await desk.sees("400 requests, 4 at once")
    await desk.press("i")
    await desk.sees("answered", "Prediction")
    await desk.press("N")
    await desk.sees("400 of 400", "No shot failed")
    found = await desk.sees_match(r"XGB +(\d+) +[\d.]+ % +75\.0 %")
    assert within_binomial_bounds(int(found[1]), 400, 0.75)
    await desk.press("d")
    await desk.sees("Which rows are sent to shop?", "toy")
    await desk.press("enter")
    await desk.sees(f"row 1 of {TEST_ROWS} of toy", "the prediction is off by")
    await desk.press("v", "i")
    await desk.sees("✓ XGB answered")
    await desk.press("l")
    await desk.sees("Log of endpoint shop/XGB", "POST /invocations")
    await desk.press("6")


async def judge_and_look_at_mistakes(desk: Console) -> None:
    await desk.press("J")
    await desk.sees("Judge shop on which data set?", "toy")
    await desk.press("enter")
    await desk.sees("Judge shop on toy (regression)", f"all {TEST_ROWS} of the test split")
    await desk.press("f2")
    await desk.sees(f"{TEST_ROWS} rows in", "is better by", "RMSE", "(95 %: ", "★")
    await desk.press("M")
    await desk.sees("number 1, off by more than", f"of {TEST_ROWS}", "Off by", "Feature")
    await desk.press("n")
    await desk.sees("number 2, off by more than")
    await desk.press("N", "escape")
    await desk.sees("Judge shop on toy", "is better by")
    await desk.press("escape")


async def climb(desk: Console) -> None:
    await desk.sees("Endpoints")
    await desk.press("K")
    await desk.sees("Canary on shop", "50, 100")
    await ladder(desk, new="")
    await desk.sees("Canary of shop: Linear takes over from XGB", "Done", "XGB 0 %, Linear 100 %")
    assert weights(desk, "shop") == {"XGB": 0.0, "Linear": 100.0}
    await desk.press("escape")


async def promote(desk: Console) -> None:
    await desk.sees("Endpoints")
    await desk.press("J")
    await desk.sees("Judge shop on which data set?")
    await desk.press("enter")
    await desk.sees("Judge shop on toy (regression)")
    await desk.press("f2")
    await desk.sees("is better by")
    await desk.press("P")
    await desk.sees("Promote", "weights", "config")
    await desk.press("down", "enter")
    await desk.sees("alone?", "A new configuration shop-", "goes", "no request is lost")
    await desk.press("y")
    await desk.sees_match(r"shop serves (XGB|Linear) alone\.")
    endpoint = client_of(desk, "sagemaker").describe_endpoint(EndpointName="shop")
    (alone,) = endpoint["ProductionVariants"]
    assert alone["CurrentWeight"] > 0
    assert endpoint["EndpointConfigName"] == f"shop-{alone['VariantName']}"


async def test_a_failing_variant_is_rolled_back_by_itself_and_says_why(served_folder: Path) -> None:
    async with console(local_config(served_folder), (80, 24)) as desk:
        await desk.press("6")
        await desk.sees_match(r"risky +● InService")
        await at(desk, "risky")
        with load(desk.app.service.gateway._connection, "risky", ROW) as clients:
            await desk.press("K")
            await desk.sees("Canary on risky", "5, 25, 50, 100")
            await ladder(desk, new="Narrow")
            await desk.press("escape")  # nobody looks
            await desk.until(lambda: clients.failed > 0, "the first step is set")
            await desk.until(lambda: weights(desk, "risky") == {"Old": 1.0, "Narrow": 0.0}, "it is taken back")
            await desk.press("K")
            await desk.sees("Rolled back", "requests to Narrow ended in a", "Old 100 %, Narrow 0 %")
        assert clients.answers["Old"] > 0
        assert clients.answers["Narrow"] == 0


async def ladder(desk: Console, *, new: str) -> None:
    """Fill in the form of a canary: steps that take no time, and a bound on p99 that a busy machine keeps."""
    if new:
        await desk.sees(new)
    await desk.press("tab", "tab", "tab", "end", "ctrl+u", "0")
    await desk.press("tab", "tab", "tab", "end", "ctrl+u")
    await desk.types("1000")
    await desk.press("tab", "end", "ctrl+u")
    await desk.types("40")
    await desk.press("f2")
    await desk.sees("takes over from")


async def at(desk: Console, name: str) -> None:
    """Put the cursor on an endpoint."""
    await desk.press("slash")
    await desk.types(name)
    await desk.press("enter")
    await desk.sees("1 of 2 endpoints")


def weights(desk: Console, name: str) -> dict[str, float]:
    """What the variants of an endpoint have."""
    variants = client_of(desk, "sagemaker").describe_endpoint(EndpointName=name)["ProductionVariants"]
    return {variant["VariantName"]: variant["CurrentWeight"] for variant in variants}
