"""The roads of logs: which streams are shown, and Live Tail, which costs money."""

from __future__ import annotations

from tui.panes.log_messages import LiveTailWanted, StreamsWanted
from tui.panes.logs import LogsPane
from tui.screens.dialogs import Confirm
from tui.screens.stage import Stage
from tui.screens.stream_picker import StreamPicker

LIVE_TAIL_PRICE = "billed per session minute; 1,800 minutes a month are free, then about $0.01 a minute (2026-11)."

LIVE_TAIL_LIMITS = (
    "Of more than 500 lines in a second it leaves some out; they are read when it ends. It ends with L, when its pane "
    "is left, a little after the job, and after three hours."
)


async def choose_streams(stage: Stage, wish: StreamsWanted) -> None:
    """Choose the streams of a log that are shown."""
    streams = tuple(await stage.service.logs.streams(wish.source))
    if not streams:
        stage.say(f"{wish.source.label} has no log streams yet.", "warning")
        return
    chosen = await stage.ask(StreamPicker(wish.source.label, streams, wish.chosen))
    pane = stage.screen.query_one(LogsPane)
    if chosen is not None and pane.source == wish.source:
        pane.choose(chosen)


async def begin_live_tail(stage: Stage, wish: LiveTailWanted) -> None:
    """Begin a Live Tail session, after its price was said."""
    price = (
        LIVE_TAIL_PRICE if stage.service.logs.billed else f"n/a on the embedded SageMaker. On AWS: {LIVE_TAIL_PRICE}"
    )
    pane = stage.screen.query_one(LogsPane)
    question = Confirm("Begin Live Tail?", f"Price: {price}\n\n{LIVE_TAIL_LIMITS}", "Begin")
    if await stage.ask(question) and pane.source == wish.source:
        pane.begin_live_tail()
