"""Training as the XGBoost container does: check, read, boost, save."""

from __future__ import annotations

import pickle
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import xgboost

from tui.local.algorithms.collective import LOST_HOST, Collective, join
from tui.local.algorithms.dataset import Dataset
from tui.local.algorithms.environment import Environment
from tui.local.algorithms.failures import TrainingError, UserError
from tui.local.algorithms.stop import StopRequest
from tui.local.algorithms.xgboost_data import check_channels, check_formats, read_channel
from tui.local.algorithms.xgboost_hyperparameters import validate
from tui.local.algorithms.xgboost_logs import ContainerLog
from tui.local.algorithms.xgboost_metrics import CUSTOM, evaluation
from tui.local.algorithms.xgboost_output import container_output
from tui.local.algorithms.xgboost_releases import LogStyle, Release
from tui.local.algorithms.xgboost_rounds import Rounds

MODEL_NAME: Final = "xgboost-model"

_NOT_BOOSTER_PARAMETERS: Final = frozenset(
    {
        "_tuning_objective_metric",
        "csv_weights",
        "deterministic_histogram",
        "dsplit",
        "early_stopping_rounds",
        "eval_metric",
        "lambda_bias",
        "nthread",
        "num_round",
        "predictor",
        "prob_buffer_row",
        "save_model_on_termination",
        "silent",
        "sketch_eps",
        "use_dask_gpu_training",
    }
)
"""Hyperparameters that steer the container, and those of older releases that XGBoost no longer has."""

_EXACT_ROWS: Final = 4_000_000
"""Up to here XGBoost before 2.0 grew trees exactly when `tree_method` was auto."""

_EXACT_EXCLUDES: Final = ("tree_method", "updater", "grow_policy", "max_leaves", "max_bin", "interaction_constraints")

_USER_ERRORS: Final = (
    "label must be in [0,1] for logistic regression",
    "label must be in [0, num_class)",
    "label must be discrete values in the range of [0, num_class)",
    "base_score must be in (0,1)",
    "label must be nonnegative",
    "the dataset only contains pos or neg samples",
    "feature_names mismatch",
    "Number of columns does not match number of features",
)
"""What XGBoost says about mistakes in the data or the hyperparameters."""


@dataclass(frozen=True, slots=True)
class _Job:
    environment: Environment
    release: Release
    log: ContainerLog
    stop: StopRequest


def train(environment: Environment, version: str, stop: StopRequest) -> None:
    """Train one host of an XGBoost job and, on the master, save the model.

    Raises TrainingError with the text of the failure file.
    """
    release = Release(version)
    job = _Job(environment, release, ContainerLog(release, environment), stop)
    job.log.opening(environment.hyperparameters)
    try:
        _train(job)
    except TrainingError as error:
        raise job.log.failure(error) from error


def _train(job: _Job) -> None:
    environment, log = job.environment, job.log
    hyperparameters = validate(environment.hyperparameters, job.release)
    data = _read(job, hyperparameters)
    log.hosts()
    with join(environment, takes_part=all(dataset is not None for dataset in data.values())) as cluster:
        training = data["train"]
        if cluster is None or training is None:
            log.idle_host()
            return
        log.matrices(training, data.get("validation"), cluster.is_master)
        booster = _boost(job, hyperparameters, training, data.get("validation"), cluster)
        log.saved(cluster.is_master)
        if cluster.is_master:
            _save(booster, environment, job.release)


def _read(job: _Job, hyperparameters: Mapping[str, Any]) -> dict[str, Dataset | None]:
    environment, log = job.environment, job.log
    check_channels(environment)
    log.sizes(sum(path.stat().st_size for name in environment.channels for path in environment.data_files(name)))
    for channel in environment.channels:
        check_formats(environment, channel, log, job.release)
    data: dict[str, Dataset | None] = {}
    for channel in environment.channels:
        data[channel] = dataset = read_channel(environment, channel, log, hyperparameters.get("csv_weights") == 1)
        if dataset is not None:
            _check_labels(dataset.labels, hyperparameters)
        elif len(environment.hosts) == 1:
            name = "training" if channel == "train" else channel
            raise UserError(f"No data in {name} channel path /opt/ml/input/data/{channel}")
    return data


