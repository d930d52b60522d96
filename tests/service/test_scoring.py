"""Judging predictions: the figures are scikit-learn's, the mistakes are read one at a time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics

from tui.resources.csv_reports import Task
from tui.resources.scores import (
    BinaryScores,
    ClassScores,
    Judged,
    MistakeRule,
    Prediction,
    RegressionScores,
    class_named,
    mistakes_in,
    slid,
)
from tui.service.worker.scoring import BATCH, RegressionTally, Sample, judge, mistakes

numbers = st.floats(-1e6, 1e6)


def judged(pairs: list[tuple[float, float]]) -> Iterator[Judged]:
    for number, (actual, value) in enumerate(pairs, 1):
        yield Judged(number, (), Prediction(value), actual)


@given(st.lists(st.tuples(numbers, numbers), min_size=2, max_size=60))
@settings(max_examples=40)
def test_regressions_are_judged_as_scikit_learn_judges_them(pairs: list[tuple[float, float]]) -> None:
    actual, predicted = zip(*pairs, strict=True)
    scores = judge(judged(pairs), "regression")
    assert isinstance(scores, RegressionScores)
    assert scores.rmse == pytest.approx(metrics.root_mean_squared_error(actual, predicted), rel=1e-9)
    assert scores.mae == pytest.approx(metrics.mean_absolute_error(actual, predicted), rel=1e-9)
    if np.var(actual) > 1e-6:
        assert scores.r2 == pytest.approx(metrics.r2_score(actual, predicted), rel=1e-6, abs=1e-6)
    assert scores.points == tuple(pairs)


@given(st.lists(st.tuples(st.sampled_from([0.0, 1.0]), st.floats(0, 1)), min_size=1, max_size=80))
@settings(max_examples=40)
def test_binary_models_are_judged_as_scikit_learn_judges_them(pairs: list[tuple[float, float]]) -> None:
    actual, predicted = np.array(pairs).T
    scores = judge(judged(pairs), "binary")
    assert isinstance(scores, BinaryScores)
    if len(set(actual)) == 2:
        assert scores.auc == pytest.approx(metrics.roc_auc_score(actual, predicted))
    else:
        assert scores.auc is None
    for tried in (scores.at(0.5), scores.at(0.21), scores.thresholds[0], scores.thresholds[-1]):
        said = predicted >= tried.threshold
        assert np.array_equal(tried.confusion, metrics.confusion_matrix(actual, said, labels=[0, 1]))
        assert tried.accuracy == pytest.approx(metrics.accuracy_score(actual, said))
        assert tried.precision == pytest.approx(metrics.precision_score(actual, said, zero_division=0))
        assert tried.recall == pytest.approx(metrics.recall_score(actual, said, zero_division=0))
        assert tried.f1 == pytest.approx(metrics.f1_score(actual, said, zero_division=0))


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=2, max_size=80))
@settings(max_examples=40)
def test_classes_are_judged_as_scikit_learn_judges_them(pairs: list[tuple[int, int]]) -> None:
    actual, predicted = zip(*pairs, strict=True)
    scores = judge(judged([(float(one), float(other)) for one, other in pairs]), "multiclass")
    assert isinstance(scores, ClassScores)
    labels = list(range(len(scores.confusion)))
    assert np.array_equal(scores.confusion, metrics.confusion_matrix(actual, predicted, labels=labels))
    assert scores.rows == len(pairs)
    assert scores.accuracy == pytest.approx(metrics.accuracy_score(actual, predicted))
    precision = metrics.precision_score(actual, predicted, labels=labels, average=None, zero_division=0)
    recall = metrics.recall_score(actual, predicted, labels=labels, average=None, zero_division=0)
    assert [scores.precision(place) for place in labels] == pytest.approx(list(precision))
    assert [scores.recall(place) for place in labels] == pytest.approx(list(recall))


def test_batches_add_up() -> None:
    random = np.random.default_rng(1)
    actual = 1e6 + random.normal(size=2 * BATCH + 7)
    predicted = actual + random.normal(size=actual.size)
    scores = judge(judged(list(zip(actual.tolist(), predicted.tolist(), strict=True))), "regression")
    assert isinstance(scores, RegressionScores)
    assert scores.r2 == pytest.approx(metrics.r2_score(actual, predicted), rel=1e-6)
    assert scores.rows == actual.size


def test_nothing_to_judge_is_no_error() -> None:
    assert judge((), "regression") == RegressionScores(0, 0.0, 0.0, 0.0)
    assert judge((), "multiclass").rows == 0
    binary = judge((), "binary")
    assert isinstance(binary, BinaryScores)
    assert (binary.rows, binary.auc, binary.at(0.5).accuracy) == (0, None, 0.0)


def test_labels_that_are_all_the_same_have_the_r2_of_scikit_learn() -> None:
    for predicted in ([3.0, 3.0], [3.0, 4.0]):
        tally = RegressionTally()
        tally.add(np.array([3.0, 3.0]), np.array(predicted))
        assert tally.scores().r2 == metrics.r2_score([3.0, 3.0], predicted)


def test_mistakes_read_no_more_rows_than_they_need() -> None:
    read = 0

    def rows() -> Iterator[Judged]:
        nonlocal read
        for number in range(1, 1001):
            read += 1
            yield Judged(number, (), Prediction(1.0 if number % 10 == 0 else 0.0), 0.0)

    found = mistakes(rows(), MistakeRule("multiclass"))
    assert read == 0
    assert next(found).number == 10
    assert read == 10
    assert next(found).number == 20
    assert read == 20


def test_what_is_a_mistake() -> None:
    near, far = Judged(1, (), Prediction(2.5), 2.0), Judged(2, (), Prediction(1.0), 2.0)
    assert [row.number for row in mistakes((near, far), MistakeRule("regression", tolerance=0.5))] == [2]
    score = Judged(3, (), Prediction(0.4), 1.0)
    assert MistakeRule("binary").broken(score)
    assert not MistakeRule("binary", threshold=0.4).broken(score)
    assert MistakeRule("regression", tolerance=9).broken(Judged(4, (), Prediction(float("nan")), 1.0))


def test_how_many_mistakes_there_are_is_what_going_through_them_finds() -> None:
    random = np.random.default_rng(4)
    scores, labels = random.random(300), random.integers(0, 2, 300).astype(float)
    cases: tuple[tuple[Task, Any, MistakeRule], ...] = (
        ("regression", scores, MistakeRule("regression", tolerance=0.4)),
        ("binary", scores, MistakeRule("binary", threshold=0.37)),
        ("multiclass", labels[::-1], MistakeRule("multiclass")),
    )
    for task, values, rule in cases:
        rows = list(judged(list(zip(labels.tolist(), values.tolist(), strict=True))))
        assert mistakes_in(judge(rows, task), rule) == len(list(mistakes(rows, rule)))
    many = [(float(row), float(row) + row % 2) for row in range(3000)]
    assert mistakes_in(judge(judged(many), "regression"), MistakeRule("regression")) is None, "a sample does not know"


def test_a_rule_slides_over_what_was_tried() -> None:
    binary = judge(judged([(0.0, 0.2), (1.0, 0.9)]), "binary")
    rule = slid(binary, MistakeRule("binary"), 3)
    assert rule.threshold == pytest.approx(0.53)
    assert slid(binary, rule, 100).threshold == 1.0
    assert slid(binary, rule, -100).threshold == 0.0
    regression = RegressionScores(2, 8.0, 1.0, 0.5)
    assert slid(regression, MistakeRule("regression", tolerance=3.0), 1).tolerance == 5.0
    assert slid(regression, MistakeRule("regression", tolerance=3.0), -2).tolerance == 0.0
    assert slid(judge((), "multiclass"), MistakeRule("multiclass"), 1) == MistakeRule("multiclass")


def test_a_sample_is_fair_and_no_larger_than_asked_for() -> None:
    sample = Sample(500, 1)
    for start in range(0, 20_000, 137):
        sample.add(np.arange(start, min(start + 137, 20_000), dtype=float)[:, None])
    kept = sample.rows[:, 0]
    assert len(kept) == 500
    assert len(set(kept)) == 500
    assert kept.mean() == pytest.approx(10_000, abs=1_000)


def test_a_class_has_its_name() -> None:
    assert [class_named(("no", "yes"), code) for code in (0.0, 1.0, 2.0, 0.5)] == ["no", "yes", "2", "0.5"]
