"""Data: the doctor and the split against pandas, uploads against the AWS CLI, the first page of a large file.

    python -m tests.bench.data [--megabytes 2000] [--upload-megabytes 500] [--files 2000] [--runs 3]

prints Markdown tables. Each work on the CSV file has a worker of its own, with boto3 loaded and a client made, whose
peak memory is what is shown; pandas reads the whole file at once in a process of its own. Uploads go to an embedded
SageMaker, ours by way of a worker that is started for it, as the AWS CLI is.
"""

from __future__ import annotations

import argparse
import asyncio
import gzip
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
from uuid import uuid4

import numpy as np
import pyarrow
from pyarrow.parquet import ParquetWriter

from tests.bench.data_work import generate, work
from tests.bench.harness import markdown
from tests.local.server import LocalServer, run_server
from tests.service.conftest import UNHURRIED
from tests.service.lone_worker import lone_worker, peak_megabytes
from tui.resources.previews import PAGE_ROWS
from tui.resources.s3_objects import S3Place
from tui.service.budget import Budget
from tui.service.gateway import Gateway
from tui.service.s3 import S3Files
from tui.service.wire import Connection

BUCKET = "sagemaker-bench"


def uploading(folder: Path, megabytes: int, files: int, runs: int) -> str:
    """Uploads against `aws s3 cp`, each to a place of its own: what is there already would not be sent again."""
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
        await S3Files(gateway, folder / "transfers").upload([str(source)], S3Place(BUCKET, f"ours-{uuid4()}/"))
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
    subprocess.run([*command, str(source), f"s3://{BUCKET}/theirs-{uuid4()}/"], check=True, env=os.environ | settings)


async def previewing(folder: Path, megabytes: int, runs: int) -> str:
    """The first page of large files, each asked of a worker of its own as the console asks."""
    size = megabytes * 1_000_000
    table = []
    for path in (folder / "large.csv", gzipped(folder, size), parquet(folder, size)):
        times: list[float] = []
        async with lone_worker() as gateway:
            await gateway.task("list_folder", path=str(folder))
            for _ in range(runs + 1):
                began = time.perf_counter()
                page: Any = await gateway.task("preview_rows", where=str(path))
                times.append(time.perf_counter() - began)
                assert len(page.rows) == PAGE_ROWS
            peak = peak_megabytes(gateway)
        label = f"{path.suffix[1:]}, {path.stat().st_size / 1e6:,.0f} MB"
        table.append([label, f"{times[0] * 1000:.0f}", f"{median(times[1:]) * 1000:.0f}", f"{peak:.0f}"])
    return markdown(["first page", "first time, ms", "again, ms", "peak MB"], table)


def gzipped(folder: Path, size: int) -> Path:
    """A packed file of about so many bytes: the beginning of the large one again and again."""
    with (folder / "large.csv").open("rb") as source:
        packed = gzip.compress(source.read(20_000_000), 1)
    path = folder / "large.gz"
    with path.open("wb") as file:
        for _ in range(size // len(packed) + 1):
            file.write(packed)
    return path


def parquet(folder: Path, size: int) -> Path:
    """A Parquet file of about so many bytes, with row groups of a million rows."""
    table = pyarrow.table(dict(zip("abcdefgh", np.random.default_rng(1).normal(size=(8, 1_000_000)), strict=True)))
    path = folder / "large.parquet"
    with ParquetWriter(path, table.schema) as writer:
        for _ in range(size // table.nbytes + 1):
            writer.write_table(table)
    return path


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
        rows = generate(folder / "large.csv", arguments.megabytes)
        sys.stdout.write(work(folder / "large.csv", rows) + "\n\n")
        sys.stdout.flush()
        sys.stdout.write(asyncio.run(previewing(folder, arguments.megabytes, 9)) + "\n\n")
        sys.stdout.flush()
        sys.stdout.write(uploading(folder, arguments.upload_megabytes, arguments.files, arguments.runs) + "\n")


if __name__ == "__main__":
    main()
