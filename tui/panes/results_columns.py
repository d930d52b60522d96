"""The columns of a list of results: records, predictions, and how far these are off."""

from __future__ import annotations

from tui.panes.results_facts import predicted_said
from tui.panes.wording import number
from tui.resources.results import JobResults, ResultRow
from widgets.table_columns import Column, fixed, flex


def columns_of(results: JobResults) -> tuple[Column[ResultRow], ...]:
    """What there is of each row; what is true, and by how much a number is off, only where that is known."""

    def predicted(row: ResultRow) -> str:
        if row.prediction is None:
            return row.answer
        if results.reading.task == "binary":
            return number(row.prediction.value)
        return predicted_said(row.prediction.value, results)

    def actual(row: ResultRow) -> str:
        return "" if row.actual is None else predicted_said(row.actual, results, actual=True)

    columns = [
        Column[ResultRow](
            "row", "Row", lambda row: f"{row.number:,}", fixed(7), "right", sort_key=lambda row: row.number, priority=8
        ),
        Column[ResultRow]("record", "Record", lambda row: row.record, flex(share=2, minimum=16), priority=7),
        Column[ResultRow](
            "answer",
            "Score" if results.reading.task == "binary" else "Prediction",
            predicted,
            flex(minimum=10),
            "right",
            sort_key=lambda row: row.prediction.value if row.prediction else None,
            priority=9,
        ),
    ]
    if results.can_be_judged:
        columns.append(
            Column[ResultRow](
                "actual", "Actual", actual, fixed(10), "right", sort_key=lambda row: row.actual, priority=6
            )
        )
    if results.can_be_judged and results.reading.task == "regression":
        columns.append(Column[ResultRow]("off", "Off by", _off_by, fixed(10), "right", sort_key=_distance, priority=5))
    return tuple(columns)


def _distance(row: ResultRow) -> float | None:
    return None if row.prediction is None or row.actual is None else abs(row.prediction.value - row.actual)


def _off_by(row: ResultRow) -> str:
    return "" if row.prediction is None or row.actual is None else f"{row.prediction.value - row.actual:+.5g}"
