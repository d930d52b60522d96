"""Editing weights: whatever is pressed, what is shown adds up, what is sent is valid, and it can be taken back."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.panes.scripted_traffic import Aws, config, endpoints_of, live
from tui.resources.endpoint_configs import EndpointConfig
from tui.resources.endpoint_weights import VariantWeight, weights_of
from tui.resources.endpoints import EndpointDetail
from tui.resources.weight_draft import WeightDraft
from tui.service.endpoints import Endpoints


def detail(*variants: dict[str, Any], shadows: list[dict[str, Any]] | None = None) -> EndpointDetail:
    aws = Aws(list(variants), shadows or [])
    names = [variant["VariantName"] for variant in variants]
    return EndpointDetail.from_descriptions(
        aws.description("shop"), EndpointConfig.from_description(config("c", names))
    )


def draft(*weights: float) -> WeightDraft:
    return WeightDraft.of(detail(*(live(f"V{place}", weight) for place, weight in enumerate(weights))))


def weights(edited: WeightDraft) -> list[float]:
    return [one.weight for one in edited.values]


def test_a_typed_number_counts_while_it_is_typed() -> None:
    edited = draft(1, 1).entered("3")
    assert (edited.shares, edited.cell_text(0, "weight"), edited.problem) == ((75.0, 25.0), "3", "")
    assert edited.shares_before == (50.0, 50.0)
    edited = edited.entered(".")
    assert edited.entered("5").shares == (77.8, 22.2)
    assert edited.rubbed_out().rubbed_out() == draft(1, 1)
    assert weights(edited.moved(1)) == [3.0, 1.0]


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("3x", "plain number"),
        ("-1", "not negative"),
        ("1e3", "plain number"),
        (".", "plain number"),
        ("½", "plain number"),
    ],
)
def test_nonsense_is_refused_with_a_sentence_and_changes_nothing(typed: str, why: str) -> None:
    edited = draft(1, 1).entered(typed)
    assert why in edited.problem
    assert edited.shares == (50.0, 50.0)
    assert edited.settled() == draft(1, 1)


def test_all_zero_is_refused() -> None:
    edited = draft(1, 0).zeroed()
    assert edited.problem == "All weights are 0: no variant would get any traffic."
    assert edited.shares == (0.0, 0.0)
    assert edited.normalised().values == edited.values
    assert weights(edited.nudged(1)) == [1.0, 0.0]


@pytest.mark.parametrize(
    ("before", "after", "much"),
    [((1, 1), 1.1, 2.0), ((50, 50), 51, 60), ((0.5, 0.5), 0.51, 0.6), ((3, 1), 3.1, 4.0), ((700, 300), 710, 800)],
)
def test_a_nudge_is_a_round_part_of_all(before: tuple[float, float], after: float, much: float) -> None:
    assert weights(draft(*before).nudged(1))[0] == after
    assert weights(draft(*before).nudged(10))[0] == much
    assert weights(draft(*before).nudged(1).nudged(-1))[0] == before[0]
    assert weights(draft(*before).nudged(-1000))[0] == 0


def test_equal_normalised_and_reset() -> None:
    edited = draft(5, 2, 2)
    assert weights(edited.equalised()) == [1.0, 1.0, 1.0]
    assert edited.equalised().shares == (33.4, 33.3, 33.3)
    assert weights(edited.normalised()) == [55.6, 22.2, 22.2]
    assert edited.normalised().shares == edited.shares
    assert edited.normalised().reset() == edited
    assert (edited.changed, edited.normalised().changed) == (False, True)


def test_instances_are_counted_where_there_are_any() -> None:
    edited = WeightDraft.of(detail(live("A"), live("B", count=None)))
    more = edited.turned().nudged(2)
    assert more.values[0] == VariantWeight("A", 1.0, 3)
    assert more.nudged(-9).values[0].count == 1
    assert more.entered("12").values[0].count == 12
    assert "whole number" in more.entered("0").problem
    assert more.moved(1).cell == "weight"
    assert more.moved(1).turned().cell == "weight"
    assert more.turned().cell == "weight"


def test_only_one_count_changes_at_a_time() -> None:
    edited = draft(1, 1).turned().nudged(1).moved(1).nudged(1)
    assert edited.problem == "The service changes the instance count of one variant at a time."


def test_a_shadow_has_no_part_in_the_split() -> None:
    edited = WeightDraft.of(detail(live("A"), shadows=[live("S")]))
    assert [one.name for one in edited.wanted] == ["A"]
    assert [one.name for one in edited.shadows] == ["S"]
    assert edited.moved(5).row == 0


def test_what_the_endpoint_has_follows_while_wishes_stay() -> None:
    edited = draft(1, 1)
    assert weights(edited.follows(detail(live("V0", 7), live("V1", 3)))) == [7, 3]
    wished = edited.nudged(1).follows(detail(live("V0", 7), live("V1", 3)))
    assert (weights(wished), wished.shares_before) == ([1.1, 1.0], (70.0, 30.0))
    assert weights(wished.follows(detail(live("Other", 2)))) == [2]


KEYS = st.lists(
    st.one_of(
        st.tuples(st.just("nudged"), st.sampled_from([1, -1, 10, -10])),
        st.tuples(st.just("moved"), st.sampled_from([1, -1])),
        st.tuples(st.just("entered"), st.sampled_from([*"0123456789.-ex", "1000000", "0.25"])),
        st.sampled_from(
            [("turned",), ("zeroed",), ("equalised",), ("normalised",), ("rubbed_out",), ("reset",), ("untyped",)]
        ),
        st.sampled_from([("submit",), ("u",)]),
    ),
    max_size=40,
)
VARIANTS = st.lists(
    st.tuples(st.floats(0, 1e6).map(lambda weight: round(weight, 3)), st.none() | st.integers(1, 5)),
    min_size=1,
    max_size=10,
).filter(lambda variants: any(weight for weight, _ in variants))


@given(VARIANTS, KEYS)
def test_any_keys(variants: list[tuple[float, int | None]], keys: list[tuple[Any, ...]]) -> None:
    aws = Aws([live(f"V{place}", *variant) for place, variant in enumerate(variants)])
    asyncio.run(_press(aws, keys))


async def _press(aws: Aws, keys: list[tuple[Any, ...]]) -> None:
    endpoints = endpoints_of(aws)
    edited = WeightDraft.of(await endpoints.describe("shop"))
    before: list[tuple[VariantWeight, ...]] = []
    for key, *arguments in keys:
        if key == "submit":
            edited = await _submit(aws, endpoints, edited, before)
        elif key == "u":
            if before:
                now = weights_of(await endpoints.describe("shop"))
                await endpoints.restore_weights("shop")
                assert weights_of(await endpoints.describe("shop")) == before.pop()
                before.append(now)
            edited = WeightDraft.of(await endpoints.describe("shop"))
        else:
            edited = getattr(edited, key)(*arguments)
        shown = [Decimal(f"{share:.1f}") for share in edited.shares]
        assert sum(shown) == (100 if any(weights(edited)) else 0)
        assert all(one.weight >= 0 for one in edited.values)


async def _submit(
    aws: Aws, endpoints: Endpoints, edited: WeightDraft, before: list[tuple[VariantWeight, ...]]
) -> WeightDraft:
    """What Enter does: nothing while there is a problem, else one call that the service takes."""
    written = len(aws.requests)
    if edited.changed and not edited.problem:
        settled = edited.settled()
        before[:] = [settled.before]
        await endpoints.set_weights("shop", settled.wanted)
        assert len(aws.requests) == written + 1
        edited = settled.follows(await endpoints.describe("shop"))
        assert edited.values == replace(edited, wanted=settled.wanted).values
        assert edited.before == settled.wanted
    return edited
