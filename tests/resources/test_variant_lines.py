"""Variants as lines of text."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.resources.endpoint_configs import SERVERLESS_MB, ConfigVariant, Serverless
from tui.resources.variant_lines import models_in, read_variants, variant_text

NAMES = st.from_regex(r"[a-zA-Z0-9](-?[a-zA-Z0-9]){0,20}", fullmatch=True)
WEIGHTS = st.integers(0, 10_000_000).map(lambda millionths: millionths / 1000)
ON_INSTANCES = st.builds(
    ConfigVariant,
    NAMES,
    NAMES,
    st.sampled_from(["ml.m5.large", "ml.g4dn.xlarge", "ml.p5e.48xlarge"]),
    st.integers(1, 1000),
    WEIGHTS,
    shadow=st.booleans(),
)
SERVERLESS = st.builds(
    ConfigVariant,
    NAMES,
    NAMES,
    weight=WEIGHTS,
    serverless=st.builds(Serverless, st.sampled_from(SERVERLESS_MB), st.integers(1, 200), st.integers(0, 5)),
)


@given(st.lists(ON_INSTANCES | SERVERLESS, max_size=10))
def test_what_is_written_is_read_again(variants: list[ConfigVariant]) -> None:
    lines = read_variants("\n".join(map(variant_text, variants)))
    assert [line.applied(variant) for line, variant in zip(lines, variants, strict=True)] == variants


@given(st.text(max_size=200))
def test_any_text_is_read_or_refused_with_a_sentence(text: str) -> None:
    problem = ""
    try:
        lines = read_variants(text)
    except ValueError as error:
        problem = str(error)
    else:
        assert len(lines) <= len(text.splitlines())
    assert re.fullmatch(r"(Line \d+.+\.)?", problem, re.DOTALL)


def test_what_a_line_leaves_out_is_taken_from_elsewhere() -> None:
    [line] = read_variants("\n  XGB = xgb-boston  \n")
    assert line.applied(ConfigVariant("", "", "ml.c5.large", 2, 3.0)) == ConfigVariant(
        "XGB", "xgb-boston", "ml.c5.large", 2, 3.0
    )


def test_the_specification_and_the_warm_capacity_of_a_variant_stay() -> None:
    serverless = ConfigVariant("A", "m", serverless=Serverless(2048, 5, 2), specification={"CoreDumpConfig": 1})
    [line] = read_variants("A = other, serverless 4096 MB x 9")
    assert line.applied(serverless) == ConfigVariant(
        "A", "other", serverless=Serverless(4096, 9, 2), specification={"CoreDumpConfig": 1}
    )
    [instances] = read_variants("A = m, 2 x ml.m5.large")
    assert instances.applied(serverless).capacity == "2 × ml.m5.large"


def test_models_are_named_once() -> None:
    assert models_in(read_variants("A = m\nB = n, weight 2\nC = m")) == ("m", "n")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("A", "Line 1 is not of the form name = model, weight 1, 2 x ml.m5.large."),
        ("A = m\n= m", "Line 2 is not of the form name = model, weight 1, 2 x ml.m5.large."),
        ("A =", "Line 1 is not of the form name = model, weight 1, 2 x ml.m5.large."),
        ("A = m, weight -1", "Line 1: A weight is not negative."),
        ("A = m, weight much", "Line 1: A weight is a plain number such as 3 or 0.25."),
        ("A = m, 0 x ml.m5.large", "Line 1: The number of instances is a whole number from 1 on."),
        ("A = m, 2 x big", "Line 1: big is no instance type; one looks like ml.m5.large."),
        ("A = m, fast", "Line 1: fast is no weight and no capacity; see name = model, weight 1, 2 x ml.m5.large."),
        ("A = m,", "Line 1: Nothing is no weight and no capacity; see name = model, weight 1, 2 x ml.m5.large."),
    ],
)
def test_a_line_that_cannot_be_read_is_named(text: str, problem: str) -> None:
    with pytest.raises(ValueError, match="Line") as caught:
        read_variants(text)
    assert str(caught.value) == problem
