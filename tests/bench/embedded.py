"""The embedded SageMaker against moto's server, over the same boto3 calls.

    python -m tests.bench.embedded [--runs 9] [--events 1000000] [--jobs 10000] [--points 100000]

prints a Markdown table of medians in milliseconds (memory in MB) and how many times faster the embedded SageMaker is.
Both servers run at the same time, and every figure alternates between them. Filling moto with jobs, events and points
takes minutes; ours gets its jobs through its own store, since through the API each of them would be trained.

Moto has no model behind InvokeEndpoint and answers the same bytes to everybody, so that row compares the embedded
SageMaker with the same model called inside this process.
"""

from __future__ import annotations

import argparse
import contextlib
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles
from typing import Any

import boto3
import numpy as np
import psutil
import xgboost
from botocore.config import Config

from tests.bench.harness import markdown
from tests.bench.served_model import FEATURES, endpoint_with_model
from tests.local.server import run_server
from tests.local.training import request
from tui.local.jobs.states import Outcome, Phase
from tui.local.jobs.table import JobTable
from tui.local.settings import Settings
from tui.local.store import Store

GROUP, STREAM = "/aws/sagemaker/TrainingJobs", "bench/algo-1"
BUCKET = "sagemaker-bench"
BATCH = 10_000
"""Events in one PutLogEvents, the most there may be."""


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two servers."""

    process: psutil.Process
    client: Callable[[str], Any]
    start_up: float
    """Seconds from its start to its first answer."""

    def memory(self) -> float:
        """Megabytes of the server process, without its children."""
        return float(self.process.memory_info().rss / 1e6)


@contextlib.contextmanager
def ours(folder: Path, jobs: int) -> Iterator[Side]:
    fill_jobs(folder, jobs)
    began = time.perf_counter()
    with run_server(folder) as server:
        server.client("sts").get_caller_identity()
        yield Side(psutil.Process(server.process.pid), server.client, time.perf_counter() - began)


def fill_jobs(folder: Path, count: int) -> None:
    """Completed jobs in the store of a server that does not run yet."""
    folder.mkdir(parents=True)
    store, settings = Store(folder / "store.sqlite"), Settings(folder)
    table = JobTable(store)
    with store.write() as connection:
        for number in range(count):
            name = f"bench-{number:05}"
            table.insert(connection, name, settings.arn("training-job", name), request(name))
    for number in range(count):
        table.finish(f"bench-{number:05}", Outcome(Phase.COMPLETED))
    store.close()


@contextlib.contextmanager
def moto() -> Iterator[Side]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    began = time.perf_counter()
    command = [sys.executable, "-m", "moto.server", "-p", str(port)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        clients: dict[str, Any] = {}

        def client(service: str) -> Any:
            if service not in clients:
                clients[service] = boto3.session.Session().client(
                    service,
                    endpoint_url=f"http://127.0.0.1:{port}",
                    aws_access_key_id="bench",
                    aws_secret_access_key="bench",
                    region_name="us-east-1",
                    config=Config(retries={"total_max_attempts": 1}, read_timeout=600),
                )
            return clients[service]

        try:
            wait_for_port(port)
            client("sts").get_caller_identity()
            yield Side(psutil.Process(process.pid), client, time.perf_counter() - began)
        finally:
            process.terminate()


def wait_for_port(port: int) -> None:
    deadline = time.monotonic() + 60
    while True:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        if time.monotonic() > deadline:
            raise TimeoutError("moto's server does not listen")
        time.sleep(0.005)


def fill(side: Side, events: int, points: int) -> None:
    """A bucket, a log stream and a metric, the same on both sides."""
    side.client("s3").create_bucket(Bucket=BUCKET)
    logs, now = side.client("logs"), int(time.time() * 1000)
    with contextlib.suppress(logs.exceptions.ResourceAlreadyExistsException):
        logs.create_log_group(logGroupName=GROUP)
    logs.create_log_stream(logGroupName=GROUP, logStreamName=STREAM)
    for first in range(0, events, BATCH):
        batch = [
            {"timestamp": now - events + number, "message": f"[{number}]#011train-rmse:{number / 7:.5f}"}
            for number in range(first, min(first + BATCH, events))
        ]
        logs.put_log_events(logGroupName=GROUP, logStreamName=STREAM, logEvents=batch)
    cloudwatch, start = side.client("cloudwatch"), time.time() - 3 * 3600
    for first in range(0, points, 1000):
        cloudwatch.put_metric_data(
            Namespace="bench",
            MetricData=[
                {
                    "MetricName": "ModelLatency",
                    "Dimensions": [{"Name": "EndpointName", "Value": "bench"}],
                    "Timestamp": start + number * 3 * 3600 / points,
                    "Value": float(number % 997),
                    "Unit": "Microseconds",
                }
                for number in range(first, min(first + 1000, points))
            ],
        )


def fill_moto_jobs(side: Side, count: int) -> None:
    sagemaker = side.client("sagemaker")
    for number in range(count):
        sagemaker.create_training_job(**request(f"bench-{number:05}"))


def newest_events(side: Side) -> None:
    answer = side.client("logs").get_log_events(logGroupName=GROUP, logStreamName=STREAM, limit=1000)
    assert len(answer["events"]) == 1000


def metric_data(side: Side) -> None:
    metric = {
        "Namespace": "bench",
        "MetricName": "ModelLatency",
        "Dimensions": [{"Name": "EndpointName", "Value": "bench"}],
    }
    answer = side.client("cloudwatch").get_metric_data(
        MetricDataQueries=[{"Id": "m", "MetricStat": {"Metric": metric, "Period": 60, "Stat": "Average"}}],
        StartTime=time.time() - 4 * 3600,
        EndTime=time.time() + 60,
    )
    assert len(answer["MetricDataResults"][0]["Values"]) > 100


def list_jobs(side: Side) -> None:
    answer = side.client("sagemaker").list_training_jobs(MaxResults=100, SortBy="CreationTime", SortOrder="Descending")
    assert len(answer["TrainingJobSummaries"]) == 100


def describe_job(side: Side) -> None:
    side.client("sagemaker").describe_training_job(TrainingJobName="bench-00042")


def put_object(size: int) -> Callable[[Side], None]:
    body = bytes(size)
    return lambda side: side.client("s3").put_object(Bucket=BUCKET, Key=f"put-{size}", Body=body)


def get_object(size: int) -> Callable[[Side], None]:
    def get(side: Side) -> None:
        assert len(side.client("s3").get_object(Bucket=BUCKET, Key=f"put-{size}")["Body"].read()) == size

    return get


def timed(act: Callable[[], None]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


def compared(act: Callable[[Side], None], sides: Sequence[Side], runs: int) -> list[float]:
    """The median of each side in milliseconds; the first run of each only warms it up."""
    times: list[list[float]] = [[] for _ in sides]
    for _ in range(runs + 1):
        for side, series in zip(sides, times, strict=True):
            series.append(timed(lambda side=side: act(side)))  # type: ignore[misc]
    return [median(series[1:]) * 1000 for series in times]


def invocations(side: Side, count: int) -> list[list[str]]:
    """InvokeEndpoint with one row, against the same model in this process."""
    endpoint, booster = endpoint_with_model(side.client, BUCKET)
    runtime = side.client("sagemaker-runtime")
    row = np.random.default_rng(1).random((1, FEATURES), dtype=np.float32)
    body = ",".join(map(str, row[0]))

    def invoke() -> None:
        runtime.invoke_endpoint(EndpointName=endpoint, ContentType="text/csv", Body=body)["Body"].read()

    def predict() -> None:
        booster.predict(xgboost.DMatrix(row, nthread=1))

    for act in (invoke, predict):
        for _ in range(20):
            act()
    rows = []
    remote, local = (sorted(timed(act) * 1000 for _ in range(count)) for act in (invoke, predict))
    for label, at in (("p50", 49), ("p99", 98)):
        over_http, in_process = quantiles(remote, n=100)[at], quantiles(local, n=100)[at]
        rows.append(
            [
                f"InvokeEndpoint {label} (against the model in process)",
                f"{over_http:.2f}",
                f"{in_process:.2f}",
                f"{in_process / over_http:.3f}",
            ]
        )
    return rows


def main() -> None:
    """Run everything once."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=9)
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--jobs", type=int, default=10_000)
    parser.add_argument("--points", type=int, default=100_000)
    arguments = parser.parse_args()
    measures: list[tuple[str, Callable[[Side], None]]] = [
        (f"list of 100 out of {arguments.jobs:,} jobs", list_jobs),
        ("describe a job", describe_job),
        (f"GetLogEvents, last 1,000 of {arguments.events:,}", newest_events),
        (f"GetMetricData over {arguments.points:,} points", metric_data),
        ("S3 put 1 KB", put_object(1024)),
        ("S3 get 1 KB", get_object(1024)),
        ("S3 put 100 MB", put_object(100_000_000)),
        ("S3 get 100 MB", get_object(100_000_000)),
    ]
    with tempfile.TemporaryDirectory() as folder, ours(Path(folder, "data"), arguments.jobs) as own, moto() as other:
        sides = [own, other]
        rows = [_row("start to the first answer, ms", [side.start_up * 1000 for side in sides])]
        rows.append(_row("memory when started, MB", [side.memory() for side in sides]))
        fill_moto_jobs(other, arguments.jobs)
        for side in sides:
            fill(side, arguments.events, arguments.points)
        rows.append(_row("memory when filled, MB", [side.memory() for side in sides]))
        for label, act in measures:
            rows.append(_row(f"{label}, ms", compared(act, sides, arguments.runs)))
            sys.stderr.write(f"{label}\n")
        rows.append(_row("memory at the end, MB", [side.memory() for side in sides]))
        rows.extend(invocations(own, 1000))
    sys.stdout.write(markdown(["", "embedded", "moto", "times better"], rows) + "\n")


def _row(label: str, figures: Sequence[float]) -> list[str]:
    own, other = figures
    return [label, f"{own:,.1f}", f"{other:,.1f}", f"{other / own:.1f}"]


if __name__ == "__main__":
    main()
