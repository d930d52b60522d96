"""Training as the Linear Learner container does: many models at once, epoch by epoch, and the best of them kept.

Several hosts train one model: each computes the gradient of its own mini-batch, the gradients are summed over the
hosts, and all take the same step.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np

from tui.local.algorithms.collective import Collective, join
from tui.local.algorithms.dataset import Dataset
from tui.local.algorithms.environment import Environment
from tui.local.algorithms.failures import TrainingError
from tui.local.algorithms.linear_learner_data import read_channels
from tui.local.algorithms.linear_learner_hyperparameters import validate
from tui.local.algorithms.linear_learner_logs import ContainerLog
from tui.local.algorithms.linear_learner_losses import Array, loss_and_slope
from tui.local.algorithms.linear_learner_model import MODEL_NAME, LinearModel
from tui.local.algorithms.linear_learner_scaling import Scaling, example_weights
from tui.local.algorithms.linear_learner_scores import best_threshold, final_scores, objective_name
from tui.local.algorithms.linear_learner_solver import Solver, Variation, variations
from tui.local.algorithms.stop import StopRequest

_SQUARED: Final = ("squared_loss", "eps_insensitive_squared_loss", "huber_loss")


@dataclass(frozen=True, slots=True)
class _Job:
    settings: dict[str, Any]
    log: ContainerLog
    cluster: Collective
    stop: StopRequest


@dataclass(frozen=True, slots=True)
class _Scaled:
    """A channel in the units of the solver."""

    features: Array
    labels: Array
    weights: Array


@dataclass(frozen=True, slots=True)
class _Best:
    """The best of the parallel models, at the end of its best epoch."""

    weights: Array
    variation: Variation
    epochs: int
    """How many epochs were trained in all."""


def train(environment: Environment, stop: StopRequest) -> None:
    """Train one host of a Linear Learner job and, on the master, save the model.

    Raises TrainingError with the text of the failure file.
    """
    log = ContainerLog(environment)
    log.opening(environment.hyperparameters)
    try:
        settings = validate(environment.hyperparameters)
        data = read_channels(environment, settings)
        with join(environment, takes_part="train" in data) as cluster:
            if cluster is None:
                log.info(f"Host {environment.current_host} has no training data and takes no part.", "WARNING")
                return
            model = _train(_Job(settings, log, cluster, stop), data)
            if cluster.is_master:
                environment.model_folder.mkdir(parents=True, exist_ok=True)
                model.save(environment.model_folder / MODEL_NAME)
    except TrainingError as error:
        log.failure(error)
        raise


def _train(job: _Job, data: dict[str, Dataset]) -> LinearModel:
    data = {name: dataset for name, dataset in data.items() if job.cluster.maximum(dataset.rows) > 0}
    training = data["train"]
    scaling = Scaling.of(np.asarray(training.features), training.labels, job.settings, job.cluster)
    channels = {
        name: _Scaled(
            scaling.features(np.asarray(dataset.features)),
            scaling.labels(dataset.labels),
            example_weights(dataset.labels, job.settings, job.cluster),
        )
        for name, dataset in data.items()
    }
    unit = scaling.label_deviation ** (2 if job.settings["loss"] in _SQUARED else 1)
    best = _search(job, channels, unit)
    job.log.synchronising()
    model = _calibrated(job, LinearModel(job.settings["predictor_type"], *scaling.restored(best.weights)), data)
    for name, dataset in data.items():
        loss = _mean_loss(job, best.weights, channels[name]) * unit
        scores = {objective_name(job.settings["loss"]): loss}
        predicted, labels = _predictions(job, model, dataset)
        job.log.scores(name, scores | final_scores(model, predicted, labels, job.settings))
    job.log.best(
        {
            "optimizer": job.settings["optimizer"] or "adam",
            "learning_rate": best.variation.learning_rate,
            "l1": best.variation.l1,
            "wd": best.variation.wd,
        }
    )
    job.log.finished("test" in data, best.epochs)
    return model


def _search(job: _Job, channels: dict[str, _Scaled], unit: float) -> _Best:
    """Train until the epochs are over, the best model stops improving, or somebody asks to stop."""
    settings, log = job.settings, job.log
    objective = objective_name(settings["loss"])
    training, validation = channels["train"], channels.get("validation")
    outputs = settings["num_classes"] if settings["predictor_type"] == "multiclass_classifier" else 1
    models = variations(settings)
    solver = Solver(models, training.features.shape[1], outputs, settings, job.cluster)
    best, best_loss, waited = _Best(solver.weights[:, 0].copy(), models[0], 0), np.inf, 0
    for epoch in range(settings["epochs"]):
        started = time.time()
        losses = solver.epoch(training.features, training.labels, training.weights) * unit
        log.epoch_losses(epoch, "train", objective, losses, since=started)
        if validation is not None:
            losses = solver.losses(validation.features, validation.labels, validation.weights) * unit
            log.epoch_losses(epoch, "validation", objective, losses, since=started)
        losses = np.where(np.isfinite(losses), losses, np.inf)
        leader = int(losses.argmin())
        improved = losses[leader] < best_loss * (1 - settings["early_stopping_tolerance"])
        waited = 0 if improved else waited + 1
        if losses[leader] < best_loss:
            best_loss = float(losses[leader])
            best = _Best(solver.weights[:, leader].copy(), models[leader], epoch + 1)
        log.epoch_criterion(epoch, objective, float(losses[leader]))
        log.epoch_verdict(epoch, waited)
        log.progress(epoch, settings["epochs"], len(training.labels), time.time() - started)
        if waited >= settings["early_stopping_patience"]:
            log.early_stop()
            break
        if job.cluster.maximum(float(bool(job.stop))) > 0:
            break
    return replace(best, epochs=epoch + 1)


def _calibrated(job: _Job, model: LinearModel, data: dict[str, Dataset]) -> LinearModel:
    """The model with the threshold that does best on the validation data, or on the training data without any."""
    if model.predictor_type != "binary_classifier":
        return model
    predicted, labels = _predictions(job, model, data.get("validation", data["train"]))
    return replace(model, threshold=best_threshold(predicted, labels, job.settings))


def _predictions(job: _Job, model: LinearModel, data: Dataset) -> tuple[Array, Array]:
    """The predictions for the rows of all hosts, and their labels."""
    gathered = job.cluster.gather((model.predict(data.features), data.labels))
    return np.concatenate([predicted for predicted, _ in gathered]), np.concatenate([labels for _, labels in gathered])


def _mean_loss(job: _Job, weights: Array, data: _Scaled) -> float:
    """One model's loss over the rows of all hosts, in the units of the solver."""
    scores = data.features @ weights[:-1] + weights[-1]
    loss, _ = loss_and_slope(job.settings["loss"], scores[:, None, :], data.labels, job.settings)
    total = job.cluster.sum(np.array([(loss[:, 0] * data.weights).sum(dtype=np.float64), data.weights.sum()]))
    return float(total[0] / total[1])
