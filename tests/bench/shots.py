"""N shots of the console against a bare boto3 loop: `python -m tests.bench.shots [--shots 1000] [--runs 5]`, by hand.

Both invoke the same endpoint of an embedded SageMaker one request after the other, in turns, the console through its
gateway and worker. The first figure is the rate, the second what a person waits from asking for a single shot to its
answer; the last column is what the console adds to each shot.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
import time
from pathlib import Path
from statistics import median

from tests.bench.harness import markdown
from tests.local.endpoints import ROW, make_endpoint, make_models
from tests.local.server import LocalServer, run_server
from tui.resources.endpoint_invoking import Invocation
from tui.service.budget import Budget
from tui.service.gateway import Gateway
from tui.service.invoking import Invoking
from tui.service.wire import Connection

NAME = "shots"


def bare(server: LocalServer, count: int) -> float:
    """Seconds that a loop around boto3 takes."""
    client = server.client("sagemaker-runtime")
    began = time.perf_counter()
    for _ in range(count):
        client.invoke_endpoint(EndpointName=NAME, ContentType="text/csv", Body=ROW)["Body"].read()
    return time.perf_counter() - began


async def console(invoking: Invoking, count: int) -> float:
    """Seconds that the console takes for the same, progress reports included."""
    began = time.perf_counter()
    shots = await invoking.shots([Invocation(NAME, ROW)], count, 1, lambda _: None)
    assert (shots.done, shots.failed) == (count, 0)
    return time.perf_counter() - began


async def one(invoking: Invoking) -> float:
    """Seconds from asking for one invocation to its answer."""
    began = time.perf_counter()
    await invoking.invoke(Invocation(NAME, ROW))
    return time.perf_counter() - began


async def measure(server: LocalServer, count: int, runs: int) -> list[list[str]]:
    """The rows of the table."""
    gateway = Gateway(Budget())
    await gateway.open(Connection(None, server.region, server.url, server.access_key, server.secret_key))
    try:
        invoking = Invoking(gateway)
        bare(server, 50)
        await console(invoking, 50)
        many = [(bare(server, count) / count, await console(invoking, count) / count) for _ in range(runs)]
        single = [(bare(server, 1), await one(invoking)) for _ in range(100)]
    finally:
        gateway.close()
    return [row(f"{count:,} shots, each", many), row("one shot", single)]


def row(what: str, pairs: list[tuple[float, float]]) -> list[str]:
    """Medians in milliseconds, and what the console adds."""
    loop, shots = (median(values) * 1e3 for values in zip(*pairs, strict=True))
    return [what, f"{loop:.2f}", f"{shots:.2f}", f"{shots - loop:+.2f} ({shots / loop - 1:+.0%})"]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shots", type=int, default=1000)
    parser.add_argument("--runs", type=int, default=5)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, run_server(Path(folder) / "data") as server:
        make_models(server)
        make_endpoint(server, NAME)
        rows = asyncio.run(measure(server, arguments.shots, arguments.runs))
    print(markdown(["ms", "boto3 loop", "console", "added"], rows))  # noqa: T201


if __name__ == "__main__":
    main()
