"""Reading a CSV file to its end and telling what each column holds, in bounded memory."""

from __future__ import annotations

import io
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from tui.resources import csv_findings
from tui.resources.csv_cells import MISSING
from tui.resources.csv_reports import CsvReport, CsvSource, ReadProgress
from tui.service.worker.column_tally import Tally
from tui.service.worker.context import TaskContext
from tui.service.worker.csv_detection import peek_csv
from tui.service.worker.csv_reading import BLOCK_BYTES, Block, WrongEncoding, read_blocks

REPORT_SECONDS = 0.2
"""The pause between two progress reports."""

_UNIT = "\x1f"
"""Separates the fields of records that had quotation marks; no CSV file has it in its text."""

_WIDE_BLOCK_BYTES = 8 << 20
_ROWS_PER_BLOCK = 200
"""A block has about this many rows at least, as far as it stays below `_WIDE_BLOCK_BYTES`: columns cost by the block."""


def inspect_csv(context: TaskContext, path: str, sample_rows: int = 50, has_header: bool | None = None) -> CsvReport:
    """Read the whole file and report on it; sends `ReadProgress` meanwhile.

    `has_header` overrules the guess. Memory stays bounded whatever the file's size.

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
    ragged = _Ragged(len(source.names))
    header_pending = source.dialect.has_header
    reported = time.monotonic()
    sample = sum(len(cell) + 1 for row in source.rows for cell in row) // max(len(source.rows), 1)
    block_bytes = min(max(BLOCK_BYTES, _ROWS_PER_BLOCK * sample), _WIDE_BLOCK_BYTES)
    for block in read_blocks(Path(source.path), source.dialect, block_bytes):
        context.check()
        lines, separator = _lines(block, source.dialect.separator)
        first_record = 0
        if header_pending and lines:
            lines, first_record, header_pending = lines.split(b"\n", 1)[1], 1, False
        lines, records = ragged.left_out(block, lines, separator, first_record)
        if lines:
            frame = _frame(lines, separator, source.dialect.decimal, len(source.names))
            tally.add(frame, lambda row, block=block, records=records: block.line_number(  # type: ignore[misc]
                int(records[row]), source.dialect.separator
            ))
            tally.add_notation(lines, separator.encode())
        if time.monotonic() - reported >= REPORT_SECONDS:
            reported = time.monotonic()
            context.report(ReadProgress(tally.rows, block.done_bytes, source.size))
    context.report(ReadProgress(tally.rows, source.size, source.size))
    return csv_findings.report(source, tally.columns(), tally.rows, ragged.summary)
