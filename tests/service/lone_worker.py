"""A worker that one test or benchmark has for itself, loaded as in a console that works, and its memory."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from tests.service.conftest import UNHURRIED
from tui.service.budget import Budget
from tui.service.gateway import Gateway
from tui.service.wire import Connection


@asynccontextmanager
async def lone_worker() -> AsyncIterator[Gateway]:
    """A gateway to a new worker that has boto3 loaded and a client made; nothing answers at its endpoint."""
    gateway = Gateway(Budget(UNHURRIED))
    await gateway.open(Connection(None, "us-east-1", "http://127.0.0.1:9", "lone", "lone"))
    try:
        await gateway.task("region")
        yield gateway
    finally:
        gateway.close()


def peak_megabytes(gateway: Gateway) -> float:
    """The most memory that the gateway's worker had so far."""
    assert gateway._process is not None
    status = Path(f"/proc/{gateway._process.pid}/status").read_text()
    kibibytes = next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM:"))
    return int(kibibytes) * 1024 / 1e6
