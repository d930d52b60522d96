"""Trains many linear models at once by mini-batches, one matrix product for all of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice, product
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from tui.local.algorithms.collective import Collective
from tui.local.algorithms.linear_learner_losses import Array, loss_and_slope

LEAST_UPDATES: Final = 64
"""How many mini-batches an epoch has at least.

The service makes one pass over the data per epoch. On a few hundred rows that is a single step per epoch, and fifteen
steps do not reach the optimum; small data is therefore passed over several times in an epoch.
"""

MODELS: Final = 32
"""How many models `num_models` auto trains, as in the service."""

_LEARNING_RATE: Final = 0.05
_DECAY_STEPS: Final = 100
_DECAY: Final = 0.01
_SEED: Final = 0
_EPSILON: Final = 1e-8


@dataclass(frozen=True, slots=True)
class Variation:
    """The regularisation and step size of one of the models that are trained in parallel."""

    learning_rate: float
    wd: float
    l1: float


def variations(settings: Mapping[str, Any]) -> list[Variation]:
    """The models to train: the first by the given hyperparameters, the others close to it."""
    rate = settings["learning_rate"] or _LEARNING_RATE
    wd, l1 = settings["wd"], settings["l1"]
    rates = [rate, rate / 4, rate * 2, rate / 16]
    decays = [0.0, 1e-4, 1e-3, 1e-2] if wd is None else [wd, wd / 4, wd * 4, wd * 16]
    sparsities = [0.0, 1e-3] if l1 is None else [l1, l1 / 4]
    every = (Variation(r, w, s) for s, w, r in product(sparsities, decays, rates))
    return list(islice(every, settings["num_models"] or MODELS))


class Solver:
    """The parallel models' weights, and the optimizer's memory of their gradients."""

    def __init__(
        self, models: list[Variation], features: int, outputs: int, settings: Mapping[str, Any], cluster: Collective
    ) -> None:
        self._settings = settings
        self._cluster = cluster
        self._random = np.random.default_rng(_SEED)
        shape = (features + 1, len(models), outputs)
        if settings["init_method"] == "normal":
            start = self._random.normal(0, settings["init_sigma"], shape)
        else:
            start = self._random.uniform(-settings["init_scale"], settings["init_scale"], shape)
        start[-1] = settings["init_bias"] if settings["use_bias"] else 0.0
        self.weights: Array = start.astype(np.float32)
        """Shape (features + 1, models, outputs); the last row is the bias."""

        self._rates = _column([model.learning_rate for model in models])
        self._wd = np.broadcast_to(_column([model.wd for model in models]), shape).copy()
        self._wd[-1] *= settings["bias_wd_mult"] or 0.0
        self._l1 = _column([model.l1 for model in models])
        self._first = np.zeros_like(self.weights)
        self._second = np.zeros_like(self.weights)
        self._updates = 0
        self._planned = 1

    def scores(self, features: Array) -> Array:
        """The score of every row by every model: (rows, models, outputs)."""
        flat = features @ self.weights[:-1].reshape(features.shape[1], -1)
        return np.asarray(flat.reshape(len(features), *self.weights.shape[1:]) + self.weights[-1])

    def losses(self, features: Array, labels: Array, weights: Array) -> npt.NDArray[np.float64]:
        """The mean loss of every model over the rows of all hosts."""
        loss, _ = loss_and_slope(self._settings["loss"], self.scores(features), labels, self._settings)
        summed = self._cluster.sum(np.append((loss * weights[:, None]).sum(axis=0, dtype=np.float64), weights.sum()))
        return np.asarray(summed[:-1] / summed[-1])

    def epoch(self, features: Array, labels: Array, weights: Array) -> npt.NDArray[np.float64]:
        """Train for one epoch; answers the mean loss of every model while it learnt."""
        batch = min(self._settings["mini_batch_size"], len(labels))
        updates = int(self._cluster.maximum(max(LEAST_UPDATES, -(-len(labels) // batch))))
        self._planned = updates * self._settings["epochs"]
        total = np.zeros(self.weights.shape[1] + 1)
        for rows in islice(self._batches(len(labels), batch), updates):
            total += self._update(features[rows], labels[rows], weights[rows])
        return np.asarray(total[:-1] / total[-1])

    def _batches(self, rows: int, batch: int) -> Iterator[npt.NDArray[np.int64]]:
        while True:
            order = self._random.permutation(rows)
            for start in range(0, rows, batch):
                yield order[start : start + batch]

    def _update(self, features: Array, labels: Array, weights: Array) -> npt.NDArray[np.float64]:
        loss, slope = loss_and_slope(self._settings["loss"], self.scores(features), labels, self._settings)
        slope = slope * weights[:, None, None]
        gradient = np.empty_like(self.weights, dtype=np.float64)
        gradient[:-1] = (features.T @ slope.reshape(len(labels), -1)).reshape(gradient[:-1].shape)
        gradient[-1] = slope.sum(axis=0) if self._settings["use_bias"] else 0.0
        losses = np.append((loss * weights[:, None]).sum(axis=0, dtype=np.float64), weights.sum())
        summed = self._cluster.sum(np.append(gradient.ravel(), losses))
        examples = summed[-1]
        mean = (summed[: gradient.size] / examples).reshape(gradient.shape).astype(np.float32)
        self._step(mean + self._wd * self.weights)
        return np.asarray(summed[gradient.size :])

    def _step(self, gradient: Array) -> None:
        self._updates += 1
        rates = self._scheduled_rates()
        optimizer = self._settings["optimizer"] or "adam"
        if optimizer == "sgd":
            self._first = (self._settings["momentum"] or 0.0) * self._first + gradient
            change = self._first
        else:
            beta_2 = self._settings["beta_2"] or 0.999
            beta_1 = 0.0 if optimizer == "rmsprop" else self._settings["beta_1"] or 0.9
            self._first = beta_1 * self._first + (1 - beta_1) * gradient
            self._second = beta_2 * self._second + (1 - beta_2) * gradient**2
            corrected = self._second / (1 - beta_2**self._updates)
            change = self._first / (1 - beta_1**self._updates) / (np.sqrt(corrected) + _EPSILON)
        self.weights -= rates * change
        slopes = self.weights[:-1]
        np.copyto(slopes, np.sign(slopes) * np.maximum(0, np.abs(slopes) - rates * self._l1))

    def _scheduled_rates(self) -> Array:
        """The learning rates now; by default they fall to a hundredth over the training."""
        if not self._settings["use_lr_scheduler"]:
            return self._rates
        step = self._settings["lr_scheduler_step"] or max(1, self._planned // _DECAY_STEPS)
        factor = self._settings["lr_scheduler_factor"] or _DECAY ** (1 / _DECAY_STEPS)
        least = self._settings["lr_scheduler_minimum_lr"] or 0.0
        return np.asarray(np.maximum(self._rates * factor ** (self._updates // step), least), dtype=np.float32)


def _column(values: list[float]) -> Array:
    """Values by model, in a shape that multiplies the weights."""
    return np.array(values, dtype=np.float32)[None, :, None]
