"""The shape of columns: histograms that are exact where they can be and a fair sample where they cannot."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from tests.service.task_context import ScriptedContext
from tui.resources.csv_reports import Column
from tui.service.worker.column_sample import BINS, RowSample
from tui.service.worker.csv_inspection import inspect_csv


def columns(tmp_path: Path, text: str) -> dict[str, Column]:
    path = tmp_path / "table.csv"
    path.write_text(text)
    return {column.name: column for column in inspect_csv(ScriptedContext(), str(path)).columns}


def test_few_different_values_are_counted_exactly(tmp_path: Path) -> None:
    found = columns(tmp_path, "grade,city,y\n" + "3,Rom,1.5\n1,Oslo,2.5\n2,Rom,2.5\n3,Rom,4\n" * 10)
    assert found["grade"].histogram == (10, 10, 20)
    assert found["city"].histogram == (30, 10)
    assert found["y"].histogram == (10, 20, 10)


def test_neighbours_share_a_bar(tmp_path: Path) -> None:
    found = columns(tmp_path, "x,y\n" + "".join(f"{n},{n % 2}\n" for n in range(32)))
    assert found["x"].histogram == (2,) * BINS


def test_many_values_are_sampled(tmp_path: Path) -> None:
    rows = "".join(f"{n / 7:.4f},{n % 2}\n" for n in range(20_000))
    histogram = columns(tmp_path, "x,y\n" + rows)["x"].histogram
    assert len(histogram) == BINS
    assert sum(histogram) == 4000
    assert max(histogram) < 1.5 * min(histogram), "equally many rows in every part"


def test_a_column_without_numbers_or_values_has_what_there_is(tmp_path: Path) -> None:
    found = columns(tmp_path, "empty,name,one\n" + "".join(f",name {n},7\n" for n in range(300)))
    assert found["empty"].histogram == ()
    assert found["name"].histogram == ()
    assert found["one"].histogram == (300,)


def test_infinite_and_huge_values_do_not_break_the_shape(tmp_path: Path) -> None:
    found = columns(
        tmp_path, "x,y\n" + "".join(f"{sign}1.7e308,{n}\n" for n, sign in enumerate(["", "-"] * 9)) + "inf,1\n"
    )
    assert found["x"].histogram == (9, 9)


def test_the_sample_is_fair_to_late_rows() -> None:
    sample = RowSample(1)
    for block in range(100):
        sample.add(np.full((1000, 1), float(block)))
    early, late = np.array_split(np.array(sample.histogram(0, 0, 99)), 2)
    assert 0.8 < early.sum() / late.sum() < 1.25


def test_a_very_wide_file_is_sampled_in_fewer_rows() -> None:
    sample = RowSample(25_000)
    sample.add(np.ones((60, 25_000)))
    assert sum(sample.histogram(5, 1, 1)) == 20


def test_of_a_very_wide_file_fewer_values_of_each_column_are_counted(tmp_path: Path) -> None:
    rows = [",".join(str(row % (20 + 70 * (place % 2))) for place in range(1200)) for row in range(90)]
    found = columns(tmp_path, ",".join(f"c{place}" for place in range(1200)) + "\n" + "\n".join(rows) + "\n")
    assert (found["c0"].distinct, found["c0"].distinct_capped) == (20, False)
    assert found["c1"].distinct_capped
    assert found["c1"].examples == ("0", "1", "2")
