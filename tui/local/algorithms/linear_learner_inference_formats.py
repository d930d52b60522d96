"""The formats of the Linear Learner container: what a request may look like, and what an answer does."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix

from tui.local.algorithms.dataset import Floats
from tui.local.algorithms.inference import Reply
from tui.local.algorithms.inference_payloads import Table, media_type, parse_table, stack
from tui.local.algorithms.inference_recordio import write_labels
from tui.local.algorithms.inference_refusals import Refused
from tui.local.algorithms.recordio import Tensor, read_tensors

UNREADABLE: Final = "unable to evaluate payload provided"
CUSTOMER_ERROR: Final = "Customer Error"
JSON: Final = "application/json"
JSON_LINES: Final = "application/jsonlines"
RECORDIO: Final = "application/x-recordio-protobuf"
_CSV: Final = "text/csv"


def read_features(body: bytes, content_type: str) -> Table | csr_matrix:
    """The rows of a request; JSON when it has no content type.

    Raises Refused: 415 for a content type that the container does not read, 400 for a body it cannot read.
    """
    name, _ = media_type(content_type.lower())
    if name not in (_CSV, JSON, JSON_LINES, RECORDIO, ""):
        message = f"content-type {name} not supported"
        raise Refused(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, message, CUSTOMER_ERROR, f"Content-type {name} not supported")
    try:
        with np.errstate(over="ignore"):  # a number beyond float32 becomes infinite, and is refused as such
            return _read(body, name or JSON)
    except (ValueError, TypeError, LookupError, OverflowError, RecursionError) as error:
        raise Refused(
            HTTPStatus.BAD_REQUEST,
            UNREADABLE,
            CUSTOMER_ERROR,
            "Unable to decode payload: Incorrect data format. "
            f"(caused by {type(error).__name__})\n\nCaused by: {error}",
        ) from error


def _read(body: bytes, kind: str) -> Table | csr_matrix:
    if kind == _CSV:
        rows = parse_table(body.strip().decode("utf-8"), ",").astype(np.float32)
        tensors = [Tensor(row, [], []) for row in rows]
    elif kind == RECORDIO:
        tensors = read_tensors(body)
    elif kind == JSON_LINES:
        tensors = [_tensor(json.loads(line)) for line in body.splitlines() if line.strip()]
    else:
        tensors = [_tensor(instance) for instance in json.loads(body)["instances"]]
    if not tensors:
        raise ValueError("the request has no rows")
    if not all(np.isfinite(tensor.values).all() for tensor in tensors):
        raise ValueError("a feature is missing or not a finite number")
    return stack(tensors)


def _tensor(instance: Any) -> Tensor:
    """A row in JSON: `features` as a list or as `values` (and `keys` and `shape` when sparse), or both under `data`."""
    if not isinstance(instance, dict):
        raise TypeError("a row is not an object")
    features = instance.get("data", instance)["features"]
    parts: dict[str, Any] = features if isinstance(features, dict) else {"values": features}
    values = np.array(parts["values"], dtype=np.float32)
    if values.ndim != 1:
        raise ValueError("the features of a row are not a list of numbers")
    return Tensor(values, parts.get("keys") or [], parts.get("shape") or [])


def encode(scores: Floats, labels: npt.NDArray[np.int64] | None, accept: str) -> Reply:
    """The answer in the format asked for, JSON unless it is one of the two others."""
    rows: list[dict[str, Any]] = [{"score": score} for score in scores.tolist()]
    if labels is not None:
        rows = [{**row, "predicted_label": label} for row, label in zip(rows, labels.tolist(), strict=True)]
    if accept == JSON_LINES:
        body = "".join(f"{json.dumps(row)}\n" for row in rows).encode()
    elif accept == RECORDIO:
        body = write_labels(rows)
    else:
        accept, body = JSON, json.dumps({"predictions": rows}).encode()
    return Reply(HTTPStatus.OK.value, accept, body)
