"""Reading a labelled test set row by row, from disk or S3, and no further than somebody asks."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from botocore.exceptions import BotoCoreError, ClientError

from tui.resources.datasets import DataError
from tui.resources.endpoint_judging import MistakeCursor, TestSet
from tui.service.worker.context import TaskContext

CHUNK_BYTES = 128 << 10
"""Read at a time. Of S3 each chunk is a request of its own: no connection waits while a model thinks."""

_BODY_BYTES = 3 << 20
"""From which on a request is full; a serverless endpoint takes a quarter more."""


@dataclass(frozen=True, slots=True)
class LabelledRow:
    """One row, and where in the files the next one begins."""

    number: int
    text: str
    """The features, as CSV."""

    label: float
    feature_bytes: int
    label_bytes: int

    @property
    def after(self) -> tuple[int, int, int]:
        """Rows and bytes up to its end."""
        return self.number + 1, self.feature_bytes, self.label_bytes


def labelled_rows(context: TaskContext, test_set: TestSet, cursor: MistakeCursor) -> Iterator[LabelledRow]:
    """The rows of a test set from a place on.

    Raises:
        DataError: A file cannot be read, a label is no number, or there are not as many labels as rows.
    """
    features = _lines(context, test_set.features, cursor.feature_bytes)
    if not test_set.labels:
        rows = ((text, end) for text, end in features if text)
        for number, (text, end) in enumerate(rows, cursor.row):
            cells = text.split(",")
            if test_set.label_column >= len(cells):
                raise _wrong(test_set.features, number, f"it has {len(cells)} columns, so no label")
            label = cells.pop(test_set.label_column)
            yield LabelledRow(number, ",".join(cells), _label(test_set.features, number, label), end, 0)
        return
    labels = _lines(context, test_set.labels, cursor.label_bytes)
    for number, (row, label_line) in enumerate(zip_longest(features, labels), cursor.row):
        if row is None or label_line is None:
            short, long = ("labels", "rows") if label_line is None else ("rows", "labels")
            raise DataError(
                f"Cannot use the test set '{test_set.features}'",
                f"it has {number:,} {short} and more {long}",
                "Split the CSV file again.",
            )
        (text, end), (label, label_end) = row, label_line
        yield LabelledRow(number, text, _label(test_set.labels, number, label), end, label_end)


def batches(rows: Iterable[LabelledRow], size: int) -> Iterator[list[LabelledRow]]:
    """Rows in groups that fit into one request."""
    batch: list[LabelledRow] = []
    taken = 0
    for row in rows:
        batch.append(row)
        taken += len(row.text) + 1
        # Told now, and not when the next row is there: it may never be needed.
        if len(batch) == size or taken >= _BODY_BYTES:
            yield batch
            batch, taken = [], 0
    if batch:
        yield batch


def body_of(batch: Iterable[LabelledRow]) -> bytes:
    """The request that asks for predictions of some rows."""
    return "\n".join(row.text for row in batch).encode()


def _label(place: str, number: int, text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise _wrong(place, number, f"its label '{text[:40]}' is no number")
    return value


def _wrong(place: str, number: int, why: str) -> DataError:
    return DataError(f"Cannot use row {number + 1:,} of '{place}'", why, "Use a test set that sagedeck has split.")


def _lines(context: TaskContext, place: str, offset: int) -> Iterator[tuple[str, int]]:
    """The lines of a file from an offset on, each with the offset behind it."""
    pending = b""
    for chunk in _chunks(context, place, offset):
        *lines, pending = (pending + chunk).split(b"\n")
        for line in lines:
            offset += len(line) + 1
            yield _text(place, line), offset
    if pending:
        yield _text(place, pending), offset + len(pending)


def _text(place: str, line: bytes) -> str:
    try:
        return line.removesuffix(b"\r").decode()
    except UnicodeDecodeError as error:
        raise DataError(f"Cannot read '{place}'", "it is not UTF-8 text", "Choose a CSV file.") from error


def _chunks(context: TaskContext, place: str, offset: int) -> Iterator[bytes]:
    if place.startswith("s3://"):
        yield from _s3_chunks(context, place, offset)
        return
    try:
        with Path(place).open("rb") as source:
            source.seek(offset)
            while chunk := source.read(CHUNK_BYTES):
                yield chunk
    except OSError as error:
        raise DataError(f"Cannot read '{place}'", str(error.strerror or error), "Choose another file.") from error


def _s3_chunks(context: TaskContext, uri: str, offset: int) -> Iterator[bytes]:
    address = urlsplit(uri)
    where: dict[str, Any] = {"Bucket": address.netloc, "Key": address.path.removeprefix("/")}
    while True:
        context.check()
        try:
            answer = context.client("s3").get_object(**where, Range=f"bytes={offset}-{offset + CHUNK_BYTES - 1}")
            chunk = answer["Body"].read()
        except ClientError as error:
            if error.response["Error"]["Code"] == "InvalidRange":  # the end, or an empty object
                return
            raise _unreadable(uri, error.response["Error"].get("Message", str(error))) from error
        except BotoCoreError as error:
            raise _unreadable(uri, str(error)) from error
        yield chunk
        offset += len(chunk)
        where["IfMatch"] = answer["ETag"]
        if offset >= int(answer["ContentRange"].rpartition("/")[2]):
            return


def _unreadable(uri: str, why: str) -> DataError:
    return DataError(f"Cannot read '{uri}'", why, "Is the data set still there, and was it not replaced meanwhile?")
