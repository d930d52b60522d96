"""Showing once each line that comes by two ways: told by Live Tail, and read from its stream."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from tui.resources.logs import LogLine


class Overlap:
    """Keeps account of the lines that one way brought and the other still owes.

    Live Tail gives no event ids: a line is known by its time, its host, its text and how many like it there were.
    """

    def __init__(self) -> None:
        self._told: Counter[LogLine] = Counter()
        self._read: Counter[LogLine] | None = None
        self.ahead = 0
        """Lines that Live Tail told of and that were not read yet."""

    def begin(self) -> None:
        """What is read from now on may be told of as well; what was read before and not told of will not be."""
        self._read = Counter()

    def end(self) -> None:
        """Nothing is told of any more."""
        self._read = None

    def told(self, lines: Iterable[LogLine]) -> list[LogLine]:
        """Those of the lines that Live Tail tells of that were not read before."""
        fresh = []
        for line in lines:
            if self._read is not None and self._read[line] > 0:
                self._read[line] -= 1
            else:
                self._told[line] += 1
                self.ahead += 1
                fresh.append(line)
        return fresh

    def read(self, lines: Sequence[LogLine]) -> Sequence[LogLine]:
        """Those of the lines that were read that Live Tail did not tell of before."""
        if self.ahead:
            lines = [line for line in lines if not self._was_told(line)]
        if self._read is not None:
            self._read.update(lines)
        return lines

    def _was_told(self, line: LogLine) -> bool:
        count = self._told.get(line, 0)
        if count == 0:
            return False
        self.ahead -= 1
        if count > 1:
            self._told[line] = count - 1
        else:
            del self._told[line]
        return True
