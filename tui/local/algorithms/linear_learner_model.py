"""A trained Linear Learner model and its file.

The service's own `model_algo-1` holds an MXNet network. Ours is a numpy archive (a zip file) with the arrays `weights`
(features x outputs), `bias` (outputs) and `description`, a JSON text; it is read without unpickling anything.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix

from tui.local.algorithms.linear_learner_losses import Array, sigmoid, softmax

MODEL_NAME: Final = "model_algo-1"


@dataclass(frozen=True, slots=True)
class LinearModel:
    """Weights for features in their own units."""

    predictor_type: str
    weights: Array
    """Shape (features, outputs): one output, or one for each class of a multiclass classifier."""

    bias: Array
    threshold: float = 0.5
    """The probability from which on a binary classifier says 1."""

    def predict(self, features: Array | csr_matrix) -> Array:
        """The `score` of each row: a value, the probability of class 1, or the probabilities of all classes."""
        scores = np.asarray(features @ self.weights + self.bias)
        if self.predictor_type == "multiclass_classifier":
            return softmax(scores)
        return sigmoid(scores[:, 0]) if self.predictor_type == "binary_classifier" else scores[:, 0]

    def classify(self, scores: Array) -> npt.NDArray[np.int64]:
        """The `predicted_label` of each score that `predict` of a classifier answered."""
        if self.predictor_type == "multiclass_classifier":
            return np.asarray(scores.argmax(axis=1))
        return np.asarray(scores >= self.threshold).astype(np.int64)

    def save(self, path: Path) -> None:
        """Write the model file."""
        description = {"format": 1, "predictor_type": self.predictor_type, "threshold": self.threshold}
        with path.open("wb") as file:
            text = np.array(json.dumps(description))
            np.savez_compressed(file, weights=self.weights, bias=self.bias, description=text)

    @classmethod
    def load(cls, path: Path) -> LinearModel:
        """Read a model file; raises ValueError for a file that is not one."""
        with np.load(path, allow_pickle=False) as archive:
            description: dict[str, Any] = json.loads(str(archive["description"]))
            return cls(description["predictor_type"], archive["weights"], archive["bias"], description["threshold"])
