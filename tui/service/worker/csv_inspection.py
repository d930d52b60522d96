"""Reading a CSV file to its end and telling what each column holds, in bounded memory."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

from tui.resources import csv_findings
from tui.resources.csv_reports import CsvReport, CsvSource, ReadProgress
from tui.service.worker.column_tally import Tally
from tui.service.worker.context import TaskContext
from tui.service.worker.csv_detection import peek_csv
from tui.service.worker.csv_reading import WrongEncoding
from tui.service.worker.csv_tables import Tables
from tui.service.worker.row_repeats import RowRepeats, row_hashes

REPORT_SECONDS = 0.2
"""The pause between two progress reports."""

BLOCK_BYTES = 512 << 10
"""What is worked on at once takes some twenty times as much; the libraries leave no room for more below 200 MB."""

_WIDE_BLOCK_BYTES = 2 << 20
_WIDE_BLOCK_CELLS = 150_000
_ROWS_PER_BLOCK = 100
"""Columns cost by the block, so a wide file is read in larger ones, up to so many bytes and cells."""


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
    tally = Tally(source.names, source.dialect.decimal)
    reported = time.monotonic()
    with RowRepeats() as repeats:
        tables = Tables(Path(source.path), source.dialect, len(source.names), _block_bytes(source))
        for table in tables:
            context.check()
            if len(table.lines):
                tally.add(table.frame(source.dialect.decimal), table.lines)
                tally.add_notation(table.data, table.separator)
                repeats.add(row_hashes(table.data, table.separator), table.lines)
            if time.monotonic() - reported >= REPORT_SECONDS:
                reported = time.monotonic()
                context.report(ReadProgress(tally.rows, tables.done_bytes, source.size))
        context.report(ReadProgress(tally.rows, source.size, source.size))
        return csv_findings.report(source, tally.columns(), tally.rows, tables.ragged, repeats.found(context.check))


def _block_bytes(source: CsvSource) -> int:
    row_bytes = sum(len(cell) + 1 for row in source.rows for cell in row) // max(len(source.rows), 1)
    rows = min(_ROWS_PER_BLOCK, _WIDE_BLOCK_CELLS // len(source.names))
    return max(BLOCK_BYTES, min(rows * row_bytes, _WIDE_BLOCK_BYTES))
