"""The rules that judge the columns of a CSV file, the label above all."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tui.resources.csv_reports import Column, Finding, Fix, Task

IMBALANCE = 10
"""A class with so many times the rows of another one makes the label imbalanced."""

_SHOWN_CELL = 40
_NOTHING_TO_LEARN = "Neither XGBoost nor Linear Learner can tell rows apart by it."


def about_column(column: Column) -> Iterator[Finding]:
    """What a person should know about a column, whatever it is for."""
    name = shown(column.name)
    leave_out = Fix("drop-column", "Leave the column out", column.name)
    if column.kind == "empty":
        sentence = f"Column {name} has no value at all; it is left out unless you choose it."
        yield Finding("warning", sentence, column.name, why=_NOTHING_TO_LEARN, fix=leave_out)
        return
    clear = Fix("clear-cells", "Empty those cells", column.name)
    if column.kind in ("number", "integer") and column.texts:
        sentence = (
            f"Column {name} holds numbers, but line {column.first_text_line:,} has the text "
            f"{shown(column.first_text)}; in all {counted(column.texts, 'cell')} like that."
        )
        why = "XGBoost and Linear Learner end with an error at a cell that is no number; XGBoost takes empty ones."
        yield Finding("error", sentence, column.name, column.first_text_line, why, clear)
    if column.infinite:
        sentence = (
            f"Column {name} has {counted(column.infinite, 'infinite value')}, which XGBoost and Linear Learner refuse."
        )
        yield Finding("error", sentence, column.name, why="An empty cell means unknown to XGBoost.", fix=clear)
    if column.missing:
        sentence = (
            f"Column {name} misses {counted(column.missing, 'value')}: XGBoost accepts that, Linear Learner does not."
        )
        why = "Linear Learner ends with an error at an empty cell."
        fix = Fix("drop-incomplete", "Leave those rows out", column.name)
        yield Finding("warning", sentence, column.name, why=why, fix=fix)
    if column.distinct == 1 and not column.missing:
        sentence = f"Column {name} has the same value in every row; a model learns nothing from it."
        yield Finding("warning", sentence, column.name, why=_NOTHING_TO_LEARN, fix=leave_out)
    if column.scientific:
        sentence = f"Column {name} has numbers in scientific notation; the split files have them in plain decimal form."
        why = "Some containers read 1e-3 as text; every one reads 0.001."
        fix = Fix("plain-numbers", "Write plain decimal numbers", column.name)
        yield Finding("note", sentence, column.name, why=why, fix=fix)


def about_label(columns: Sequence[Column], label: str, task: Task | None) -> Iterator[Finding]:
    """What a person should know about the column to be predicted, and about columns that give it away."""
    column = next((column for column in columns if column.name == label), None)
    if column is None:
        return
    name = shown(label)
    if column.missing:
        sentence = f"{counted(column.missing, 'row')} without a label ({name}): the split leaves them out."
        why = "XGBoost and Linear Learner end with an error at a row without a label."
        fix = Fix("drop-unlabelled", "Leave those rows out", label)
        yield Finding("warning", sentence, label, why=why, fix=fix)
    if column.distinct == 1:
        yield Finding("error", f"The label {name} has one class only: there is nothing to learn.", label)
    elif column.kind == "text" and column.distinct_capped:
        sentence = f"The label {name} is text with more than {column.distinct} different values: it is no class."
        yield Finding("error", sentence, label)
    yield from _about_balance(column, task)
    yield from _about_leaks(columns, column)


def _about_balance(label: Column, task: Task | None) -> Iterator[Finding]:
    if task not in ("binary", "multiclass") or len(label.values) < 2:
        return
    (most, most_rows), (least, least_rows) = label.values[0], label.values[-1]
    if most_rows < IMBALANCE * least_rows:
        return
    sentence = (
        f"The label {shown(label.name)} is imbalanced: class {shown(least)} has {counted(least_rows, 'row')}, "
        f"class {shown(most)} has {most_rows:,}."
    )
    weight = f"scale_pos_weight, here {most_rows / least_rows:.3g}" if task == "binary" else "weights"
    why = (
        f"A model that never says the rare class looks accurate. Stratify the split, give XGBoost {weight}, and "
        "Linear Learner balanced class weights; judge by F1 or AUC."
    )
    yield Finding("warning", sentence, label.name, why=why)


def _about_leaks(columns: Sequence[Column], label: Column) -> Iterator[Finding]:
    """Columns that are equal to the label."""
    if label.distinct < 2:
        return
    for column in columns:
        if column is not label and column.fingerprint == label.fingerprint:
            sentence = (
                f"Column {shown(column.name)} is equal to the label {shown(label.name)} in every row; it is left out."
            )
            why = (
                "A model of any algorithm copies it, scores perfectly, and is worth nothing where the label is unknown."
            )
            fix = Fix("drop-column", "Leave the column out", column.name)
            yield Finding("warning", sentence, column.name, why=why, fix=fix)


def shown(text: str) -> str:
    """A text of the file in a sentence, not too long."""
    return f"'{text if len(text) <= _SHOWN_CELL else text[: _SHOWN_CELL - 1] + '…'}'"


def counted(number: int, noun: str) -> str:
    """A number with its noun."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
