"""Classification metrics out of a confusion matrix, as scikit-learn defines them but fast enough for every round."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

Average = Literal["binary", "macro", "micro"]


@dataclass(frozen=True, slots=True)
class Confusion:
    """How often each true class (row) was predicted as each class (column)."""

    counts: npt.NDArray[np.int64]

    @classmethod
    def of(cls, labels: npt.NDArray[Any], predicted: npt.NDArray[Any]) -> Confusion:
        """Count classes, which are whole numbers from 0."""
        truth, guess = labels.astype(np.int64), predicted.astype(np.int64)
        size = int(max(truth.max(initial=0), guess.max(initial=0), 1)) + 1
        return cls(np.bincount(truth * size + guess, minlength=size * size).reshape(size, size))

    @property
    def _present(self) -> npt.NDArray[np.bool_]:
        present: npt.NDArray[np.bool_] = (self.counts.sum(axis=0) + self.counts.sum(axis=1)) > 0
        return present

    def accuracy(self) -> float:
        """The share of right predictions."""
        return float(_ratio(np.trace(self.counts), self.counts.sum()))

    def balanced_accuracy(self) -> float:
        """The mean recall of the classes that occur."""
        occurring = self.counts.sum(axis=1) > 0
        return float(self._recalls()[occurring].mean())

    def precision(self, average: Average = "binary") -> float:
        """Of the predictions of a class, the share that is right."""
        return self._averaged(self._precisions(), average)

    def recall(self, average: Average = "binary") -> float:
        """Of the examples of a class, the share that is found."""
        return self._averaged(self._recalls(), average)

    def f_beta(self, beta: float = 1.0, average: Average = "binary") -> float:
        """The harmonic mean of precision and recall, with recall weighing `beta` times as much."""
        precision, recall = self._precisions(), self._recalls()
        return self._averaged(_ratio((1 + beta**2) * precision * recall, beta**2 * precision + recall), average)

    def _precisions(self) -> npt.NDArray[np.float64]:
        return _ratio(np.diag(self.counts), self.counts.sum(axis=0))

    def _recalls(self) -> npt.NDArray[np.float64]:
        return _ratio(np.diag(self.counts), self.counts.sum(axis=1))

    def _averaged(self, values: npt.NDArray[np.float64], average: Average) -> float:
        if average == "micro":
            return self.accuracy()
        return float(values[1] if average == "binary" else values[self._present].mean())


def _ratio(numerator: Any, denominator: Any) -> npt.NDArray[np.float64]:
    """The quotient, 0 where nothing was counted."""
    top, bottom = np.asarray(numerator, dtype=np.float64), np.asarray(denominator, dtype=np.float64)
    return np.divide(top, bottom, out=np.zeros(np.broadcast(top, bottom).shape), where=bottom != 0)


def mean_squared_error(labels: npt.NDArray[Any], predicted: npt.NDArray[Any]) -> float:
    """The mean of the squared errors."""
    return float(np.mean((labels.astype(np.float64) - predicted) ** 2))


def r2(labels: npt.NDArray[Any], predicted: npt.NDArray[Any]) -> float:
    """The share of the labels' variance that the predictions explain."""
    truth = labels.astype(np.float64)
    variance = float(np.sum((truth - truth.mean()) ** 2))
    return 1.0 - float(np.sum((truth - predicted) ** 2)) / variance if variance else 0.0


def roc_auc(labels: npt.NDArray[Any], scores: npt.NDArray[Any]) -> float:
    """The chance that a positive example scores higher than a negative one; 0.5 when one of the classes is absent."""
    order = np.argsort(scores, kind="stable")
    ranked = scores[order]
    _, first, count = np.unique(ranked, return_index=True, return_counts=True)
    ranks = np.empty(len(scores))
    ranks[order] = np.repeat(first + (count + 1) / 2, count)
    positive = labels > 0.5
    positives, negatives = int(positive.sum()), int((~positive).sum())
    if not positives or not negatives:
        return 0.5
    return float((ranks[positive].sum() - positives * (positives + 1) / 2) / (positives * negatives))
