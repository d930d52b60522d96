"""Live Tail as the console has it: a session of the worker as an async iterator."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from typing import Any

from tui.resources.logs import LogLine, LogSource
from tui.service.gateway import Gateway


@dataclass(frozen=True, slots=True)
class Told:
    """What Live Tail tells of one second."""

    lines: tuple[LogLine, ...]
    sampled: bool
    """More came in, and was left out."""


async def live_tail(gateway: Gateway, source: LogSource, names: Sequence[str] = ()) -> AsyncGenerator[Told]:
    """What comes into a log, second by second, until the service ends the session; empty when it has begun.

    The session, and what it costs, ends with the iteration. `names` are the streams it is about, at most 100; all of
    the source without any.

    Raises:
        ServiceError: when it does not begin, or breaks off.
    """
    await gateway.budget.admit("logs", "StartLiveTail")
    updates: asyncio.Queue[dict[str, Any] | None] = asyncio.Queue()
    session = asyncio.create_task(
        gateway.task(
            "live_tail", on_progress=updates.put_nowait, group=source.group, prefix=source.prefix, names=tuple(names)
        )
    )
    session.add_done_callback(lambda _: updates.put_nowait(None))
    try:
        while (update := await updates.get()) is not None:
            columns = zip(update["timestamps"], update["streams"], update["messages"], strict=True)
            yield Told(tuple(LogLine(at, source.host(name), text) for at, name, text in columns), update["sampled"])
        await session
    finally:
        session.cancel()
