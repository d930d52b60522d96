"""Predictions as the containers write them, read by the content type of the answer."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tui.resources.csv_reports import Task

_BETWEEN = re.compile(r"[,\s]+")
"""XGBoost up to 1.2-1 joins predictions by commas, later ones end each with a newline."""

_BRACKETS = str.maketrans("", "", "[]\"'")


@dataclass(frozen=True, slots=True)
class Prediction:
    """What a model says about one row."""

    scores: tuple[float, ...]
    """One number, or the probability of each class."""

    label: int | None = None
    """The class that the model itself chose, where it says so."""

    def value(self, task: Task, threshold: float = 0.5) -> float:
        """What it comes to: the number, or the code of the class."""
        if task == "regression":
            return self.scores[0]
        if self.label is not None:
            return float(self.label)
        if len(self.scores) > 1:
            return float(max(range(len(self.scores)), key=self.scores.__getitem__))
        # A single number is a probability of two classes, and of more the code of the class itself.
        return float(self.scores[0] >= threshold) if task == "binary" else self.scores[0]


def parse_predictions(body: bytes, content_type: str, rows: int) -> tuple[Prediction, ...]:
    """The predictions in an answer to so many rows.

    Raises:
        ValueError: They cannot be found, or are not as many; the message is a sentence for a person.
    """
    kind = content_type.partition(";")[0].strip().lower()
    text = body.decode("utf-8", errors="replace").strip()
    if kind in ("application/json", "application/jsonlines", "application/x-jsonlines"):
        found = [_prediction(item) for item in _json_items(text, lines="lines" in kind)]
    elif kind in ("text/csv", "text/plain", "text/html", ""):
        found = _from_csv(text, rows)
    else:
        raise ValueError(f"Predictions cannot be read from {content_type}; ask for text/csv or application/json.")
    if len(found) != rows:
        raise ValueError(f"The model gave {len(found)} predictions for {rows} rows.")
    return tuple(found)


def _from_csv(text: str, rows: int) -> list[Prediction]:
    try:
        values = [float(cell) for cell in _BETWEEN.split(text.translate(_BRACKETS).strip()) if cell]
    except ValueError:
        raise ValueError(f"The answer is no list of numbers: {text[:80]!r}.") from None
    width, rest = divmod(len(values), rows)
    if rest or not width:
        return [Prediction((value,)) for value in values]
    return [Prediction(tuple(values[start : start + width])) for start in range(0, len(values), width)]


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


def _prediction(item: Any) -> Prediction:
    score, label = item, None
    if isinstance(item, dict):
        score, label = item.get("score", item.get("predicted_label")), item.get("predicted_label")
    values = score if isinstance(score, list) else [score]
    if not values or any(isinstance(value, bool) or not isinstance(value, int | float) for value in values):
        raise ValueError(f"There is no score in {json.dumps(item)[:80]}.")
    return Prediction(tuple(map(float, values)), None if label is None else round(label))
