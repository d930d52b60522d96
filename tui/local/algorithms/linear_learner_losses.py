"""The losses of Linear Learner and their derivatives by the score, for many models at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float32]


def loss_and_slope(name: str, scores: Array, labels: Array, settings: Mapping[str, Any]) -> tuple[Array, Array]:
    """The loss of each row and model, and its derivative by the scores.

    `scores` has the shape (rows, models, outputs), the loss (rows, models), the derivative that of the scores.
    """
    if name == "softmax_loss":
        return _softmax(scores, labels)
    score, label = scores[:, :, 0], labels[:, None]
    if name == "logistic":
        loss, slope = np.logaddexp(0, score) - label * score, sigmoid(score) - label
    elif name == "hinge_loss":
        side = 2 * label - 1
        loss = np.maximum(0, settings["margin"] - side * score)
        slope = -side * (loss > 0)
    else:
        loss, slope = _regression(name, score - label, settings)
    return loss, slope[:, :, None]


def _regression(name: str, error: Array, settings: Mapping[str, Any]) -> tuple[Array, Array]:
    """The losses of an error, which is the prediction minus the label."""
    size, side = np.abs(error), np.sign(error)
    if name == "squared_loss":
        return error**2, 2 * error
    if name == "absolute_loss":
        return size, side
    if name == "quantile_loss":
        quantile = settings["quantile"]
        slope = np.where(error > 0, 1 - quantile, -quantile).astype(error.dtype)
        return slope * error, slope
    if name == "huber_loss":
        delta = settings["huber_delta"]
        near = size <= delta
        loss = np.where(near, error**2 / 2, delta * (size - delta / 2)).astype(error.dtype)
        return loss, np.where(near, error, delta * side).astype(error.dtype)
    beyond = np.maximum(0, size - settings["loss_insensitivity"])
    if name == "eps_insensitive_squared_loss":
        return beyond**2, 2 * beyond * side
    return beyond, (beyond > 0) * side


def _softmax(scores: Array, labels: Array) -> tuple[Array, Array]:
    probabilities = softmax(scores)
    rows, classes = np.arange(len(labels)), labels.astype(np.int64)
    loss = -np.log(np.maximum(probabilities[rows, :, classes], np.finfo(np.float32).tiny))
    slope = probabilities
    slope[rows, :, classes] -= 1
    return loss, slope


def sigmoid(scores: Array) -> Array:
    """The probability that a score of a binary classifier stands for."""
    return np.asarray(0.5 * (1 + np.tanh(0.5 * scores)))


def softmax(scores: Array) -> Array:
    """The probabilities that the scores of the classes, in the last axis, stand for."""
    shifted = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return np.asarray(shifted / shifted.sum(axis=-1, keepdims=True))
