"""The XGBoost container's hyperparameters: names, types, ranges, dependencies, and the words it refuses them with."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import Any, Final

from tui.local.algorithms.failures import TrainingError, UserError
from tui.local.algorithms.hyperparameters import Hyperparameter, Interval
from tui.local.algorithms.metric_definitions import XGBOOST_METRICS
from tui.local.algorithms.xgboost_releases import Release

OBJECTIVES: Final[Mapping[str, tuple[int, int]]] = {
    "binary:logistic": (0, 0),
    "binary:logitraw": (0, 0),
    "binary:hinge": (0, 0),
    "count:poisson": (0, 0),
    "multi:softmax": (0, 0),
    "multi:softprob": (0, 0),
    "rank:pairwise": (0, 0),
    "rank:ndcg": (0, 0),
    "rank:map": (0, 0),
    "reg:linear": (0, 0),
    "reg:squarederror": (0, 0),
    "reg:logistic": (0, 0),
    "reg:gamma": (0, 0),
    "reg:pseudohubererror": (1, 2),
    "reg:squaredlogerror": (1, 0),
    "reg:absoluteerror": (1, 7),
    "reg:tweedie": (0, 0),
    "survival:aft": (1, 2),
    "survival:cox": (0, 0),
}
"""The objectives, each with the first release that has it."""

_LATER_METRICS: Final = frozenset(
    {
        "aft-nloglik",
        "balanced_accuracy",
        "f1_binary",
        "f1_macro",
        "interval-regression-accuracy",
        "mape",
        "mphe",
        "precision",
        "precision_macro",
        "precision_micro",
        "r2",
        "recall",
        "recall_macro",
        "recall_micro",
        "rmsle",
    }
)
"""The metrics that 0.90 did not have."""

_ALIASES: Final = {"learning_rate": "eta", "min_split_loss": "gamma", "reg_lambda": "lambda", "reg_alpha": "alpha"}
_TREE_BUILDERS: Final = ("grow_colmaker", "distcol", "grow_histmaker", "grow_quantile_histmaker")
_TREE_UPDATERS: Final = (*_TREE_BUILDERS, "grow_skmaker", "sync", "refresh", "prune")
_LINEAR_UPDATERS: Final = ("shotgun", "coord_descent")
_NOT_NEGATIVE = Interval(0)
_UNIT = Interval(0, 1)
_FRACTION = Interval(0, 1, open_below=True)
_POSITIVE_COUNT = Interval(1)
_FLAG = ["true", "false"]


def _listed(value: str) -> list[str]:
    return value.split(",")


def _literal(value: str) -> Any:
    try:
        return ast.literal_eval(value)
    except (SyntaxError, TypeError) as error:
        raise ValueError(value) from error


def _hyperparameters(release: Release) -> tuple[Hyperparameter, ...]:
    metrics = [m for m in XGBOOST_METRICS if release.number >= (1, 2) or m not in _LATER_METRICS]
    return (
        Hyperparameter("num_round", int, _POSITIVE_COUNT, required=True),
        Hyperparameter("csv_weights", int, _UNIT),
        Hyperparameter("early_stopping_rounds", int, _POSITIVE_COUNT),
        Hyperparameter("booster", str, ["gbtree", "gblinear", "dart"]),
        Hyperparameter("silent", int, _UNIT, until=(1, 2)),
        Hyperparameter("verbosity", int, Interval(0, 3), since=(0, 90)),
        Hyperparameter("nthread", int, _POSITIVE_COUNT),
        Hyperparameter("eta", float, _UNIT),
        Hyperparameter("gamma", float, _NOT_NEGATIVE),
        Hyperparameter("max_depth", int, _NOT_NEGATIVE),
        Hyperparameter("min_child_weight", float, _NOT_NEGATIVE),
        Hyperparameter("max_delta_step", float, _NOT_NEGATIVE),
        Hyperparameter("subsample", float, _FRACTION),
        Hyperparameter("colsample_bytree", float, _FRACTION),
        Hyperparameter("colsample_bylevel", float, _FRACTION),
        Hyperparameter("colsample_bynode", float, _FRACTION, since=(0, 90)),
        Hyperparameter("lambda", float, _NOT_NEGATIVE),
        Hyperparameter("alpha", float, _NOT_NEGATIVE),
        Hyperparameter("tree_method", str, ["auto", "exact", "approx", "hist", "gpu_hist"]),
        Hyperparameter("sketch_eps", float, Interval(0, 1, open_below=True, open_above=True)),
        Hyperparameter("scale_pos_weight", float, Interval(0, open_below=True)),
        Hyperparameter("updater", _listed, [*_TREE_UPDATERS, *_LINEAR_UPDATERS]),
        Hyperparameter("dsplit", str, ["row", "col"]),
        Hyperparameter("refresh_leaf", int, _UNIT),
        Hyperparameter("process_type", str, ["default", "update"]),
        Hyperparameter("grow_policy", str, ["depthwise", "lossguide"]),
        Hyperparameter("max_leaves", int, _NOT_NEGATIVE),
        Hyperparameter("max_bin", int, _NOT_NEGATIVE),
        Hyperparameter("predictor", str, ["auto", "cpu_predictor", "gpu_predictor"]),
        Hyperparameter("monotone_constraints", _literal, [-1, 0, 1]),
        Hyperparameter("interaction_constraints", _literal, _NOT_NEGATIVE, since=(1, 0)),
        Hyperparameter("sample_type", str, ["uniform", "weighted"]),
        Hyperparameter("normalize_type", str, ["tree", "forest"]),
        Hyperparameter("rate_drop", float, _UNIT),
        Hyperparameter("one_drop", int, _UNIT),
        Hyperparameter("skip_drop", float, _UNIT),
        Hyperparameter("lambda_bias", float, _UNIT),
        Hyperparameter("tweedie_variance_power", float, Interval(1, 2, open_below=True, open_above=True)),
        Hyperparameter("objective", str, [o for o, since in OBJECTIVES.items() if release.number >= since]),
        Hyperparameter("num_class", int, Interval(2)),
        Hyperparameter("base_score", float, _NOT_NEGATIVE),
        Hyperparameter("_kfold", int, Interval(2), since=(1, 2)),
        Hyperparameter("_num_cv_round", int, _POSITIVE_COUNT, since=(1, 2)),
        Hyperparameter("_tuning_objective_metric", str, [f"validation:{metric}" for metric in metrics]),
        Hyperparameter("eval_metric", _listed, metrics),
        Hyperparameter("seed", int, Interval(-(2**31), 2**31 - 1, open_below=True, open_above=True)),
        Hyperparameter("num_parallel_tree", int, _POSITIVE_COUNT),
        Hyperparameter("save_model_on_termination", str, _FLAG, since=(1, 0)),
        Hyperparameter("aft_loss_distribution", str, ["normal", "logistic", "extreme"], since=(1, 2)),
        Hyperparameter("aft_loss_distribution_scale", float, _NOT_NEGATIVE, since=(1, 2)),
        Hyperparameter("deterministic_histogram", str, _FLAG, since=(1, 2)),
        Hyperparameter("sampling_method", str, ["uniform", "gradient_based"], since=(1, 2)),
        Hyperparameter("prob_buffer_row", int, Interval(1, open_below=True), since=(1, 2)),
        Hyperparameter("use_dask_gpu_training", str, _FLAG, since=(1, 5)),
    )


def validate(given: Mapping[str, str], release: Release) -> dict[str, Any]:
    """The hyperparameters as values, under their first names (`eta` for `learning_rate`).

    Raises UserError in the container's words for the first one that it would refuse.
    """
    known = {h.name: h for h in _hyperparameters(release) if h.since <= release.number < h.until}
    named = {_ALIASES.get(name, name): value for name, value in given.items()}
    for name, hyperparameter in known.items():
        if hyperparameter.required and name not in named:
            raise UserError(f"Missing required hyperparameter: {name}")
    parsed: dict[str, Any] = {}
    for name, value in named.items():
        if name not in known:
            raise UserError(f"Extraneous hyperparameter found: {name}")
        try:
            parsed[name] = known[name].parse(value)
        except ValueError as error:
            raise UserError(f"Hyperparameter {name}: could not parse value (caused by ValueError)") from error
    for name, value in parsed.items():
        _check_range(known[name], value)
    _check_dependencies(parsed)
    if "_kfold" in parsed:
        raise TrainingError(
            "Cross-validation (_kfold) is not offered by the embedded SageMaker: "
            "leave _kfold out and give a validation channel."
        )
    return parsed


def _check_range(hyperparameter: Hyperparameter, value: Any) -> None:
    name, allowed = hyperparameter.name, hyperparameter.allowed
    if name == "eval_metric":
        if not all(("@" in metric and _check_threshold(metric)) or metric in allowed for metric in value):
            raise UserError(f"Hyperparameter {name}: value {value} not in range {allowed}")
    elif name in ("monotone_constraints", "interaction_constraints", "updater"):
        nested = [element for group in value for element in (group if isinstance(group, list | tuple) else (group,))]
        if not all(element in allowed for element in nested):
            raise UserError(f"Hyperparameter {name}: value {value} not in range {allowed}")
    elif value not in allowed:
        raise UserError(f"Hyperparameter {name}: {value} is not in {allowed}")


def _check_threshold(metric: str) -> bool:
    name, threshold = (part.strip() for part in metric.split("@", 1))
    if name not in ("error", "ndcg", "map"):
        raise UserError(
            f"Metric '{metric}' is not supported. Parameter 'eval_metric' with customized threshold should "
            "be one of these options: 'error', 'ndcg', 'map'."
        )
    try:
        float(threshold)
    except ValueError as error:
        raise UserError(f"Threshold value 't' in '{name}@t' expects float input.") from error
    return True


def _check_dependencies(values: Mapping[str, Any]) -> None:
    objective = values.get("objective")
    if objective in ("multi:softmax", "multi:softprob") and "num_class" not in values:
        raise UserError("Require input for parameter 'num_class' for multi-classification")
    if "num_class" in values and not str(objective).startswith("multi:"):
        raise UserError("Do not need to setup parameter 'num_class' for learning task other than multi-classification.")
    metrics = values.get("eval_metric", [])
    if "auc" in metrics and not str(objective).startswith(("binary:", "rank:")):
        raise UserError("Metric 'auc' can only be applied for classification and ranking problems.")
    if "aft-nloglik" in metrics and objective != "survival:aft":
        raise UserError("Metric 'aft-nloglik' can only be applied for 'survival:aft' objective.")
    if "updater" in values:
        _check_updater(values)
    if "monotone_constraints" in values and values.get("tree_method") not in ("exact", "hist"):
        raise UserError(
            "monotone_constraints can be used only when the tree_method parameter is set to either 'exact' or 'hist'."
        )
    if "interaction_constraints" in values and values.get("tree_method") not in ("exact", "hist", "approx"):
        raise UserError(
            "interaction_constraints can be used only when the tree_method parameter is set to either "
            "'exact', 'hist' or 'approx'."
        )


def _check_updater(values: Mapping[str, Any]) -> None:
    updaters: list[str] = values["updater"]
    if values.get("booster") == "gblinear":
        if len(updaters) != 1 or updaters[0] not in _LINEAR_UPDATERS:
            raise UserError("Linear updater should be one of these options: 'shotgun', 'coord_descent'.")
    elif values.get("process_type") == "update":
        if not set(updaters) <= {"refresh", "prune"}:
            raise UserError("process_type 'update' can only be used with updater 'refresh' and 'prune'")
    elif not set(updaters) <= set(_TREE_UPDATERS):
        raise UserError(f"Tree updater should be selected from these options: {str(_TREE_UPDATERS)[1:-1]}.")
    elif sum(updater in _TREE_BUILDERS for updater in updaters) > 1:
        raise UserError(
            "Only one tree grow plugin can be selected. Choose one from the following: "
            "'grow_colmaker', 'distcol', 'grow_histmaker', 'grow_skmaker'"
        )
