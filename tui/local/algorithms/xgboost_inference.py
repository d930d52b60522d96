"""The inference server of the XGBoost container."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from http import HTTPStatus
from pathlib import Path

from tui.local.algorithms import xgboost_inference_output as output
from tui.local.algorithms.dataset import Floats
from tui.local.algorithms.inference import ModelLoadError, Reply, body_limit
from tui.local.algorithms.inference_refusals import HTML, Refused, error_page
from tui.local.algorithms.xgboost_inference_input import LIBSVM, Payload, read_payload
from tui.local.algorithms.xgboost_inference_log import InferenceLog
from tui.local.algorithms.xgboost_inference_model import Model, without_stack
from tui.local.algorithms.xgboost_inference_model import load as load_files
from tui.local.algorithms.xgboost_inference_rules import InferenceRules
from tui.local.algorithms.xgboost_inference_selection import Selection
from tui.local.algorithms.xgboost_releases import Release


class Server:
    """Answers requests as a release of the container does. Nothing of it changes, so threads may share it."""

    def __init__(self, model: Model, rules: InferenceRules, environment: Mapping[str, str], log: InferenceLog) -> None:
        self._model = model
        self._rules = rules
        self._log = log
        self._batch = bool(environment.get("SAGEMAKER_BATCH"))
        self._default_accept = environment.get("SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT", output.CSV)
        self._limit = body_limit(environment, rules.body_ceiling)
        wanted = environment.get("SAGEMAKER_INFERENCE_OUTPUT")
        self._selection = None if wanted is None or not rules.selects_output else Selection.parse(wanted)

    def invoke(self, body: bytes, content_type: str, accept: str) -> Reply:
        """Answer a request."""
        try:
            reply = self._answer(body, content_type, accept)
        except Refused as refused:
            self._log.failure(refused.kind, refused.reason)
            reply = Reply(refused.status.value, HTML, refused.message.encode())
        self._log.access(reply.status, len(reply.body))
        return reply

    def _answer(self, body: bytes, content_type: str, accept: str) -> Reply:
        if len(body) > self._limit:
            too_large = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
            return Reply(too_large.value, HTML, error_page(too_large).encode())
        if not body:
            return Reply(HTTPStatus.NO_CONTENT.value, HTML, b"")
        predictions = self._predict(read_payload(body, content_type, self._rules, self._log))
        if self._selection is None and not self._rules.honours_accept:
            encode = output.batch_format if self._batch else output.first_format
            return output.reply(encode(predictions), output.CSV)
        chosen = output.accepted(accept, self._default_accept)
        if self._selection is not None:
            return self._selection.answer(predictions, self._model, chosen, self._batch, self._log)
        if self._batch:
            return output.reply(output.batch_format(predictions), chosen)
        return output.encode(predictions, chosen)

    def _predict(self, payload: Payload) -> Floats:
        try:
            if self._model.pickled:
                _check_columns(payload, self._model.columns)
            return self._model.predict(payload.rows)
        except ValueError as error:  # XGBoostError is one
            reason = without_stack(error)
            message = f"Unable to evaluate payload provided: {reason}"
            raise Refused(HTTPStatus.BAD_REQUEST, message, type(error).__name__, reason) from error


def load(folder: Path, version: str, environment: Mapping[str, str], log: Callable[[str], None]) -> Server:
    """Load a model into the container of a release. Raises ModelLoadError."""
    rules = InferenceRules(Release(version))
    lines = InferenceLog(rules, bool(environment.get("SAGEMAKER_BATCH")), log)
    lines.opening()
    try:
        model = load_files(folder, rules, environment, lines)
    except ModelLoadError as error:
        lines.failure("RuntimeError", str(error))
        raise
    return Server(model, rules, environment, lines)


def _check_columns(payload: Payload, trained: int) -> None:
    """What the container checks for a pickled model, which has the names of its columns.

    One column less than trained is let through: training data in libsvm format counts from 1 as often as from 0.
    """
    columns = payload.rows.num_col()
    if payload.format == LIBSVM:
        if columns > trained + 1:
            raise ValueError(
                f"Feature size of libsvm inference data {columns} is larger than "
                f"feature size of trained model {trained}."
            )
    elif columns not in (trained, trained - 1):
        raise ValueError(
            f"Feature size of {payload.format} inference data {columns} is not consistent "
            f"with feature size of trained model {trained}."
        )
