"""Finding the rows of a file that are there more than once, in memory that does not grow with the file."""

from __future__ import annotations

from contextlib import ExitStack
from tempfile import SpooledTemporaryFile
from types import TracebackType

import numpy as np
import numpy.typing as npt

from tui.resources.csv_reports import RepeatedRows

UNIT = "\x1f"
"""Separates the fields of a record that is compared, whatever separates them in the file."""

_PARTS = 64
"""Files among which the hashes are dealt out, so that equal ones meet and one part at a time is compared."""

_IN_MEMORY = 256 << 10
"""Bytes of a part up to which no file is needed: a million rows in all."""


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
        self._unknown = ""
        self._files = ExitStack()
        enter = self._files.enter_context
        self._spools = [enter(SpooledTemporaryFile(_IN_MEMORY)) for _ in range(_PARTS)]  # noqa: SIM115 - closed by the stack

    def __enter__(self) -> RowRepeats:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._files.close()

    def add(self, hashes: npt.NDArray[np.int64], lines: npt.NDArray[np.int64]) -> None:
        """Add the rows of a block."""
        if self._unknown:
            return
        parts = hashes % _PARTS
        order = np.argsort(parts, kind="stable")
        pairs = np.column_stack([hashes, lines])[order]
        bounds = np.searchsorted(parts[order], np.arange(_PARTS + 1))
        try:
            for part, spool in enumerate(self._spools):
                spool.write(pairs[bounds[part] : bounds[part + 1]].tobytes())
        except OSError as error:
            self._unknown = f"their hashes could not be kept ({error.strerror})"
        self.rows += len(hashes)

    def found(self) -> RepeatedRows:
        """How many rows repeat an earlier one, and the first of them."""
        if self._unknown:
            return RepeatedRows(unknown=self._unknown)
        total = RepeatedRows()
        for part in range(_PARTS):
            repeats, firsts = self._repeats(part)
            count = total.count + len(repeats)
            if len(repeats) and (not total.count or repeats[0] < total.line):
                total = RepeatedRows(count, int(repeats[0]), int(firsts[0]))
            else:
                total = RepeatedRows(count, total.line, total.first_line)
        return total

    def repeated_lines(self) -> npt.NDArray[np.int64]:
        """The lines of all rows that repeat an earlier one, in order.

        Raises:
            OSError: The hashes could not be kept.
        """
        if self._unknown:
            raise OSError(self._unknown)
        return np.sort(np.concatenate([self._repeats(part)[0] for part in range(_PARTS)]))

    def across(self) -> int | None:
        """How many rows repeat one with another number, where that of the split was given for the line.

        None when the hashes could not be kept.
        """
        if self._unknown:
            return None
        return sum(int(np.count_nonzero(np.not_equal(*self._repeats(part)))) for part in range(_PARTS))

    def _repeats(self, part: int) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """The lines of the repeating rows of a part, in order, and the lines of the rows that each repeats."""
        self._spools[part].seek(0)
        kept = np.frombuffer(self._spools[part].read(), np.int64).reshape(-1, 2)
        order = np.lexsort((kept[:, 1], kept[:, 0]))
        hashes, lines = kept[order, 0], kept[order, 1]
        begins = np.diff(hashes, prepend=hashes[:1] - 1) != 0
        firsts = lines[begins][np.cumsum(begins) - 1]
        repeats, originals = lines[~begins], firsts[~begins]
        by_line = np.argsort(repeats)
        return repeats[by_line], originals[by_line]
