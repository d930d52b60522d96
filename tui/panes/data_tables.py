"""The two lists of the data pane as columns: the entries of a folder, and the uploaded data sets."""

from __future__ import annotations

from typing import TypeAlias

from tui.panes.wording import moment, size
from tui.resources.csv_reports import FolderEntry
from tui.resources.datasets import UnreadableDataset, UploadedDataset
from widgets.table_columns import Column, fixed, flex

PARENT = FolderEntry("..", "folder", 0, 0.0)

Uploaded: TypeAlias = UploadedDataset | UnreadableDataset

FILES = (
    Column[FolderEntry](
        "name",
        "Name",
        lambda entry: entry.name + ("/" if entry.kind == "folder" else ""),
        flex(minimum=16),
        shorten="middle",
        sort_key=lambda entry: (entry.kind != "folder", entry.name.lower()),
        style=lambda entry: {"folder": "text-secondary", "csv": ""}.get(entry.kind, "text-muted"),
        priority=9,
    ),
    Column[FolderEntry](
        "size",
        "Size",
        lambda entry: "" if entry.kind == "folder" else size(entry.size),
        fixed(9),
        "right",
        sort_key=lambda entry: entry.size,
        priority=5,
    ),
    Column[FolderEntry](
        "modified",
        "Modified",
        lambda entry: moment(entry.modified) if entry.modified else "",
        fixed(16),
        sort_key=lambda entry: entry.modified,
        priority=3,
    ),
)


def upload_name(item: Uploaded) -> str:
    """What an uploaded data set is told apart by."""
    return item.manifest.name if isinstance(item, UploadedDataset) else item.uri


def _rows(item: Uploaded) -> str:
    if isinstance(item, UnreadableDataset):
        return ""
    return " / ".join(f"{rows:,}" for rows in item.manifest.rows.values())


UPLOADS = (
    Column[Uploaded]("name", "Data set", upload_name, flex(minimum=14), shorten="middle", priority=9),
    Column[Uploaded](
        "task",
        "Task",
        lambda item: item.manifest.task if isinstance(item, UploadedDataset) else "unreadable",
        fixed(10),
        priority=7,
    ),
    Column[Uploaded](
        "label",
        "Label",
        lambda item: item.manifest.label if isinstance(item, UploadedDataset) else "",
        fixed(12),
        priority=5,
    ),
    Column[Uploaded]("rows", "Train / val. / test", _rows, fixed(20), "right", priority=4),
)
