"""Comparing two models: measures as scikit-learn defines them, intervals that hold, and how many rows are wanted."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn import metrics

from tui.resources.csv_reports import Task
from tui.resources.endpoint_judging import Comparison
from tui.service.worker.comparing import Results, compare, measures, probabilities_of
from tui.service.worker.context import Cancelled

NAMES = ("One", "Other")


def regression(errors: Any, rows: Any | None = None) -> Results:
    labels = np.linspace(-1, 1, len(errors))
    return Results(np.arange(len(errors)) if rows is None else rows, labels, labels + errors, None)


def classified(labels: Any, probabilities: Any) -> Results:
    return Results(np.arange(len(labels)), labels.astype(float), probabilities.argmax(1).astype(float), probabilities)


def test_measures_of_a_regression_are_scikit_learns() -> None:
    results = regression(np.random.default_rng(1).normal(size=500))
    assert measures(results, "regression") == {
        "RMSE": pytest.approx(metrics.root_mean_squared_error(results.labels, results.values)),
        "MAE": pytest.approx(metrics.mean_absolute_error(results.labels, results.values)),
    }


@pytest.mark.parametrize(("task", "classes"), [("binary", 2), ("multiclass", 4)])
def test_measures_of_a_classification_are_scikit_learns(task: Task, classes: int) -> None:
    numbers = np.random.default_rng(2)
    probabilities = numbers.dirichlet([0.4] * classes, 500)
    probabilities[0] = np.eye(classes)[0]  # a certain one
    results = classified(numbers.integers(0, classes, 500), probabilities)
    assert measures(results, task) == {
        "accuracy": pytest.approx(metrics.accuracy_score(results.labels, results.values)),
        "log loss": pytest.approx(metrics.log_loss(results.labels, probabilities, labels=range(classes))),
    }


def test_there_is_no_log_loss_without_probabilities_of_the_classes_there_are() -> None:
    probabilities = np.array([[0.4, 0.6], [0.5, 0.5]])
    assert set(measures(classified(np.array([0, 2]), probabilities), "multiclass")) == {"accuracy"}
    bare = Results(np.arange(2), np.array([0.0, 1.0]), np.array([0.0, 1.0]), None)
    assert measures(bare, "multiclass") == {"accuracy": 1.0}


def test_which_scores_are_probabilities() -> None:
    one = np.array([[0.2], [1.0]])
    assert probabilities_of(one, "regression") is None
    assert probabilities_of(one, "multiclass") is None  # codes of classes
    assert np.array_equal(probabilities_of(one, "binary"), [[0.8, 0.2], [0.0, 1.0]])  # type: ignore[arg-type]
    assert probabilities_of(np.array([[-0.2], [3.0]]), "binary") is None
    several = np.array([[0.2, 0.8], [0.5, 0.5]])
    assert probabilities_of(several, "multiclass") is several
    assert probabilities_of(np.array([[0.9, 0.9]]), "multiclass") is None
    assert probabilities_of(np.empty((0, 0)), "binary") is None


def test_a_paired_difference_is_shown_where_an_unpaired_one_is_not() -> None:
    common = np.random.default_rng(3).normal(size=400)
    better, worse = regression(common), regression(common * 1.03)
    paired, _ = compare(NAMES, (better, worse), "regression", paired=True)
    unpaired, _ = compare(NAMES, (better, worse), "regression", paired=False)
    assert paired.better == "One"
    assert unpaired.better is None
    rmse = [measures(one, "regression")["RMSE"] for one in (better, worse)]
    assert paired.difference == unpaired.difference == pytest.approx(rmse[0] - rmse[1])
    assert paired.low < paired.difference < paired.high < 0
    assert (paired.rows, unpaired.rows) == (400, 800)


def test_intervals_hold_the_truth_as_often_as_they_say() -> None:
    numbers = np.random.default_rng(4)
    held = 0
    for _ in range(60):
        one, other = numbers.normal(0, 1, 200), numbers.normal(0, 1.2, 200)
        rmse, _ = compare(NAMES, (regression(one), regression(other)), "regression", paired=True)
        held += rmse.low <= 1 - 1.2 <= rmse.high
    assert 50 <= held <= 60  # 57 expected


def test_only_rows_that_both_answered_are_compared() -> None:
    one = regression(np.array([1.0, 0.0, 0.0, 5.0]), np.array([0, 1, 2, 9]))
    other = regression(np.array([0.0, 2.0, 0.0]), np.array([1, 2, 7]))
    rmse, mae = compare(NAMES, (one, other), "regression", paired=True)
    assert (rmse.rows, mae.measure) == (2, "MAE")
    assert mae.difference == pytest.approx(-1.0)
    assert compare(NAMES, (one, regression(np.array([1.0]), np.array([0]))), "regression", paired=True) == ()


def test_so_many_more_rows_would_show_the_difference() -> None:
    numbers = np.random.default_rng(5)
    errors = numbers.normal(0, 1, 100), numbers.normal(0, 1.05, 100)

    def compared(times: float) -> Comparison:
        one, other = (regression(np.tile(these, 50)[: round(100 * times)]) for these in errors)
        return compare(NAMES, (one, other), "regression", paired=True)[0]

    few = compared(1)
    assert few.better is None
    assert few.more_rows is not None
    assert compared((100 + few.more_rows) / 100).better == ("One" if few.difference < 0 else "Other")
    assert compared((100 + few.more_rows / 4) / 100).better is None


def test_the_same_rows_give_the_same_verdict_and_equal_models_none() -> None:
    results = regression(np.random.default_rng(6).normal(size=50))
    first = compare(NAMES, (results, results), "regression", paired=True)
    assert first == compare(NAMES, (results, results), "regression", paired=True)
    assert (first[0].better, first[0].difference, first[0].more_rows) == (None, 0.0, None)


def test_a_long_comparison_can_be_cancelled() -> None:
    def check() -> None:
        raise Cancelled

    results = regression(np.ones(10))
    with pytest.raises(Cancelled):
        compare(NAMES, (results, results), "regression", paired=True, check=check)
