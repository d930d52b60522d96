"""Reading a request to the XGBoost container: CSV, libsvm, recordio-protobuf."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

import xgboost
from scipy.sparse import csr_matrix

from tui.local.algorithms.inference_payloads import Table, media_type, parse_table, stack
from tui.local.algorithms.inference_refusals import Refused
from tui.local.algorithms.recordio import read_tensors
from tui.local.algorithms.xgboost_inference_log import InferenceLog
from tui.local.algorithms.xgboost_inference_model import without_stack
from tui.local.algorithms.xgboost_inference_rules import InferenceRules

CSV: Final = "csv"
LIBSVM: Final = "libsvm"
RECORDIO: Final = "recordio-protobuf"

_TYPES: Final = {
    "csv": CSV,
    "libsvm": LIBSVM,
    "parquet": "parquet",
    "recordio-protobuf": RECORDIO,
    "text/csv": CSV,
    "text/libsvm": LIBSVM,
    "text/x-libsvm": LIBSVM,
    "application/x-parquet": "parquet",
    "application/x-recordio-protobuf": RECORDIO,
}
_SNIFFED_CHARACTERS: Final = 512


@dataclass(frozen=True, slots=True)
class Payload:
    """The rows of a request, and the format they came in."""

    format: str
    rows: xgboost.DMatrix


def read_payload(body: bytes, content_type: str, rules: InferenceRules, log: InferenceLog) -> Payload:
    """Read a request's body. Raises Refused (415) for a format the container does not read and for an unreadable body.

    A request without a content type is libsvm.
    """
    kind = _format(content_type, rules)
    separator = " " if kind == RECORDIO else "\n "
    try:
        return Payload(kind, xgboost.DMatrix(_table(kind, body, log), nthread=1))
    except (ValueError, OverflowError, csv.Error) as error:
        raise _unsupported(
            f"Loading {kind} data failed with Exception, please ensure data is in {kind} format:"
            f"{separator}{type(error)}{separator}{without_stack(error)}"
        ) from error


def _format(content_type: str, rules: InferenceRules) -> str:
    if not content_type:
        return LIBSVM
    name, parameters = media_type(content_type.lower())
    kind = _TYPES.get(name)
    if kind is None:
        raise _unsupported(f"{content_type} is not an accepted ContentType: {', '.join(_TYPES)}.", "UserError")
    if kind == CSV and parameters.get("label_size", "1") != "1":
        raise _unsupported(
            f"{content_type} is not an accepted csv ContentType. Optional parameter label_size must be equal to 1",
            "UserError",
        )
    if kind == "parquet" or (kind == RECORDIO and not rules.reads_recordio):
        raise _unsupported(f"Content-type {content_type} is not supported.")
    return kind


def _unsupported(message: str, cause: str = "RuntimeError") -> Refused:
    return Refused(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, message, cause)


def _table(kind: str, body: bytes, log: InferenceLog) -> Table | csr_matrix:
    if kind == RECORDIO:
        return _read_recordio(body)
    text = body.strip().decode("utf-8")
    return _read_libsvm(text) if kind == LIBSVM else _read_csv(text, log)


def _read_csv(text: str, log: InferenceLog) -> Table:
    start = text.partition("\n")[0][:_SNIFFED_CHARACTERS]
    # The sniffer prefers a comma to all else unless there are quotes; it takes a third of a millisecond to say so.
    delimiter = "," if "," in start and not {'"', "'"} & set(start) else csv.Sniffer().sniff(start).delimiter
    if delimiter.isalnum():
        delimiter = ","
    log.delimiter(delimiter)
    return parse_table(text, delimiter)


def _read_libsvm(text: str) -> csr_matrix:
    rows: list[int] = []
    columns: list[int] = []
    values: list[float] = []
    for row, line in enumerate(text.split("\n")):
        for item in line.split(" "):
            if ":" in item:
                column, value, *_ = item.split(":")
                rows.append(row)
                columns.append(int(column))
                values.append(float(value))
    return csr_matrix((values, (rows, columns)))


def _read_recordio(body: bytes) -> Table | csr_matrix:
    tensors = read_tensors(body)
    if not tensors:
        raise ValueError("No records found in RecordIO-Protobuf data")
    return stack(tensors)
