"""The lines of a transform job's input and output: which prediction they hold, and what is true of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from math import isnan, nan
from typing import Any

from tui.resources.csv_reports import Task
from tui.resources.results import Reading, ResultRow
from tui.resources.scores import Judged, Prediction
from tui.resources.transform_filters import CSV, FilterError, columns, filtered, read_filter


def row_of(number: int, record: str, answer: str, label: str | None, reading: Reading) -> ResultRow:
    """A record and its answer; without a prediction or a label where they cannot be understood."""
    prediction = actual = None
    if reading.task:
        prediction = prediction_of(record, answer, reading)
        if reading.labels.kind == "column":
            label = _column(record, reading)
        actual = _number(label)
    return ResultRow(number, record, answer, prediction, actual)


def judged(row: ResultRow, reading: Reading) -> Judged | None:
    """A row that can be judged; None where the label is not known or there is no prediction."""
    found = bare(row)
    return found and replace(found, features=features_of(row.record, reading))


def bare(row: ResultRow) -> Judged | None:
    """Likewise, without its features, which take longer to make out than all the rest."""
    if row.prediction is None or row.actual is None:
        return None
    return Judged(row.number, (), row.prediction, row.actual)


def features_of(record: str, reading: Reading) -> tuple[str, ...]:
    """The features of a record as the model got them; the record itself where it has no columns."""
    if reading.content_type != CSV:
        return (record,)
    try:
        sent = columns(filtered(record, reading.input_filter, CSV))
    except FilterError:
        return (record,)
    if reading.labels.kind == "column" and read_filter(reading.input_filter).selects_all:
        return tuple(cell for place, cell in enumerate(sent) if place != reading.labels.column)
    return tuple(sent)


def prediction_of(record: str, answer: str, reading: Reading) -> Prediction | None:
    """What a line of the output predicts; None where it is not understood."""
    text = answer.strip()
    if text.startswith("{"):
        return _from_json(text, reading.task)
    try:
        numbers = tuple(float(value.strip(" []")) for value in _answered(record, text, reading))
    except ValueError:
        return None
    return _prediction(numbers, reading.task)


def _answered(record: str, text: str, reading: Reading) -> list[str]:
    """The columns of a line that hold the answer, the others being the record's."""
    values = columns(text)
    if not reading.joined:
        return values
    return values[len(columns(record)) :] if read_filter(reading.output_filter).selects_all else values[-1:]


def _prediction(numbers: tuple[float, ...], task: Task | None) -> Prediction | None:
    if len(numbers) == 1:
        return Prediction(numbers[0])
    if not numbers or task == "regression":
        return None
    if task == "binary" and len(numbers) == 2:
        return Prediction(numbers[1], numbers)
    return Prediction(float(numbers.index(max(numbers))), numbers)


def _from_json(text: str, task: Task | None) -> Prediction | None:
    try:
        found: Any = json.loads(text)
    except ValueError:
        return None
    if isinstance(found, Mapping):
        found = found.get("SageMakerOutput", found)
    if isinstance(found, Mapping) and isinstance(found.get("predictions"), list) and len(found["predictions"]) == 1:
        found = found["predictions"][0]
    if not isinstance(found, Mapping):
        return None
    score, label = found.get("score"), found.get("predicted_label")
    scores = tuple(score) if isinstance(score, list) else ()
    if task == "multiclass" and label is not None:
        return Prediction(float(label), scores)
    if scores:
        return _prediction(scores, task)
    return Prediction(float(score)) if isinstance(score, int | float) else None


def _column(record: str, reading: Reading) -> str | None:
    cells = columns(record) if reading.content_type == CSV else []
    return cells[reading.labels.column] if reading.labels.column < len(cells) else None


def _number(label: str | None) -> float | None:
    try:
        value = float(label) if label is not None else nan
    except ValueError:
        return None
    return None if isnan(value) else value
