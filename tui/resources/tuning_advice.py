"""What is known of the built-in algorithms for tuning: objective metrics and recommended ranges.

Source: the Amazon SageMaker developer guide, "Tune an XGBoost model" and "Tune a linear learner model".
"""

from __future__ import annotations

from collections.abc import Mapping

from tui.resources.algorithms import AlgorithmName
from tui.resources.tuning import Objective
from tui.resources.tuning_ranges import Categories, Hyperparameters, NumberRange, Range

SOURCE = "Ranges recommended by the SageMaker developer guide."

_XGBOOST_MAXIMIZE = frozenset(
    {"accuracy", "auc", "aucpr", "balanced_accuracy", "f1", "map", "ndcg", "precision", "r2", "recall"}
)

_XGBOOST_DEFAULT_METRIC = {
    "reg:linear": "rmse",
    "reg:squarederror": "rmse",
    "reg:squaredlogerror": "rmsle",
    "reg:logistic": "rmse",
    "reg:pseudohubererror": "mphe",
    "reg:absoluteerror": "mae",
    "binary:logistic": "logloss",
    "binary:logitraw": "logloss",
    "binary:hinge": "error",
    "multi:softmax": "mlogloss",
    "multi:softprob": "mlogloss",
    "count:poisson": "poisson-nloglik",
    "survival:cox": "cox-nloglik",
    "reg:gamma": "gamma-nloglik",
    "rank:pairwise": "map",
    "rank:ndcg": "ndcg",
    "rank:map": "map",
}

_LINEAR_LEARNER: Mapping[str, tuple[tuple[str, bool], ...]] = {
    "regressor": (("objective_loss", False), ("mse", False), ("absolute_loss", False)),
    "binary_classifier": (
        ("objective_loss", False),
        ("binary_classification_accuracy", True),
        ("binary_f_beta", True),
        ("precision", True),
        ("recall", True),
        ("roc_auc_score", True),
    ),
    "multiclass_classifier": (
        ("objective_loss", False),
        ("multiclass_accuracy", True),
        ("macro_f_beta", True),
        ("macro_precision", True),
        ("macro_recall", True),
    ),
}

_RANGES: dict[AlgorithmName, dict[str, Range]] = {
    "xgboost": {
        "eta": NumberRange("0.1", "0.5", "Continuous"),
        "max_depth": NumberRange("3", "10", "Integer"),
        "min_child_weight": NumberRange("0", "120", "Continuous"),
        "subsample": NumberRange("0.5", "1", "Continuous"),
        "alpha": NumberRange("0", "1000", "Continuous"),
    },
    "linear-learner": {
        "learning_rate": NumberRange("1e-5", "1", "Continuous", "Logarithmic"),
        "wd": NumberRange("1e-7", "1", "Continuous", "Logarithmic"),
        "l1": NumberRange("1e-7", "1", "Continuous", "Logarithmic"),
        "use_bias": Categories(("true", "false")),
    },
}


def objectives(algorithm: AlgorithmName, static: Mapping[str, str]) -> tuple[Objective, ...]:
    """The validation metrics that a training job with these hyperparameters reports, the usual one first."""
    if algorithm == "linear-learner":
        found = _LINEAR_LEARNER.get(static.get("predictor_type", ""), ())
        return tuple(Objective(f"validation:{metric}", maximize) for metric, maximize in found)
    default = _XGBOOST_DEFAULT_METRIC.get(static.get("objective", "reg:squarederror"), "rmse")
    named = [metric.strip() for metric in static.get("eval_metric", default).strip("[]").split(",")]
    metrics = [metric.strip("\"' ").partition("@")[0] for metric in named]
    return tuple(Objective(f"validation:{metric}", metric in _XGBOOST_MAXIMIZE) for metric in metrics if metric)


def starting_point(algorithm: AlgorithmName, defaults: Mapping[str, str]) -> Hyperparameters:
    """The recommended ranges, and of an algorithm's default values those that are not varied."""
    ranges = _RANGES[algorithm]
    static = {name: value for name, value in defaults.items() if name not in ranges}
    if algorithm == "linear-learner":
        static["num_models"] = "1"  # so that each training job is one point of the search
    return Hyperparameters(static, dict(ranges))


def around(ranges: Mapping[str, Range], best: Mapping[str, str]) -> dict[str, Range]:
    """Ranges half as wide around the best values, for a tuning job that goes on from another; categories stay."""
    return {name: _around(found, best.get(name)) for name, found in ranges.items()}


def _around(found: Range, best: str | None) -> Range:
    if isinstance(found, Categories) or best is None:
        return found
    low, high, value = float(found.low), float(found.high), float(best)
    if found.logarithmic:
        half = (high / low) ** 0.25
        new_low, new_high = max(low, value / half), min(high, value * half)
    else:
        half = (high - low) / 4
        new_low, new_high = max(low, value - half), min(high, value + half)
    if found.kind == "Integer":
        whole_low, whole_high = int(new_low), max(int(new_low) + 1, round(new_high))
        return NumberRange(str(whole_low), str(whole_high), "Integer", found.scaling)
    return NumberRange(f"{new_low:.6g}", f"{new_high:.6g}", "Continuous", found.scaling)
