"""Loading the model of an XGBoost container without trusting it, and predicting with it.

The releases until 1.2 pickled the Booster. A model comes from S3, where anyone may have put it, and a pickle can name
any function to call while it is read: only what a pickled Booster consists of is let in.
"""

from __future__ import annotations

import io
import json
import pickle
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import xgboost

from tui.local.algorithms.dataset import Floats
from tui.local.algorithms.inference import ModelLoadError
from tui.local.algorithms.xgboost_inference_format import check_model
from tui.local.algorithms.xgboost_inference_log import InferenceLog
from tui.local.algorithms.xgboost_inference_rules import InferenceRules

_FOLDER: Final = "/opt/ml/model"
_VOTING: Final = ("multi:softmax", "binary:hinge")


@dataclass(frozen=True, slots=True)
class Model:
    """The boosters of a model, of which there is one unless someone packed several files."""

    boosters: tuple[xgboost.Booster, ...]
    pickled: bool
    """Whether the (first) file was a pickle; the container looks at the number of columns only then."""

    objective: str
    classes: int
    """The `num_class` of a multiclass objective, else 0."""

    iterations: tuple[tuple[int, int], ...]
    """For each booster the rounds that count, from and to; (0, 0) means all."""

    @property
    def columns(self) -> int:
        """How many features the model was trained with."""
        return int(self.boosters[0].num_features())

    def predict(self, rows: xgboost.DMatrix) -> Floats:
        """The predictions, a number or (multi:softprob) a row for each row. Raises XGBoostError."""
        answers: list[Floats] = [
            booster.predict(rows, iteration_range=iterations, validate_features=False)
            for booster, iterations in zip(self.boosters, self.iterations, strict=True)
        ]
        if len(answers) == 1:
            return answers[0]
        if self.objective in _VOTING:
            return _most_frequent(np.array(answers))
        return np.asarray(np.mean(answers, axis=0))


def _most_frequent(answers: Floats) -> Floats:
    """The answer that most of the rows give in each column; of several the smallest."""
    given = np.unique(answers)
    votes = np.array([np.count_nonzero(answers == answer, axis=0) for answer in given])
    winners: Floats = given[votes.argmax(axis=0)]
    return winners


def load(folder: Path, rules: InferenceRules, environment: Mapping[str, str], log: InferenceLog) -> Model:
    """Load what is in the folder. Raises ModelLoadError in the container's words."""
    paths = sorted(path for path in folder.iterdir() if path.is_file() and not path.name.startswith("."))
    if not paths:
        raise ModelLoadError(f"No valid model files found in '{_FOLDER}'")
    if not rules.averages_models or environment.get("SAGEMAKER_INFERENCE_ENSEMBLE", "true") != "true":
        paths = paths[:1]
    boosters: list[xgboost.Booster] = []
    pickled: list[bool] = []
    for path in paths:
        log.loading(f"{_FOLDER}/{path.name}")
        booster, was_pickled = _load_file(path)
        booster.set_param("nthread", 1)
        boosters.append(booster)
        pickled.append(was_pickled)
    learner: dict[str, Any] = json.loads(boosters[0].save_config())["learner"]
    log.loaded(learner["objective"]["name"])
    return Model(
        boosters=tuple(boosters),
        pickled=pickled[0],
        objective=learner["objective"]["name"],
        classes=int(learner["learner_model_param"]["num_class"]),
        iterations=tuple(_iterations(booster, rules) for booster in boosters),
    )


def _load_file(path: Path) -> tuple[xgboost.Booster, bool]:
    content = path.read_bytes()
    try:
        return _BoosterUnpickler(io.BytesIO(content)).load_booster(), True
    except Exception as error:  # noqa: BLE001 - bytes of unknown origin can make an unpickler raise anything
        pickle_error = error
    try:
        check_model(content)
        booster = xgboost.Booster()
        booster.load_model(bytearray(content))
    except ValueError as error:  # XGBoostError is one
        raise ModelLoadError(
            f"Model {_FOLDER}/{path.name} cannot be loaded:"
            f"\nPickle load error={pickle_error}"
            f"\nXGB load model error={without_stack(error)}"
        ) from error
    return booster, False


def _iterations(booster: xgboost.Booster, rules: InferenceRules) -> tuple[int, int]:
    best: str | None = booster.attr("best_iteration")
    return (0, int(best) + 1) if best is not None and rules.predicts_up_to_best else (0, 0)


def without_stack(error: Exception) -> str:
    """The library's message without the addresses of this machine's functions."""
    return str(error).partition("\nStack trace:")[0].strip()


class _Restored(xgboost.Booster):  # type: ignore[misc]  # xgboost is not typed for us
    """A Booster that can be made from its state only: the constructor opens whatever file it is told to."""

    def __init__(self, *_: object, **__: object) -> None:
        raise pickle.UnpicklingError("the pickle constructs a Booster instead of restoring one: it was not loaded")

    def __setstate__(self, state: dict[str, Any]) -> None:
        check_model(bytes(state["handle"]))
        super().__setstate__(state)


class _BoosterUnpickler(pickle.Unpickler):
    """Reads a pickled Booster, and calls nothing but what makes one."""

    _admitted: Final = {("xgboost.core", "Booster"): _Restored, ("builtins", "bytearray"): bytearray}

    def find_class(self, module: str, name: str) -> Any:
        """The class of that name, if a Booster is made of it. Raises UnpicklingError for everything else."""
        try:
            return self._admitted[(module, name)]
        except KeyError:
            raise pickle.UnpicklingError(
                f"the pickle asks for {module}.{name}, which no Booster needs: it was not loaded"
            ) from None

    def load_booster(self) -> xgboost.Booster:
        """Read the Booster. Raises UnpicklingError for a pickle of something else."""
        booster = self.load()
        if not isinstance(booster, xgboost.Booster):
            raise pickle.UnpicklingError(f"the pickle holds a {type(booster).__name__}, not a Booster")
        return booster
