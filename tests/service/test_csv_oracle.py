"""Whatever is wrong with a file, reading it fast tells, repairs and splits the same as looking at each cell does."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.service.task_context import ScriptedContext
from tui.resources.csv_cells import is_missing, is_number, plain_number
from tui.resources.csv_repairs import plan_of
from tui.resources.csv_reports import CsvDialect, Fix
from tui.resources.datasets import DataError, Fractions, SplitPlan
from tui.service.worker import csv_grid, csv_inspection, csv_reading, csv_repairing
from tui.service.worker.csv_inspection import inspect_csv
from tui.service.worker.csv_repairing import repair_csv
from tui.service.worker.splitting import split_csv

NUMBERS = ["0", "7", "-3", "1.5", "-0.25", "12.50", "007"]
ODD_NUMBERS = ["1e-3", "2.5E+2", "+4", " 6 ", ".5", "8."]
NO_NUMBERS = ["", "NA", "?", " ", "nan", "oops", "1-2", "1.2.3", "--1", "-", ".", "é", "Been1e5x", "2020-01-31"]
MARKED = ['"', ",", ";", "\n", 'say "x"', "a\nb"]


@st.composite
def tables(draw: st.DrawFn) -> list[list[str]]:
    """Three columns of more or less dirty cells; mostly of three fields, and seldom a row twice."""
    dirt = draw(st.sampled_from([0, 1, 5]))
    cells = st.sampled_from(NUMBERS * 6 + (ODD_NUMBERS + NO_NUMBERS + (MARKED if dirt > 1 else [])) * dirt)
    rows = draw(st.lists(st.lists(cells, min_size=3, max_size=3), min_size=2, max_size=30))
    ragged = draw(st.lists(st.lists(cells, min_size=2, max_size=4), max_size=2 if dirt else 0))
    rows += ragged + draw(st.lists(st.sampled_from(rows), max_size=3))
    return [["a", "b", "y"], *draw(st.permutations(rows))]


writings = st.builds(
    CsvDialect,
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "latin-1"]),
    separator=st.sampled_from([",", ";", "\t", "|"]),
    newline=st.sampled_from(["\n", "\r\n"]),
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("dirty")


@pytest.fixture(params=[60, 1 << 20], scope="module", autouse=True)
def blocks(request: pytest.FixtureRequest) -> Iterator[None]:
    """Blocks of a few rows, so that regular and irregular ones come in turn, and one for all."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(csv_reading, "BLOCK_BYTES", request.param)
        patch.setattr(csv_inspection, "BLOCK_BYTES", request.param)
        patch.setattr(csv_repairing, "_BLOCK_BYTES", request.param)
        patch.setattr(csv_inspection, "_ROWS_PER_BLOCK", 1)
        yield


def written(path: Path, table: list[list[str]], dialect: CsvDialect) -> Path:
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=dialect.separator, lineterminator=dialect.newline).writerows(table)
    path.write_bytes(text.getvalue().encode(dialect.encoding))
    return path


@settings(max_examples=40)
@given(tables(), writings)
def test_the_report_counts_what_a_look_at_each_cell_counts(
    folder: Path, table: list[list[str]], dialect: CsvDialect
) -> None:
    report = inspect_csv(ScriptedContext(), str(written(folder / "a.csv", table, dialect)), has_header=True)
    if report.source.dialect.separator != dialect.separator or len(report.columns) != 3:
        return  # too little to tell the separator from
    rows = [row for row in table[1:] if len(row) == 3]
    assert report.row_count == len(rows)
    ragged = [entry for entry in report.findings if entry.fix and entry.fix.kind == "drop-ragged"]
    assert len(ragged) == (len(rows) < len(table) - 1)
    repeated = [entry.sentence for entry in report.findings if entry.fix and entry.fix.kind == "drop-repeats"]
    assert len(repeated) == (len({tuple(row) for row in rows}) < len(rows))
    for place, column in enumerate(report.columns):
        cells = [row[place].replace("\n", " ") for row in rows]
        numbers = [float(cell) for cell in cells if is_number(cell)]
        assert column.numbers == len(numbers)
        assert (column.minimum, column.maximum) == (min(numbers, default=None), max(numbers, default=None))
        assert column.missing == sum(map(is_missing, cells))
        texts = [cell for cell in cells if not is_number(cell) and not is_missing(cell)]
        assert (column.texts, column.first_text) == (len(texts), texts[0] if texts else "")
        known = {float(cell) if is_number(cell) else cell for cell in cells if not is_missing(cell)}
        assert column.distinct == len(known)
        assert sum(count for _, count in column.values) == len(numbers) + len(texts)


