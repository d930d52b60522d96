"""Data: the doctor and the split against pandas, uploads against the AWS CLI, the first page of a large file.

    python -m tests.bench.data [--megabytes 2000] [--upload-megabytes 500] [--files 2000] [--runs 3]

prints Markdown tables. Each work on the CSV file has a process of its own, whose peak memory is what is shown; pandas
reads the whole file at once there. Uploads go to an embedded SageMaker, ours by way of a worker that is started for it,
as the AWS CLI is.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from tests.bench.harness import markdown
from tests.local.server import LocalServer, run_server
from tests.service.conftest import UNHURRIED
from tui.resources.previews import PAGE_ROWS
from tui.resources.s3_objects import S3Place
from tui.service.budget import Budget
from tui.service.gateway import Gateway
from tui.service.s3 import S3Files
from tui.service.wire import Connection

BUCKET = "sagemaker-bench"


def generate(path: Path, megabytes: int) -> int:
    """Write a CSV file of ten columns with two faults; its rows."""
    random = np.random.default_rng(1)
    header = ",".join(["index", *(f"feature{number}" for number in range(7)), "city", "target"])
    cities = np.array(["Oslo", "Rom", "Paris", "Wien"])
    written = rows = 0
    with path.open("w", newline="") as file:
        file.write(header + "\r\n")
        while written < megabytes * 1_000_000:
            block = 20_000
            numbers = random.normal(size=(block, 7)).round(5)
            towns, labels = cities[random.integers(0, 4, block)], numbers[:, 0] * 3 + numbers[:, 1]
            lines = [
                f"{rows + place},{','.join(map(str, numbers[place]))},{towns[place]},{labels[place]:.4f}\r\n"
                for place in range(block)
            ]
            file.writelines(lines)
            written += sum(map(len, lines))
            rows += block
    return rows


def reading(folder: Path, megabytes: int) -> str:
    """Doctor and split against `pandas.read_csv` of the whole file."""
    path = folder / "large.csv"
    rows = generate(path, megabytes)
    table, figures = [], {}
    labels = {
        "pandas": "pandas.read_csv, whole",
        "inspect": "doctor: findings and column sheet",
        "repair": "doctor: the new file",
        "split": "split",
    }
    for what, label in labels.items():
        command = [sys.executable, "-m", "tests.bench.data_work", what, str(path)]
        answer = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        figures[what] = seconds, peak = json.loads(answer)
        of_pandas = f"{figures['pandas'][1] / peak:.1f}"
        table.append([label, f"{seconds:.1f}", f"{rows / seconds:,.0f}", f"{peak:,.0f}", of_pandas])
    title = f"{rows:,} rows, {path.stat().st_size / 1e6:,.0f} MB"
    return markdown([title, "s", "rows/s", "peak MB", "times less than pandas"], table)


def uploading(folder: Path, megabytes: int, files: int, runs: int) -> str:
    """Uploads against `aws s3 cp`."""
    one, many = folder / "one", folder / "many"
    one.mkdir()
    many.mkdir()
    (one / "large.bin").write_bytes(os.urandom(1_000_000) * megabytes)
    for number in range(files):
        (many / f"{number}.csv").write_bytes(os.urandom(50_000))
    table = []
    with run_server(folder / "embedded") as server:
        with suppress(server.client("s3").exceptions.BucketAlreadyOwnedByYou):
            server.client("s3").create_bucket(Bucket=BUCKET)
        for label, source in ((f"1 × {megabytes} MB", one), (f"{files:,} × 50 KB", many)):
            sides: list[Callable[[], None]] = [
                lambda source=source: asyncio.run(upload(server, folder, source)),  # type: ignore[misc]
                lambda source=source: copy_by_cli(server, source),  # type: ignore[misc]
            ]
            times: list[list[float]] = [[], []]
            for _ in range(runs):
                for side, series in zip(sides, times, strict=True):
                    began = time.perf_counter()
                    side()
                    series.append(time.perf_counter() - began)
            ours, theirs = map(median, times)
            size = sum(path.stat().st_size for path in source.iterdir()) / 1e6
            table.append(
                [
                    *(label, f"{ours:.1f}", f"{size / ours:.0f}"),
                    *(f"{theirs:.1f}", f"{size / theirs:.0f}", f"{theirs / ours:.2f}"),
                ]
            )
    return markdown(["upload", "sagedeck s", "MB/s", "aws s3 cp s", "MB/s", "times faster"], table)


async def upload(server: LocalServer, folder: Path, source: Path) -> None:
    gateway = Gateway(Budget(UNHURRIED))
    await gateway.open(Connection(None, server.region, server.url, server.access_key, server.secret_key))
    try:
        await S3Files(gateway, folder / "transfers").upload([str(source)], S3Place(BUCKET, "ours/"))
    finally:
        gateway.close()


def copy_by_cli(server: LocalServer, source: Path) -> None:
    settings = {
        "AWS_ACCESS_KEY_ID": server.access_key,
        "AWS_SECRET_ACCESS_KEY": server.secret_key,
        "AWS_DEFAULT_REGION": server.region,
        "AWS_ENDPOINT_URL": server.url,
    }
    command = [str(Path(sys.executable).with_name("aws")), "s3", "cp", "--recursive", "--quiet"]
    subprocess.run([*command, str(source), f"s3://{BUCKET}/theirs/"], check=True, env=os.environ | settings)


async def previewing(folder: Path, runs: int) -> str:
    """The first page of the large file, asked of a worker as the console asks."""
    gateway = Gateway(Budget(UNHURRIED))
    await gateway.open(Connection(None, "us-east-1", "http://127.0.0.1:9", "bench", "bench"))
    times: list[float] = []
    try:
        await gateway.task("list_folder", path=str(folder))
        for _ in range(runs + 1):
            began = time.perf_counter()
            page: Any = await gateway.task("preview_rows", where=str(folder / "large.csv"))
            times.append(time.perf_counter() - began)
            assert len(page.rows) == PAGE_ROWS
    finally:
        gateway.close()
    row = ["first page", f"{times[0] * 1000:.0f}", f"{median(times[1:]) * 1000:.0f}"]
    return markdown(["preview", "first time, ms", "again, ms"], [row])


def main() -> None:
    """Run everything once."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megabytes", type=int, default=2000)
    parser.add_argument("--upload-megabytes", type=int, default=500)
    parser.add_argument("--files", type=int, default=2000)
    parser.add_argument("--runs", type=int, default=3)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        sys.stdout.write(reading(folder, arguments.megabytes) + "\n\n")
        sys.stdout.write(asyncio.run(previewing(folder, 9)) + "\n\n")
        sys.stdout.write(uploading(folder, arguments.upload_megabytes, arguments.files, arguments.runs) + "\n")


if __name__ == "__main__":
    main()
