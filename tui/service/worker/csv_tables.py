"""The blocks of a CSV file as tables of bytes, on which numpy and pandas can work."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from tui.resources.csv_cells import MISSING
from tui.resources.csv_reports import CsvDialect, RaggedLines
from tui.service.worker.csv_reading import Block, read_blocks
from tui.service.worker.row_repeats import UNIT


class Table:
    """The records of a block, one to a line and without quotation."""

    def __init__(self, data: bytes, separator: str, lines: npt.NDArray[np.int64]) -> None:
        self.data = data
        self.separator = separator
        """The file's own, or `UNIT` for records that had quotation marks and may hold the file's own."""

        self.lines = lines
        """The line in the file of each record."""

    @classmethod
    def of(cls, block: Block, separator: str) -> Table:
        """The records of a block, without blank lines."""
        if block.quoted:
            records: list[str] = []
            lines: list[int] = []
            for fields, line in block.quoted_records(separator):
                records.append(UNIT.join(fields).replace("\n", " "))
                lines.append(line)
            return cls("\n".join([*records, ""]).encode(), UNIT, np.array(lines, dtype=np.int64))
        data = block.text.encode()
        table = cls(data, separator, np.arange(block.first_line, block.first_line + data.count(b"\n")))
        blank = data.startswith(b"\n") or b"\n\n" in data
        return table.kept(np.diff(table.ends(), prepend=-1) > 1) if blank else table

    def ends(self) -> npt.NDArray[np.intp]:
        """The place of each record's newline."""
        return np.flatnonzero(np.frombuffer(self.data, np.uint8) == ord("\n"))

    def is_regular(self, width: int) -> bool:
        """Whether each record has so many fields, told at little cost."""
        cells = np.frombuffer(self.data, np.uint8)
        marks = np.flatnonzero((cells == ord(self.separator)) | (cells == ord("\n")))
        last = cells[marks[width - 1 :: width]]
        return len(marks) == width * len(self.lines) and bool((last == ord("\n")).all())

    def field_counts(self) -> npt.NDArray[np.intp]:
        """The number of fields of each record."""
        separators = np.flatnonzero(np.frombuffer(self.data, np.uint8) == ord(self.separator))
        return np.diff(np.searchsorted(separators, self.ends()), prepend=0) + 1

    def kept(self, mask: npt.NDArray[np.bool_]) -> Table:
        """The records for which the mask is true."""
        records = self.data.split(b"\n")
        data = b"".join(records[place] + b"\n" for place in np.flatnonzero(mask))
        return Table(data, self.separator, self.lines[mask])

    def frame(self, decimal: str) -> pd.DataFrame:
        """The records with pandas' guess of each column's type."""
        return pd.read_csv(
            io.BytesIO(self.data),
            sep=self.separator,
            decimal=decimal,
            header=None,
            na_values=sorted(MISSING),
            keep_default_na=False,
            quoting=csv.QUOTE_NONE,
            skipinitialspace=True,
            skip_blank_lines=False,
            low_memory=False,
        )


class Tables:
    """The tables of a file in their order, without its header and without the records that do not fit its columns."""

    def __init__(self, path: Path, dialect: CsvDialect, width: int, block_bytes: int = 0) -> None:
        self._path = path
        self._dialect = dialect
        self._width = width
        self._block_bytes = block_bytes
        self.ragged = RaggedLines()
        """The records that do not fit, so far."""

        self.done_bytes = 0
        """Bytes of the file read so far."""

    def __iter__(self) -> Iterator[Table]:
        skip_header = self._dialect.has_header
        for block in read_blocks(self._path, self._dialect, self._block_bytes):
            table = Table.of(block, self._dialect.separator)
            if skip_header and len(table.lines):
                table = table.kept(np.arange(len(table.lines)) > 0)
                skip_header = False
            self.done_bytes = block.done_bytes
            yield self._fitting(table)

    def _fitting(self, table: Table) -> Table:
        if table.is_regular(self._width):
            return table
        counts = table.field_counts()
        fits = counts == self._width
        found = self.ragged
        if not found.count:
            first = int(np.argmin(fits))
            found = RaggedLines(line=int(table.lines[first]), fields=int(counts[first]))
        self.ragged = replace(found, count=found.count + int(np.count_nonzero(~fits)))
        return table.kept(fits)
