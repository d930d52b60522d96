"""The keys of a table besides those that move its cursor."""

from __future__ import annotations

from textual.binding import Binding, BindingType

KEYS: list[BindingType] = [
    Binding("enter", "select", "Open", id="table.select", tooltip="Open the row under the cursor"),
    Binding("s", "sort_next", "Sort", id="table.sort", tooltip="Sort by the next column, after the last as given"),
    Binding("S", "sort_reverse", "Reverse", id="table.reverse", tooltip="Turn the sort order round", show=False),
    Binding(
        "left", "scroll_columns(-1)", "Left", id="table.left", tooltip="Back to the columns at the left", show=False
    ),
    Binding("right", "scroll_columns(1)", "Right", id="table.right", tooltip="To columns that do not fit", show=False),
    Binding("space", "mark", "Mark", id="table.mark", tooltip="Mark the row, or not, and move down", show=False),
    Binding(
        "ctrl+@,ctrl+space",
        "mark_range",
        "Mark range",
        id="table.mark_range",
        tooltip="Mark all rows from the last mark to the cursor",
        key_display="^space",
        show=False,
    ),
    Binding(
        "asterisk",
        "mark_all",
        "Mark all",
        id="table.mark_all",
        tooltip="Mark all rows that the filter shows",
        key_display="*",
        show=False,
    ),
    Binding(
        "ctrl+backslash",
        "clear_marks",
        "Clear marks",
        id="table.clear_marks",
        tooltip="Take all marks away, those of hidden rows as well",
        key_display="^\\",
        show=False,
    ),
]
