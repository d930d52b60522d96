"""Selected output: what SAGEMAKER_INFERENCE_OUTPUT asks the XGBoost container to say of each row."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

from tui.local.algorithms import xgboost_inference_output as output
from tui.local.algorithms.dataset import Floats
from tui.local.algorithms.inference import Reply
from tui.local.algorithms.inference_recordio import write_labels
from tui.local.algorithms.inference_refusals import Refused
from tui.local.algorithms.xgboost_inference_log import InferenceLog
from tui.local.algorithms.xgboost_inference_model import Model

_REGRESSION: Final = ["predicted_score"]
_PROBABILITIES: Final = ["predicted_label", "labels", "probability", "probabilities", "raw_score", "raw_scores"]
_SCORES: Final = ["predicted_label", "labels", "raw_score", "raw_scores"]
_KEYS: Final = {
    "reg:squarederror": _REGRESSION,
    "reg:logistic": _REGRESSION,
    "reg:gamma": _REGRESSION,
    "reg:absoluteerror": _REGRESSION,
    "reg:tweedie": _REGRESSION,
    "binary:logistic": _PROBABILITIES,
    "binary:logitraw": _SCORES,
    "binary:hinge": _SCORES,
    "multi:softmax": _SCORES,
    "multi:softprob": _PROBABILITIES,
}
"""What each objective can say, in the order in which it says it."""


@dataclass(frozen=True, slots=True)
class Selection:
    """The keys that were asked for, in their order."""

    keys: tuple[str, ...]

    @classmethod
    def parse(cls, text: str) -> Selection:
        """Read the variable: names between commas."""
        return cls(tuple(text.replace(" ", "").lower().split(",")))

    def answer(self, predictions: Floats, model: Model, accept: str, batch: bool, log: InferenceLog) -> Reply:
        """The answer in the format asked for. Raises Refused (500) for an objective that has no selected output.

        A key that the objective does not have is NaN in every row.
        """
        valid = _KEYS.get(model.objective)
        if valid is None:
            message = f"Objective `{model.objective}` unsupported for selectable inference predictions."
            raise Refused(HTTPStatus.INTERNAL_SERVER_ERROR, message, "ValueError")
        unknown = [key for key in self.keys if key not in valid]
        if unknown:
            log.incompatible_keys(unknown, model.objective, valid)
        order = [*(key for key in valid if key in self.keys), *unknown]
        rows = [{key: _value(key, prediction, model) for key in order} for prediction in predictions.tolist()]
        return output.reply(self._encode(rows, accept, batch), accept)

    def _encode(self, rows: list[dict[str, Any]], accept: str, batch: bool) -> bytes:
        if accept == output.JSON:
            return json.dumps({"predictions": rows}).encode()
        if accept == output.JSON_LINES:
            return "".join(f"{json.dumps(row)}\n" for row in rows).encode()
        if accept == output.RECORDIO:
            return write_labels(rows)
        lines = (",".join(_cell(row[key]) for key in self.keys) for row in rows)
        return ("\n".join(lines) + ("\n" if batch else "")).encode()


def _cell(value: Any) -> str:
    return f'"{value}"' if isinstance(value, list) else str(value)


def _value(key: str, prediction: Any, model: Model) -> Any:
    """One thing said of a row; `prediction` is what XGBoost answered for it."""
    if key not in _KEYS[model.objective]:
        return math.nan
    if key == "labels":
        return [0, 1] if model.objective.startswith("binary:") else list(range(model.classes))
    if model.objective == "multi:softprob":
        best = max(prediction)
        return prediction.index(best) if key == "predicted_label" else prediction if key.endswith("s") else best
    if key == "predicted_label":
        thresholds = {"binary:logistic": 0.5, "binary:logitraw": 0.0}
        threshold = thresholds.get(model.objective)
        return prediction if threshold is None else int(prediction > threshold)
    return [1.0 - prediction, prediction] if key.endswith("s") else prediction
