"""Linear Learner's hyperparameters: names, types, ranges, defaults, and the words it refuses them with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from tui.local.algorithms.failures import UserError
from tui.local.algorithms.hyperparameters import Hyperparameter, Interval

AUTO: Final = "auto"
"""The value by which the algorithm is asked to decide itself."""

DEFAULTS: Final[Mapping[str, str]] = {
    "accuracy_top_k": "3",
    "balance_multiclass_weights": "false",
    "beta_1": AUTO,
    "beta_2": AUTO,
    "bias_lr_mult": AUTO,
    "bias_wd_mult": AUTO,
    "binary_classifier_model_selection_criteria": "accuracy",
    "early_stopping_patience": "3",
    "early_stopping_tolerance": "0.001",
    "epochs": "15",
    "f_beta": "1.0",
    "feature_dim": AUTO,
    "huber_delta": "1.0",
    "init_bias": "0.0",
    "init_method": "uniform",
    "init_scale": "0.07",
    "init_sigma": "0.01",
    "l1": AUTO,
    "learning_rate": AUTO,
    "loss": AUTO,
    "loss_insensitivity": "0.01",
    "lr_scheduler_factor": AUTO,
    "lr_scheduler_minimum_lr": AUTO,
    "lr_scheduler_step": AUTO,
    "margin": "1.0",
    "mini_batch_size": "1000",
    "momentum": AUTO,
    "normalize_data": "true",
    "normalize_label": AUTO,
    "num_calibration_samples": AUTO,
    "num_classes": "1",
    "num_models": AUTO,
    "num_point_for_scaler": "10000",
    "optimizer": AUTO,
    "positive_example_weight_mult": "1.0",
    "quantile": "0.5",
    "target_precision": "0.8",
    "target_recall": "0.8",
    "unbias_data": AUTO,
    "unbias_label": AUTO,
    "use_bias": "true",
    "use_lr_scheduler": "true",
    "wd": AUTO,
}
"""What the container reads from its default configuration."""

LOSSES: Final[Mapping[str, tuple[str, ...]]] = {
    "binary_classifier": ("logistic", "hinge_loss"),
    "multiclass_classifier": ("softmax_loss",),
    "regressor": (
        "squared_loss",
        "absolute_loss",
        "eps_insensitive_squared_loss",
        "eps_insensitive_absolute_loss",
        "quantile_loss",
        "huber_loss",
    ),
}
"""The losses of each type of predictor; the first is the one that `auto` means."""

_CRITERIA: Final = [
    "accuracy",
    "f1",
    "f_beta",
    "precision_at_target_recall",
    "recall_at_target_precision",
    "cross_entropy_loss",
    "loss_function",
]
_UNIT: Final = Interval(0, 1)
_INNER: Final = Interval(0, 1, open_below=True, open_above=True)
_POSITIVE: Final = Interval(0, open_below=True)
_NOT_NEGATIVE: Final = Interval(0)
_COUNT: Final = Interval(1)


def _boolean(text: str) -> bool:
    if text.lower() not in ("true", "false"):
        raise ValueError(text)
    return text.lower() == "true"


_BOOLEAN: Final = [True, False]

_KNOWN: Final = {
    hyperparameter.name: hyperparameter
    for hyperparameter in (
        Hyperparameter("predictor_type", str, list(LOSSES), required=True),
        Hyperparameter("_tuning_objective_metric", str, Interval()),
        Hyperparameter("accuracy_top_k", int, _COUNT),
        Hyperparameter("balance_multiclass_weights", _boolean, _BOOLEAN),
        Hyperparameter("beta_1", float, _UNIT),
        Hyperparameter("beta_2", float, _UNIT),
        Hyperparameter("bias_lr_mult", float, _POSITIVE),
        Hyperparameter("bias_wd_mult", float, _NOT_NEGATIVE),
        Hyperparameter("binary_classifier_model_selection_criteria", str, _CRITERIA),
        Hyperparameter("early_stopping_patience", int, _COUNT),
        Hyperparameter("early_stopping_tolerance", float, _POSITIVE),
        Hyperparameter("epochs", int, _COUNT),
        Hyperparameter("f_beta", float, _POSITIVE),
        Hyperparameter("feature_dim", int, _COUNT),
        Hyperparameter("huber_delta", float, _POSITIVE),
        Hyperparameter("init_bias", float, Interval()),
        Hyperparameter("init_method", str, ["uniform", "normal"]),
        Hyperparameter("init_scale", float, _POSITIVE),
        Hyperparameter("init_sigma", float, _POSITIVE),
        Hyperparameter("l1", float, _NOT_NEGATIVE),
        Hyperparameter("learning_rate", float, _POSITIVE),
        Hyperparameter("loss", str, [loss for losses in LOSSES.values() for loss in losses]),
        Hyperparameter("loss_insensitivity", float, _POSITIVE),
        Hyperparameter("lr_scheduler_factor", float, _INNER),
        Hyperparameter("lr_scheduler_minimum_lr", float, _POSITIVE),
        Hyperparameter("lr_scheduler_step", int, _COUNT),
        Hyperparameter("margin", float, _POSITIVE),
        Hyperparameter("mini_batch_size", int, _COUNT),
        Hyperparameter("momentum", float, Interval(0, 1, open_above=True)),
        Hyperparameter("normalize_data", _boolean, _BOOLEAN),
        Hyperparameter("normalize_label", _boolean, _BOOLEAN),
        Hyperparameter("num_calibration_samples", int, _COUNT),
        Hyperparameter("num_classes", int, Interval(1, 1_000_000)),
        Hyperparameter("num_models", int, _COUNT),
        Hyperparameter("num_point_for_scaler", int, _COUNT),
        Hyperparameter("optimizer", str, ["sgd", "adam", "rmsprop"]),
        Hyperparameter("positive_example_weight_mult", float, _POSITIVE),
        Hyperparameter("quantile", float, _INNER),
        Hyperparameter("target_precision", float, _UNIT),
        Hyperparameter("target_recall", float, _UNIT),
        Hyperparameter("unbias_data", _boolean, _BOOLEAN),
        Hyperparameter("unbias_label", _boolean, _BOOLEAN),
        Hyperparameter("use_bias", _boolean, _BOOLEAN),
        Hyperparameter("use_lr_scheduler", _boolean, _BOOLEAN),
        Hyperparameter("wd", float, _NOT_NEGATIVE),
    )
}


def validate(given: Mapping[str, str]) -> dict[str, Any]:
    """All hyperparameters as values, with the defaults; those the algorithm shall decide are None.

    Raises UserError in the container's words for the first one that it would refuse.
    """
    if "predictor_type" not in given:
        raise UserError(
            "No value(s) were specified for 'predictor_type' which are required hyperparameter(s) "
            "(caused by ValidationError)\n\nCaused by: 'predictor_type' is a required property"
        )
    values: dict[str, Any] = {}
    for name, text in {**DEFAULTS, **given}.items():
        if name not in _KNOWN:
            raise UserError(
                f"Additional hyperparameters are not allowed ('{name}' was unexpected) (caused by ValidationError)\n\n"
                f"Caused by: Additional properties are not allowed ('{name}' was unexpected)"
            )
        values[name] = _value(_KNOWN[name], text)
    _check_dependencies(values)
    return values


def _value(hyperparameter: Hyperparameter, text: str) -> Any:
    name, allowed = hyperparameter.name, hyperparameter.allowed
    if name == "_tuning_objective_metric" or (name == "positive_example_weight_mult" and text == "balanced"):
        return text
    if text == AUTO and DEFAULTS.get(name) == AUTO:
        return None
    try:
        value = hyperparameter.parse(text)
    except ValueError:
        value = None
    if value is None or value not in allowed:
        kind = {int: "an integer in ", float: "a number in "}.get(hyperparameter.parse, "one of the following: ")  # type: ignore[call-overload]
        choices = allowed if isinstance(allowed, Interval) else ", ".join(str(choice).lower() for choice in allowed)
        raise UserError(
            f"The value '{text}' is not valid for the '{name}' hyperparameter which expects {kind}{choices} "
            f"(caused by ValidationError)\n\nCaused by: '{text}' is not valid under any of the given schemas"
        )
    return value


def _check_dependencies(values: dict[str, Any]) -> None:
    predictor: str = values["predictor_type"]
    if predictor == "multiclass_classifier" and values["num_classes"] < 3:
        raise UserError("The hyperparameter num_classes is required for a multiclass_classifier and must be at least 3")
    if values["loss"] is None:
        values["loss"] = LOSSES[predictor][0]
    elif values["loss"] not in LOSSES[predictor]:
        raise UserError(
            f"The loss '{values['loss']}' cannot be used with predictor_type '{predictor}', "
            f"which expects one of the following: {', '.join(LOSSES[predictor])}"
        )
