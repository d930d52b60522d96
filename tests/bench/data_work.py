"""The doctor and the split of a large CSV file in the real worker, against pandas that reads it whole."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

from tests.bench.harness import markdown
from tests.service.lone_worker import lone_worker, peak_megabytes
from tui.resources.csv_repairs import plan_of, proposed
from tui.resources.csv_reports import CsvReport
from tui.resources.split_plans import default_plan

_DIFFERENT_ROWS = 100_000
_PANDAS = """
import json, resource, sys, time
import pandas
began = time.perf_counter()
pandas.read_csv(sys.argv[1])
print(json.dumps([time.perf_counter() - began, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6]))
"""


def generate(path: Path, megabytes: int) -> int:
    """Write a CSV file of ten columns with faults, Windows line ends and scientific notation among them; its rows.

    Every so many rows all but the number of the row comes again.
    """
    random = np.random.default_rng(1)
    numbers = random.normal(size=(_DIFFERENT_ROWS, 7)).round(5)
    cities = np.array(["Oslo", "Rom", "Paris", "Wien"])[random.integers(0, 4, _DIFFERENT_ROWS)]
    lines = [
        f",{','.join(map(str, row))},{city},{row[0] * 3 + row[1]:.4f}\r\n"
        for row, city in zip(numbers.tolist(), cities, strict=True)
    ]
    rows = 0
    with path.open("w", newline="") as file:
        file.write(",".join(["index", *(f"feature{number}" for number in range(7)), "city", "target"]) + "\r\n")
        while file.tell() < megabytes * 1_000_000:
            file.write("".join([f"{number}{line}" for number, line in enumerate(lines, rows)]))
            rows += len(lines)
    return rows


def pandas_whole(path: Path) -> tuple[float, float]:
    """The seconds and the peak memory of pandas in a process of its own, its import left out of the time."""
    command = [sys.executable, "-c", _PANDAS, str(path)]
    seconds, peak = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return seconds, peak


async def worker_figures(path: Path) -> dict[str, tuple[float, float]]:
    """The seconds and the peak memory of each work; every one has a worker of its own."""
    figures: dict[str, tuple[float, float]] = {}

    async def worked(label: str, task: str, **arguments: Any) -> Any:
        async with lone_worker() as gateway:
            began = time.perf_counter()
            answer = await gateway.task(task, on_progress=lambda _: None, **arguments)
            figures[label] = time.perf_counter() - began, peak_megabytes(gateway)
            return answer

    report: CsvReport = await worked("doctor: findings and column sheet", "inspect_csv", path=str(path))
    repair = plan_of(report, str(path.with_name("new.csv")), proposed(report))
    await worked("doctor: the new file", "repair_csv", plan=repair)
    split = {"plan": default_plan(report), "folder": str(path.with_name("split"))}
    await worked("split", "split_csv", path=str(path), **split)
    return figures


def work(path: Path, rows: int) -> str:
    """A table of seconds, rows per second and peak memory."""
    pandas = pandas_whole(path)
    figures = {"pandas.read_csv, whole": pandas, **asyncio.run(worker_figures(path))}
    table = [
        [label, f"{seconds:.1f}", f"{rows / seconds:,.0f}", f"{peak:,.0f}", f"{pandas[1] / peak:.1f}"]
        for label, (seconds, peak) in figures.items()
    ]
    title = f"{rows:,} rows, {path.stat().st_size / 1e6:,.0f} MB"
    return markdown([title, "s", "rows/s", "peak MB", "times less than pandas"], table)
