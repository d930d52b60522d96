"""Watching files and folders of this machine for changes."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from watchfiles import Change, watch

from tui.resources.datasets import DataError
from tui.resources.watches import FileMark
from tui.service.worker.context import TaskContext
from tui.service.worker.folders import CSV_ENDINGS, mark_of

_LOOK_EVERY = 500
"""Milliseconds after which a watch that saw nothing looks whether it is still wanted."""

_TOGETHER = 200
"""Milliseconds for which changes are gathered before they are told."""


def watch_paths(context: TaskContext, paths: Sequence[str]) -> None:
    """Report the marks of all files among and in the paths, then again of those that change, until cancelled.

    Of a folder the CSV files directly in it count. A file is watched by way of its folder, because most programs
    replace a file when they save it.

    Raises:
        DataError: A folder is not there (any more), or cannot be watched.
    """
    folders = {path if Path(path).is_dir() else str(Path(path).parent) for path in paths}
    for folder in sorted(folders):
        if not Path(folder).is_dir():
            raise DataError(f"Cannot watch '{folder}'", "the folder is not there (any more)", "It is tried again.")
    wanted = frozenset(paths)
    try:
        changes = watch(
            *sorted(folders),
            watch_filter=None,
            recursive=False,
            debounce=_TOGETHER,
            rust_timeout=_LOOK_EVERY,
            yield_on_timeout=True,
            raise_interrupt=False,
            ignore_permission_denied=True,
        )
        # Looked at after the watch has begun, so that no change falls between the two.
        begun = False
        for change in changes:
            context.check()
            if not begun:
                begun = True
                files = [str(entry) for folder in sorted(folders) for entry in Path(folder).iterdir()]
                context.report(tuple(_marks(files, wanted)))
            files = sorted({path for kind, path in change if kind is not Change.deleted})
            if found := tuple(_marks(files, wanted)):
                context.report(found)
    except OSError as error:
        raise DataError("Cannot watch the folders", str(error.strerror or error), "It is tried again.") from error


def _marks(files: Iterable[str], wanted: frozenset[str]) -> Iterable[FileMark]:
    for file in files:
        folder, _, name = file.rpartition("/")
        in_folder = (folder or "/") in wanted and not name.startswith(".") and name.lower().endswith(CSV_ENDINGS)
        if not in_folder and file not in wanted:
            continue
        try:
            status = os.stat(file)  # noqa: PTH116 - of many files, and often
        except OSError:
            continue
        yield FileMark(file, mark_of(status))
