"""CloudWatch logs: of training jobs, endpoints, transform jobs and notebooks alike."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tui.resources.logs import TRAINING_JOBS, LogLine, LogSource, LogStream, Writing
from tui.service.gateway import Gateway
from tui.service.log_reading import LogReading, State
from tui.service.log_states import writing
from tui.service.log_streams import list_streams
from tui.service.pace import Pace


class Logs:
    """Reads logs; every consumer has its own place in them."""

    def __init__(self, gateway: Gateway, poll_seconds: float = Pace().logs) -> None:
        self._gateway = gateway
        self.poll_seconds = poll_seconds
        self.billed = True
        """Whether it is AWS that is asked, so that a Live Tail session has a price."""
        self.heard: Callable[[LogSource, Sequence[LogLine]], None] = lambda _source, _lines: None
        """Told of the lines that anyone reads, in the order of time: they say how far a job is."""

    def open(
        self,
        source: LogSource,
        state: State | None = None,
        *,
        only: frozenset[str] = frozenset(),
        window: float | None = None,
        newest_first: bool = True,
    ) -> LogReading:
        """A reading of a log; nothing is asked before it is followed.

        Args:
            source: Whose log.
            state: Tells whether it is still written; SageMaker is asked by default.
            only: The streams, or the hosts or variants, that are read; empty for all.
            window: How far back from now, or from the end, it is read, in seconds; None for all of it.
            newest_first: Whether it begins with the newest lines, the history behind them, or with the oldest.
        """

        async def asked() -> Writing:
            return await writing(self._gateway, source)

        return LogReading(
            self._gateway,
            source,
            state or asked,
            lambda: self.poll_seconds,
            only=only,
            window=window,
            newest_first=newest_first,
            heard=lambda lines: self.heard(source, lines),
        )

    async def newest(self, stream: str, count: int) -> list[str]:
        """The last messages of a training job's stream, oldest first."""
        answer = await self._gateway.call(
            "logs",
            "GetLogEvents",
            logGroupName=TRAINING_JOBS,
            logStreamName=stream,
            limit=count,
            startFromHead=False,
        )
        messages: list[str] = answer["messages"]
        return messages

    async def streams(self, source: LogSource) -> list[LogStream]:
        """The streams of a log by name; none while there is no log yet."""
        return await list_streams(self._gateway, source)
