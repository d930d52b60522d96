"""The lists of the data panes as columns: the entries of a folder, those of a place in S3, the uploaded data sets."""

from __future__ import annotations

from pathlib import Path
from typing import TypeAlias

from tui.panes.wording import moment, size
from tui.resources.csv_reports import FolderEntry
from tui.resources.datasets import UnreadableDataset, UploadedDataset
from tui.resources.s3_objects import S3Entry
from widgets.table_columns import Column, fixed, flex

PARENT = FolderEntry("..", "folder", 0, 0.0)
S3_PARENT = S3Entry("..", "prefix")

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


OBJECTS = (
    Column[S3Entry](
        "name",
        "Name",
        lambda entry: entry.name + ("/" if entry.kind == "prefix" else ""),
        flex(minimum=16),
        shorten="middle",
        sort_key=lambda entry: (entry.kind == "object", entry.name.lower()),
        style=lambda entry: "" if entry.kind == "object" else "text-secondary",
        priority=9,
    ),
    Column[S3Entry](
        "size",
        "Size",
        lambda entry: size(entry.size) if entry.kind == "object" else "",
        fixed(9),
        "right",
        sort_key=lambda entry: entry.size,
        priority=5,
    ),
    Column[S3Entry](
        "modified",
        "Modified",
        lambda entry: moment(entry.modified),
        fixed(16),
        sort_key=lambda entry: entry.modified,
        priority=3,
    ),
)


def home_short(folder: Path) -> str:
    """A folder as a person says it: with a tilde for their own."""
    home = Path.home()
    return f"~/{folder.relative_to(home)}".removesuffix("/.") if folder.is_relative_to(home) else str(folder)


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
