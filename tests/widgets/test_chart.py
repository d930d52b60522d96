from __future__ import annotations

from collections.abc import Callable
from math import exp, inf, nan, sin
from sys import float_info

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from textual.app import App, ComposeResult
from textual.content import Content

from widgets import chart
from widgets.braille import BrailleCanvas
from widgets.chart import LineChart, Series, chart_rows
from widgets.chart_scale import Axis, curves, thinned


def series(value: Callable[[int], float], count: int = 100, name: str = "train:rmse") -> Series:
    return Series(name, tuple((float(number), value(number)) for number in range(count)))


def drawn(*shown: Series, width: int = 40, height: int = 10, log_y: bool = False) -> list[str]:
    rows = ["".join(text for text, _ in row) for row in chart_rows(shown, width, height, log_y=log_y)]
    assert len(rows) in (0, height)
    assert all(len(row) <= width for row in rows)
    return [row.rstrip() for row in rows]


LOSSES = (
    series(lambda step: exp(-step / 20) + 0.1),
    series(lambda step: exp(-step / 25) + 0.2, name="validation:rmse"),
)

GOLDEN_TWO_CURVES = [
    "● train:rmse 0.10708",
    "▲ validation:rmse 0.21906",
    "   │⢵⢄",
    "1.0┤⠈⠢⡑⢄⡀",
    "   │  ⠉⠦⡘⠲⢄⡀",
    "0.5┤    ⠈⠲⢄⡉⠓⠢⠤⣀⡀",
    "   │       ⠈⠑⠲⠤⣄⣉⠉⠒⠒⠦⠤⠤⣀⣀⣀⣀⣀",
    "   │             ⠉⠉⠒⠒⠒⠢⠤⠤⠤⠤⠬⠭⣉⣉⣉⣉⣉⣉⣉⣉⣒⣒▲",
    "   └┬──────┬──────┬──────┬──────┬───────",
    "    0     20     40     60     80",
]
GOLDEN_LOG = [
    "● train:rmse 1.6702e-05",
    "     1┤⠙⠒⠤⢄⡀",
    "      │    ⠈⠙⠒⠤⣀⡀",
    "  0.01┤         ⠉⠑⠢⠤⣀⡀",
    "      │              ⠉⠓⠢⢤⣀",
    "      │                  ⠈⠉⠒⠢⢄⣀",
    "0.0001┤                       ⠈⠉⠒⠤⣄⡀",
    "      │                            ⠈⠑⠒⠤●",
    "      └┬───────────────┬────────────────",
    "       0              50",
]
GOLDEN_GAP = [
    "● train:rmse 99",
    "  │                              ⣀⣠⠤⠤⠒⠒●",
    "  │                      ⣀⣀⡠⠤⠖⠒⠉⠉",
    "50┤",
    "  │       ⣀⣀⠤⠴⠂",
    " 0┤⣀⠤⠤⠒⠒⠋⠉",
    "  └┬──────┬──────┬───────┬──────┬───────",
    "   0     20     40      60     80",
]
GOLDEN_POINT = [
    "● train:rmse 5",
    "5.5┤",
    "5.0┤        ●",
    "   └┬───────┬──────┬",
    "   -1       0      1",
]


class CountingChart(LineChart):
    renders = 0

    def render(self) -> Content:
        self.renders += 1
        return super().render()


class ChartApp(App[None]):
    def __init__(self, chart: LineChart) -> None:
        super().__init__()
        self.chart = chart

    def compose(self) -> ComposeResult:
        yield self.chart

    def screen_rows(self) -> list[str]:
        return [self.chart.render_line(y).text.rstrip() for y in range(self.chart.size.height)]


def test_two_curves_with_legend_axes_and_last_values() -> None:
    assert drawn(*LOSSES) == GOLDEN_TWO_CURVES


def test_logarithmic() -> None:
    assert drawn(series(lambda step: exp(-step / 9)), log_y=True) == GOLDEN_LOG


def test_a_gap_where_values_are_missing() -> None:
    gap = series(lambda step: (nan, inf, -inf)[step % 3] if 30 < step < 60 else step)
    assert drawn(gap, height=8) == GOLDEN_GAP


def test_a_single_point_and_constant_values_stand_in_the_middle() -> None:
    assert drawn(series(lambda step: 5.0, 1), width=20, height=5) == GOLDEN_POINT
    rows = drawn(series(lambda step: 5.0), height=8)
    assert rows[3] == "5.0┤" + "⠤" * 35 + "●"


@pytest.mark.parametrize(
    "points",
    [(), ((0.0, nan), (1.0, inf)), ((nan, 1.0), (inf, 1.0))],
    ids=["no points", "no finite y", "no finite x"],
)
def test_nothing_to_draw(points: tuple[tuple[float, float], ...]) -> None:
    assert drawn(Series("empty", points)) == []
    rows = drawn(Series("empty", points), series(float, name="full"))
    assert rows[0] == "● empty -  ▲ full 99"


