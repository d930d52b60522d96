"""CloudWatch logs: of training jobs, endpoints, transform jobs and notebooks alike."""

from __future__ import annotations

from tui.resources.logs import TRAINING_JOBS, LogSource, training_log
from tui.service.gateway import Gateway
from tui.service.log_reading import LogReading, State, stream_names
from tui.service.pace import Pace


class Logs:
    """Reads logs; every consumer has its own place in them."""

    def __init__(self, gateway: Gateway, poll_seconds: float = Pace().logs) -> None:
        self._gateway = gateway
        self.poll_seconds = poll_seconds

    def open(self, source: LogSource, state: State, *, host: str = "", newest_first: bool = True) -> LogReading:
        """A reading of the log of a source, or of one of its hosts; nothing is asked before it is followed."""
        return LogReading(self._gateway, source, state, lambda: self.poll_seconds, host=host, newest_first=newest_first)

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

    async def streams(self, job: str) -> list[str]:
        """The names of a training job's streams; empty while there is no log yet."""
        return await stream_names(self._gateway, training_log(job))
