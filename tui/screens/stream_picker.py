"""Choosing the streams of a log."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Static

from themes import DIALOGS_STYLESHEET
from tui.panes.wording import count, moment, size
from tui.resources.logs import LogStream
from widgets.dialog import Dialog
from widgets.table import Table
from widgets.table_columns import Column, fixed, flex
from widgets.text import content


def _at(milliseconds: int | None) -> str:
    return "" if milliseconds is None else moment(milliseconds / 1000)


def _columns(streams: tuple[LogStream, ...], shown: frozenset[str]) -> tuple[Column[LogStream], ...]:
    """One for each thing that is known of any stream."""
    sized = any(stream.size for stream in streams)
    return (
        Column[LogStream]("shown", "", lambda stream: "•" if _is_shown(stream, shown) else "", fixed(1), priority=2),
        Column[LogStream](
            "stream", "Stream", lambda stream: stream.host, flex(minimum=16), shorten="middle", priority=9
        ),
        Column[LogStream]("first", "First event", lambda stream: _at(stream.first), fixed(16), priority=3),
        Column[LogStream](
            "last",
            "Last event",
            lambda stream: _at(stream.last),
            fixed(16),
            sort_key=lambda stream: stream.last or 0,
            priority=8,
        ),
        *(
            (Column[LogStream]("size", "Size", lambda stream: size(stream.size), fixed(9), "right", priority=1),)
            if sized
            else ()
        ),
    )


def _is_shown(stream: LogStream, shown: frozenset[str]) -> bool:
    return not shown or bool(shown & {stream.name, stream.host, stream.host.partition("/")[0]})


class StreamPicker(Dialog[frozenset[str] | None]):
    """Leaves with the names of the chosen streams, none of them for all; with None when nothing was chosen."""

    CSS_PATH = DIALOGS_STYLESHEET
    DEFAULT_CSS = "StreamPicker Table { max-height: 14; margin: 1 0; }"

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "dismiss(None)", "Cancel", show=False),
        Binding("a", "all", "All", show=False),
    ]

    def __init__(self, label: str, streams: tuple[LogStream, ...], shown: frozenset[str]) -> None:
        super().__init__()
        self._label = label
        self._streams = streams
        self._shown = shown

    def compose(self) -> ComposeResult:
        """The streams, the newest first, and what the keys do."""
        with Vertical(classes="dialog"):
            yield Static(content(f"{count(len(self._streams), 'stream')} of {self._label}", "bold"))
            yield Table(_columns(self._streams, self._shown), lambda stream: stream.name)
            yield Static(content("Enter shows the marked ones or the one under the cursor, Space marks, a shows all."))

    def on_mount(self) -> None:
        """Begin at the stream that was written to last."""
        table: Table[LogStream] = self.query_one(Table)
        table.rows = tuple(sorted(self._streams, key=lambda stream: (-(stream.last or 0), stream.name)))
        table.styles.height = len(self._streams) + 2
        table.focus()

    @on(Table.Selected)
    def _choose(self, message: Table.Selected[LogStream]) -> None:
        message.stop()
        chosen = frozenset(stream.name for stream in message.table.marked or (message.row,))
        self.dismiss(frozenset() if len(chosen) == len(self._streams) else chosen)

    def action_all(self) -> None:
        """Show all streams."""
        self.dismiss(frozenset())
