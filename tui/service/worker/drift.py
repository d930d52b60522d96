"""Comparing new data with training data, a chunk at a time: what is missing, the range, how far distributions are."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd

from tui.resources.datasets import DataError
from tui.resources.drift import ColumnDrift, ColumnSummary, Drift
from tui.resources.result_lines import features_of
from tui.resources.results import Reading, ReadingProgress
from tui.resources.transform_filters import CSV, columns
from tui.resources.transforms import TransformFile, bucket_and_key
from tui.service.worker.context import TaskContext
from tui.service.worker.result_reading import ObjectLines
from tui.service.worker.scoring import Floats, Sample

CHUNK_ROWS = 5000
SAMPLED_ROWS = 50_000
SAMPLED_CELLS = 5_000_000
"""Numbers that are kept of each side, at most: with many columns the sample has fewer rows."""

BINS = 10
_FLOOR = 1e-4
"""The least share of a bin: an empty one would be infinitely far."""

_REPORT_SECONDS = 0.2


def measure_drift(
    context: TaskContext, train_uri: str, files: Sequence[TransformFile], reading: Reading, names: Sequence[str]
) -> Drift:
    """Every column of the new files against the training data, whose first column is the label.

    Raises:
        DataError: The data is no CSV, or has other columns than the training data.
    """
    if reading.content_type != CSV:
        raise DataError("Drift cannot be measured", "the input is no CSV", "Compare files by hand.")
    s3 = context.client("s3")
    trained_files = list(_below(s3, train_uri))
    total = sum(size for _, _, size in trained_files) + sum(file.size for file in files)
    meter = _Meter(context, total)
    then = _columns_of(meter, (ObjectLines(s3, bucket, key, 0) for bucket, key, _ in trained_files), _without_label)
    new = (ObjectLines(s3, file.bucket, file.key, 0, compressed=reading.compressed) for file in files)
    now = _columns_of(meter, new, lambda record: features_of(record, reading), then)
    if then.width != now.width:
        raise DataError(
            "Drift cannot be measured",
            f"the training data has {then.width} features, the new data {now.width}",
            "Set the input filter or the label column (L) so that they match.",
        )
    named = tuple(names) if len(names) == then.width else tuple(f"column {n}" for n in range(1, then.width + 1))
    return Drift(
        tuple(_compared(name, then, now, place) for place, name in enumerate(named)), min(then.sampled, now.sampled)
    )


class _Columns:
    """What is known of the columns of one side; `before` is the other one, whose ranges values can lie outside of."""

    def __init__(self, width: int, before: _Columns | None = None) -> None:
        self.width = width
        self.outside = np.zeros(width, dtype=np.int64)
        self._before = before if before is not None and before.width == width else None
        self.sampled = min(SAMPLED_ROWS, max(1, SAMPLED_CELLS // max(1, width)))
        self._sample = Sample(self.sampled, width)
        self._rows = 0
        self._missing = np.zeros(width, dtype=np.int64)
        self._sums = np.zeros(width)
        self._low = np.full(width, np.inf)
        self._high = np.full(width, -np.inf)

    def add(self, rows: Floats) -> None:
        known = ~np.isnan(rows)
        self._rows += len(rows)
        self._missing += (~known).sum(axis=0)
        self._sums += np.where(known, rows, 0.0).sum(axis=0)
        if self._before is not None:
            self.outside += ((rows < self._before._low) | (rows > self._before._high)).sum(axis=0)
        self._low = np.fmin(self._low, np.where(known, rows, np.inf).min(axis=0, initial=np.inf))
        self._high = np.fmax(self._high, np.where(known, rows, -np.inf).max(axis=0, initial=-np.inf))
        self._sample.add(rows)

    def summary(self, place: int) -> ColumnSummary:
        missing = int(self._missing[place])
        known = self._rows - missing
        if not known:
            return ColumnSummary(self._rows, missing, None, None, None)
        low, high = float(self._low[place]), float(self._high[place])
        return ColumnSummary(self._rows, missing, low, high, float(self._sums[place]) / known)

    def values(self, place: int) -> Floats:
        column: Floats = self._sample.rows[:, place]
        return np.sort(column[~np.isnan(column)])


class _Meter:
    """Says how far both readings are, and ends them when nobody waits any more."""

    def __init__(self, context: TaskContext, total: int) -> None:
        self._context = context
        self._total = total
        self._rows = self._bytes = 0
        self._reported = time.monotonic()

    def advance(self, rows: int, count: int) -> None:
        self._rows += rows
        self._bytes += count
        self._context.check()
        if time.monotonic() - self._reported >= _REPORT_SECONDS:
            self._reported = time.monotonic()
            self._context.report(ReadingProgress(self._rows, min(self._bytes, self._total), self._total))


def _columns_of(
    meter: _Meter,
    files: Iterable[ObjectLines],
    cells: Callable[[str], Sequence[str]],
    before: _Columns | None = None,
) -> _Columns:
    found: _Columns | None = None
    for lines in files:
        try:
            for chunk, count in _chunks(lines):
                table = [cells(record) for record in chunk]
                found = found or _Columns(len(table[0]), before)
                if any(len(row) != found.width for row in table):
                    raise DataError("Drift cannot be measured", f"{lines.name} has rows of unequal length")
                found.add(_numbers(table))
                meter.advance(len(chunk), count)
        finally:
            lines.close()
    return found or _Columns(0)


def _chunks(lines: ObjectLines) -> Iterator[tuple[list[str], int]]:
    chunk: list[str] = []
    start = lines.place
    while (line := lines.next()) is not None:
        chunk.append(line)
        if len(chunk) == CHUNK_ROWS:
            yield chunk, lines.place - start
            chunk, start = [], lines.place
    if chunk:
        yield chunk, lines.place - start


def _numbers(table: list[Sequence[str]]) -> Floats:
    """The cells as numbers; what is none counts as missing."""
    frame = pd.DataFrame(table)
    numbers: Floats = frame.apply(pd.to_numeric, errors="coerce").to_numpy(dtype=np.float64)
    return np.where(np.isfinite(numbers), numbers, np.nan)


def _without_label(record: str) -> Sequence[str]:
    return columns(record)[1:]


def _below(s3: Any, uri: str) -> Iterator[tuple[str, str, int]]:
    bucket, prefix = bucket_and_key(uri)
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
        for item in page.get("Contents", ()):
            if item["Size"]:
                yield bucket, item["Key"], item["Size"]


def _compared(name: str, then: _Columns, now: _Columns, place: int) -> ColumnDrift:
    old, new = then.values(place), now.values(place)
    both = old.size and new.size
    return ColumnDrift(
        name,
        then.summary(place),
        now.summary(place),
        int(now.outside[place]),
        stability_index(old, new) if both else None,
        distance(old, new) if both else None,
        (int(old.size), int(new.size)),
    )


def stability_index(old: Floats, new: Floats) -> float:
    """The population stability index of sorted values, over the deciles of the old ones or over their few values."""
    values = np.unique(old)
    inner = values[1:] if values.size <= BINS else np.unique(np.quantile(old, np.arange(1, BINS) / BINS))
    edges = np.concatenate(([-np.inf], inner, [np.inf]))
    shares = [np.maximum(np.diff(np.searchsorted(side, edges)) / side.size, _FLOOR) for side in (old, new)]
    return float(((shares[1] - shares[0]) * np.log(shares[1] / shares[0])).sum())


def distance(old: Floats, new: Floats) -> float:
    """The Kolmogorov-Smirnov statistic of sorted values: how far their distribution functions are apart at most."""
    every = np.concatenate((old, new))
    below = [np.searchsorted(side, every, side="right") / side.size for side in (old, new)]
    return float(np.abs(below[0] - below[1]).max())
