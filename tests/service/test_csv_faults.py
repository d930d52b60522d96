"""The sentence for each thing that is wrong with the rows or the columns of a CSV file."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.service.csv_inspected import finding, inspect
from tui.resources.datasets import DataError
from tui.resources.split_plans import default_plan


def test_only_a_header(tmp_path: Path) -> None:
    report = inspect(tmp_path, "a,b,c\n")
    assert finding(report, "The file has a header and no rows below it.").level == "error"
    with pytest.raises(DataError, match="no column can be the label"):
        default_plan(report)


def test_ragged_rows_are_counted_and_left_out(tmp_path: Path) -> None:
    report = inspect(tmp_path, "a,b,c\n1,2,3\n\n4,5\n6,7,8\n9,10,11,12\n")
    entry = finding(report, "Line 4 has 2 fields where 3 are expected; in all 2 lines like that.")
    assert (entry.level, entry.line) == ("error", 4)
    assert report.row_count == 2


def test_text_in_a_number_column(tmp_path: Path) -> None:
    report = inspect(tmp_path, "a,b\n1,2\n2,3\n3,oops\n4,5\n")
    entry = finding(report, "Column 'b' holds numbers, but line 4 has the text 'oops'; in all 1 cell like that.")
    assert (entry.level, entry.column, entry.line) == ("error", "b", 4)


def test_text_is_found_at_its_line_below_quoted_newlines(tmp_path: Path) -> None:
    report = inspect(tmp_path, 'note,b\n"x\ny",2\n"z, w",oops\nv,4\nv,5\n')
    assert finding(report, "'oops'").line == 4
    assert report.row_count == 4
    assert report.source.rows[0] == ("x\ny", "2")


def test_a_label_with_one_class(tmp_path: Path) -> None:
    report = inspect(tmp_path, "a,label\n1,5\n2,5\n3,5\n")
    assert finding(report, "The label 'label' has one class only").level == "error"
    assert report.task is None


def test_a_text_label_with_too_many_values(tmp_path: Path) -> None:
    report = inspect(tmp_path, "a,label\n" + "".join(f"{n},name {n}\n" for n in range(150)))
    assert finding(report, "text with more than 100 different values").level == "error"


def test_missing_cells_of_every_spelling(tmp_path: Path) -> None:
    report = inspect(tmp_path, "a,b\n1,2\n,3\nNA,4\nnan,5\n?,6\nnull,7\n2,8\n")
    entry = finding(report, "Column 'a' misses 5 values: XGBoost accepts that, Linear Learner does not.")
    assert entry.level == "warning"
    assert report.column("a").kind == "integer"


def test_rows_without_label_are_announced(tmp_path: Path) -> None:
    report = inspect(tmp_path, "a,y\n1,2.5\n2,\n3,4.5\n")
    assert finding(report, "1 row without a label ('y'): the split leaves them out.").level == "warning"


def test_infinite_values(tmp_path: Path) -> None:
    report = inspect(tmp_path, "a,b\ninf,2\n1,3\n-inf,4\n")
    assert finding(report, "Column 'a' has 2 infinite values").level == "error"


def test_one_column(tmp_path: Path) -> None:
    assert finding(inspect(tmp_path, "a\n1\n2\n"), "one column only").level == "error"


def test_repeated_names(tmp_path: Path) -> None:
    report = inspect(tmp_path, "a,a,a.2,a\n1,2,3,4\n5,6,7,8\n")
    assert report.source.names == ("a", "a.3", "a.2", "a.4")
    assert finding(report, "The name 'a' appears more than once").level == "warning"


def test_constant_and_empty_columns(tmp_path: Path) -> None:
    report = inspect(tmp_path, "a,b,c\n7,,1.5\n7,,2.5\n")
    assert finding(report, "Column 'a' has the same value in every row").level == "warning"
    assert finding(report, "Column 'b' has no value at all").level == "warning"
    assert report.column("b").kind == "empty"


def test_an_index_column(tmp_path: Path) -> None:
    report = inspect(tmp_path, ",x,y\n" + "".join(f"{n},{n * n % 7},{n / 3}\n" for n in range(30)))
    assert report.index_column == "column1"
    assert finding(report, "seems to number the rows").column == "column1"
    assert "column1" not in default_plan(report).features


def test_scientific_notation_is_seen_in_its_column_only(tmp_path: Path) -> None:
    report = inspect(tmp_path, "code,x,y\n1e5a,1.5,2\nab,2e-3,3\nq,1,4\n")
    assert [column.scientific for column in report.columns] == [False, True, False]
