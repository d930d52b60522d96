"""The pane of logs on its screen, with a log that a test writes line by line."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from tests.panes.host import Stage, stage
from tests.panes.scripted import ScriptedLogs
from tui.panes.logs import LogsPane
from tui.resources.logs import LogBatch, LogLine, LogSource, training_log
from widgets.log_store import MEMORY_BYTES

FIRST = training_log("first")


def lines(*texts: str, host: str = "algo-1", start: int = 0) -> LogBatch:
    """Lines of one host, a millisecond apart."""
    return LogBatch(tuple(LogLine(1_790_000_000_000 + start + place, host, text) for place, text in enumerate(texts)))


@dataclass(slots=True)
class LogStage(Stage):
    """A pane that reads a log, and who writes it."""

    pane: LogsPane
    logs: ScriptedLogs

    def comes(self, *texts: str, host: str = "algo-1", start: int = 0) -> None:
        """The reading brings lines."""
        self.logs.batches.put_nowait(lines(*texts, host=host, start=start))

    def ends(self) -> None:
        """Whatever wrote the log is over."""
        self.logs.batches.put_nowait(LogBatch((), ended=True))


@asynccontextmanager
async def reading(
    logs: ScriptedLogs, source: LogSource | None = FIRST, *, memory_bytes: int = MEMORY_BYTES
) -> AsyncIterator[LogStage]:
    """The pane on its screen with a log open, for the length of the block."""
    pane = LogsPane(logs, memory_bytes)
    async with stage(pane) as here:
        pane.source = source
        yield LogStage(here.app, here.pilot, pane, logs)
