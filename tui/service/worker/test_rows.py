"""The rows of a labelled test set, a few at a time, for a person who looks at one after the other."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice

from tui.resources.endpoint_judging import MistakeCursor, TestRow, TestSet
from tui.service.worker.context import TaskContext
from tui.service.worker.labelled_rows import labelled_rows

ROWS = 50
"""Handed out at once."""


def next_rows(
    context: TaskContext, test_set: TestSet, cursor: MistakeCursor
) -> tuple[tuple[TestRow, ...], MistakeCursor]:
    """The next rows of a test set, and where to go on.

    Raises:
        DataError: The test set cannot be read.
    """
    rows = list(islice(labelled_rows(context, test_set, cursor), ROWS))
    if not rows:
        return (), replace(cursor, ended=True)
    row, feature_bytes, label_bytes = rows[-1].after
    found = tuple(TestRow(one.number, one.text, one.label) for one in rows)
    return found, MistakeCursor(row, feature_bytes, label_bytes)
