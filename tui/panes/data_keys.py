"""The keys of the pane of data, and which of them do something with what is under the cursor."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

from textual.binding import Binding, BindingType

from tui.panes.data_tables import PARENT, Uploaded
from tui.panes.pane import writing
from tui.resources.csv_reports import FolderEntry
from tui.resources.datasets import UploadedDataset
from tui.resources.watches import WatchStatus

Subject: TypeAlias = FolderEntry | Uploaded | WatchStatus | None
"""What is under the cursor of the list that has the keyboard, or had it last."""

KEYS: list[BindingType] = [
    Binding("n", "new", "New", id="data.new", tooltip="Make a data set of the CSV file, or train on the data set"),
    Binding(
        "f", "repair", "Doctor", id="data.repair", tooltip="What is wrong with the CSV file, and a new file without"
    ),
    Binding(
        "t", "transform", "Transform", id="data.transform", tooltip="Let a model predict for the data set", show=False
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


def possible(subject: Subject, *, busy: bool, reading: bool, read_only: bool) -> Mapping[str, bool | str]:
    """Which actions can be done with something; a text says why one cannot, in words that follow a colon.

    `busy` is the pane while something is made, `reading` while a file is read.
    """
    entry = subject if isinstance(subject, FolderEntry) else None
    on_csv, on_dataset = entry is not None and entry.kind == "csv", isinstance(subject, UploadedDataset)
    on_folder = entry is not None and entry.kind == "folder"
    on_watch = isinstance(subject, WatchStatus)
    # Another one would cancel what is under way.
    free = "one thing is made at a time, and x cancels it" if busy else True
    return {
        "new": writing(read_only, on_dataset or (free if on_csv else "a data set is made of a CSV file")),
        "transform": writing(read_only, on_dataset or "a model predicts for an uploaded data set"),
        "repair": free if on_csv else "the doctor looks at CSV files",
        "preview": on_dataset or (entry is not None and not on_folder) or "only files and data sets have rows",
        "watch": writing(
            read_only, on_csv or on_watch or (on_folder and subject != PARENT) or "CSV files and folders can be watched"
        ),
        "describe": on_watch or on_csv or (subject is not None and entry is None) or "CSV files can be described",
        "copy": subject is not None and subject != PARENT,
        "cancel": busy or reading or "nothing is under way",
    }