def test_values_that_are_not_positive_are_gaps_on_a_logarithmic_axis() -> None:
    assert drawn(series(lambda step: -step), log_y=True) == []
    assert drawn(series(lambda step: step - 50), log_y=True)[0] == "● train:rmse 49"


def test_points_out_of_order_give_the_same_picture() -> None:
    one = LOSSES[0]
    assert drawn(Series(one.name, one.points[::-1])) == drawn(one)


def test_a_million_points_are_thinned_without_losing_a_spike() -> None:
    points = tuple((float(step), sin(step / 1e5)) for step in range(1_000_000))
    points = (*points[:777_777], (777_777.0, 9.0), *points[777_778:])
    thin = thinned(points, Axis(0, 999_999), 70)
    assert len(thin) <= 280
    assert max(y for _, y in thin) == 9.0
    assert (thin[0], thin[-1]) == (points[0], points[-1])


def test_thinning_does_not_change_the_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    dense = series(lambda step: sin(step / 300) + step * 7919 % 100 / 500, 5000)
    with_thinning = drawn(dense)
    monkeypatch.setattr(chart, "thinned", lambda curve, axis, columns: curve)
    assert drawn(dense) == with_thinning


def test_names_from_outside_are_only_characters() -> None:
    rows = drawn(series(float, name="[/x]\x1b[31m\n" + "n" * 5000))
    assert rows[0].startswith("● [/x] nnn")
    assert rows[0].endswith("nnn 99")
    assert len(rows[0]) == 40


def test_a_legend_that_is_too_long_says_so() -> None:
    rows = drawn(*(series(float, name=f"metric-{number}") for number in range(12)))
    assert rows[:2] == ["● metric-0 99  ▲ metric-1 99", "■ metric-2 99  ◆ metric-3 99 …"]


finite = st.floats(allow_nan=False, allow_infinity=False)


@given(finite, finite, st.booleans(), st.integers(2, 10))
def test_any_range_has_its_ticks_inside(one: float, other: float, log: bool, count: int) -> None:
    low, high = sorted((one, other))
    assume(low >= float_info.min or not log)
    axis = Axis.around(low, high, log=log)
    ticks = axis.ticks(count)
    assert 1 <= len(ticks) <= count + 2
    assert all(-0.01 <= axis.share(tick) <= 1.01 for tick in ticks)
    assert axis.share(axis.low) == 0
    assert axis.share(axis.high) == 1
    assert len(set(axis.labels(ticks))) == len(ticks)


@given(
    st.lists(st.tuples(st.floats(), st.floats()), max_size=40), st.booleans(), st.integers(20, 60), st.integers(5, 20)
)
def test_any_points_can_be_drawn(points: list[tuple[float, float]], log_y: bool, width: int, height: int) -> None:
    drawn(Series("any", tuple(points)), width=width, height=height, log_y=log_y)


def test_curves_are_parted_at_gaps() -> None:
    points = [(3.0, 3.0), (0.0, 0.0), (1.0, nan), (2.0, 2.0), (nan, 5.0)]
    assert curves(points, lambda y: y == y) == [[(0.0, 0.0)], [(2.0, 2.0), (3.0, 3.0)]]


def test_canvas() -> None:
    canvas = BrailleCanvas(3, 2)
    canvas.line((0, 0), (5, 7), 0)
    canvas.plot(5, 0, 1)
    canvas.plot(6, 0, 1)
    canvas.plot(-1, -1, 1)
    canvas.mark(0, 7, "x", 2)
    assert canvas.rows() == [[("⠱⡀", 0), ("⠈", 1)], [("x", 2), ("⠈⢆", 0)]]


async def test_the_widget_shows_the_rows_and_draws_only_what_is_new() -> None:
    app = ChartApp(CountingChart())
    async with app.run_test(size=(40, 10)) as pilot:
        shown = app.chart
        assert isinstance(shown, CountingChart)
        assert app.screen_rows()[0] == "No points yet."
        shown.series = LOSSES
        await pilot.pause()
        assert app.screen_rows() == GOLDEN_TWO_CURVES
        before = shown.renders
        shown.series = tuple(Series(one.name, (*one.points[:-1], one.points[-1])) for one in LOSSES)
        await pilot.pause()
        assert shown.renders == before
        shown.log_y = True
        await pilot.pause()
        assert shown.renders > before
        app.theme = "textual-light"
        await pilot.resize_terminal(80, 20)
        await pilot.pause()
        assert app.screen_rows()[0] == "● train:rmse 0.10708  ▲ validation:rmse 0.21906"
        assert len({segment.style.color for segment in shown.render_line(0) if segment.style}) > 1


async def test_a_place_that_is_too_small_says_so() -> None:
    app = ChartApp(LineChart(LOSSES))
    app.chart.styles.min_width = 0
    app.chart.styles.width = 15
    async with app.run_test(size=(40, 10)):
        assert app.screen_rows()[0].startswith("A chart needs")
