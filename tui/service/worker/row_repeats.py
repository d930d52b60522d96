"""Finding the rows of a file that are there more than once, in memory that does not grow with the file."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from tempfile import TemporaryFile
from types import TracebackType
from typing import IO

import numpy as np
import numpy.typing as npt

from tui.resources.csv_reports import RepeatedRows

UNIT = "\x1f"
"""Separates the fields of a record that is compared, whatever separates them in the file."""

_PARTS = 256
"""Groups among which the hashes are dealt out, so that equal ones meet and one group at a time is compared."""

_IN_MEMORY = 16 << 10
"""Bytes of a part that wait in memory: 4 MB in all, or a quarter of a million rows that need no disk."""

_COMPARED = 8 << 20
"""Bytes of hashes and lines that are compared at a time."""

_SPLIT_BITS = 3
"""Bits of a hash that give way to the number of a split."""


def row_hashes(records: bytes, separator: str) -> npt.NDArray[np.int64]:
    """A hash of each record of a text in which each has a line; good within this process only."""
    if separator != UNIT:
        records = records.replace(separator.encode(), UNIT.encode())
    lines = records.split(b"\n")
    return np.fromiter(map(hash, lines), np.int64, len(lines) - 1)


class RowRepeats:
    """Keeps the hash and the line of every row, on disk when there are many; a hash of 64 bits stands for its row."""

    def __init__(self) -> None:
        self.rows = 0
        self._last_line = 0
        self._unknown = ""
        self._waiting = [bytearray() for _ in range(_PARTS)]
        self._file: IO[bytes] | None = None
        self._stretches: list[list[tuple[int, int]]] = [[] for _ in range(_PARTS)]
        """Where in the file each part is: offsets and sizes."""

    def __enter__(self) -> RowRepeats:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._file:
            self._file.close()

    def add(self, hashes: npt.NDArray[np.int64], lines: npt.NDArray[np.int64]) -> None:
        """Add the rows of a block; the lines of a file come in order."""
        if self._unknown or not len(hashes):
            return
        parts = (hashes % _PARTS).astype(np.uint16)
        order = np.argsort(parts, kind="stable")
        pairs = np.column_stack([hashes[order], lines[order]]).tobytes()
        bounds = 16 * np.searchsorted(parts[order], np.arange(_PARTS + 1))
        for waiting, begin, end in zip(self._waiting, bounds[:-1].tolist(), bounds[1:].tolist(), strict=True):
            waiting.extend(pairs[begin:end])
        try:
            self._make_room()
        except OSError as error:
            self._unknown = f"their hashes could not be kept ({error.strerror})"
        self.rows += len(hashes)
        self._last_line = max(self._last_line, int(lines.max()))

    def _make_room(self) -> None:
        for waiting, stretches in zip(self._waiting, self._stretches, strict=True):
            if len(waiting) > _IN_MEMORY:
                if self._file is None:
                    self._file = TemporaryFile()  # noqa: SIM115 - closed at the exit
                stretches.append((self._file.seek(0, os.SEEK_END), len(waiting)))
                self._file.write(waiting)
                waiting.clear()

    def found(self, check: Callable[[], None]) -> RepeatedRows:
        """How many rows repeat an earlier one, and the first of them; `check` may raise to end the search."""
        if self._unknown:
            return RepeatedRows(unknown=self._unknown)
        total = RepeatedRows()
        for repeats, firsts in self._repeats(check):
            count = total.count + len(repeats)
            place = int(np.argmin(repeats))
            if not total.count or repeats[place] < total.line:
                total = RepeatedRows(count, int(repeats[place]), int(firsts[place]))
            else:
                total = RepeatedRows(count, total.line, total.first_line)
        return total

    def repeated_lines(self, check: Callable[[], None]) -> LineSet:
        """The lines of all rows that repeat an earlier one; `check` may raise to end the search.

        Raises:
            OSError: The hashes could not be kept.
        """
        if self._unknown:
            raise OSError(self._unknown)
        found = LineSet(self._last_line)
        for repeats, _ in self._repeats(check):
            found.add(repeats)
        return found

    def across(self, check: Callable[[], None]) -> int | None:
        """How many rows repeat one with another number, where that of the split was given for the line.

        None when the hashes could not be kept. `check` may raise to end the search.
        """
        if self._unknown:
            return None
        total = 0
        for pieces in self._groups(check):
            keys, counts = np.empty(0, np.int64), np.empty(0, np.int64)
            for piece in pieces:
                found, times = np.unique(piece[:, 0] & ~_SPLIT_BITS | piece[:, 1], return_counts=True)
                keys, places = np.unique(np.concatenate([keys, found]), return_inverse=True)
                counts = np.bincount(places, np.concatenate([counts, times])).astype(np.int64)
            total += int(counts[~_begins(keys & ~_SPLIT_BITS)].sum())
        return total

    def _repeats(self, check: Callable[[], None]) -> Iterator[tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]]:
        """The lines of rows that repeat another one, and beside them the line of that; some rows at a time."""
        for pieces in self._groups(check):
            known = np.empty((0, 2), np.int64)
            for piece in pieces:
                pairs = np.concatenate([known, piece])
                hashes = np.sort(pairs[:, 0])
                if _begins(hashes).all():
                    known = pairs
                    continue
                ordered = pairs[np.argsort(pairs[:, 0], kind="stable")]  # earlier lines come first, as they were added
                begins = _begins(ordered[:, 0])
                known = ordered[begins]
                firsts = known[np.cumsum(begins) - 1, 1]
                yield ordered[~begins, 1], firsts[~begins]

    def _groups(self, check: Callable[[], None]) -> Iterator[Iterator[npt.NDArray[np.int64]]]:
        """All hashes with their lines, equal hashes in the same group; a group comes in pieces of bounded size."""
        for part in range(_PARTS):
            check()
            yield self._pieces(part)

    def _pieces(self, part: int) -> Iterator[npt.NDArray[np.int64]]:
        piece = bytearray()
        for offset, size in self._stretches[part]:
            assert self._file is not None
            self._file.seek(offset)
            piece += self._file.read(size)
            if len(piece) >= _COMPARED:
                yield np.frombuffer(piece, np.int64).reshape(-1, 2)
                piece = bytearray()
        piece += self._waiting[part]
        if piece:
            yield np.frombuffer(piece, np.int64).reshape(-1, 2)


def _begins(hashes: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
    """Where another hash than before begins, in sorted ones."""
    begins = np.ones(len(hashes), np.bool_)
    begins[1:] = hashes[1:] != hashes[:-1]
    return begins


class LineSet:
    """Lines of a file, a bit for each there may be: of 25 million lines it takes 3 MB."""

    def __init__(self, last_line: int) -> None:
        self._last_line = last_line
        self._bits = np.zeros((last_line >> 3) + 1, np.uint8)

    def add(self, lines: npt.NDArray[np.int64]) -> None:
        """Add lines up to the last one."""
        np.bitwise_or.at(self._bits, lines >> 3, _bit(lines))

    def among(self, lines: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
        """Which of the lines were added."""
        lines = np.where(lines <= self._last_line, lines, 0)  # there is no line 0
        found: npt.NDArray[np.bool_] = (self._bits[lines >> 3] & _bit(lines)) != 0
        return found


def _bit(lines: npt.NDArray[np.int64]) -> npt.NDArray[np.uint8]:
    """The bit that each line has in its byte."""
    bits: npt.NDArray[np.uint8] = np.left_shift(1, lines & 7).astype(np.uint8)
    return bits
