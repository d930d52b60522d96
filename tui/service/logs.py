"""CloudWatch logs: of training jobs, endpoints, transform jobs and notebooks alike."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence

from tui.resources.logs import LogLine, LogSource, LogStream, Writing
from tui.service.gateway import Gateway
from tui.service.log_reading import LogReading, State
from tui.service.log_states import writing
from tui.service.log_streams import list_streams
from tui.service.pace import Pace

LAST_LINES = 1000
"""Lines read from the end of each host's log: frameworks say much after a traceback, and one call gives them all."""


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

    async def newest(self, source: LogSource, stream: str, count: int) -> list[str]:
        """The last messages of a stream of a log, oldest first."""
        answer = await self._gateway.call(
            "logs",
            "GetLogEvents",
            logGroupName=source.group,
            logStreamName=stream,
            limit=count,
            startFromHead=False,
        )
        messages: list[str] = answer["messages"]
        return messages

    async def last_lines(
        self,
        source: LogSource,
        per_host: int = LAST_LINES,
        *,
        wanted: Callable[[LogStream], bool] = lambda _: True,
        most: int | None = None,
    ) -> AsyncIterator[tuple[str, list[str]]]:
        """Host by host the end of a log; of a host that was restarted, its last stream's.

        Args:
            source: Whose log.
            per_host: How many lines of each host.
            wanted: Which streams count.
            most: How many hosts, those that wrote last; None for all.
        """
        streams = sorted(filter(wanted, await self.streams(source)), key=lambda stream: stream.name)
        newest = {stream.host: stream for stream in streams}
        latest = sorted(newest, key=lambda host: newest[host].last or 0, reverse=True)[:most]
        for host in sorted(latest, key=lambda host: (len(host), host)):  # algo-2 before algo-10
            yield host, await self.newest(source, newest[host].name, per_host)

    async def streams(self, source: LogSource) -> list[LogStream]:
        """The streams of a log by name; none while there is no log yet."""
        return await list_streams(self._gateway, source)
