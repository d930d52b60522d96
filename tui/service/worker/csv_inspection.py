"""Reading a CSV file to its end and telling what each column holds, in bounded memory."""

from __future__ import annotations

import csv
import io
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from tui.resources import csv_findings
from tui.resources.csv_cells import MISSING
from tui.resources.csv_reports import CsvReport, CsvSource, RaggedLines, ReadProgress
from tui.service.worker.column_tally import Tally
from tui.service.worker.context import TaskContext
from tui.service.worker.csv_detection import peek_csv
from tui.service.worker.csv_reading import BLOCK_BYTES, Block, WrongEncoding, read_blocks

REPORT_SECONDS = 0.2
"""The pause between two progress reports."""

_UNIT = "\x1f"
"""Separates the fields of records that had quotation marks, which may hold the file's own separator."""

_WIDE_BLOCK_BYTES = 4 << 20
_ROWS_PER_BLOCK = 100
"""Columns cost by the block, so a wide file is read in larger ones, up to `_WIDE_BLOCK_BYTES`."""


def inspect_csv(context: TaskContext, path: str, sample_rows: int = 50, has_header: bool | None = None) -> CsvReport:
    """Read the whole file and report on it, sending `ReadProgress` meanwhile; `has_header` overrules the guess.

    Raises:
        DataError: The file cannot be read, is empty, or is no text.
    """
    source = peek_csv(context, path, sample_rows, has_header)
    try:
        return _inspect(context, source)
    except WrongEncoding:
        return _inspect(context, replace(source, dialect=replace(source.dialect, encoding="latin-1")))


def _inspect(context: TaskContext, source: CsvSource) -> CsvReport:
    tally = Tally(source.names)
    raggedness = _Raggedness(len(source.names))
    skip_header = source.dialect.has_header
    reported = time.monotonic()
    for block in read_blocks(Path(source.path), source.dialect, _block_bytes(source)):
        context.check()
        table = _Table.of(block, source.dialect.separator)
        if skip_header and len(table.lines):
            table = table.kept(np.arange(len(table.lines)) > 0)
            skip_header = False
        table = raggedness.checked(table)
        if len(table.lines):
            tally.add(table.frame(source.dialect.decimal), table.lines)
            tally.add_notation(table.data, table.separator)
        if time.monotonic() - reported >= REPORT_SECONDS:
            reported = time.monotonic()
            context.report(ReadProgress(tally.rows, block.done_bytes, source.size))
    context.report(ReadProgress(tally.rows, source.size, source.size))
    return csv_findings.report(source, tally.columns(), tally.rows, raggedness.found)


def _block_bytes(source: CsvSource) -> int:
    row_bytes = sum(len(cell) + 1 for row in source.rows for cell in row) // max(len(source.rows), 1)
    return min(max(BLOCK_BYTES, _ROWS_PER_BLOCK * row_bytes), _WIDE_BLOCK_BYTES)


class _Table:
    """The records of a block, one to a line and without quotation, so that numpy and pandas can work on the bytes."""

    def __init__(self, data: bytes, separator: str, lines: npt.NDArray[np.int64]) -> None:
        self.data = data
        self.separator = separator
        self.lines = lines
        """The line in the file of each record."""

    @classmethod
    def of(cls, block: Block, separator: str) -> _Table:
        """The records of a block, without blank lines."""
        if block.quoted:
            records = list(block.quoted_records(separator))
            text = "".join(_UNIT.join(fields).replace("\n", " ") + "\n" for fields, _ in records)
            return cls(text.encode(), _UNIT, np.array([line for _, line in records], dtype=np.int64))
        data = block.text.encode()
        table = cls(data, separator, np.arange(block.first_line, block.first_line + data.count(b"\n")))
        blank = data.startswith(b"\n") or b"\n\n" in data
        return table.kept(np.diff(table.ends(), prepend=-1) > 1) if blank else table

    def ends(self) -> npt.NDArray[np.intp]:
        """The place of each record's newline."""
        return np.flatnonzero(np.frombuffer(self.data, np.uint8) == ord("\n"))

    def field_counts(self) -> npt.NDArray[np.intp]:
        """The number of fields of each record."""
        separators = np.flatnonzero(np.frombuffer(self.data, np.uint8) == ord(self.separator))
        return np.diff(np.searchsorted(separators, self.ends()), prepend=0) + 1

    def kept(self, mask: npt.NDArray[np.bool_]) -> _Table:
        """The records for which the mask is true."""
        records = self.data.split(b"\n")
        data = b"".join(records[place] + b"\n" for place in np.flatnonzero(mask))
        return _Table(data, self.separator, self.lines[mask])

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


class _Raggedness:
    """Counts the records that have another number of fields than the file has columns."""

    def __init__(self, expected: int) -> None:
        self._expected = expected
        self.found = RaggedLines()

    def checked(self, table: _Table) -> _Table:
        """The table without its ragged records."""
        counts = table.field_counts()
        fits = counts == self._expected
        if fits.all():
            return table
        found = self.found
        if not found.count:
            first = int(np.argmin(fits))
            found = RaggedLines(line=int(table.lines[first]), fields=int(counts[first]))
        self.found = replace(found, count=found.count + int(np.count_nonzero(~fits)))
        return table.kept(fits)
