"""The metrics that the container adds to XGBoost's own, computed on the predictions of every round."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import xgboost

from tui.local.algorithms.metrics import Confusion, mean_squared_error, r2

Evaluation = Callable[[npt.NDArray[Any], xgboost.DMatrix], list[tuple[str, float]]]

_CLASSIFICATION: Final[dict[str, Callable[[Confusion], float]]] = {
    "accuracy": Confusion.accuracy,
    "balanced_accuracy": Confusion.balanced_accuracy,
    "f1": lambda confusion: confusion.f_beta(average="macro"),
    "f1_binary": Confusion.f_beta,
    "f1_macro": lambda confusion: confusion.f_beta(average="macro"),
    "precision": Confusion.precision,
    "precision_macro": lambda confusion: confusion.precision("macro"),
    "precision_micro": lambda confusion: confusion.precision("micro"),
    "recall": Confusion.recall,
    "recall_macro": lambda confusion: confusion.recall("macro"),
    "recall_micro": lambda confusion: confusion.recall("micro"),
}
_REGRESSION: Final = {"mse": mean_squared_error, "r2": r2}

CUSTOM: Final = frozenset(_CLASSIFICATION) | frozenset(_REGRESSION)
"""The metrics that XGBoost itself does not know."""


def evaluation(names: Sequence[str], objective: str) -> Evaluation:
    """A function for `xgboost.train(custom_metric=…)` that computes these metrics in this order."""

    def evaluate(predictions: npt.NDArray[Any], data: xgboost.DMatrix) -> list[tuple[str, float]]:
        labels = data.get_label()
        classes = predicted_classes(predictions, objective)
        confusion = Confusion.of(labels, classes) if any(name in _CLASSIFICATION for name in names) else None
        return [
            (
                name,
                _REGRESSION[name](labels, predictions)
                if confusion is None or name in _REGRESSION
                else _CLASSIFICATION[name](confusion),
            )
            for name in names
        ]

    return evaluate


def predicted_classes(predictions: npt.NDArray[Any], objective: str) -> npt.NDArray[Any]:
    """The classes that predictions stand for: the likeliest of several, or the side of the threshold."""
    if predictions.ndim == 2:
        return np.asarray(predictions.argmax(axis=1))
    if objective == "multi:softmax":
        return predictions
    threshold = 0.5 if objective in ("binary:logistic", "binary:hinge", "reg:logistic") else 0.0
    return np.asarray(predictions > threshold)
