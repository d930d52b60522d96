"""The units in which linear models learn: every feature, and a regressor's label, with mean 0 and deviation 1."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from tui.local.algorithms.collective import Collective
from tui.local.algorithms.linear_learner_losses import Array

Moments = tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]


@dataclass(frozen=True, slots=True)
class Scaling:
    """What is taken off and divided by, of each feature and of the label."""

    feature_mean: npt.NDArray[np.float64]
    feature_deviation: npt.NDArray[np.float64]
    label_mean: float
    label_deviation: float

    @classmethod
    def of(cls, features: Array, labels: Array, settings: Mapping[str, Any], cluster: Collective) -> Scaling:
        """Measure the training data of all hosts. Without a bias nothing is centred: the bias could not undo it."""
        centred = settings["use_bias"]
        mean, deviation = _moments(features, cluster)
        label_mean, label_deviation = _moments(labels[:, None], cluster)
        regressor = settings["predictor_type"] == "regressor"
        scaled = settings["normalize_data"]
        label_scaled = regressor and settings["normalize_label"] is not False
        return cls(
            mean if scaled and centred and settings["unbias_data"] is not False else np.zeros_like(mean),
            deviation if scaled else np.ones_like(deviation),
            float(label_mean[0]) if label_scaled and centred and settings["unbias_label"] is not False else 0.0,
            float(label_deviation[0]) if label_scaled else 1.0,
        )

    def features(self, values: Array) -> Array:
        """Features as the models learn them."""
        return ((values - self.feature_mean) / self.feature_deviation).astype(np.float32)

    def labels(self, values: Array) -> Array:
        """Labels as the models learn them."""
        return ((values - self.label_mean) / self.label_deviation).astype(np.float32)

    def restored(self, weights: Array) -> tuple[Array, Array]:
        """One model's weights (features + bias, outputs), for features and labels in their own units."""
        slopes = weights[:-1] * self.label_deviation / self.feature_deviation[:, None]
        bias = weights[-1] * self.label_deviation + self.label_mean - self.feature_mean @ slopes
        return slopes.astype(np.float32), bias.astype(np.float32)


def _moments(values: Array, cluster: Collective) -> Moments:
    """Mean and standard deviation of each column; the deviation of a constant column counts as 1."""
    count = cluster.sum(np.array([float(len(values))]))[0]
    mean = cluster.sum(values.sum(axis=0, dtype=np.float64)) / count
    variance = cluster.sum(((values - mean) ** 2).sum(axis=0)) / count
    return mean, np.where(variance > 1e-12 * (1 + mean**2), np.sqrt(variance), 1.0)


def example_weights(labels: Array, settings: Mapping[str, Any], cluster: Collective) -> Array:
    """How much each example counts, by `positive_example_weight_mult` and `balance_multiclass_weights`."""
    predictor: str = settings["predictor_type"]
    if predictor == "regressor":
        return np.ones_like(labels)
    classes = labels.astype(np.int64)
    counts = cluster.sum(np.bincount(classes, minlength=max(2, settings["num_classes"])).astype(np.float64))
    weights = np.ones(len(counts))
    if predictor == "binary_classifier":
        multiplier = settings["positive_example_weight_mult"]
        weights[1] = counts[0] / max(counts[1], 1.0) if multiplier == "balanced" else multiplier
    elif settings["balance_multiclass_weights"]:
        weights = counts.sum() / (len(counts) * np.maximum(counts, 1.0))
    return weights[classes].astype(np.float32)
