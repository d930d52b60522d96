"""Progress bars: reports that overwrite each other on a terminal, and arrive in a log as one line after the other."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from typing import NamedTuple

from widgets.log_segment import Line, LogLine

_STATE = re.compile(r"(.{0,200}?)\s*(\d{1,3})(?:\.\d+)?%")


class Bar(NamedTuple):
    """The last state that a line of progress reports tells."""

    label: str
    """What stands before the percentage."""
    percent: int

    def continues(self, earlier: Bar) -> bool:
        """Whether this is a later state of the same bar; one that falls back is another bar, e.g. the next epoch's."""
        return self.label == earlier.label and self.percent >= earlier.percent


def rewrites(text: str) -> bool:
    """Whether the line goes back to its beginning, as progress bars do; CloudWatch says `#015` for it."""
    return "\r" in text or "#015" in text


def last_state(text: str) -> str:
    """What a terminal would show in the end of a line that goes back to its beginning."""
    return text.replace("#015", "\r").rstrip("\r\n").rpartition("\r")[2]


def bar(text: str) -> Bar | None:
    """The bar that a line draws, if it does."""
    found = _STATE.match(last_state(text)) if rewrites(text) else None
    return Bar(found[1], int(found[2])) if found else None


class LiveBars:
    """Which stored line is each host's bar that may still advance."""

    def __init__(self) -> None:
        self._live: dict[str, tuple[Bar, int]] = {}
        self._fresh: dict[str, tuple[Bar, int]] = {}

    def clear(self) -> None:
        """Forget all bars."""
        self._live.clear()

    def fold(self, batch: Sequence[Line]) -> tuple[Sequence[Line], dict[int, str]]:
        """Take the later states of a bar out of a batch of ordered lines.

        Returns:
            The lines that remain, a bar with its last state and its first time, and the new texts of stored lines by
            their index.
        """
        if not self._live and not any(rewrites(line.text) for line in batch):
            return batch, {}
        kept: list[Line] = []
        replaced: dict[int, str] = {}
        last: dict[str, tuple[Bar, int]] = {}
        for line in batch:
            drawn = bar(line.text)
            known = last.get(line.host)
            live = self._live.pop(line.host, None)
            if drawn and known and drawn.continues(known[0]):
                earlier = kept[known[1]]
                kept[known[1]] = LogLine(earlier.timestamp_ms, earlier.host, line.text)
                last[line.host] = drawn, known[1]
            elif drawn and live and drawn.continues(live[0]):
                replaced[live[1]] = line.text
                self._live[line.host] = drawn, live[1]
            else:
                last.pop(line.host, None)
                if drawn:
                    last[line.host] = drawn, len(kept)
                kept.append(line)
        self._fresh = last
        return kept, replaced

    def stored(self, moved: Sequence[int], first: int) -> None:
        """Find the bars again after the folded batch was stored.

        Args:
            moved: The old index in front of which each of its late lines was put.
            first: The index of the first of its other lines.
        """
        late = len(moved)
        self._live = {host: (bar, index + bisect_right(moved, index)) for host, (bar, index) in self._live.items()}
        for host, (bar, place) in self._fresh.items():
            self._live[host] = bar, moved[place] + place if place < late else first + place - late
        self._fresh = {}
