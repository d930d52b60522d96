"""Predictions as the containers write them, read by the content type of the answer."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

from tui.resources.csv_reports import Task
from tui.resources.scores import Prediction

_BETWEEN = re.compile(r"[,\s]+")
"""XGBoost up to 1.2-1 joins predictions by commas, later ones end each with a newline."""

_BRACKETS = str.maketrans("", "", "[]\"'")


def parse_predictions(body: bytes, content_type: str, rows: int, task: Task) -> tuple[Prediction, ...]:
    """The predictions in an answer to so many rows.

    Raises:
        ValueError: They cannot be found, or are not as many; the message is a sentence for a person.
    """
    kind = content_type.partition(";")[0].strip().lower()
    text = body.decode("utf-8", errors="replace").strip()
    if kind in ("application/json", "application/jsonlines", "application/x-jsonlines"):
        found = [_from_json(item, task) for item in _json_items(text, lines="lines" in kind)]
    elif kind in ("text/csv", "text/plain", "text/html", ""):
        found = [_prediction(scores, task) for scores in _from_csv(text, rows)]
    else:
        raise ValueError(f"Predictions cannot be read from {content_type}; ask for text/csv or application/json.")
    if len(found) != rows:
        raise ValueError(f"The model gave {len(found)} predictions for {rows} rows.")
    return tuple(found)


def _from_csv(text: str, rows: int) -> list[tuple[float, ...]]:
    try:
        values = [float(cell) for cell in _BETWEEN.split(text.translate(_BRACKETS).strip()) if cell]
    except ValueError:
        raise ValueError(f"The answer is no list of numbers: {text[:80]!r}.") from None
    width, rest = divmod(len(values), rows)
    if rest or not width:
        return [(value,) for value in values]
    return [tuple(values[start : start + width]) for start in range(0, len(values), width)]


def _json_items(text: str, *, lines: bool) -> Sequence[Any]:
    try:
        if lines:
            return [json.loads(line) for line in text.splitlines() if line.strip()]
        content = json.loads(text)
    except ValueError:
        raise ValueError(f"The answer is no JSON: {text[:80]!r}.") from None
    if isinstance(content, dict):
        content = content.get("predictions", content)
    return content if isinstance(content, list) else [content]


def _from_json(item: Any, task: Task) -> Prediction:
    score, label = item, None
    if isinstance(item, dict):
        score, label = item.get("score", item.get("predicted_label")), item.get("predicted_label")
    values = score if isinstance(score, list) else [score]
    if not values or any(isinstance(value, bool) or not isinstance(value, int | float) for value in values):
        raise ValueError(f"There is no score in {json.dumps(item)[:80]}.")
    if task == "multiclass" and isinstance(label, int | float):
        return Prediction(float(label), tuple(map(float, values)) if len(values) > 1 else ())
    return _prediction(tuple(map(float, values)), task)


def _prediction(scores: tuple[float, ...], task: Task) -> Prediction:
    if len(scores) == 1:
        return Prediction(scores[0])
    if task == "regression":
        raise ValueError(f"The model gave {len(scores)} numbers for a row, so it is no regression.")
    return Prediction(scores[1] if task == "binary" else float(scores.index(max(scores))), scores)
