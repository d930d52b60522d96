"""Statuses, bars and sparklines in a few cells."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from widgets.cells import Bar, Cell, Piece, Plain, Sparkline, Status, as_content


def drawn(cell: Cell, width: int) -> str:
    return "".join(piece.text for piece in cell.render(width))


def test_a_status_is_glyph_and_word_in_its_colour() -> None:
    status = Status("✗", "Failed", "text-error")
    assert status.text == "Failed"
    assert status.render(20) == (Piece("✗ Failed", "text-error"),)
    assert drawn(status, 5) == "✗ Fa…"


@pytest.mark.parametrize(
    ("fraction", "picture"),
    [
        (0.0, "──────────"),
        (0.26, "━━╸───────"),
        (0.5, "━━━━━─────"),
        (1.0, "━━━━━━━━━━"),
        (7.0, "━━━━━━━━━━"),
        (-1.0, "──────────"),
        (math.nan, "──────────"),
    ],
)
def test_a_bar_shows_its_share(fraction: float, picture: str) -> None:
    assert drawn(Bar(fraction, "12/50"), 16) == picture + " 12/50"


def test_a_bar_without_room_is_its_label() -> None:
    assert drawn(Bar(0.5, "12/50"), 9) == "12/50"
    assert drawn(Bar(0.5, "12/50"), 3) == "12…"
    assert drawn(Bar(0.5, ""), 6) == "━━━───"
    assert Bar(0.5, "12/50").text == "12/50"


def test_a_sparkline_goes_from_its_lowest_to_its_highest() -> None:
    line = Sparkline((0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0))
    assert drawn(line, 20) == "▁▂▃▄▅▆▇█"
    assert drawn(line, 4) == "▁▃▆█"
    assert line.text == "7"


def test_a_sparkline_leaves_a_gap_for_what_is_unknown() -> None:
    assert drawn(Sparkline((1.0, None, math.nan, 2.0, math.inf)), 8) == "▁  █ "
    assert Sparkline((1.0, 0.125, None)).text == "0.125"
    assert drawn(Sparkline((3.0, 3.0)), 8) == "▄▄"
    assert drawn(Sparkline(()), 8) == drawn(Sparkline((None,)), 8) == ""
    assert Sparkline(()).text == ""


def test_names_keep_both_their_ends() -> None:
    assert drawn(Plain("sagemaker-xgboost-2026-11-23", keep_end=True), 15) == "sagemak…6-11-23"
    assert drawn(Plain("sagemaker-xgboost-2026-11-23"), 15) == "sagemaker-xgbo…"


def test_a_cell_can_be_shown_elsewhere() -> None:
    content = as_content(Status("✗", "[/x]", "text-error"), 10)
    assert content.plain == "✗ [/x]"
    assert [span.style for span in content.spans] == ["$text-error"]


texts = st.text(max_size=30)
numbers = st.one_of(st.none(), st.floats(allow_nan=True, allow_infinity=True))
cells: st.SearchStrategy[Cell] = st.one_of(
    st.builds(Plain, texts, keep_end=st.booleans()),
    st.builds(Status, st.just("●"), texts, st.just("primary")),
    st.builds(Bar, st.floats(allow_nan=True, allow_infinity=True), texts),
    st.builds(Sparkline, st.lists(numbers, max_size=40).map(tuple)),
)


@given(cells, st.integers(1, 50))
def test_a_cell_never_exceeds_its_width_nor_leaves_its_line(cell: Cell, width: int) -> None:
    text = drawn(cell, width)
    assert cell_len(text) <= width
    assert "\n" not in text + cell.text
    assert "\x1b" not in text + cell.text
