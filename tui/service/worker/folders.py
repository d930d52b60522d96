"""Listing local folders."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Literal

from tui.resources.csv_reports import FolderEntry
from tui.resources.datasets import DataError
from tui.service.worker.context import TaskContext

CSV_ENDINGS = (".csv", ".tsv", ".txt", ".data")


def mark_of(status: os.stat_result) -> str:
    """What a file is like by what the system says of it: another mark, another content."""
    return f"{status.st_size}-{status.st_mtime_ns}-{status.st_ino}"


def list_folder(context: TaskContext, path: str, hidden: bool = False) -> tuple[FolderEntry, ...]:
    """The entries of a folder, folders first, each group by name; names with a leading dot only when asked for, last.

    Raises:
        DataError: The folder is not there, is no folder, or may not be read.
    """
    what = f"Cannot list '{path}'"
    entries: list[FolderEntry] = []
    try:
        with os.scandir(Path(path).expanduser()) as scan:
            for entry in scan:
                context.check()
                if hidden or not entry.name.startswith("."):
                    entries.append(_entry(entry))
    except NotADirectoryError as error:
        raise DataError(what, "it is not a folder", "Choose a folder.") from error
    except FileNotFoundError as error:
        raise DataError(what, "it is not there (any more)", "Choose another folder.") from error
    except PermissionError as error:
        raise DataError(what, "you may not read it", "Change its permissions or choose another.") from error
    except OSError as error:
        raise DataError(what, str(error.strerror or error), "Choose another folder.") from error
    entries.sort(key=lambda entry: (entry.name.startswith("."), entry.kind != "folder", entry.name.lower(), entry.name))
    return tuple(entries)


def _entry(entry: os.DirEntry[str]) -> FolderEntry:
    """What is known of an entry; one that is gone meanwhile, or a link that leads nowhere, is an empty other."""
    try:
        status = entry.stat()
        is_folder = entry.is_dir()
    except OSError:
        return FolderEntry(entry.name, "other", 0, 0.0)
    kind: Literal["csv", "other"] = "csv" if entry.name.lower().endswith(CSV_ENDINGS) else "other"
    return FolderEntry(entry.name, "folder" if is_folder else kind, 0 if is_folder else status.st_size, status.st_mtime)
