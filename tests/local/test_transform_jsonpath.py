"""The JSONPath of batch transform: the service's examples, its limits, and properties of all paths."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.local.transform.jsonpath import PathSyntaxError, SelectionError, parse

_ROW = ["id", "a", "b", "c", "prediction"]
_RECORD = {"id": 7, "features": [1, 2, 3], "nested": {"x": 1, "y": {"z": 2}}, "SageMakerOutput": {"score": 0.5}}


@pytest.mark.parametrize(
    ("path", "columns"),
    [
        ("", _ROW),
        ("$", _ROW),
        ("$[1:]", ["a", "b", "c", "prediction"]),
        ("$[:1]", ["id", "a"]),
        ("$[1:2]", ["a", "b"]),
        ("$[0,-1]", ["id", "prediction"]),
        ("$[-1]", "prediction"),
        ("$[-2:]", ["c", "prediction"]),
        ("$[:-2]", ["id", "a", "b", "c"]),
        ("$[0,3:]", ["id", "c", "prediction"]),
        ("$[ 4 , 0 ]", ["prediction", "id"]),
        ("$[2:2]", ["b"]),
        ("$[3:1]", []),
        ("$[*]", _ROW),
        ("$.*", _ROW),
        ("$[:]", _ROW),
    ],
)
def test_columns_of_a_row(path: str, columns: Any) -> None:
    assert parse(path).fits_rows
    assert parse(path).select(_ROW) == columns


@pytest.mark.parametrize(
    ("path", "selected"),
    [
        ("$.features", [1, 2, 3]),
        ("$.features[1:]", [2, 3]),
        ("$.features[0]", 1),
        ("$.SageMakerOutput", {"score": 0.5}),
        ("$['id','SageMakerOutput']", {"id": 7, "SageMakerOutput": {"score": 0.5}}),
        ('$["id"]', 7),
        ("$.nested.['x','y']", {"x": 1, "y": {"z": 2}}),
        ("$.nested.y.z", 2),
        ("$.nested.*", [1, {"z": 2}]),
    ],
)
def test_parts_of_an_object(path: str, selected: Any) -> None:
    assert parse(path).select(_RECORD) == selected


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("features", r"begins with \$ at character 1 of features"),
        ("$features", r"expected \. or \[ at character 2"),
        ("$..id", "expected a name at character 3"),
        ("$.", "expected a name"),
        ("$[", "expected an index, a range or a name in quotes at character 3"),
        ("$[]", "expected an index"),
        ("$[0", r"expected \]"),
        ("$[0:2:2]", r"expected \]"),
        ("$['id]", "expected a name in quotes"),
        ("$['id',0]", "expected a name in quotes"),
        ("$[?(@.id)]", "expected an index"),
    ],
)
def test_what_is_not_a_path_is_refused_with_its_place(path: str, words: str) -> None:
    with pytest.raises(PathSyntaxError, match=words):
        parse(path)


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        ("$[5]", _ROW, "the index 5 is not within the 5 elements"),
        ("$[-6]", _ROW, "the index -6 is not within"),
        ("$[0,5:]", _ROW, "the index 5 is not within"),
        ("$[:9]", _ROW, "the index 9 is not within"),
        ("$[0]", {"a": 1}, "there is no list"),
        ("$.a", [1], "there is no member 'a'"),
        ("$['a','b']", {"a": 1}, "there is no member 'b'"),
        ("$.*", 1, "there is no list"),
    ],
)
def test_what_a_value_does_not_have_cannot_be_selected(path: str, value: Any, words: str) -> None:
    with pytest.raises(SelectionError, match=words):
        parse(path).select(value)


@pytest.mark.parametrize("path", ["$.a", "$['a']", "$[0][1]", "$[0].a"])
def test_paths_into_objects_do_not_fit_rows(path: str) -> None:
    assert not parse(path).fits_rows


@given(st.lists(st.integers(), min_size=1), st.data())
def test_a_slice_is_python_s_with_its_end(values: list[int], data: st.DataObject) -> None:
    index = st.integers(-len(values), len(values) - 1)
    first, last = data.draw(st.none() | index), data.draw(st.none() | index)
    text = f"$[{'' if first is None else first}:{'' if last is None else last}]"
    after = None if last is None or last == -1 else last + 1
    assert parse(text).select(values) == values[first:after]


@given(st.lists(st.integers(), min_size=1), st.data())
def test_a_list_of_indexes_selects_each_in_its_order(values: list[int], data: st.DataObject) -> None:
    indexes = data.draw(st.lists(st.integers(-len(values), len(values) - 1), min_size=2, max_size=5))
    assert parse(f"$[{','.join(map(str, indexes))}]").select(values) == [values[index] for index in indexes]


@given(st.text(alphabet="$.[]*:,-0129'\"a \u00e9", max_size=20))
def test_any_text_is_a_path_or_is_refused_as_one(text: str) -> None:
    with suppress(PathSyntaxError):
        path = parse(text)
        assert path.text == text
        assert path.selects_all == (text in ("", "$"))
