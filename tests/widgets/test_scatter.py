"""The scatter chart: where its points lie, what it says, and what it leaves out."""

from __future__ import annotations

from itertools import pairwise
from math import inf, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.app import App, ComposeResult

from widgets.scatter import Dots, Scatter, ScatterChart, scatter_rows


def drawn(scatter: Scatter, width: int = 40, height: int = 10) -> list[str]:
    rows = ["".join(text for text, _ in row) for row in scatter_rows(scatter, width, height)]
    assert len(rows) in (0, height)
    return [row.rstrip() for row in rows]


DIAGONAL = Dots("trials", tuple((float(n), float(n)) for n in range(5)))


def test_points_lie_where_their_numbers_say() -> None:
    best = Dots("best", ((0.0, 0.0),), glyph="★", style="$text-success")
    assert drawn(Scatter((DIAGONAL, best), title="eta")) == [
        "eta",
        "• trials  ★ best",
        "4┤                                     •",
        " │                            •",
        " │",
        "2┤                   •",
        " │         •",
        "0┤★",
        " └┬────────┬─────────┬────────┬────────┬",
        "  0        1         2        3        4",
    ]


def test_a_logarithmic_axis_spreads_decades_evenly() -> None:
    points = tuple((10.0**-n, 1.0) for n in range(5))
    row = next(line for line in drawn(Scatter((Dots("", points),), log_x=True), width=45) if "•" in line)
    places = [column for column, character in enumerate(row) if character == "•"]
    gaps = {after - before for before, after in pairwise(places)}
    assert len(places) == 5
    assert max(gaps) - min(gaps) <= 1


def test_choices_have_their_names_below_them() -> None:
    scatter = Scatter((Dots("", ((0.0, 1.0), (1.0, 2.0))),), x_names=("gbtree", "dart"))
    rows = drawn(scatter, width=31, height=8)
    assert rows[-1].split() == ["gbtree", "dart"]
    for name, glyph_row in (("dart", 0), ("gbtree", -3)):
        column = rows[glyph_row].index("•")
        start = rows[-1].index(name)
        assert start <= column <= start + len(name)


def test_what_has_no_place_is_left_out() -> None:
    assert drawn(Scatter((Dots("", ((nan, 1.0), (1.0, inf))),))) == []
    assert drawn(Scatter((Dots("", ((0.0, 1.0), (-1.0, 1.0))),), log_x=True)) == []
    shown = "".join(drawn(Scatter((Dots("", ((0.0, 1.0), (10.0, 1.0))),), log_x=True)))
    assert shown.count("•") == 1


numbers = st.floats(allow_nan=True, allow_infinity=True)


@given(st.lists(st.tuples(numbers, numbers), max_size=30), st.booleans(), st.booleans())
def test_no_number_breaks_the_chart(points: list[tuple[float, float]], log_x: bool, log_y: bool) -> None:
    rows = scatter_rows(Scatter((Dots("x", tuple(points)),), log_x=log_x, log_y=log_y), 30, 8)
    assert all(sum(len(text) for text, _ in row) <= 30 for row in rows)


@pytest.mark.parametrize(("size", "sentence"), [((60, 12), "No points yet."), ((18, 12), "A chart needs 20×5 cells.")])
async def test_an_empty_or_narrow_chart_says_so(size: tuple[int, int], sentence: str) -> None:
    class Shown(App[None]):
        def compose(self) -> ComposeResult:
            chart = ScatterChart()
            chart.styles.min_width = 1
            yield chart

    async with Shown().run_test(size=size) as pilot:
        assert sentence in str(pilot.app.query_one(ScatterChart).render())
