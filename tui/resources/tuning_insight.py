"""What the trials of a tuning job tell about its hyperparameters: rank correlation, and ranges that are too narrow."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from tui.resources.tuning import Objective, Trial, leaderboard
from tui.resources.tuning_ranges import NumberRange, Range, as_number

FEWEST_TRIALS = 5
"""Trials with an objective below which nothing is said: fewer show chance."""

EDGE = 0.05
"""The part of a range, on its own scale, that counts as its edge."""

BEST_SHARE = 0.2
"""The share of the trials that counts as the best ones."""


def scored(trials: Sequence[Trial], name: str) -> list[tuple[float, float]]:
    """(value of a hyperparameter, objective) of the trials that have both as numbers."""
    return [
        (value, trial.objective)
        for trial in trials
        if trial.objective is not None and (value := as_number(trial.tuned.get(name, ""))) is not None
    ]


def rank_correlation(points: Sequence[tuple[float, float]]) -> float | None:
    """Spearman's rank correlation of pairs, -1 to 1; None for fewer than `FEWEST_TRIALS` or without any variation."""
    if len(points) < FEWEST_TRIALS:
        return None
    first, second = (_ranks([point[side] for point in points]) for side in (0, 1))
    mean = (len(points) + 1) / 2
    spread = math.sqrt(sum((rank - mean) ** 2 for rank in first) * sum((rank - mean) ** 2 for rank in second))
    if spread == 0:
        return None
    return sum((one - mean) * (other - mean) for one, other in zip(first, second, strict=True)) / spread


def _ranks(values: Sequence[float]) -> list[float]:
    """The rank of each value from 1; equal values share the mean of their ranks."""
    order = sorted(range(len(values)), key=values.__getitem__)
    ranks = [0.0] * len(values)
    at = 0
    while at < len(order):
        end = at
        while end + 1 < len(order) and values[order[end + 1]] == values[order[at]]:
            end += 1
        for place in order[at : end + 1]:
            ranks[place] = (at + end) / 2 + 1
        at = end + 1
    return ranks


def edge_advice(trials: Sequence[Trial], ranges: Mapping[str, Range], objective: Objective) -> dict[str, str]:
    """For each range whose best trials sit at one edge: the sentence that suggests to widen it there."""
    advice = {}
    board = leaderboard(trials, objective)
    for name, found in ranges.items():
        if isinstance(found, NumberRange) and (side := _edge(board, name, found)):
            bound, direction = (found.low, "lower") if side < 0 else (found.high, "higher")
            advice[name] = f"The best values of {name} lie at {bound}, the edge of its range: try {direction} ones."
    return advice


def _edge(board: Sequence[Trial], name: str, found: NumberRange) -> int:
    """-1 when most of the best trials lie at the lower edge of a range, 1 at the upper, 0 otherwise."""
    points = scored(board, name)
    if len(points) < FEWEST_TRIALS:
        return 0
    best = points[: max(2, math.ceil(len(points) * BEST_SHARE))]
    places = [place_in(found, value) for value, _ in best]
    lower, upper = sum(place <= EDGE for place in places), sum(place >= 1 - EDGE for place in places)
    if lower * 2 > len(places):
        return -1
    return 1 if upper * 2 > len(places) else 0


def place_in(found: NumberRange, value: float) -> float:
    """Where a value lies in a range on the range's own scale: 0 at the lower bound, 1 at the upper."""
    low, high = float(found.low), float(found.high)
    match found.scaling:
        case "Logarithmic" if value > 0:
            return (math.log(value) - math.log(low)) / (math.log(high) - math.log(low))
        case "ReverseLogarithmic" if value < 1:
            return (math.log1p(-value) - math.log1p(-low)) / (math.log1p(-high) - math.log1p(-low))
    return (value - low) / (high - low)
