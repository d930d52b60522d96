"""What the built-in algorithms say about tuning: the metrics they can be judged by, the hyperparameters they take."""

from __future__ import annotations

from collections.abc import Mapping

from tui.local.algorithms import catalog, linear_learner_hyperparameters, xgboost_hyperparameters
from tui.local.algorithms.failures import TrainingError
from tui.local.algorithms.metric_definitions import XGBOOST_MAXIMIZE, XGBOOST_METRICS
from tui.local.algorithms.xgboost_releases import Release
from tui.local.errors import validation_error
from tui.local.tuning.definitions import Definition

_LINEAR_LEARNER_MINIMIZE = ("objective_loss", "mse", "rmse", "absolute_loss")
"""Linear Learner's metrics that are better when smaller."""


def check_objective(definition: Definition) -> None:
    """Raise ValidationException when the algorithm has no such metric, or not in this direction."""
    objective, image = definition.objective, definition.image
    maximize = _metrics(_algorithm(image), definition.static).get(objective.metric)
    if maximize is None:
        raise validation_error(
            f"The objective metric for the hyperparameter tuning job, [{objective.metric}], isn't valid for the "
            f"[{image}] algorithm. Choose a valid objective metric."
        )
    if maximize is not objective.maximize:
        raise validation_error(
            f"The objective metric type, [{objective.type}], that you specified for objective metric, "
            f"[{objective.metric}], isn't valid for the [{image}] algorithm. Choose a valid objective metric type."
        )


def check_hyperparameters(definition: Definition) -> None:
    """Raise ValidationException, with the container's reason, when it would refuse some of the hyperparameters.

    The container's own check sees the static hyperparameters with both bounds of every range, and with every
    categorical value.
    """
    algorithm = _algorithm(definition.image)
    for number in range(max(len(one.samples) for one in definition.ranges)):
        tuned = {one.name: one.samples[min(number, len(one.samples) - 1)] for one in definition.ranges}
        hyperparameters = {**definition.static, **tuned}
        try:
            if algorithm.name == "xgboost":
                xgboost_hyperparameters.validate(hyperparameters, Release(algorithm.version))
            else:
                linear_learner_hyperparameters.validate(hyperparameters)
        except TrainingError as error:
            raise validation_error(
                f"The hyperparameters aren't valid for the [{definition.image}] algorithm. {error.message}"
            ) from error


def _algorithm(image: str) -> catalog.Algorithm:
    algorithm = catalog.find(image)
    if algorithm is None:
        raise LookupError(f"{image} was accepted for training and is not the image of a built-in algorithm")
    return algorithm


def _metrics(algorithm: catalog.Algorithm, hyperparameters: Mapping[str, str]) -> dict[str, bool]:
    """The metrics by which training jobs of an algorithm can be judged, and whether more is better."""
    if algorithm.name == "xgboost":
        return {f"validation:{metric}": metric in XGBOOST_MAXIMIZE for metric in XGBOOST_METRICS}
    names = [definition.name for definition in algorithm.metric_definitions(hyperparameters)]
    return {
        name: name.partition(":")[2] not in _LINEAR_LEARNER_MINIMIZE
        for name in names
        if name.startswith(("validation:", "test:")) and not name.endswith(":final")
    }