def without_grid(*_: Any) -> None:
    """A stand-in for `Grid.of` that finds no block regular."""


@settings(max_examples=40)
@given(
    tables(), writings, st.sets(st.sampled_from(["drop-repeats", "drop-ragged", "newline", "separator", "encoding"]))
)
def test_a_repair_by_columns_and_one_by_records_write_the_same(
    folder: Path, table: list[list[str]], dialect: CsvDialect, kinds: set[Any]
) -> None:
    report = inspect_csv(ScriptedContext(), str(written(folder / "b.csv", table, dialect)), has_header=True)
    if report.source.names != ("a", "b", "y"):
        return
    fixes = {Fix(kind, "") for kind in kinds} | {Fix("clear-cells", "", "a"), Fix("plain-numbers", "", "b")}
    fixes |= {Fix("drop-unlabelled", "", "y"), Fix("label-first", "")}
    files = []
    for careful in (False, True):
        target = folder / "repaired.csv"
        target.unlink(missing_ok=True)
        with pytest.MonkeyPatch.context() as patch:
            if careful:
                patch.setattr(csv_grid.Grid, "of", without_grid)
            done = repair_csv(ScriptedContext(), plan_of(report, str(target), fixes))
        files.append((target.read_bytes(), replace(done, path="")))
    assert files[0] == files[1]


@settings(max_examples=40)
@given(tables(), writings, st.sampled_from(["regression", "multiclass"]))
def test_a_split_by_columns_and_one_by_records_write_the_same(
    folder: Path, table: list[list[str]], dialect: CsvDialect, task: Any
) -> None:
    plan = SplitPlan("dirty", dialect, ("a", "b", "y"), "y", task, ("a", "b"), fractions=Fractions(1, 0, 0))
    path = written(folder / "c.csv", table, dialect)
    outcomes: list[Any] = []
    for careful in (False, True):
        with pytest.MonkeyPatch.context() as patch:
            if careful:
                patch.setattr(csv_grid.Grid, "of", without_grid)
            try:
                manifest = split_csv(ScriptedContext(), str(path), plan, str(folder / "split")).manifest
                outcomes.append(((folder / "split/train/train.csv").read_bytes(), replace(manifest, created="")))
            except DataError as error:
                outcomes.append(str(error))
    assert outcomes[0] == outcomes[1]


@given(st.lists(st.sampled_from([*NUMBERS, *ODD_NUMBERS, *NO_NUMBERS]), min_size=2, max_size=40))
def test_the_cells_that_are_odd_are_those_that_would_be_written_otherwise(cells: list[str]) -> None:
    block = csv_reading.Block("".join(f"1,{cell},-2.5\n" for cell in cells), 1, 0)
    grid = csv_grid.Grid.of(block, ",", 3)
    assert grid is not None
    assert grid.column(1) == cells

    def as_it_stands(cell: str) -> bool:
        try:
            return plain_number(cell) == cell
        except ValueError:
            return False

    assert grid.odd([0, 1]) == [place for place, cell in enumerate(cells) if not as_it_stands(cell)]
    assert grid.missing(1).tolist() == list(map(is_missing, cells))
