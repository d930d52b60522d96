"""What the trials of a tuning job look like: the course of the best, and the objective against each hyperparameter."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from math import ceil

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from tui.panes.facts import heading
from tui.panes.wording import count
from tui.resources.tuning import Objective, Trial, TuningJobDetail, best_so_far, leaderboard
from tui.resources.tuning_insight import BEST_SHARE, FEWEST_TRIALS, edge_advice, rank_correlation, scored
from tui.resources.tuning_ranges import Categories, Range, as_number
from widgets.cells import Bar, as_content
from widgets.chart import LineChart, Series
from widgets.scatter import Dots, Scatter, ScatterChart
from widgets.text import content

NAME_WIDTH = 18
BAR_WIDTH = 24


class TuningPictures(VerticalScroll):
    """All pictures of one tuning job, one below the other."""

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id, classes="inspector-view")
        # Held rather than looked up: the last news of a job may come while the screen is being taken down.
        self._course, self._insight, self._map = LineChart(), Static(), ScatterChart()
        self._course.empty_text = "No trial has ended yet."
        self._map.display = False
        self._scatters: dict[str, ScatterChart] = {}
        self._said = Content("")
        self._shown: tuple[TuningJobDetail, Sequence[Trial]] | None = None

    def compose(self) -> ComposeResult:
        """The course, what can be said, and below them a scatter for each hyperparameter as they become known."""
        yield self._course
        yield self._insight
        yield self._map

    def clear(self) -> None:
        """Show nothing."""
        self._shown = None
        self._course.series = ()
        self._say(Content(""))
        self._map.display = False
        for chart in self._scatters.values():
            chart.remove()
        self._scatters = {}

    async def show(self, detail: TuningJobDetail, trials: Sequence[Trial]) -> None:
        """Show the trials as they are now; a picture whose points are the same is not drawn again.

        Hundreds of trials take longer than a key may wait: whoever types is answered between two pictures.
        """
        objective = detail.job.objective
        if objective is None or not self.is_attached or (detail, trials) == self._shown:
            return
        for _ in self._draw(detail, trials, objective):
            await asyncio.sleep(0)
            if not self.is_attached:
                return
        self._shown = detail, trials

    def _draw(self, detail: TuningJobDetail, trials: Sequence[Trial], objective: Objective) -> Iterator[None]:
        """One picture after the other."""
        self._course.series = course(trials, objective, detail.job.created)
        yield
        correlations = ranked(detail, trials)
        yield
        self._say(insight(detail, trials, objective, correlations))
        yield
        for name, found in detail.ranges.items():
            if name not in self._scatters:
                self._scatters[name] = ScatterChart()
                self.mount(self._scatters[name])
            self._scatters[name].scatter = against(name, found, trials, objective)
            yield
        both = strongest_pair(correlations)
        self._map.display = both is not None
        if both is not None:
            self._map.scatter = pair_map(both, detail, trials, objective)

    def _say(self, insight: Content) -> None:
        if not insight.is_same(self._said):
            self._said = insight
            self._insight.update(insight)


def course(trials: Sequence[Trial], objective: Objective, began: float) -> tuple[Series, ...]:
    """The best objective so far over the minutes since the tuning job began, as a staircase."""
    steps = [((at - began) / 60, value) for at, value in best_so_far(trials, objective)]
    points: list[tuple[float, float]] = []
    for minutes, value in steps:
        if points:
            points.append((minutes, points[-1][1]))
        points.append((minutes, value))
    return (Series(f"best {objective.metric} by minute", tuple(points)),) if points else ()


def insight(
    detail: TuningJobDetail, trials: Sequence[Trial], objective: Objective, correlations: Sequence[tuple[str, float]]
) -> Content:
    """Which hyperparameters matter, and which ranges are too narrow."""
    known = sum(trial.objective is not None for trial in trials)
    if known < FEWEST_TRIALS:
        more = count(FEWEST_TRIALS - known, "more trial")
        return content(f"What matters can be said after {more} with {objective.metric}.", "$text-muted")
    lines = [heading("Rank correlation with the objective")]
    for name, correlation in correlations:
        label = content(name).plain.ljust(NAME_WIDTH)[:NAME_WIDTH]
        bar = as_content(Bar(abs(correlation), f"{correlation:+.2f}"), BAR_WIDTH)
        lines.append(Content.assemble((label, "$text-muted"), " ", bar))
    advice = edge_advice(trials, detail.ranges, objective)
    lines += [content(sentence, "$text-warning") for sentence in advice.values()]
    return Content("\n").join([*lines, Content("")])


def ranked(detail: TuningJobDetail, trials: Sequence[Trial]) -> list[tuple[str, float]]:
    """Each varied number with its rank correlation, the strongest first."""
    found = [
        (name, correlation)
        for name in detail.ranges
        if (correlation := rank_correlation(scored(trials, name))) is not None
    ]
    return sorted(found, key=lambda item: -abs(item[1]))


def against(name: str, found: Range, trials: Sequence[Trial], objective: Objective) -> Scatter:
    """The objective against one hyperparameter, the best trial marked."""
    names = found.values if isinstance(found, Categories) else ()

    def place(trial: Trial) -> float | None:
        value = trial.tuned.get(name, "").strip('"')
        if names:
            return float(names.index(value)) if value in names else None
        return as_number(value)

    points = [
        (x, trial.objective)
        for trial in leaderboard(trials, objective)
        if trial.objective is not None and (x := place(trial)) is not None
    ]
    return Scatter(
        (Dots("", tuple(points)), Dots("best", tuple(points[:1]), "★", "$text-success")),
        title=f"{objective.metric} against {name}",
        log_x=not isinstance(found, Categories) and found.logarithmic,
        x_names=names,
    )


def strongest_pair(correlations: Sequence[tuple[str, float]]) -> tuple[str, str] | None:
    """The two varied numbers that matter most; None while that cannot be said of two."""
    return (correlations[0][0], correlations[1][0]) if len(correlations) > 1 else None


def pair_map(both: tuple[str, str], detail: TuningJobDetail, trials: Sequence[Trial], objective: Objective) -> Scatter:
    """Where in the plane of two hyperparameters the good trials lie."""
    placed = [
        (x, y)
        for trial in leaderboard(trials, objective)
        if trial.objective is not None
        and (x := as_number(trial.tuned.get(both[0], ""))) is not None
        and (y := as_number(trial.tuned.get(both[1], ""))) is not None
    ]
    best = max(1, ceil(len(placed) * BEST_SHARE))
    half = max(best, ceil(len(placed) / 2))
    logs = [not isinstance(found, Categories) and found.logarithmic for found in (detail.ranges[name] for name in both)]
    return Scatter(
        (
            Dots("worse half", tuple(placed[half:]), "·", "$text-muted"),
            Dots("better half", tuple(placed[best:half]), "○", "$text-primary"),
            Dots(f"best {BEST_SHARE:.0%}", tuple(placed[:best]), "●", "$text-success"),
        ),
        title=f"{both[1]} (up) and {both[0]} (across)",
        log_x=logs[0],
        log_y=logs[1],
    )
