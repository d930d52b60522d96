"""The bar of segments."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from widgets.segments import Segments
from widgets.text import cells


def drawn(segments: Segments, width: int) -> str:
    return "".join(piece.text for piece in segments.render(width))


def test_parts_stand_in_proportion_to_the_whole() -> None:
    bar = Segments(((5, "█", "good"), (3, "▒", "busy"), (1, "×", "bad")), 20, "9/20")
    assert drawn(bar, 25) == "█████▒▒▒×─────────── 9/20"
    assert [piece.token for piece in bar.render(25)] == ["good", "busy", "bad", "foreground-muted", ""]


def test_a_small_part_is_seen() -> None:
    assert drawn(Segments(((750, "█", "good"), (1, "×", "bad")), 1000, ""), 8) == "██████×─"
    assert drawn(Segments(((1, "×", "bad"),), 1000, ""), 8) == "×───────"


def test_without_room_or_whole_the_label_stands_alone() -> None:
    assert drawn(Segments(((1, "█", "good"),), 2, "1 of 2"), 9) == "1 of 2"
    assert drawn(Segments((), 0, "none"), 20) == "none"


@given(st.lists(st.integers(0, 1000), max_size=4), st.integers(0, 1000), st.integers(5, 60))
def test_it_is_as_wide_as_told(counts: list[int], total: int, width: int) -> None:
    bar = Segments(tuple((count, "█", "x") for count in counts), total, "")
    assert cells(drawn(bar, width)) == (width if max(total, sum(counts)) else 0)
