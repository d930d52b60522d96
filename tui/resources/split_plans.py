"""The rules about split plans: what is allowed, how rows are shared out, and the plan to start from."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import get_args

from tui.resources.csv_cells import class_name, in_order
from tui.resources.csv_reports import Column, CsvReport, Task
from tui.resources.datasets import ENCODINGS, DataError, Encoding, Fractions, SplitPlan
from tui.resources.training import name_problem

ONE_HOT_LIMIT = 10
"""Text columns with at most this many values become a column per value by default, with more a column of codes."""

CATEGORY_LIMIT = 1000
"""Values a text column or a class label may have; more of them are names or ids."""

_NO_FEATURES = {"empty": "is empty", "date": "holds dates"}


def fractions_problem(fractions: Fractions) -> str:
    """Why the fractions cannot be used, as a sentence; empty when they can."""
    if any(not 0 <= share <= 1 for share in fractions):
        return "Each fraction lies between 0 and 1."
    if fractions.train == 0:
        return "The train fraction must be above 0."
    total = sum(fractions)
    if abs(total - 1) > 1e-9:
        return f"The fractions add up to {total:g}; they must add up to 1."
    return ""


def plan_problem(plan: SplitPlan) -> str:
    """Why the plan cannot be carried out whatever the rows are, as a sentence; empty when it can.

    A data set is named as a training job is, so that a job can be called after its data.
    """
    if problem := name_problem(plan.name) or fractions_problem(plan.fractions):
        return problem
    named = (plan.label, *plan.features)
    if unknown := [name for name in named if name not in plan.columns]:
        return f"The file has no column '{unknown[0]}'."
    if not plan.features or len(set(named)) < len(named):
        return "The label or a feature is chosen twice." if plan.features else "Choose at least one feature."
    if not 0 <= plan.seed < 2**32:
        return "The seed is a whole number from 0 to 4,294,967,295."
    if plan.stratify and plan.task == "regression":
        return "Only classes can be stratified; a regression has none."
    return ""


def label_problem(column: Column, task: Task) -> str:
    """Why the split would refuse a column as the label, as the end of a sentence, as far as a report tells."""
    if column.kind == "empty":
        return f"the label '{column.name}' has no value"
    if task == "regression":
        return f"line {column.first_text_line:,} {no_number(column.first_text, column.name)}" if column.texts else ""
    if not column.distinct_capped:
        return classes_problem(column.name, task, in_order({class_name(value) for value, _ in column.values}))
    if task == "binary":
        return f"the label '{column.name}' must have two classes, and it has more than {column.distinct} values"
    return too_many(column.name, column.distinct) if column.kind == "date" else ""


def classes_problem(label: str, task: Task, classes: Sequence[str]) -> str:
    """Why a label with these classes is none for the task, as the end of a sentence; empty when it is one."""
    if task == "binary" and len(classes) != 2:
        such = f" such as '{classes[0]}'" if classes else ""
        return f"the label '{label}' must have two classes, and it has {len(classes)} different values{such}"
    return f"the label '{label}' has one class only" if task == "multiclass" and len(classes) < 2 else ""


def no_number(cell: str, column: str) -> str:
    """What is wrong with a row that has a text where a number is needed."""
    return f"has '{cell[:40]}' in column '{column}', which is no number"


def too_many(column: str, limit: int) -> str:
    """What is wrong with a column that has more values than classes or codes may be."""
    return f"column '{column}' has more than {limit:,} different values, too many for classes or codes"


def shares(total: int, fractions: Fractions) -> tuple[int, int, int]:
    """How many of `total` rows go to train, validation and test: by the largest remainder, so each within one row."""
    exact = [total * share for share in fractions]
    counts = [int(value) for value in exact]
    by_remainder = sorted(range(3), key=lambda place: counts[place] - exact[place])
    for place in by_remainder[: total - sum(counts)]:
        counts[place] += 1
    return counts[0], counts[1], counts[2]


def default_name(path: str) -> str:
    """A data set name made from a file's name."""
    stem = re.split(r"[/\\]", path)[-1].rsplit(".", 1)[0]
    return re.sub(r"[^A-Za-z0-9]+", "-", stem)[:63].strip("-") or "data"


def default_encoding(column: Column) -> Encoding | None:
    """How a text column is best kept: None when it has too many values to be of use, as names and ids have."""
    if column.distinct_capped:
        return None
    return Encoding(column.name, "one-hot" if 2 < column.distinct <= ONE_HOT_LIMIT else "codes")


