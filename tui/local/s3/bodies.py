"""The files that hold object bodies: generated names, written once, never changed afterwards."""

from __future__ import annotations

import os
import uuid
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

from tui.local.disk import room_on_disk
from tui.local.s3.checksums import Digest, new_digest

CHUNK = 1 << 20
"""Bytes that are read, hashed and written at a time: enough to keep the disk busy, little enough to hold in memory."""


def chunks(source: BinaryIO | Iterable[bytes]) -> Iterator[bytes]:
    """What a source holds, at most `CHUNK` bytes at a time when it is a file."""
    if isinstance(source, Iterable) and not hasattr(source, "read"):
        yield from source
        return
    while chunk := source.read(CHUNK):
        yield chunk


@dataclass(frozen=True, slots=True)
class Body:
    """A finished body on disk."""

    name: str
    """The file's name in the folder of bodies."""

    size: int
    """Bytes."""

    digests: Mapping[str, bytes]
    """The digests computed while it was written, by algorithm."""


class BodyWriter:
    """Writes one body and its digests; a `with` block that ends before `finish` leaves no file behind."""

    def __init__(self, path: Path, algorithms: Collection[str]) -> None:
        self._path = path
        self._digests: dict[str, Digest] = {algorithm: new_digest(algorithm) for algorithm in algorithms}
        self._file: BinaryIO | None = None
        self.size = 0
        """Bytes written so far."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file is not None:
            self._file.close()
            self._path.unlink(missing_ok=True)

    def write(self, data: bytes) -> None:
        """Append bytes; `InsufficientStorage` when the disk is full."""
        with room_on_disk(self._path.parent):
            if self._file is None:
                self._file = self._path.open("xb", buffering=0)
            view = memoryview(data)
            while view:
                view = view[self._file.write(view) :]
        for digest in self._digests.values():
            digest.update(data)
        self.size += len(data)

    def finish(self, last: bytes = b"") -> Body:
        """Append the last bytes and bring the body safely to disk."""
        self.write(last)
        assert self._file is not None
        with room_on_disk(self._path.parent):
            os.fsync(self._file.fileno())
            self._file.close()
        self._file = None
        return Body(self._path.name, self.size, {name: digest.digest() for name, digest in self._digests.items()})


class Bodies:
    """The folder of bodies. A body exists for the world once a row of the store names it, and no sooner."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def writer(self, algorithms: Collection[str] = ("md5",)) -> BodyWriter:
        """A writer for a new body that computes these digests on the way."""
        return BodyWriter(self.path(uuid.uuid4().hex), algorithms)

    def path(self, name: str) -> Path:
        """The file of a body."""
        return self.folder / name

    def remove(self, name: str) -> None:
        """Delete a body that no row names any more; readers that have it open keep reading."""
        self.path(name).unlink(missing_ok=True)

    def sweep(self, named: Collection[str]) -> None:
        """Delete every file that is not named: what a killed process left behind."""
        with os.scandir(self.folder) as entries:
            for entry in entries:
                if entry.name not in named:
                    self.remove(entry.name)
