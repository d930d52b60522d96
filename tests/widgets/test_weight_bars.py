"""The drawing of a split, at any width and with whatever names."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from widgets.weight_bars import WeightRow, WeightRows, weight_lines

ROWS = (
    WeightRow("XGB", "3", "1", 50.0, 75.0, changed=True),
    WeightRow("Linear", "1", "1→2", 50.0, 25.0),
    WeightRow("Next", "", "", 0.0, 0.0, note="shadow: gets copies"),
)


def plain(rows: WeightRows, width: int = 80, *, focused: bool = True) -> list[str]:
    return [line.plain for line in weight_lines(rows, width, focused=focused)]


def test_numbers_percentages_and_bars() -> None:
    heading, xgb, linear, shadow = plain(WeightRows(ROWS, (0, 0)))
    assert heading.split() == ["Variant", "Weight", "Instances", "Before", "After"]
    assert xgb.split("  ")[0].startswith("› XGB")
    assert "[3]" in xgb
    assert ("50.0 % →" in xgb, "75.0 %" in xgb) == (True, True)
    assert xgb.rpartition("→")[2].count("━") > xgb.rpartition("→")[0].count("━")
    assert "1→2" in linear
    assert "shadow: gets copies" in shadow


def test_the_cursor_is_on_one_number_and_only_while_it_has_the_keys() -> None:
    assert "[1→2]" in plain(WeightRows(ROWS, (1, 1)))[2]
    assert "3▏" in plain(WeightRows(ROWS, (0, 0), typing=True))[1]
    assert not any(mark in line for line in plain(WeightRows(ROWS, (0, 0)), focused=False) for mark in "›[")


@pytest.mark.parametrize("name", ["[/x]", "\x1b[31mred", "a\nb", "名前" * 40, "x" * 5000])
def test_hostile_names_stay_text_on_one_line(name: str) -> None:
    line = weight_lines(WeightRows((WeightRow(name, name, name, 1.0, 99.0),)), 80)[1]
    assert line.cell_length <= 80
    assert not set("\x1b\n") & set(line.plain)


@given(
    st.integers(80, 250),
    st.lists(st.tuples(st.text(max_size=70), st.text(max_size=12), st.floats(0, 100)), min_size=1, max_size=10),
)
def test_no_line_is_too_wide(width: int, rows: list[tuple[str, str, float]]) -> None:
    shown = WeightRows(tuple(WeightRow(name, number, number, share, 100 - share) for name, number, share in rows))
    assert all(line.cell_length <= width for line in weight_lines(shown, width))
