"""The keys of the pane in which an endpoint is asked."""

from __future__ import annotations

from textual.binding import Binding, BindingType

KEYS: list[BindingType] = [
    Binding("i,enter", "send", "Send", id="invoke.send", tooltip="Send the request once"),
    Binding("N", "shoot", "Many", id="invoke.many", tooltip="Send it many times: latency, shares, errors"),
    Binding("e", "edit", "Edit", id="invoke.edit", tooltip="Payload, file, content type, Accept, how many times"),
    Binding("d", "rows", "Data set", id="invoke.rows", tooltip="Send rows of a data set's test split"),
    Binding(
        "right_square_bracket",
        "step(1)",
        "Next row",
        id="invoke.next",
        tooltip="Send the next row",
        key_display="]",
    ),
    Binding(
        "left_square_bracket",
        "step(-1)",
        "Row before",
        id="invoke.previous",
        tooltip="Send the row before",
        key_display="[",
        show=False,
    ),
    Binding(
        "v",
        "next_variant",
        "Variant",
        id="invoke.variant",
        tooltip="Ask the next variant, or whom the weights choose",
    ),
    Binding("l", "logs", "Logs", id="invoke.logs", tooltip="The log of the moment of the last request"),
    Binding("x", "cancel", "Cancel", id="invoke.cancel", tooltip="Send no more"),
    Binding("escape", "leave", "Back", id="invoke.back", show=False),
]
