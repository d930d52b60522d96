"""Small models, each trained once by its container, and served from the folder that the container left."""

from __future__ import annotations

import pickle
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import xgboost

from tests.local.container_runs import bundled, run
from tui.local.algorithms.catalog import image_uri
from tui.local.algorithms.inference import Reply, ServedModel, load_model
from tui.local.algorithms.linear_learner_model import LinearModel

_ROOT = TemporaryDirectory(prefix="served-models-")
_DATA = {"reg": "diabetes", "binary": "breast_cancer", "multi": "wine"}
_PREDICTOR_DATA = {"regressor": "reg", "binary_classifier": "binary", "multiclass_classifier": "multi"}


@dataclass(frozen=True)
class Trained:
    """A trained model and rows that it has not seen."""

    image: str
    folder: Path
    rows: Any
    """float32, of the width that the model was trained with."""

    def serve(self, **environment: str) -> Served:
        lines: list[str] = []
        return Served(load_model(self.folder, self.image, environment, lines.append), lines)

    def booster(self) -> Any:
        """The booster, loaded without the code under test."""
        content = (self.folder / "xgboost-model").read_bytes()
        return xgboost.Booster(model_file=bytearray(content)) if content[:1] == b"{" else pickle.loads(content)

    def predictions(self, rows: Any = None) -> Any:
        """What the booster itself predicts, up to its best round if it knows one."""
        booster = self.booster()
        best = booster.attr("best_iteration")
        matrix = xgboost.DMatrix(self.rows if rows is None else rows)
        return booster.predict(matrix, iteration_range=(0, 0 if best is None else int(best) + 1))

    def linear_model(self) -> LinearModel:
        return LinearModel.load(self.folder / "model_algo-1")


@dataclass(frozen=True)
class Served:
    """A loaded model with the log it writes."""

    model: ServedModel
    lines: list[str] = field(repr=False)

    def invoke(self, body: str | bytes, content_type: str = "text/csv", accept: str = "") -> Reply:
        return self.model.invoke(body.encode() if isinstance(body, str) else body, content_type, accept)

    def text(self, body: str | bytes, content_type: str = "text/csv", accept: str = "") -> str:
        """The body of a successful answer."""
        reply = self.invoke(body, content_type, accept)
        assert reply.status == 200, reply
        return reply.body.decode()


@cache
def xgboost_model(version: str = "1.7-1", objective: str = "reg:squarederror", **hyperparameters: object) -> Trained:
    """A model of a release of the XGBoost container."""
    data = bundled(_DATA[objective.partition(":")[0]])
    settings = {"objective": objective, "num_round": 6, "max_depth": 3, **hyperparameters}
    if objective.startswith("multi:"):
        settings["num_class"] = 3
    return _train("xgboost", version, settings, data)


@cache
def linear_learner_model(predictor_type: str = "regressor") -> Trained:
    """A model of the Linear Learner container."""
    data = bundled(_DATA[_PREDICTOR_DATA[predictor_type]])
    settings: dict[str, object] = {"predictor_type": predictor_type, "epochs": 4, "mini_batch_size": 50}
    if predictor_type.startswith("multi"):
        settings["num_classes"] = 3
    return _train("linear-learner", "1", settings, data)


def _train(algorithm: str, version: str, settings: Mapping[str, object], data: Any) -> Trained:
    number = sum(1 for _ in Path(_ROOT.name).iterdir())
    root = Path(_ROOT.name) / str(number)
    host = run(root, algorithm, version, settings, data=data.channels)
    assert host.wait() == 0, "\n".join(host.lines)
    return Trained(image_uri(algorithm, version, "us-east-1"), root / "model", data.validation_x[:5])


def csv_rows(rows: Any) -> str:
    """CSV without a final newline; every float32 survives the round trip."""
    return "\n".join(",".join(repr(float(value)) for value in row) for row in np.atleast_2d(rows))


def libsvm_rows(rows: Any) -> str:
    """libsvm that counts columns from 0; a NaN is left out."""
    return "\n".join(
        " ".join(["0", *(f"{index}:{float(value)!r}" for index, value in enumerate(row) if not np.isnan(value))])
        for row in np.atleast_2d(rows)
    )


def refusal(reply: Reply) -> tuple[int, str]:
    """The status and the text of an answer that has no predictions."""
    assert reply.content_type == "text/html; charset=utf-8"
    return reply.status, reply.body.decode()
