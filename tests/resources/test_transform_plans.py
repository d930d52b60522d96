"""What input is, and how it had best be sent."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.resources.transforms import CHOICE, peek
from tui.resources.transform_choices import TransformChoice, choice_problems
from tui.resources.transform_plans import (
    MAX_PAYLOAD_MB,
    MEGABYTE,
    READ,
    InputPeek,
    TransformPlan,
    plan_transform,
    processors,
)


@given(
    longest=st.integers(1, 150 * MEGABYTE),
    rows=st.integers(1, 10_000),
    objects=st.integers(1, 50),
    kind=st.sampled_from([*READ["xgboost"], *READ["linear-learner"], "image/jpeg"]),
    instance=st.sampled_from(["ml.m5.large", "ml.m5.24xlarge", "ml.c5.xlarge", "ml.odd.metal"]),
    lines=st.booleans(),
)
def test_a_plan_keeps_every_rule(longest: int, rows: int, objects: int, kind: str, instance: str, lines: bool) -> None:
    size = longest * rows
    seen = InputPeek(objects, size * objects, size, "a", ("1,2", "3,4") if lines else (), False, True, longest)
    plan = plan_transform(seen, kind, instance)
    assert 1 <= plan.max_payload <= MAX_PAYLOAD_MB
    assert plan.max_concurrent >= 1
    assert plan.max_concurrent * plan.max_payload <= MAX_PAYLOAD_MB
    assert (plan.strategy is None) == (plan.split == "None")
    record = size if plan.split == "None" else longest if plan.split == "Line" else 0
    assert record <= plan.max_payload * MEGABYTE or plan.max_payload == MAX_PAYLOAD_MB
    choice = planned(replace(CHOICE, content_type=kind, accept=""), plan, instance)
    assert choice_problems(choice, None) == {}


def planned(choice: TransformChoice, plan: TransformPlan, instance: str) -> TransformChoice:
    return replace(
        choice,
        split=plan.split,
        strategy=plan.strategy or "MultiRecord",
        assemble=plan.assemble,
        max_payload=plan.max_payload,
        max_concurrent=plan.max_concurrent,
        instance_type=instance,
    )


def test_small_records_are_sent_together_and_large_ones_alone() -> None:
    small = plan_transform(peek("1,2", "3,4", total_size=60 * MEGABYTE), "text/csv", "ml.m5.xlarge")
    assert (small.split, small.strategy, small.max_payload, small.max_concurrent) == ("Line", "MultiRecord", 6, 4)
    assert "3 bytes" in small.reason
    large = plan_transform(peek("1", longest_line=10 * MEGABYTE), "text/csv", "ml.m5.xlarge")
    assert (large.strategy, large.max_payload) == ("SingleRecord", 20)
    image = plan_transform(peek(name="a.jpg", largest=9 * MEGABYTE), "image/jpeg", "ml.m5.xlarge")
    assert (image.split, image.strategy, image.assemble, image.max_payload) == ("None", None, "None", 9)
    one = plan_transform(peek("1,2"), "text/csv", "ml.m5.24xlarge")
    assert one.max_concurrent == 1, "one request is not made four at a time"


def test_processors_by_size() -> None:
    assert [processors(f"ml.m5.{size}") for size in ("large", "xlarge", "2xlarge", "24xlarge", "metal")] == [
        2,
        4,
        8,
        96,
        1,
    ]


@pytest.mark.parametrize(
    ("lines", "name", "kind"),
    [
        (("1,2", "3,4"), "a.csv", "text/csv"),
        (('{"features": [1]}', '{"features": [2]}'), "a", "application/jsonlines"),
        (('{"features": [1]}',), "a.jsonl", "application/jsonlines"),
        ((), "a.pbr", "application/x-recordio-protobuf"),
        ((), "a.png", ""),
        (("1",), "a.csv.gz", "text/csv"),
    ],
)
def test_what_input_is(lines: tuple[str, ...], name: str, kind: str) -> None:
    assert peek(*lines, name=name).content_type == kind
