"""Writing the files of a data set so that they appear complete or not at all."""

from __future__ import annotations

import errno
import hashlib
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import TracebackType

from tui.resources.datasets import LABELS_FILE, MANIFEST, DataError, FileInfo, SplitName, split_file

_DISK_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


@contextmanager
def replacing(folder: Path) -> Iterator[Path]:
    """A new folder beside `folder` that takes its place when the block ends, and vanishes when it raises.

    Raises:
        DataError: The folder holds something that is no data set, the disk is full, or writing is not permitted.
    """
    what = f"Cannot write to '{folder}'"
    try:
        if folder.exists() and not (folder / MANIFEST).exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise DataError(what, "it holds something that is no data set", "Choose another folder.")
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=f".{folder.name}.", dir=folder.parent) as workshop:
            staged = Path(workshop, "new")
            staged.mkdir()
            yield staged
            if folder.exists():
                folder.rename(Path(workshop, "old"))
            staged.rename(folder)
    except OSError as error:
        if error.errno in _DISK_FULL:
            raise DataError(what, "the disk is full", "Nothing was kept; make room and try again.") from error
        raise DataError(what, str(error.strerror or error), "Choose a folder that you may write to.") from error


class SplitFiles:
    """The open files of a data set below a folder, with their rows counted and their checksums kept up."""

    def __init__(self, folder: Path, splits: Sequence[SplitName]) -> None:
        self._folder = folder
        self._paths = [split_file(split) for split in splits] + ([LABELS_FILE] if "test" in splits else [])
        self._stack = ExitStack()
        self._sums = {path: hashlib.sha256() for path in self._paths}
        self._sizes = dict.fromkeys(self._paths, 0)
        self.rows: dict[SplitName, int] = dict.fromkeys(splits, 0)
        """Rows written to each split."""

    def __enter__(self) -> SplitFiles:
        for path in self._paths:
            (self._folder / path).parent.mkdir(exist_ok=True)
        self._files = {path: self._stack.enter_context((self._folder / path).open("wb")) for path in self._paths}
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._stack.close()

    def write(self, split: SplitName, labels: Sequence[str], features: Sequence[str]) -> None:
        """Write rows; the test split keeps labels and features in files of their own."""
        self.rows[split] += len(labels)
        if split == "test":
            self._append(split_file("test"), features)
            self._append(LABELS_FILE, labels)
        else:
            self._append(split_file(split), list(map(",".join, zip(labels, features, strict=True))))

    def infos(self) -> dict[str, FileInfo]:
        """Size and checksum of each file, by its path below the folder."""
        return {path: FileInfo(self._sizes[path], self._sums[path].hexdigest()) for path in self._paths}

    def _append(self, path: str, lines: Sequence[str]) -> None:
        data = "\n".join([*lines, ""]).encode()
        self._files[path].write(data)
        self._sums[path].update(data)
        self._sizes[path] += len(data)
