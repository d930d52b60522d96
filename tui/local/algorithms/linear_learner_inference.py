"""The inference server of the Linear Learner container.

Sources: the formats are those of the service's developer guide, "Common data formats for inference" and "Linear learner
response formats" (docs.aws.amazon.com/sagemaker/latest/dg/cdf-inference.html, LL-in-formats.html). The texts of a
refusal are those that its users quote (github.com/aws/amazon-sagemaker-examples, issues 821 and 1881).

The guide offers three formats for an answer: JSON, JSON lines, recordio-protobuf. An Accept header with another,
text/csv among them, gets JSON: batch transform with `Accept: text/csv` ends with "Failed to parse output from the
algorithm as CSV" (issue 821), which no refused request would end with.
"""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Mapping
from http import HTTPStatus
from pathlib import Path

import numpy as np

from tui.local.algorithms.inference import ModelLoadError, Reply, body_limit
from tui.local.algorithms.inference_payloads import media_type
from tui.local.algorithms.inference_refusals import HTML, Refused, error_page
from tui.local.algorithms.linear_learner_inference_formats import CUSTOMER_ERROR, UNREADABLE, encode, read_features
from tui.local.algorithms.linear_learner_inference_log import InferenceLog
from tui.local.algorithms.linear_learner_model import MODEL_NAME, LinearModel


class Server:
    """Answers requests as the container does. Nothing of it changes, so threads may share it."""

    def __init__(self, model: LinearModel, environment: Mapping[str, str], log: InferenceLog) -> None:
        self._model = model
        self._log = log
        self._limit = body_limit(environment)

    def invoke(self, body: bytes, content_type: str, accept: str) -> Reply:
        """Answer a request."""
        with self._log.invocation():
            if len(body) > self._limit:
                too_large = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
                return Reply(too_large.value, HTML, error_page(too_large).encode())
            if not body:
                return Reply(HTTPStatus.NO_CONTENT.value, HTML, b"")
            try:
                return self._predict(body, content_type, accept)
            except Refused as refused:
                self._log.failure(refused.kind, refused.reason)
                return Reply(refused.status.value, HTML, refused.message.encode())

    def _predict(self, body: bytes, content_type: str, accept: str) -> Reply:
        features = read_features(body, content_type)
        trained = self._model.weights.shape[0]
        if features.shape[1] != trained:
            raise Refused(
                HTTPStatus.BAD_REQUEST,
                UNREADABLE,
                CUSTOMER_ERROR,
                f"The request has {features.shape[1]} features in a row, the model was trained with {trained}",
            )
        scores = self._model.predict(features)
        labels = None if self._model.predictor_type == "regressor" else self._model.classify(scores)
        return encode(scores.astype(np.float32), labels, media_type(accept.lower())[0])


def load(folder: Path, environment: Mapping[str, str], log: Callable[[str], None]) -> Server:
    """Load a model into the container. Raises ModelLoadError."""
    lines = InferenceLog(log)
    lines.opening()
    try:
        model = _load(folder / MODEL_NAME)
    except ModelLoadError as error:
        lines.failure(CUSTOMER_ERROR, str(error))
        raise
    lines.loaded()
    return Server(model, environment, lines)


def _load(path: Path) -> LinearModel:
    try:
        return LinearModel.load(path)
    except FileNotFoundError as error:
        raise ModelLoadError(f"Unable to load model: there is no file {MODEL_NAME} in /opt/ml/model") from error
    except (ValueError, KeyError, OSError, EOFError, zipfile.BadZipFile) as error:
        raise ModelLoadError(
            f"Unable to load model: /opt/ml/model/{MODEL_NAME} is not a model of the embedded SageMaker ({error})"
        ) from error
