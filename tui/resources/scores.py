"""How well predictions fit what is known to be true: the figures, and which predictions are mistakes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from tui.resources.csv_reports import Task


@dataclass(frozen=True, slots=True)
class Prediction:
    """What a model says of one row."""

    value: float
    """The number of a regression, the score of the second class of a binary model, the class of any other."""

    scores: tuple[float, ...] = ()
    """Of each class, where the model gives them."""


@dataclass(frozen=True, slots=True)
class Judged:
    """One row of data with what was predicted and what is true."""

    number: int
    """Of the row in its file, from 1."""

    features: tuple[str, ...]
    prediction: Prediction
    actual: float

    @property
    def error(self) -> float:
        """How far the prediction is above what is true."""
        return self.prediction.value - self.actual


@dataclass(frozen=True, slots=True)
class MistakeRule:
    """What counts as a mistake: a wrong class, or an error beyond a tolerance."""

    task: Task
    threshold: float = 0.5
    """The score from which a binary model says the second class."""

    tolerance: float = 0.0
    """The largest error of a regression that is none to speak of."""

    def says(self, prediction: Prediction) -> float:
        """The class, or the number, that a prediction comes to."""
        return float(prediction.value >= self.threshold) if self.task == "binary" else prediction.value

    def broken(self, row: Judged) -> bool:
        """Whether the prediction for a row is a mistake; one that is not a number always is."""
        if self.task == "regression":
            return not abs(row.error) <= self.tolerance
        return self.says(row.prediction) != row.actual


@dataclass(frozen=True, slots=True)
class RegressionScores:
    """The fit of predicted numbers."""

    rows: int
    rmse: float
    mae: float
    r2: float
    """1 for a perfect fit, 0 for one that is no better than the mean."""

    points: tuple[tuple[float, float], ...] = ()
    """Actual and predicted values for a picture: all of them, or a fair sample."""


@dataclass(frozen=True, slots=True)
class AtThreshold:
    """What a binary model does at one threshold."""

    threshold: float
    true_positives: int
    false_positives: int
    true_negatives: int
    false_negatives: int

    @property
    def accuracy(self) -> float:
        """The share of rows with the right class."""
        right = self.true_positives + self.true_negatives
        return _share(right, right + self.false_positives + self.false_negatives)

    @property
    def precision(self) -> float:
        """Of what is said to be the second class, the share that is."""
        return _share(self.true_positives, self.true_positives + self.false_positives)

    @property
    def recall(self) -> float:
        """Of the second class, the share that is found."""
        return _share(self.true_positives, self.true_positives + self.false_negatives)

    @property
    def f1(self) -> float:
        """The harmonic mean of precision and recall."""
        return _share(2 * self.true_positives, 2 * self.true_positives + self.false_positives + self.false_negatives)

    @property
    def confusion(self) -> tuple[tuple[int, int], tuple[int, int]]:
        """Rows by actual (down) and predicted class (across)."""
        return (self.true_negatives, self.false_positives), (self.false_negatives, self.true_positives)


@dataclass(frozen=True, slots=True)
class BinaryScores:
    """The fit of scores of two classes, at every threshold that a person may try."""

    rows: int
    auc: float | None
    """The area under the ROC curve; None while only one class was seen."""

    thresholds: tuple[AtThreshold, ...]
    """In rising order."""

    def at(self, threshold: float) -> AtThreshold:
        """The threshold that was tried and lies nearest."""
        return min(self.thresholds, key=lambda tried: abs(tried.threshold - threshold))


@dataclass(frozen=True, slots=True)
class ClassScores:
    """The fit of predicted classes."""

    confusion: tuple[tuple[int, ...], ...]
    """Rows by actual (down) and predicted class (across)."""

    @property
    def rows(self) -> int:
        """How many were judged."""
        return sum(map(sum, self.confusion))

    @property
    def accuracy(self) -> float:
        """The share of rows with the right class."""
        return _share(sum(row[place] for place, row in enumerate(self.confusion)), self.rows)

    def precision(self, place: int) -> float:
        """Of what is said to be a class, the share that is."""
        return _share(self.confusion[place][place], sum(row[place] for row in self.confusion))

    def recall(self, place: int) -> float:
        """Of a class, the share that is found."""
        return _share(self.confusion[place][place], sum(self.confusion[place]))


Scores = RegressionScores | BinaryScores | ClassScores

_TOLERANCE_STEP = 0.25
"""In RMSEs."""


def mistakes_in(scores: Scores, rule: MistakeRule) -> int | None:
    """How many of the judged rows are mistakes; None where only a sample of them is at hand."""
    match scores:
        case RegressionScores(points=points):
            far = sum(not abs(predicted - actual) <= rule.tolerance for actual, predicted in points)
            return far if len(points) == scores.rows else None
        case BinaryScores():
            tried = scores.at(rule.threshold)
            return tried.false_positives + tried.false_negatives
        case ClassScores():
            return scores.rows - sum(row[place] for place, row in enumerate(scores.confusion))


def slid(scores: Scores, rule: MistakeRule, step: int) -> MistakeRule:
    """The rule with another tolerance, or with the threshold next to its own among those that were tried."""
    match scores:
        case RegressionScores(rmse=rmse):
            return replace(rule, tolerance=max(0.0, rule.tolerance + step * _TOLERANCE_STEP * rmse))
        case BinaryScores():
            tried = [one.threshold for one in scores.thresholds]
            place = tried.index(scores.at(rule.threshold).threshold) + step
            return replace(rule, threshold=tried[min(max(place, 0), len(tried) - 1)])
        case ClassScores():
            return rule


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0


def class_named(classes: Sequence[str], code: float) -> str:
    """The name of a class by its code; the code itself where it has none."""
    place = int(code)
    return classes[place] if place == code and 0 <= place < len(classes) else f"{code:g}"
