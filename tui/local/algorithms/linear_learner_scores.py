"""How good a linear model is: the scores that Linear Learner reports, and the threshold of a binary classifier."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from tui.local.algorithms.linear_learner_losses import Array
from tui.local.algorithms.linear_learner_model import LinearModel
from tui.local.algorithms.metrics import Confusion, mean_squared_error, r2, roc_auc


def objective_name(loss: str) -> str:
    """The name under which the log shows the loss that is optimised."""
    names = {
        "squared_loss": "mse_objective",
        "absolute_loss": "absolute_loss_objective",
        "logistic": "binary_classification_cross_entropy_objective",
        "softmax_loss": "multiclass_cross_entropy_objective",
    }
    return names.get(loss, f"{loss}_objective")


def final_scores(model: LinearModel, predicted: Array, labels: Array, settings: Mapping[str, Any]) -> dict[str, float]:
    """The scores of predictions by the names they have in the log."""
    if model.predictor_type == "regressor":
        mse = mean_squared_error(labels, predicted)
        error = float(np.mean(np.abs(labels.astype(np.float64) - predicted)))
        return {"mse": mse, "absolute_loss": error, "rmse": mse**0.5, "r2": r2(labels, predicted), "mae": error}
    confusion = Confusion.of(labels, model.classify(predicted))
    beta: float = settings["f_beta"]
    if model.predictor_type == "binary_classifier":
        return {
            "binary_classification_accuracy": confusion.accuracy(),
            f"binary_f_{beta:.3f}": confusion.f_beta(beta),
            "precision": confusion.precision(),
            "recall": confusion.recall(),
            "roc_auc_score": roc_auc(labels, predicted),
            "binary_balanced_accuracy": confusion.balanced_accuracy(),
            "binary_log_loss": _log_loss(np.stack([1 - predicted, predicted], axis=1), labels),
        }
    top = min(settings["accuracy_top_k"], predicted.shape[1])
    ranks = _ranks(predicted, labels)
    return {
        "multiclass_accuracy": confusion.accuracy(),
        f"multiclass_top_k_accuracy_{top}": float(np.mean(ranks < top)),
        "dcg": float(np.mean(1 / np.log2(ranks + 2))),
        "macro_recall": confusion.recall("macro"),
        "macro_precision": confusion.precision("macro"),
        f"macro_f_{beta:.3f}": confusion.f_beta(beta, "macro"),
        "multiclass_balanced_accuracy": confusion.balanced_accuracy(),
        "multiclass_log_loss": _log_loss(predicted, labels),
    }


def _log_loss(probabilities: Array, labels: Array) -> float:
    true_class = probabilities[np.arange(len(labels)), labels.astype(np.int64)]
    return float(-np.mean(np.log(np.maximum(true_class.astype(np.float64), 1e-15))))


def _ranks(probabilities: Array, labels: Array) -> npt.NDArray[np.int64]:
    """How many classes each example finds likelier than its own."""
    own = probabilities[np.arange(len(labels)), labels.astype(np.int64)]
    return np.asarray((probabilities > own[:, None]).sum(axis=1))


def best_threshold(probabilities: Array, labels: Array, settings: Mapping[str, Any]) -> float:
    """The threshold that `binary_classifier_model_selection_criteria` asks for; of equals the nearest to one half."""
    criterion: str = settings["binary_classifier_model_selection_criteria"]
    positive = labels > 0.5
    if criterion in ("loss_function", "cross_entropy_loss") or positive.all() or not positive.any():
        return 0.5
    thresholds = _candidates(probabilities)
    order = np.sort(probabilities[positive]), np.sort(probabilities[~positive])
    true_positive = len(order[0]) - np.searchsorted(order[0], thresholds)
    false_positive = len(order[1]) - np.searchsorted(order[1], thresholds)
    recall = true_positive / len(order[0])
    precision = true_positive / np.maximum(true_positive + false_positive, 1)
    if criterion == "precision_at_target_recall":
        worth = np.where(recall >= settings["target_recall"], precision, -1)
    elif criterion == "recall_at_target_precision":
        worth = np.where(precision >= settings["target_precision"], recall, -1)
    elif criterion in ("f1", "f_beta"):
        beta = settings["f_beta"] if criterion == "f_beta" else 1.0
        worth = (1 + beta**2) * precision * recall / np.maximum(beta**2 * precision + recall, 1e-12)
    else:
        worth = (true_positive + len(order[1]) - false_positive) / len(labels)
    equals = thresholds[worth >= worth.max() - 1e-12]
    return float(equals[np.argmin(np.abs(equals - 0.5))])


def _candidates(probabilities: Array) -> npt.NDArray[np.float64]:
    """One half, and the middles between neighbouring probabilities."""
    distinct = np.unique(probabilities.astype(np.float64))
    return np.append((distinct[1:] + distinct[:-1]) / 2, 0.5)
