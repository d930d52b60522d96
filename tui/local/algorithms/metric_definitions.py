"""The metric definitions that Describe shows for a built-in algorithm: how a log line becomes a metric.

The regular expressions meet log lines as CloudWatch stores them, with a TAB written as `#011`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class MetricDefinition:
    """One metric and the regular expression whose first group is its value."""

    name: str
    regex: str


MAX_DEFINITIONS: Final = 40
"""The most definitions a job can have."""

XGBOOST_MAXIMIZE: Final = (
    "accuracy",
    "auc",
    "aucpr",
    "balanced_accuracy",
    "f1",
    "f1_binary",
    "f1_macro",
    "map",
    "ndcg",
    "precision",
    "precision_macro",
    "precision_micro",
    "r2",
    "recall",
    "recall_macro",
    "recall_micro",
)
"""XGBoost's metrics that are better when greater."""

XGBOOST_MINIMIZE: Final = (
    "aft-nloglik",
    "cox-nloglik",
    "error",
    "gamma-deviance",
    "gamma-nloglik",
    "interval-regression-accuracy",
    "logloss",
    "mae",
    "mape",
    "merror",
    "mlogloss",
    "mphe",
    "mse",
    "poisson-nloglik",
    "rmse",
    "rmsle",
    "tweedie-nloglik",
)
"""XGBoost's metrics that are better when smaller."""

XGBOOST_METRICS: Final = XGBOOST_MAXIMIZE + XGBOOST_MINIMIZE

_NUMBER = r"([-+]?[0-9]*\.?[0-9]+(?:[eE][-+]?[0-9]+)?)"

_XGBOOST_DEFAULTS: Final = (
    "rmse",
    "logloss",
    "error",
    "mlogloss",
    "merror",
    "auc",
    "mae",
    "map",
    "ndcg",
    "rmsle",
    "mphe",
    "poisson-nloglik",
    "gamma-nloglik",
    "tweedie-nloglik",
    "cox-nloglik",
    "aft-nloglik",
)
"""The metrics that some objective of some release evaluates without being asked."""

_LINEAR_LEARNER_SCORES: Final = {
    "binary_classifier": (
        ("binary_classification_accuracy", r"binary_classification_accuracy <score>"),
        ("binary_f_beta", r"binary_f_\S+ <score>"),
        ("precision", r"precision <score>"),
        ("recall", r"recall <score>"),
        ("roc_auc_score", r"roc_auc_score <score>"),
    ),
    "multiclass_classifier": (
        ("multiclass_accuracy", r"multiclass_accuracy <score>"),
        ("multiclass_top_k_accuracy", r"multiclass_top_k_accuracy_\S+ <score>"),
        ("dcg", r"dcg <score>"),
        ("macro_precision", r"macro_precision <score>"),
        ("macro_recall", r"macro_recall <score>"),
        ("macro_f_beta", r"macro_f_\S+ <score>"),
    ),
    "regressor": (
        ("mse", r"mse <loss>"),
        ("rmse", r"rmse <loss>"),
        ("absolute_loss", r"absolute_loss <loss>"),
    ),
}
"""The scores of each `predictor_type`."""


def xgboost_definitions(hyperparameters: Mapping[str, str]) -> tuple[MetricDefinition, ...]:
    """The definitions of an XGBoost job; a tuned one has `ObjectiveMetric` as well.

    There is room for 20 metrics of two channels, one less when tuned: first those of `eval_metric`, in its order, then
    those that objectives have by default.
    """
    tuned = hyperparameters.get("_tuning_objective_metric", "").partition(":")[2]
    stated = [tuned, *re.findall(r"[\w-]+", hyperparameters.get("eval_metric", ""))]
    metrics = dict.fromkeys([*(name for name in stated if name in XGBOOST_METRICS), *_XGBOOST_DEFAULTS])
    definitions = tuple(
        MetricDefinition(f"{channel}:{metric}", rf".*\[[0-9]+\].*#011{channel}-{metric}:{_NUMBER}.*")
        for channel in ("train", "validation")
        for metric in list(metrics)[: (MAX_DEFINITIONS - bool(tuned)) // 2]
    )
    return _with_objective(definitions, hyperparameters)


def linear_learner_definitions(hyperparameters: Mapping[str, str]) -> tuple[MetricDefinition, ...]:
    """The definitions of a Linear Learner job; a tuned one has `ObjectiveMetric` as well."""
    host = r"#quality_metric: host=\S+,"
    definitions = [
        MetricDefinition("train:progress", r"#progress_metric: host=\S+, completed (\S+) %"),
        MetricDefinition("train:throughput", r"#throughput_metric: host=\S+, train throughput=(\S+) records/second"),
        MetricDefinition("test:objective_loss", rf"{host} test \S+_objective <loss>=(\S+)"),
    ]
    for channel in ("train", "validation"):
        definitions += [
            MetricDefinition(f"{channel}:objective_loss", rf"{host} epoch=\S+, {channel} \S+_objective <loss>=(\S+)"),
            MetricDefinition(f"{channel}:objective_loss:final", rf"{host} {channel} \S+_objective <loss>=(\S+)"),
        ]
    definitions += [
        MetricDefinition(f"{channel}:{name}", rf"{host} {channel} {pattern}=(\S+)")
        for channel in ("train", "validation", "test")
        for name, pattern in _LINEAR_LEARNER_SCORES.get(hyperparameters.get("predictor_type", ""), ())
    ]
    return _with_objective(tuple(definitions), hyperparameters)


def _with_objective(
    definitions: tuple[MetricDefinition, ...], hyperparameters: Mapping[str, str]
) -> tuple[MetricDefinition, ...]:
    objective = hyperparameters.get("_tuning_objective_metric")
    return definitions + tuple(
        MetricDefinition("ObjectiveMetric", definition.regex)
        for definition in definitions
        if definition.name == objective
    )
