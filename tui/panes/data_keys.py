"""The keys of the pane of data."""

from __future__ import annotations

from textual.binding import Binding, BindingType

KEYS: list[BindingType] = [
    Binding("n", "new", "New", id="data.new", tooltip="Make a data set of the CSV file, or train on the data set"),
    Binding(
        "f", "repair", "Doctor", id="data.repair", tooltip="What is wrong with the CSV file, and a new file without"
    ),
    Binding("b", "sample", "Sample", id="data.sample", tooltip="Write a sample data set into this folder"),
    Binding("B", "browse", "S3", id="data.browse", tooltip="This folder beside the buckets of S3"),
    Binding("v", "preview", "Preview", id="data.preview", tooltip="The rows of the file, a page at a time", show=False),
    Binding("w", "watch", "Watch", id="data.watch", tooltip="Make a data set again whenever it changes, or no more"),
    Binding("d", "describe", "Describe", id="data.describe", tooltip="What is in the file or the data set"),
    Binding("tab", "screen.focus_next", "Next list", id="data.next", tooltip="To the other list", show=False),
    Binding("backspace", "up", "Parent", id="data.up", tooltip="The folder above", show=False),
    Binding("r", "reread", "Refresh", id="data.refresh", tooltip="Read the folder and the bucket again", show=False),
    Binding("c", "copy", "Copy", id="data.copy", tooltip="Copy the path or the S3 URI", show=False),
    Binding("x", "cancel", "Cancel", id="data.cancel", tooltip="Cancel the upload or the reading under way"),
    Binding("escape", "leave", "Back", id="data.back", show=False),
]
