"""Text that lies in a temporary file instead of in memory; nobody but this process can see the file."""

from __future__ import annotations

from errno import ENOSPC
from tempfile import TemporaryFile
from typing import cast


class SpillFile:
    """A file without a name: the system takes its room back when the process ends, however that happens.

    Room that was given back is used again, so a log whose oldest part is merged into over and over does not grow it.
    """

    def __init__(self) -> None:
        self._file = TemporaryFile(prefix="log-", buffering=0)  # noqa: SIM115 - it is open as long as the log
        self._end = 0
        self._holes: list[tuple[int, int]] = []

    def write(self, data: bytes | bytearray) -> SpilledText:
        """Put data into the file.

        Raises:
            OSError: If there is no room for it.
        """
        place = self._take(len(data))
        self._file.seek(place)
        if self._file.write(data) != len(data):
            raise OSError(ENOSPC, "no room left for the older part of the log")
        return SpilledText(self, place, len(data))

    def read(self, place: int, size: int) -> bytes:
        """The bytes at a place."""
        self._file.seek(place)
        return cast(bytes, self._file.read(size))

    def free(self, place: int, size: int) -> None:
        """Give room back."""
        self._holes.append((place, size))

    def _take(self, size: int) -> int:
        for number, (place, room) in enumerate(self._holes):
            if room >= size:
                self._holes[number : number + 1] = [(place + size, room - size)] if room > size else []
                return place
        place, self._end = self._end, self._end + size
        return place


class SpilledText:
    """A piece of a spill file; its room is free again when nobody refers to it."""

    __slots__ = ("_file", "_place", "size")

    def __init__(self, file: SpillFile, place: int, size: int) -> None:
        self._file = file
        self._place = place
        self.size = size

    def __del__(self) -> None:
        self._file.free(self._place, self.size)

    def read(self, start: int, stop: int) -> bytes:
        """The bytes from `start` up to `stop`."""
        return self._file.read(self._place + start, stop - start)