def why_left_out(report: CsvReport, column: Column) -> tuple[str, bool]:
    """Why a column is no feature unless a person says otherwise, and whether they can; empty when it is one."""
    if column.kind in _NO_FEATURES:
        return _NO_FEATURES[column.kind], False
    if column.kind in ("text", "boolean") and default_encoding(column) is None:
        return "has too many different texts", False
    if column.name == report.index_column:
        return "numbers the rows", True
    if column.distinct == 1 and not column.missing:
        return "has one value", True
    return "equals the label" if column.fingerprint == report.column(report.label).fingerprint else "", True


def default_plan(report: CsvReport, keep: Collection[str] = ()) -> SplitPlan:
    """The plan to start from: the guessed label, every feature that can be kept, 70/15/15, stratified for classes.

    The columns to `keep` are features although they would be left out, if they can be.

    Raises:
        DataError: The file has no column that could be a label, or no feature besides it.
    """
    what = f"Cannot plan a split of '{report.source.path}'"
    if not report.label or report.task is None:
        raise DataError(what, "no column can be the label", "Choose a file with a column to predict.")
    features: list[str] = []
    encodings: list[Encoding] = []
    for column in report.columns:
        why, can_be_kept = why_left_out(report, column)
        if column.name == report.label or (why and not (can_be_kept and column.name in keep)):
            continue
        if column.kind in ("text", "boolean") and (encoding := default_encoding(column)):
            encodings.append(encoding)
        features.append(column.name)
    if not features:
        raise DataError(what, "no column besides the label can be a feature", "Choose a file with more columns.")
    return SplitPlan(
        name=default_name(report.source.path),
        dialect=report.source.dialect,
        columns=report.source.names,
        label=report.label,
        task=report.task,
        features=tuple(features),
        encodings=tuple(encodings),
        stratify=report.task != "regression",
    )


def plan_by(report: CsvReport, values: Mapping[str, str]) -> SplitPlan:
    """The plan that a person's words mean for a file: `name`, `label`, `task`, `drop`, `keep`, `encode`, `fractions`,
    `seed`, `stratify`.

    What is not among the values is as in the plan to start from.

    Raises:
        DataError: There can be none: the label is not in the file or none for the task, nothing is left to learn from,
            or a column cannot be encoded like that.
    """
    label = values.get("label", report.label)
    if label not in report.source.names:
        raise DataError(f"Cannot split '{report.source.path}'", f"it has no column '{label}'", "Choose another label.")
    task = next((task for task in get_args(Task) if task == values.get("task")), report.task)
    if task and (problem := label_problem(report.column(label), task)):
        raise DataError(f"Cannot split '{report.source.path}'", problem, "Choose another label, or another task.")
    plan = default_plan(replace(report, label=label, task=task), listed(values.get("keep", "")))
    dropped = set(listed(values.get("drop", "")))
    features = tuple(feature for feature in plan.features if feature not in dropped)
    if not features:
        raise DataError("Nothing to learn from", "every column is left out", "Keep at least one.")
    encodings = tuple(encoding for encoding in plan.encodings if encoding.column in features)
    return replace(
        plan,
        name=values.get("name") or plan.name,
        features=features,
        encodings=_encoded_by(encodings, values.get("encode", "")),
        fractions=fractions_of(values["fractions"]) if "fractions" in values else plan.fractions,
        seed=int(values.get("seed", plan.seed)),
        stratify=values["stratify"] == "yes" if "stratify" in values else plan.stratify,
    )


def _encoded_by(encodings: tuple[Encoding, ...], text: str) -> tuple[Encoding, ...]:
    """The encodings with a person's wishes such as `city=codes, colour=one-hot`."""
    wanted: dict[str, Encoding] = {}
    known = {encoding.column for encoding in encodings}
    for wish in listed(text):
        column, _, word = wish.rpartition("=")
        kind = next((kind for kind in ENCODINGS if kind == word.strip()), None)
        if kind is None or column.strip() not in known:
            why = f"'{wish}' names no text column that is kept, or neither one-hot nor codes"
            raise DataError("Cannot encode the columns", why, "Write it like city=codes.")
        wanted[column.strip()] = Encoding(column.strip(), kind)
    return tuple(wanted.get(encoding.column, encoding) for encoding in encodings)


def listed(text: str) -> list[str]:
    """The names in a text in which commas stand between them."""
    return [name.strip() for name in text.split(",") if name.strip()]


def fractions_of(text: str) -> Fractions:
    """The fractions that a person typed in percent, such as `70 15 15`.

    Raises:
        ValueError: They are not three numbers.
    """
    train, validation, test = (float(part) / 100 for part in text.replace("/", " ").replace(",", " ").split())
    return Fractions(train, validation, test)
