"""Writing the answer of the XGBoost container: text/csv, application/json, and the formats of selected output."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import Any, Final

from tui.local.algorithms.dataset import Floats
from tui.local.algorithms.inference import Reply
from tui.local.algorithms.inference_payloads import media_type
from tui.local.algorithms.inference_refusals import Refused, error_page

CSV: Final = "text/csv"
JSON: Final = "application/json"
JSON_LINES: Final = "application/jsonlines"
RECORDIO: Final = "application/x-recordio-protobuf"
_ACCEPTED: Final = [JSON, JSON_LINES, RECORDIO, CSV]
"""A list, because the answer to another Accept shows it as Python prints a list."""


def accepted(header: str, default: str) -> str:
    """The format that an Accept header asks for. Raises Refused (406) for one that no release has."""
    name, _ = media_type(header)
    if name in ("", "*/*"):
        return default
    if name.lower() not in _ACCEPTED:
        message = f"Accept type {name} is not supported. Please use supported accept types: {_ACCEPTED}."
        raise Refused(HTTPStatus.NOT_ACCEPTABLE, message, "ValueError")
    return name.lower()


def reply(body: bytes, accept: str) -> Reply:
    """A successful answer; the container's web framework adds the character set to a text."""
    charset = "; charset=utf-8" if accept.startswith("text/") else ""
    return Reply(HTTPStatus.OK.value, f"{accept}{charset}", body)


def first_format(predictions: Floats) -> bytes:
    """The format of the releases that do not honour Accept: one line without a newline.

    The probabilities of multi:softprob are in it as Python prints lists, which is no CSV.
    """
    return ",".join(map(str, predictions.tolist())).encode()


def batch_format(predictions: Floats) -> bytes:
    """The format of batch transform: a line for each row, as Python prints a number or a list of numbers."""
    return "".join(f"{prediction}\n" for prediction in predictions.tolist()).encode()


def encode(predictions: Floats, accept: str) -> Reply:
    """The answer in the format asked for.

    Raises Refused (500) for the two formats that only selected output can have: the container accepts them, and its
    encoder then fails.
    """
    values: list[Any] = predictions.tolist()
    if accept == CSV:
        rows = (value if isinstance(value, list) else [value] for value in values)
        return reply("".join(",".join(map(str, row)) + "\n" for row in rows).encode(), accept)
    if accept == JSON:
        return reply(json.dumps({"predictions": [{"score": value} for value in values]}).encode(), accept)
    failure = HTTPStatus.INTERNAL_SERVER_ERROR
    reason = f"Content type {accept} is not supported by this framework."
    raise Refused(failure, error_page(failure), "sagemaker_containers._errors.UnsupportedFormatError", reason)
