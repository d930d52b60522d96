"""The parts of a search: scales and seeds of the samplers, the rules that stop training jobs, the progress."""

from __future__ import annotations

import statistics
from typing import Any

import pytest

from tests.local.tuning import ranges
from tui.local.jobs.states import Status
from tui.local.tuning.definitions import Objective
from tui.local.tuning.hyperband import Hyperband
from tui.local.tuning.progress import Progress, progress_of
from tui.local.tuning.ranges import IntegerRange, NumericRange, read_ranges
from tui.local.tuning.searchers import SamplingSearcher, Suggestion
from tui.local.tuning.stopping import MedianRule
from tui.local.tuning.table import Child

_DRAWN = 150


def _searcher(
    *, bayesian: bool = False, maximize: bool = False, seed: int | None = 3, **searched: Any
) -> SamplingSearcher:
    return SamplingSearcher(read_ranges(ranges(**searched)), maximize=maximize, bayesian=bayesian, seed=seed)


def _drawn(searcher: SamplingSearcher, name: str = "p") -> list[float]:
    return [float(_suggestion(searcher).values[name]) for _ in range(_DRAWN)]


def _suggestion(searcher: SamplingSearcher) -> Suggestion:
    suggestion = searcher.suggest()
    assert suggestion is not None
    return suggestion


@pytest.mark.parametrize(
    ("low", "high", "scaling", "median"),
    [
        ("0.0", "1.0", "Linear", 0.5),
        ("0.0001", "1.0", "Logarithmic", 0.01),
        ("0.0001", "1.0", "Auto", 0.01),
        ("0.01", "1.0", "Auto", 0.505),
        ("0.0", "0.9999", "ReverseLogarithmic", 0.99),
        ("100", "1000000", "Logarithmic", 10_000),
        ("100", "1000000", "Linear", 500_000),
    ],
)
def test_half_of_the_values_lie_below_the_middle_of_the_scale(low: str, high: str, scaling: str, median: float) -> None:
    drawn = _drawn(_searcher(p=(low, high, scaling)))
    assert min(drawn) >= float(low)
    assert max(drawn) <= float(high)
    below = sum(value < median for value in drawn) / _DRAWN
    assert below == pytest.approx(0.5, abs=0.1)


def test_values_are_written_as_the_service_writes_them() -> None:
    values = _suggestion(_searcher(i=("1", "9"), c=("0.0", "1.0"), k=["true", '"quoted"'])).values
    assert values["i"] == str(int(values["i"]))
    assert values["c"] == repr(float(values["c"]))
    assert values["k"] in ("true", '"quoted"')
    assert NumericRange("p", 0.0, 1.0, "Linear").text(1e-5) == "1e-05"


@pytest.mark.parametrize("bayesian", [True, False])
def test_values_are_not_tried_twice_while_there_are_others(bayesian: bool) -> None:
    searcher = _searcher(bayesian=bayesian, p=("1", "8"))
    assert sorted(_suggestion(searcher).values["p"] for _ in range(8)) == [str(n) for n in range(1, 9)]


@pytest.mark.parametrize("maximize", [True, False])
def test_bayesian_search_comes_nearer_to_the_best_than_random(maximize: bool) -> None:
    def later_distance(*, bayesian: bool, seed: int) -> float:
        searcher = _searcher(bayesian=bayesian, maximize=maximize, seed=seed, p=("0.0", "1.0"), q=("0.0", "1.0"))
        distances = []
        for _ in range(30):
            suggestion = _suggestion(searcher)
            distance = abs(float(suggestion.values["p"]) - 0.3) + abs(float(suggestion.values["q"]) - 0.8)
            searcher.report(suggestion, -distance if maximize else distance)
            distances.append(distance)
        return statistics.mean(distances[20:])

    bayesian = statistics.mean(later_distance(bayesian=True, seed=seed) for seed in range(3))
    random = statistics.mean(later_distance(bayesian=False, seed=seed) for seed in range(3))
    assert bayesian < random / 2


def test_a_seed_decides_the_values() -> None:
    drawn = [_drawn(_searcher(seed=seed, p=("0.0", "1.0"))) for seed in (5, 5, 6, None, None)]
    assert drawn[0] == drawn[1]
    assert len({tuple(values) for values in drawn}) == 4


def test_a_search_learns_from_others_and_tries_their_best_first() -> None:
    searcher = _searcher(bayesian=True, p=("0.0", "1.0"))
    searcher.learn({"p": "7"}, 0.0)
    for number in range(20):
        searcher.learn({"p": str(number / 20), "more": "x"}, abs(number / 20 - 0.75))
    assert all(abs(float(_suggestion(searcher).values["p"]) - 0.75) < 0.2 for _ in range(3))
    searcher = _searcher(p=("0.0", "1.0"))
    searcher.propose({"p": "7"})
    searcher.propose({"p": "0.25"})
    assert _suggestion(searcher).values == {"p": "0.25"}


def test_a_range_knows_its_values() -> None:
    (integer, continuous, categorical) = read_ranges(ranges(i=("1", "9"), c=("0.5", "1.5"), k=["a", "b"]))
    assert isinstance(integer, IntegerRange)
    assert [integer.parse(text) for text in ("1", "9", "10", "1.5", "x")] == [1, 9, None, None, None]
    assert [continuous.parse(text) for text in ("0.5", "1", "2", "nan")] == [0.5, 1.0, None, None]
    assert [categorical.parse(text) for text in ("a", "c")] == ["a", None]
    assert [one.combinations for one in (integer, continuous, categorical)] == [9, float("inf"), 2]