def _boost(
    job: _Job,
    hyperparameters: Mapping[str, Any],
    training: Dataset,
    validation: Dataset | None,
    cluster: Collective,
) -> xgboost.Booster:
    own_metrics, custom_metrics, decisive = _metrics(hyperparameters, job.log)
    parameters = _booster_parameters(hyperparameters, training, job.release, cluster)
    if own_metrics:
        parameters["eval_metric"] = own_metrics
    custom = evaluation(custom_metrics, str(hyperparameters.get("objective"))) if custom_metrics else None
    evaluated = [(_matrix(training), "train")]
    if validation is not None:
        evaluated.append((_matrix(validation), "validation"))
    rounds = Rounds(job.release, job.log, cluster, job.stop)
    callbacks: list[xgboost.callback.TrainingCallback] = [rounds]
    patience: int | None = hyperparameters.get("early_stopping_rounds")
    if patience is not None:
        callbacks += rounds.early_stopping(patience, decisive, evaluated[-1][1])
    with container_output(job.release):
        try:
            booster = xgboost.train(
                parameters,
                evaluated[0][0],
                num_boost_round=hyperparameters["num_round"],
                evals=evaluated,
                custom_metric=custom,
                callbacks=callbacks,
                verbose_eval=False,
            )
        except (xgboost.core.XGBoostError, ValueError) as error:
            raise _explained(str(error)) from error
    rounds.finish(booster)
    return booster


def _metrics(hyperparameters: Mapping[str, Any], log: ContainerLog) -> tuple[list[str], list[str], str | None]:
    """XGBoost's own metrics and the container's to evaluate, and the one that early stopping looks at."""
    wanted: list[str] = hyperparameters.get("eval_metric", [])
    decisive = wanted[-1] if wanted else None
    tuned: str | None = hyperparameters.get("_tuning_objective_metric")
    if tuned is not None:
        decisive = tuned.partition(":")[2]
        log.tuning(decisive)
        wanted = sorted({decisive, *wanted}) if wanted else [decisive]
    return [name for name in wanted if name not in CUSTOM], [name for name in wanted if name in CUSTOM], decisive


def _booster_parameters(
    hyperparameters: Mapping[str, Any], training: Dataset, release: Release, cluster: Collective
) -> dict[str, Any]:
    parameters = {name: value for name, value in hyperparameters.items() if name not in _NOT_BOOSTER_PARAMETERS}
    parameters["nthread"] = 1
    if parameters.get("objective") == "reg:linear":
        parameters["objective"] = "reg:squarederror"
    if "updater" in parameters:
        parameters["updater"] = ",".join(parameters["updater"])
    for name in ("monotone_constraints", "interaction_constraints"):
        if name in parameters:
            parameters[name] = str(parameters[name])
    if not release.estimates_base_score:
        parameters.setdefault("base_score", 0.5)
    exact = release.grows_exactly and cluster.size == 1 and training.rows <= _EXACT_ROWS
    if exact and parameters.get("booster") != "gblinear" and not any(name in parameters for name in _EXACT_EXCLUDES):
        parameters["tree_method"] = "exact"
    if release.log_style is LogStyle.FIRST:
        parameters["verbosity"] = 0 if hyperparameters.get("silent") == 1 else 2
    return parameters


def _check_labels(labels: npt.NDArray[np.float32], hyperparameters: Mapping[str, Any]) -> None:
    objective = str(hyperparameters.get("objective"))
    if not np.isfinite(labels).all():
        raise UserError("Label contains NaN, infinity or a value too large.")
    if objective in ("binary:logistic", "binary:logitraw", "reg:logistic") and not _within(labels, 0, 1):
        raise UserError("label must be in [0,1] for logistic regression")
    if objective.startswith("multi:"):
        classes: int = hyperparameters["num_class"]
        if not _within(labels, 0, classes - 1) or (labels != np.floor(labels)).any():
            raise UserError(f"label must be in [0, num_class), num_class={classes} but found {labels.max():g} in label")


def _within(values: npt.NDArray[np.float32], low: float, high: float) -> bool:
    return bool(((values >= low) & (values <= high)).all())


def _matrix(data: Dataset) -> xgboost.DMatrix:
    return xgboost.DMatrix(data.features, label=data.labels, weight=data.weights, nthread=1)


def _explained(message: str) -> TrainingError:
    """An error of the library in the container's words, without the library's stack."""
    if "/src/collective/" in message:
        return TrainingError(LOST_HOST)
    reason = message.partition("\nStack trace:")[0].strip()
    if any(known in reason for known in _USER_ERRORS):
        return UserError(reason)
    return TrainingError(f"XGB train call failed with exception:\n {reason}")


def _save(booster: xgboost.Booster, environment: Environment, release: Release) -> None:
    environment.model_folder.mkdir(parents=True, exist_ok=True)
    content = pickle.dumps(booster) if release.pickles_model else bytes(booster.save_raw(raw_format="ubj"))
    (environment.model_folder / MODEL_NAME).write_bytes(content)
