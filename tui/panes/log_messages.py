"""Wishes about logs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.message import Message

from tui.panes.messages import Wish

if TYPE_CHECKING:
    from tui.resources.logs import LogSource


class LogsWanted(Message):
    """Show a log."""

    def __init__(self, source: LogSource) -> None:
        super().__init__()
        self.source = source


class LogsAtWanted(Wish):
    """Show a log at a moment."""

    def __init__(self, source: LogSource, at: float) -> None:
        super().__init__()
        self.source = source
        self.at = at
        """In seconds since the epoch."""


class StreamsWanted(Wish):
    """Choose the streams of a log that are shown."""

    def __init__(self, source: LogSource, chosen: frozenset[str]) -> None:
        super().__init__()
        self.source = source
        self.chosen = chosen
        """The streams, hosts or variants that are shown now; empty for all."""


class LiveTailWanted(Wish):
    """Begin a Live Tail session, after its price was said."""

    def __init__(self, source: LogSource) -> None:
        super().__init__()
        self.source = source
