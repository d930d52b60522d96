"""The filters of batch transform select what the embedded SageMaker selects."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.local.transform import jsonpath
from tui.resources.transform_filters import FilterError, filter_problem, filtered, read_filter

_names = st.sampled_from(["a", "b", "features", "x-1"])
_steps = st.one_of(
    _names.map(lambda name: f".{name}"),
    st.lists(_names, min_size=1, max_size=2, unique=True).map(lambda names: f"[{', '.join(map(repr, names))}]"),
    st.lists(
        st.one_of(
            st.integers(-4, 4).map(str),
            st.tuples(st.one_of(st.none(), st.integers(-3, 3)), st.one_of(st.none(), st.integers(-3, 3))).map(
                lambda ends: ":".join("" if end is None else str(end) for end in ends)
            ),
        ),
        min_size=1,
        max_size=3,
    ).map(lambda items: f"[{','.join(items)}]"),
    st.sampled_from([".*", "[*]"]),
)
_values = st.recursive(
    st.integers(0, 9),
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(_names, inner, max_size=3)),
    max_leaves=8,
)


@given(st.lists(_steps, max_size=3).map(lambda steps: "$" + "".join(steps)), _values)
def test_filters_select_what_the_embedded_sagemaker_selects(text: str, value: Any) -> None:
    expected: Any = FilterError
    with suppress(jsonpath.SelectionError):
        expected = jsonpath.parse(text).select(value)
    found: Any = FilterError
    with suppress(FilterError):
        found = read_filter(text).select(value)
    assert found == expected


@given(st.text("$.[]'*0a:, -?", max_size=12))
def test_what_is_no_filter_for_the_one_is_none_for_the_other(text: str) -> None:
    try:
        jsonpath.parse(text)
    except jsonpath.PathSyntaxError:
        with pytest.raises(FilterError):
            read_filter(text)
    else:
        assert read_filter(text).text == (text or "$")


def test_rows_stay_rows() -> None:
    assert filtered('1,"a,b",3', "$[1:]", "text/csv; charset=utf-8") == '"a,b",3'
    assert filtered("1,2", "$", "text/csv") == "1,2"
    assert filter_problem("$[1:]", "text/csv") == ""
    with pytest.raises(FilterError, match="is not application/json"):
        filtered("1,2", "$.a", "application/json")
