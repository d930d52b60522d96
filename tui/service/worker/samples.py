"""Writing scikit-learn's bundled data sets as CSV files."""

from __future__ import annotations

import csv
import tempfile
from importlib import import_module
from pathlib import Path
from typing import Any

from tui.resources.csv_cells import plain_number
from tui.resources.datasets import DataError
from tui.resources.samples import SAMPLES
from tui.service.worker.context import TaskContext

_LOADERS: dict[str, tuple[str, dict[str, Any]]] = {
    "diabetes": ("load_diabetes", {"scaled": False}),
    "breast-cancer": ("load_breast_cancer", {}),
    "wine": ("load_wine", {}),
}


def write_sample(context: TaskContext, name: str, folder: str) -> str:
    """Write a sample as `<name>.csv` with a header and the label last; the path of the file.

    Raises:
        DataError: There is no such sample, scikit-learn is not installed, or the folder cannot be written.
    """
    context.check()
    what = f"Cannot write the sample '{name}'"
    sample = next((sample for sample in SAMPLES if sample.name == name), None)
    if sample is None:
        raise DataError(what, "there is none of that name", f"There are {', '.join(s.name for s in SAMPLES)}.")
    try:
        sources = import_module("sklearn.datasets")
    except ModuleNotFoundError as error:
        what_next = "Install it with the extra: pip install 'sagedeck[local]'."
        raise DataError(what, "scikit-learn, which brings it, is not installed", what_next) from error
    loader, options = _LOADERS[name]
    bunch = getattr(sources, loader)(**options)
    classes = [str(cls) for cls in bunch.target_names] if "target_names" in bunch else None
    target = Path(folder, f"{name}.csv")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=f".{name}.", dir=target.parent) as workshop:
            staged = Path(workshop, target.name)
            with staged.open("w", newline="", encoding="utf-8") as file:
                writer = csv.writer(file, lineterminator="\n")
                writer.writerow([*map(str, bunch.feature_names), sample.label])
                for features, label in zip(bunch.data.tolist(), bunch.target.tolist(), strict=True):
                    writer.writerow([*map(_plain, features), classes[int(label)] if classes else _plain(label)])
            staged.replace(target)
    except OSError as error:
        raise DataError(what, str(error.strerror or error), f"Is '{folder}' a folder you may write to?") from error
    return str(target)


def _plain(value: float) -> str:
    return plain_number(f"{value:.15g}")
