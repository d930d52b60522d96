"""Judging predictions, wherever their rows come from: running tallies, and the rows that are mistakes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Protocol

import numpy as np
import numpy.typing as npt

from tui.resources.csv_reports import Task
from tui.resources.scores import AtThreshold, BinaryScores, ClassScores, Judged, MistakeRule, RegressionScores, Scores

BATCH = 8192
"""Rows that are judged together."""

POINTS = 2000
"""Points of the picture of predicted against actual values: more than a terminal can tell apart."""

THRESHOLDS = 101

_SEED = 7

Floats = npt.NDArray[np.float64]


class Tally(Protocol):
    """Judges batch after batch."""

    def add(self, actual: Floats, predicted: Floats) -> None:
        """Take some rows: what is true, and the `value` of each prediction."""

    def scores(self) -> Scores:
        """The figures of all rows so far."""


def mistakes(rows: Iterable[Judged], rule: MistakeRule) -> Iterator[Judged]:
    """The rows whose predictions are mistakes, each found only when it is asked for."""
    return (row for row in rows if rule.broken(row))


def tally_for(task: Task) -> Tally:
    """A fresh tally for the kind of a model."""
    match task:
        case "regression":
            return RegressionTally()
        case "binary":
            return BinaryTally()
        case "multiclass":
            return ClassTally()


def judge(rows: Iterable[Judged], task: Task) -> Scores:
    """The figures of some rows, which are read once."""
    tally = tally_for(task)
    actual: list[float] = []
    predicted: list[float] = []
    for row in rows:
        actual.append(row.actual)
        predicted.append(row.prediction.value)
        if len(actual) == BATCH:
            tally.add(np.array(actual), np.array(predicted))
            actual, predicted = [], []
    if actual:
        tally.add(np.array(actual), np.array(predicted))
    return tally.scores()


class RegressionTally:
    """Sums of errors, and of squares around a mean that moves with every batch, so that nothing cancels out."""

    def __init__(self) -> None:
        self._rows = 0
        self._squares = self._absolutes = 0.0
        self._mean = self._spread = 0.0
        self._points = Sample(POINTS, 2)

    def add(self, actual: Floats, predicted: Floats) -> None:
        """Take some rows."""
        errors = predicted - actual
        self._squares += float(np.square(errors).sum())
        self._absolutes += float(np.abs(errors).sum())
        mean, before = float(actual.mean()), self._rows
        self._rows += actual.size
        shift = mean - self._mean
        self._spread += float(np.square(actual - mean).sum()) + shift**2 * before * actual.size / self._rows
        self._mean += shift * actual.size / self._rows
        self._points.add(np.column_stack((actual, predicted)))

    def scores(self) -> RegressionScores:
        """The figures so far; R² of labels that are all the same is 1 for no error and 0 otherwise."""
        if not self._rows:
            return RegressionScores(0, 0.0, 0.0, 0.0)
        r2 = 1 - self._squares / self._spread if self._spread else float(not self._squares)
        points = tuple((float(x), float(y)) for x, y in self._points.rows)
        rmse = float(np.sqrt(self._squares / self._rows))
        return RegressionScores(self._rows, rmse, self._absolutes / self._rows, r2, points)


class BinaryTally:
    """Keeps every score, at nine bytes a row: the area under the curve needs their order."""

    def __init__(self) -> None:
        self._scores: list[Floats] = []
        self._positive: list[npt.NDArray[np.bool_]] = []

    def add(self, actual: Floats, predicted: Floats) -> None:
        """Take some rows."""
        self._scores.append(predicted)
        self._positive.append(actual == 1)

    def scores(self) -> BinaryScores:
        """The figures so far."""
        if not self._scores:
            return BinaryScores(0, None, (AtThreshold(0.5, 0, 0, 0, 0),))
        scores, positive = np.concatenate(self._scores), np.concatenate(self._positive)
        order = np.argsort(scores, kind="stable")
        scores, positive = scores[order], positive[order]
        positives_below = np.concatenate(([0], np.cumsum(positive)))
        positives, total = int(positives_below[-1]), int(scores.size)
        tried = _thresholds(float(scores[0]), float(scores[-1]))
        below = np.searchsorted(scores, tried, side="left")
        found = []
        for threshold, under in zip(tried.tolist(), below.tolist(), strict=True):
            missed = int(positives_below[under])
            true_positives = positives - missed
            false_positives = total - under - true_positives
            found.append(AtThreshold(threshold, true_positives, false_positives, under - missed, missed))
        return BinaryScores(total, _auc(scores, positive), tuple(found))


class ClassTally:
    """Counts actual against predicted classes; classes are codes from 0."""

    def __init__(self) -> None:
        self._confusion = np.zeros((0, 0), dtype=np.int64)

    def add(self, actual: Floats, predicted: Floats) -> None:
        """Take some rows."""
        size = max(len(self._confusion), int(max(actual.max(), predicted.max())) + 1)
        grown = np.zeros((size, size), dtype=np.int64)
        grown[: len(self._confusion), : len(self._confusion)] = self._confusion
        np.add.at(grown, (actual.astype(np.int64), predicted.astype(np.int64)), 1)
        self._confusion = grown

    def scores(self) -> ClassScores:
        """The figures so far."""
        return ClassScores(tuple(tuple(row) for row in self._confusion.tolist()))


class Sample:
    """A fair sample of rows of numbers: each of all rows seen is in it with the same chance."""

    def __init__(self, size: int, columns: int) -> None:
        self._size = size
        self._seen = 0
        self._kept = np.empty((0, columns))
        self._random = np.random.default_rng(_SEED)

    @property
    def rows(self) -> Floats:
        """What was kept; everything as long as it fits."""
        return self._kept

    def add(self, rows: Floats) -> None:
        """See some more rows."""
        room = self._size - len(self._kept)
        first, rest = rows[:room], rows[room:]
        if len(first):
            self._kept = np.concatenate((self._kept, first))
        self._seen += len(first)
        if len(rest):
            # Row n replaces a kept one with the chance size / n, by a draw from the n places there would be.
            numbers = np.arange(self._seen + 1, self._seen + len(rest) + 1)
            places = self._random.integers(0, numbers)
            chosen = places < self._size
            self._kept[places[chosen]] = rest[chosen]
            self._seen += len(rest)


def _thresholds(low: float, high: float) -> Floats:
    """Steps over what scores can be: from 0 to 1 for probabilities, over what was seen for others."""
    return np.linspace(min(low, 0.0), max(high, 1.0), THRESHOLDS)


def _auc(scores: Floats, positive: npt.NDArray[np.bool_]) -> float | None:
    """The chance that a positive row has a higher score than a negative one, ties counting half; scores are sorted."""
    positives = int(positive.sum())
    negatives = positive.size - positives
    if not positives or not negatives:
        return None
    _, first, counts = np.unique(scores, return_index=True, return_counts=True)
    ranks = np.repeat(first + (counts + 1) / 2, counts)
    return float((ranks[positive].sum() - positives * (positives + 1) / 2) / (positives * negatives))
