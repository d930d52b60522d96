"""The rows of a test set, read as they are asked for."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.service.task_context import ScriptedContext
from tui.resources.datasets import DataError
from tui.resources.endpoint_judging import MistakeCursor, TestRow, TestSet
from tui.service.worker.test_rows import ROWS, next_rows


def test_rows_come_a_few_at_a_time_with_their_labels(tmp_path: Path) -> None:
    features, labels = tmp_path / "test.csv", tmp_path / "labels.csv"
    count = 2 * ROWS + 3
    features.write_text("".join(f"{row},0.5\n" for row in range(count)))
    labels.write_text("".join(f"{row / 2}\n" for row in range(count)))
    test_set = TestSet(str(features), str(labels), "regression")
    cursor = MistakeCursor()
    sizes: list[int] = []
    found: list[TestRow] = []
    while not cursor.ended:
        rows, cursor = next_rows(ScriptedContext(), test_set, cursor)
        sizes.append(len(rows))
        found += rows
    assert sizes == [ROWS, ROWS, 3, 0]
    assert found == [TestRow(row, f"{row},0.5", row / 2) for row in range(count)]


def test_a_test_set_that_is_gone_says_so(tmp_path: Path) -> None:
    test_set = TestSet(str(tmp_path / "gone.csv"), "", "regression")
    with pytest.raises(DataError, match=r"gone\.csv"):
        next_rows(ScriptedContext(), test_set, MistakeCursor())
