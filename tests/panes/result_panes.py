"""Panes with results of transform jobs: of numbers, of two classes, of several."""

from __future__ import annotations

import random
from typing import Any

from tests.panes.scripted_transforms import (
    ScriptedResults,
    results_of,
    transform_file,
    transform_files,
)
from tui.panes.results import ResultsPane
from tui.resources.results import Labels, Origin

FIRST_COLUMN = Labels("column", 0)
REGRESSION = Origin("diabetes-xgboost", "regression", "s3://bucket/train", ("age", "bmi"), (), "diabetes")
BINARY = Origin("tumours", "binary", "s3://bucket/train", ("radius", "texture"), ("benign", "malignant"), "tumours")
WINES = Origin("wines", "multiclass", "s3://bucket/train", ("acid", "sugar"), ("red", "rosé", "white"), "wines")
Lines = list[tuple[str, str, str]]


def regression(rows: int, seed: int = 1) -> Lines:
    """Labels in the first column, predictions that are mostly right."""
    numbers = random.Random(seed)
    lines = []
    for row in range(rows):
        actual = numbers.uniform(50, 300)
        off = 120 if row % 20 == 7 else numbers.gauss(0, 8)
        lines.append((f"{actual:.2f},{numbers.random():.4f},{numbers.random():.4f}", f"{actual + off:.4f}", ""))
    return lines


def binary(rows: int) -> Lines:
    numbers = random.Random(2)
    return [
        (f"{row % 2},{numbers.random():.3f},1", f"{min(1, max(0, numbers.gauss(0.3 + 0.4 * (row % 2), 0.2))):.4f}", "")
        for row in range(rows)
    ]


def pane_of(
    lines: dict[str, Lines], origin: Origin | None, labels: Labels = FIRST_COLUMN, **members: Any
) -> ResultsPane:
    files = transform_files(*map(transform_file, lines), transform_file("with-a-header.csv", None))
    return ResultsPane(ScriptedResults(lines), results_of(files, origin, labels, **members), read_only=False)


def service_of(pane: ResultsPane) -> ScriptedResults:
    assert isinstance(pane._service, ScriptedResults)
    return pane._service
