"""Telling the events of a log stream that are new from those that were read before."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Sequence

from tui.resources.logs import LogLine

LOOK_BACK_MS = 60_000
"""How far behind the newest line late ones are looked for."""

REMEMBERED = 10_000
"""Lines of a stream that are remembered, a page of them: looking back costs about one call."""


class LogMemory:
    """The newest lines of one stream, so that it can be read again from a little earlier without repeating them.

    CloudWatch gives events in the order of their timestamps and keeps repeated ones apart by nothing but their place:
    a line is known by its timestamp, its text and how many like it came before in the same reading.
    """

    def __init__(self, remembered: int = REMEMBERED, look_back_ms: int = LOOK_BACK_MS) -> None:
        self._remembered = remembered
        self._look_back_ms = look_back_ms
        self._runs: deque[Sequence[LogLine]] = deque()
        self._count = 0
        self._newest = -1
        self._unknown_to = -1
        self._repeated: Counter[LogLine] | None = None

    def begin_again(self, earliest: int = 0) -> int:
        """Expect the stream once more, from a time on that is not before `earliest`; that time, in ms of the epoch."""
        since = max(self._unknown_to + 1, self._newest - self._look_back_ms, earliest)
        self._repeated = Counter(line for run in self._runs for line in run if line.timestamp_ms >= since)
        return since

    def caught_up(self) -> None:
        """The reading that began again has come to the end of the stream: from here on all is new."""
        self._repeated = None

    def fresh(self, lines: Sequence[LogLine]) -> Sequence[LogLine]:
        """Those of the next lines of the stream that were not read before; they are remembered."""
        if self._repeated is not None:
            lines = [line for line in lines if not self._is_repeated(line, self._repeated)]
        if lines:
            newest = max(line.timestamp_ms for line in lines)
            self._newest = max(self._newest, newest)
            self._runs.append(lines)
            self._count += len(lines)
            self._forget()
        return lines

    @staticmethod
    def _is_repeated(line: LogLine, repeated: Counter[LogLine]) -> bool:
        known = repeated[line] > 0
        if known:
            repeated[line] -= 1
        return known

    def _forget(self) -> None:
        """Drop the oldest runs; lines as new as the newest stay, however many: reading goes on behind them."""
        while self._count - len(self._runs[0]) >= self._remembered:
            forgotten = max(line.timestamp_ms for line in self._runs[0])
            if forgotten >= self._newest:
                break
            self._count -= len(self._runs.popleft())
            self._unknown_to = max(self._unknown_to, forgotten)
