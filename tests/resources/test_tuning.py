"""Tuning jobs, their leaderboard and what it tells."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import spearmanr

from tests.resources.tuning import description, trial
from tui.resources.tuning import (
    Counters,
    Objective,
    TuningJobDetail,
    best_so_far,
    leaderboard,
)
from tui.resources.tuning_insight import edge_advice, place_in, rank_correlation, scored
from tui.resources.tuning_ranges import Categories, NumberRange, Range

RMSE = Objective("validation:rmse", maximize=False)
AUC = Objective("validation:auc", maximize=True)


def test_a_description_is_read_whole() -> None:
    detail = TuningJobDetail.from_description(description())
    assert detail.job.objective == RMSE
    assert detail.job.best == 2.5
    assert detail.best_trial == "boston-002-12345678"
    assert detail.job.counters == Counters(completed=3, running=2, stopped=0, failed=3)
    assert detail.job.counters.total == 8
    assert (detail.job.limit, detail.parallel, detail.early_stopping, detail.runtime_seconds) == (20, 3, True, 77)
    assert detail.static == {"gamma": "4"}
    assert str(detail.hyperparameters) == "max_depth = 3 .. 12\neta = 0.05 .. 0.5 log\ngamma = 4"


def test_several_definitions_are_joined() -> None:
    definition = {
        "DefinitionName": "linear",
        "TuningObjective": {"Type": "Maximize", "MetricName": "validation:auc"},
        "HyperParameterRanges": {"CategoricalParameterRanges": [{"Name": "use_bias", "Values": ["true", "false"]}]},
        "StaticHyperParameters": {"epochs": "3"},
    }
    config = {"Strategy": "Random", "ResourceLimits": {"MaxParallelTrainingJobs": 1}}
    members = {"HyperParameterTuningJobConfig": config, "TrainingJobDefinitions": [definition], "BestTrainingJob": {}}
    answer = {name: value for name, value in description(**members).items() if name != "TrainingJobDefinition"}
    detail = TuningJobDetail.from_description(answer)
    assert detail.job.objective == AUC
    assert detail.ranges == {"use_bias": Categories(("true", "false"))}
    assert detail.static == {"epochs": "3"}
    assert (detail.job.best, detail.best_trial, detail.job.limit) == (None, "", None)


def test_the_leaderboard_leaves_nobody_out() -> None:
    trials = [
        trial("a", 3.0, ended=1),
        trial("b", None),
        trial("c", 1.0, ended=2),
        trial("d", None, ended=3, status="Failed"),
        trial("e", 2.0, ended=4, status="Stopped"),
    ]
    assert [found.name for found in leaderboard(trials, RMSE)] == ["c", "e", "a", "b", "d"]
    assert [found.name for found in leaderboard(trials, AUC)] == ["a", "e", "c", "b", "d"]


def test_the_best_so_far_never_gets_worse() -> None:
    trials = [trial("a", 3.0, ended=10), trial("b", 5.0, ended=20), trial("c", 2.0, ended=30), trial("d", None)]
    assert best_so_far(trials, RMSE) == [(10, 3.0), (20, 3.0), (30, 2.0)]
    assert best_so_far(trials, AUC) == [(10, 3.0), (20, 5.0), (30, 5.0)]


pairs = st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), min_size=5, max_size=40)


@given(pairs)
def test_rank_correlation_is_spearmans(points: list[tuple[int, int]]) -> None:
    numbers = [(float(one), float(other)) for one, other in points]
    found = rank_correlation(numbers)
    if len({one for one, _ in points}) == 1 or len({other for _, other in points}) == 1:
        assert found is None
    else:
        expected = spearmanr([one for one, _ in points], [other for _, other in points]).statistic
        assert found == pytest.approx(expected)


def test_too_few_trials_say_nothing() -> None:
    assert rank_correlation([(1, 1), (2, 2), (3, 3), (4, 4)]) is None


def test_only_trials_with_both_numbers_are_scored() -> None:
    trials = [trial("a", 1.0, eta="0.1"), trial("b", None, eta="0.2"), trial("c", 2.0), trial("d", 3.0, eta="x")]
    assert scored(trials, "eta") == [(0.1, 1.0)]


def test_best_values_at_an_edge_suggest_a_wider_range() -> None:
    ranges: dict[str, Range] = {
        "eta": NumberRange("0.05", "0.5", "Continuous"),
        "booster": Categories(("a", "b")),
    }
    worst_high = [trial(f"t{number}", number, ended=1, eta=str(0.05 + 0.02 * number)) for number in range(10)]
    assert edge_advice(worst_high, ranges, RMSE) == {
        "eta": "The best values of eta lie at 0.05, the edge of its range: try lower ones."
    }
    best_inside = [trial(f"t{number}", abs(number - 5), ended=1, eta=str(0.05 + 0.04 * number)) for number in range(10)]
    assert edge_advice(best_inside, ranges, RMSE) == {}
    highest = [trial(f"t{number}", number, ended=1, eta=str(0.5 - 0.002 * (9 - number))) for number in range(10)]
    assert edge_advice(highest, ranges, AUC) == {
        "eta": "The best values of eta lie at 0.5, the edge of its range: try higher ones."
    }


def test_a_place_is_taken_on_the_ranges_own_scale() -> None:
    assert place_in(NumberRange("1", "100", "Continuous", "Logarithmic"), 10) == pytest.approx(0.5)
    assert place_in(NumberRange("0", "10", "Integer"), 5) == 0.5
    reverse = NumberRange("0.9", "0.999", "Continuous", "ReverseLogarithmic")
    assert place_in(reverse, 0.99) == pytest.approx(0.5)
    assert math.isclose(place_in(reverse, 0.9), 0, abs_tol=1e-12)
