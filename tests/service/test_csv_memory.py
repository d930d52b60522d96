"""Files of any size are worked on in little memory, in a worker that has everything else loaded too."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.service.lone_worker import lone_worker, peak_megabytes
from tui.resources.csv_repairs import Repaired, plan_of, proposed
from tui.resources.csv_reports import CsvReport
from tui.resources.split_plans import default_plan
from tui.service.gateway import Gateway

MEGABYTES = 40
GROWTH = 30
"""Megabytes that a file of `MEGABYTES` may take more than one that is sixty times smaller."""

MOST = 200
"""Megabytes that the worker may take, whatever the file is like."""

ROWS = 10_000


def written(path: Path, copies: int) -> Path:
    """A file of numbers, a text column, Windows line ends, and a row in a hundred there twice."""
    lines = [f",{n / 7:.12f},{n / 11:.12f},{'Rom' if n % 3 else 'Oslo'},{n / 13:.12f},{n % 2}\r\n" for n in range(ROWS)]
    with path.open("w", newline="") as file:
        file.write("row,a,b,city,c,target\r\n")
        for copy in range(copies):
            rows = [f"{copy * ROWS + n}{line}" for n, line in enumerate(lines)]
            file.writelines(rows + rows[: ROWS // 100])
    return path


def wide(path: Path, columns: int, rows: int) -> Path:
    """A file of numbers, with a column in twenty of some dozens of texts, and Windows line ends."""
    numbers = [f"{n / 7:.6f}" for n in range(2 * columns)]
    texts = [f"text {n}" for n in range(40)]
    with path.open("w", newline="") as file:
        file.write(",".join([*(f"column{n}" for n in range(columns)), "target"]) + "\r\n")
        for row in range(rows):
            cells = numbers[7 * row % columns :][:columns]
            cells[::20] = [texts[(row + n) % len(texts)] for n in range(len(cells[::20]))]
            file.write(f"{','.join(cells)},{row % 2}\r\n")
    return path


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, Path]]:
    folder = tmp_path_factory.mktemp("memory")
    small = written(folder / "small.csv", 1)
    large = written(folder / "large.csv", MEGABYTES * 1_000_000 // small.stat().st_size)
    yield small, large
    large.unlink()


@pytest.mark.asyncio(loop_scope="session")
async def test_a_large_file_takes_hardly_more_memory_than_a_small_one(files: tuple[Path, Path], tmp_path: Path) -> None:
    async with lone_worker() as gateway:
        peaks: list[float] = []
        for path in files:
            report, repaired = await worked_on(gateway, path, tmp_path)
            assert repaired.rows == report.row_count - repaired.rows_left_out == report.row_count * 100 // 101
            peaks.append(peak_megabytes(gateway))
    assert peaks[1] - peaks[0] < GROWTH
    assert peaks[1] < MOST


@pytest.mark.asyncio(loop_scope="session")
async def test_a_file_of_two_thousand_columns_takes_no_more_than_that_either(tmp_path: Path) -> None:
    path = wide(tmp_path / "wide.csv", 2000, 1200)
    async with lone_worker() as gateway:
        report, _ = await worked_on(gateway, path, tmp_path)
        assert peak_megabytes(gateway) < MOST
    assert [report.columns[place].distinct for place in (0, 20)] == [40, 40]


async def worked_on(gateway: Gateway, path: Path, folder: Path) -> tuple[CsvReport, Repaired]:
    """Inspect a file, write its new one and split it; what the first two answered."""
    progress: list[Any] = []
    report: CsvReport = await gateway.task("inspect_csv", path=str(path), on_progress=progress.append)
    assert progress[-1].done_bytes == report.source.size
    target = str(folder / f"new-{path.name}")
    repaired: Repaired = await gateway.task("repair_csv", plan=plan_of(report, target, proposed(report)))
    await gateway.task("split_csv", path=str(path), plan=default_plan(report), folder=target + ".split")
    return report, repaired
