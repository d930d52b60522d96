"""The real data sets that come with scikit-learn and are one key away."""

from __future__ import annotations

from dataclasses import dataclass

from tui.resources.csv_reports import Task


@dataclass(frozen=True, slots=True)
class Sample:
    """A real data set that comes with scikit-learn."""

    name: str
    sentence: str
    task: Task
    label: str


SAMPLES = (
    Sample(
        "diabetes",
        "442 patients, 10 measurements: how far did diabetes progress in a year?",
        "regression",
        "progression",
    ),
    Sample("breast-cancer", "569 tumours, 30 measurements: malignant or benign?", "binary", "diagnosis"),
    Sample("wine", "178 wines, 13 chemical measurements: which of three cultivars?", "multiclass", "cultivar"),
)
