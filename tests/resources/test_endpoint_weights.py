"""Weights: shares that add up as shown, what a person may type, and the one request for all variants."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.resources.endpoints import describe
from tui.resources.endpoint_weights import (
    VariantWeight,
    observed_shares,
    parse_count,
    parse_weight,
    shares,
    weight_text,
    weights_of,
    weights_problem,
    weights_reached,
    weights_request,
)

WEIGHTS = st.lists(st.floats(min_value=0, allow_infinity=False), min_size=1, max_size=10)


@given(WEIGHTS, st.integers(0, 3))
def test_shares_add_up_to_100_as_shown(weights: list[float], decimals: int) -> None:
    shown = [Decimal(f"{share:.{decimals}f}") for share in shares(weights, decimals)]
    assert sum(shown) == (100 if any(weights) else 0)
    assert [float(one) for one in shown] == list(shares(weights, decimals))


@given(WEIGHTS)
def test_a_share_is_off_by_less_than_a_unit_and_nothing_stays_nothing(weights: list[float]) -> None:
    total = sum(map(Decimal, weights))
    for weight, share in zip(weights, shares(weights), strict=True):
        if total:
            assert abs(Decimal(weight) * 100 / total - Decimal(share)) < Decimal("0.1")
        if not weight:
            assert share == 0


@pytest.mark.parametrize(
    ("weights", "expected"),
    [
        ((1, 1), (50, 50)),
        ((3, 1), (75, 25)),
        ((1, 1, 1), (33.4, 33.3, 33.3)),
        ((2, 1), (66.7, 33.3)),
        ((0, 0), (0, 0)),
        ((0, 5), (0, 100)),
        ((0.1,) * 10, (10,) * 10),
    ],
)
def test_shares_of_some_weights(weights: tuple[float, ...], expected: tuple[float, ...]) -> None:
    assert shares(weights) == expected


def test_observed_shares_need_an_invocation() -> None:
    assert observed_shares([None, None]) is None
    assert observed_shares([None, 0.0]) is None
    assert observed_shares([3.0, None]) == (100.0, 0.0)
    assert observed_shares([3.0, 1.0]) == (75.0, 25.0)


@pytest.mark.parametrize(("text", "weight"), [("3", 3), (" 0.25 ", 0.25), (".5", 0.5), ("1.", 1), ("0", 0), ("000", 0)])
def test_what_is_a_weight(text: str, weight: float) -> None:
    assert parse_weight(text) == weight


@pytest.mark.parametrize("text", ["", "-1", "1e3", "nan", "inf", "1,5", "٣", "1 2", "1" * 10, "0x1", "+1", "1.0000001"])
def test_what_is_no_weight(text: str) -> None:
    with pytest.raises(ValueError, match="A weight is"):
        parse_weight(text)


@given(st.from_regex(r"[0-9]{1,9}(\.[0-9]{1,6})?", fullmatch=True))
def test_a_weight_is_written_as_it_can_be_typed(text: str) -> None:
    assert parse_weight(weight_text(parse_weight(text))) == parse_weight(text)


def test_counts() -> None:
    assert parse_count(" 12 ") == 12
    for text in ("0", "-1", "1.5", "", "many"):
        with pytest.raises(ValueError, match="whole number"):
            parse_count(text)


@pytest.mark.parametrize(
    ("weights", "problem"),
    [
        ([1.0, 0.0], ""),
        ([0.0, 0.0], "All weights are 0"),
        ([1.0, -0.5], "not a number from 0 on"),
        ([1.0, float("nan")], "not a number from 0 on"),
        ([1.0, float("inf")], "not a number from 0 on"),
        ([], "no variant"),
        ([1.0] * 11, "at most 10"),
    ],
)
def test_which_weights_can_be_set(weights: list[float], problem: str) -> None:
    found = weights_problem([VariantWeight(f"v{place}", weight) for place, weight in enumerate(weights)])
    assert found.startswith(problem) if not problem else problem in found


def variants(*names: str, **members: Any) -> list[dict[str, Any]]:
    given = {"CurrentWeight": 1.0, "DesiredWeight": 1.0, "CurrentInstanceCount": 1, "DesiredInstanceCount": 1}
    return [{"VariantName": name} | given | members for name in names]


def test_all_weights_go_in_one_request_with_the_count_that_changes() -> None:
    detail = describe(ProductionVariants=variants("A", "B"))
    wanted = (VariantWeight("A", 3.0, 1), VariantWeight("B", 0.0, 4))
    assert weights_request(detail, wanted) == {
        "EndpointName": "boston",
        "DesiredWeightsAndCapacities": [
            {"VariantName": "A", "DesiredWeight": 3.0},
            {"VariantName": "B", "DesiredWeight": 0.0, "DesiredInstanceCount": 4},
        ],
    }


@pytest.mark.parametrize(
    ("wanted", "why"),
    [
        ((VariantWeight("A", 1.0),), "the endpoint has A, B now"),
        ((VariantWeight("A", 1.0), VariantWeight("C", 1.0)), "These are weights for A, C"),
        ((VariantWeight("A", 1.0, 2), VariantWeight("B", 1.0, 2)), "one variant at a time"),
        ((VariantWeight("A", 1.0, 0), VariantWeight("B", 1.0)), "at least one instance"),
    ],
)
def test_what_the_endpoint_must_not_be_told(wanted: tuple[VariantWeight, ...], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        weights_request(describe(ProductionVariants=variants("A", "B")), wanted)


def test_a_shadow_has_no_part_in_the_split() -> None:
    detail = describe(ProductionVariants=variants("A"), ShadowProductionVariants=variants("S"))
    assert weights_of(detail) == (VariantWeight("A", 1.0, 1),)
    assert [
        one["VariantName"] for one in weights_request(detail, weights_of(detail))["DesiredWeightsAndCapacities"]
    ] == ["A"]


def test_weights_are_reached_when_they_are_current() -> None:
    wanted = (VariantWeight("A", 3.0, 2),)
    assert not weights_reached(describe(ProductionVariants=variants("A", DesiredWeight=3.0)), wanted)
    halfway = describe(ProductionVariants=variants("A", CurrentWeight=3.0, DesiredInstanceCount=2))
    assert not weights_reached(halfway, wanted)
    assert weights_reached(
        describe(ProductionVariants=variants("A", CurrentWeight=3.0, CurrentInstanceCount=2)), wanted
    )
    assert not weights_reached(describe(ProductionVariants=variants("B", CurrentWeight=3.0)), wanted)


def test_a_weight_that_the_service_keeps_in_32_bits_is_reached() -> None:
    kept = describe(ProductionVariants=variants("A", CurrentWeight=0.10000000149011612))
    assert weights_reached(kept, (VariantWeight("A", 0.1),))
    assert weight_text(kept.variants[0].weight) == "0.1"