def _trained(rule: MedianRule | Hyperband, name: str, values: list[float], **hyperparameters: str) -> int | None:
    """After how many epochs a rule stops a job; None when the job completes."""
    rule.begin(name, hyperparameters)
    for epoch, value in enumerate(values, start=1):
        if rule.hopeless(name, value):
            return epoch
    rule.complete(name)
    return None


@pytest.mark.parametrize("sign", [1, -1])
def test_the_median_rule_compares_with_the_running_averages_of_completed_jobs(sign: int) -> None:
    rule = MedianRule(maximize=sign < 0)
    for name, first in (("a", 12.0), ("b", 10.0), ("c", 8.0)):
        assert _trained(rule, name, [sign * (first - epoch) for epoch in range(8)]) is None
    # At the third epoch, the completed jobs have been at 11, 9 and 7 on average.
    assert _trained(rule, "good", [sign * 9.0] * 3 + [sign * 1.0] * 5) is None
    assert _trained(rule, "bad", [sign * 9.0] * 2 + [sign * 9.5] * 6) == 3


def test_the_median_rule_gives_every_job_a_quarter_and_never_judges_the_last_epoch() -> None:
    rule = MedianRule(maximize=False)
    assert _trained(rule, "a", [1.0] * 8) is None
    assert _trained(rule, "slow", [9.0] * 8) == 2
    assert _trained(rule, "late", [1.0] * 7 + [9.0]) is None
    rule = MedianRule(maximize=False)
    assert _trained(rule, "once", [1.0]) is None
    assert _trained(rule, "once-more", [9.0]) is None


def test_hyperband_keeps_the_best_third_at_each_rung_of_a_bracket() -> None:
    rule = Hyperband(1, 9, maximize=False)
    ends = [
        _trained(rule, f"job-{number}", [float(value)] * 20) for number, value in enumerate([5, 9, 4, 8, 3, 7, 4.5])
    ]
    # The first bracket of nine has rungs after one and three epochs; whoever passes both ends after nine.
    assert ends == [9, 1, 9, 1, 9, 1, 3]
    ends = [_trained(rule, f"more-{number}", [float(value)] * 20) for number, value in enumerate([9, 9, 1, 9, 2])]
    # The second has one rung, after three epochs, and five jobs; two complete the first.
    assert ends[:2] == [1, 1]
    assert ends[2:] == [9, 3, 3]


def test_hyperband_lets_a_job_complete_that_ends_by_itself() -> None:
    rule = Hyperband(1, 3, maximize=True)
    assert _trained(rule, "a", [1.0, 2.0, 3.0], num_round="3") is None
    assert _trained(rule, "b", [5.0] * 4, num_round="4") == 3


_RMSE = Objective("validation:rmse", maximize=False)


def _progress(*values: float | None, maximize: bool = False) -> Progress:
    """The progress of a search whose training jobs ended one second after the other."""
    children = [
        Child(
            name=f"c-{number:03d}",
            arn="arn",
            tuning="t",
            definition=None,
            metric="m",
            tuned={},
            status=Status.COMPLETED,
            creation_time=0.0,
            training_start_time=0.0,
            training_end_time=float(number),
            failure_reason=None,
            objective=value,
        )
        for number, value in enumerate(values)
    ]
    return progress_of(children, Objective("m", maximize))


def test_an_improvement_is_one_of_more_than_a_hundredth() -> None:
    assert _progress().best is None
    progress = _progress(10.0, None, 9.95, 9.91, 12.0)
    assert progress.best is not None
    assert (progress.best.name, progress.best_value, progress.not_improving) == ("c-003", 9.91, 3)
    assert _progress(10.0, 9.95, 9.8).not_improving == 0
    assert _progress(-10.0, -9.8, maximize=True).not_improving == 0
    assert _progress(0.5, 0.504, 0.4, maximize=True).not_improving == 2


def test_a_search_converges_after_ten_jobs_without_improvement_that_are_half_of_all() -> None:
    assert _progress(*[1.0] * 10).converged is None
    assert _progress(*[1.0] * 11).converged == 10.0
    falling = [float(value) for value in range(100, 84, -2)]
    assert _progress(*falling, *[86.0] * 9).converged is None
    assert _progress(*falling, *[86.0] * 12, 1.0).converged == 17.0


@pytest.mark.parametrize(
    ("criteria", "met"),
    [
        ({}, False),
        ({"TargetObjectiveMetricValue": 9.0}, False),
        ({"TargetObjectiveMetricValue": 9.5}, True),
        ({"BestObjectiveNotImproving": {"MaxNumberOfTrainingJobsNotImproving": 11}}, True),
        ({"BestObjectiveNotImproving": {"MaxNumberOfTrainingJobsNotImproving": 12}}, False),
        ({"ConvergenceDetected": {"CompleteOnConvergence": "Enabled"}}, True),
        ({"ConvergenceDetected": {"CompleteOnConvergence": "Disabled"}}, False),
    ],
)
def test_completion_criteria(criteria: dict[str, Any], met: bool) -> None:
    assert _progress(9.5, *[10.0] * 11).meets(criteria, _RMSE) is met
