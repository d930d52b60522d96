"""The keys of the pane of logs beside those of its view, with what help and palette say of them."""

from __future__ import annotations

from textual.binding import Binding, BindingType

LOG_BINDINGS: list[BindingType] = [
    Binding(
        "H",
        "next_host",
        "Host",
        id="logs.host",
        tooltip="All hosts or variants, rank 0 of a training job, or one after the other",
    ),
    Binding("s", "streams", "Streams", id="logs.streams", tooltip="Choose the streams to show"),
    Binding(
        "less_than_sign",
        "window(-1)",
        "Shorter",
        id="logs.shorter",
        tooltip="Read less far back: 1 d, 6 h, 1 h, 15 min",
        key_display="<",
        show=False,
    ),
    Binding(
        "greater_than_sign",
        "window(1)",
        "Longer",
        id="logs.longer",
        tooltip="Read further back, at last all of it",
        key_display=">",
        show=False,
    ),
    Binding("L", "live_tail", "Live Tail", id="logs.live", tooltip="Lines within a second; AWS bills it by minute"),
    Binding("A", "read_all", "Read all", id="logs.all", tooltip="Read the log back to its beginning", show=False),
    Binding("c", "copy_name", "Copy name", id="logs.copy", tooltip="Copy the name of the job", show=False),
    Binding("escape", "screen.last_pane", "Back", id="logs.back", tooltip="Back to the pane before"),
    Binding("r", "restart", "Refresh", id="logs.refresh", tooltip="Read the log again", show=False),
]
