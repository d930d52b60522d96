"""The first look at a CSV file: encoding, separator, header and first rows from its first block, without pandas."""

from __future__ import annotations

import codecs
import csv
import io
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from tui.resources.csv_cells import is_decimal_comma, is_missing, is_number
from tui.resources.csv_reports import CsvDialect, CsvSource
from tui.resources.datasets import DataError
from tui.service.worker.context import TaskContext
from tui.service.worker.csv_reading import cannot_read, opened
from tui.service.worker.folders import mark_of

PEEK_BYTES = 256 << 10
_PEEK_LIMIT = 8 << 20
"""A file with very long lines is peeked into further, up to here, until two lines are seen."""

_PEEK_LINES = 60
_SEPARATORS = (",", ";", "\t", "|")
_MAGIC = (
    (b"\x1f\x8b", "a gzip file", "Unpack it first."),
    (b"PK\x03\x04", "a zip archive or an Excel workbook", "Unpack it, or save it as CSV."),
    (b"PAR1", "a Parquet file", "Convert it to CSV first."),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook", "Save it as CSV."),
    (b"%PDF", "a PDF document", "Choose a CSV file."),
)
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


def peek_csv(context: TaskContext, path: str, sample_rows: int = 50, has_header: bool | None = None) -> CsvSource:
    """Read the beginning of a file and tell how it is written; `has_header` overrules the guess.

    Raises:
        DataError: The file cannot be read, is empty, or is no text.
    """
    context.check()
    file = Path(path)
    with opened(file) as source:
        status = file.stat()
        size = status.st_size
        data = source.read(PEEK_BYTES)
        while data.count(b"\n") < 2 and len(data) < min(size, _PEEK_LIMIT):
            data += source.read(len(data))
    return replace(told_by(path, data, size, sample_rows, has_header), mark=mark_of(status))


def told_by(path: str, data: bytes, size: int, sample_rows: int = 50, has_header: bool | None = None) -> CsvSource:
    """How a file of that `size` is written, by the bytes it begins with.

    Raises:
        DataError: It is empty or no text.
    """
    file = Path(path)
    if not data.strip():
        raise DataError(cannot_read(file), "it is empty", "Choose a file with rows in it.")
    encoding = _encoding(file, data)
    text = _decoded(data, encoding)
    newline = "\r\n" if "\r\n" in text else "\n" if "\n" in text or "\r" not in text else "\r"
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if not text.strip():
        raise DataError(cannot_read(file), "it is empty", "Choose a file with rows in it.")
    lines = max(_PEEK_LINES, sample_rows + 1)
    tables = {mark: _records(text, mark, lines, whole=len(data) == size) for mark in _SEPARATORS}
    separator = max(_SEPARATORS, key=lambda mark: _regularity(tables[mark]))
    rows = tables[separator]
    decimal = "," if separator != "," and _has_decimal_commas(rows) else "."
    guess, reason = _guess_header(rows, decimal)
    if has_header is not None and has_header != guess:
        guess, reason = has_header, "you said so"
    names, repeated = _names(rows[0], has_header=guess)
    shown = tuple(tuple(row) for row in rows[guess : guess + sample_rows])
    return CsvSource(
        path, size, CsvDialect(encoding, separator, decimal, newline, guess), reason, names, repeated, shown
    )


def _encoding(path: Path, data: bytes) -> str:
    for magic, kind, what_next in _MAGIC:
        if data.startswith(magic):
            raise DataError(cannot_read(path), f"it is {kind}", what_next)
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return encoding
    if b"\0" in data:
        half = len(data) // 2
        for zeros, encoding in ((data[1::2], "utf-16-le"), (data[0::2], "utf-16-be")):
            if zeros.count(0) > 0.8 * half:
                return encoding
        raise DataError(cannot_read(path), "it has NUL bytes, so it is not text", "Choose a CSV file.")
    try:
        codecs.getincrementaldecoder("utf-8")().decode(data)
    except UnicodeDecodeError:
        return "latin-1"
    return "utf-8"


def _decoded(data: bytes, encoding: str) -> str:
    return codecs.getincrementaldecoder(encoding)("replace").decode(data)


def _records(text: str, separator: str, limit: int, *, whole: bool) -> list[list[str]]:
    """The first records; the last one is left out when the text may end in its middle."""
    rows: list[list[str]] = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    try:
        for row in reader:
            if row:
                rows.append(row)
            if len(rows) > limit:
                return rows[:limit]
    except csv.Error:
        return rows or [[text[:80]]]
    return rows if whole or len(rows) < 2 else rows[:-1]


def _regularity(rows: Sequence[Sequence[str]]) -> float:
    """How much the separator makes a table of the rows: 0 when there is only one field in most of them."""
    fields, count = Counter(len(row) for row in rows).most_common(1)[0]
    return 0 if fields == 1 else count / len(rows) + min(fields, 1000) / 1e6


def _has_decimal_commas(rows: Sequence[Sequence[str]]) -> bool:
    cells = [cell for row in rows for cell in row]
    return any(map(is_decimal_comma, cells)) and not any("." in cell and is_number(cell) for cell in cells)


def _guess_header(rows: Sequence[Sequence[str]], decimal: str) -> tuple[bool, str]:
    """Whether the first row names the columns, and why, as the end of a sentence."""
    first, below = rows[0], rows[1:]
    numbers = [cell for cell in first if is_number(cell, decimal)]
    if numbers:
        return False, f"the first line has numbers such as {numbers[0].strip()[:20]}"
    if sum(map(is_missing, first)) > 1:
        return False, "the first line has missing values"
    if not below:
        return True, "the only line has no number in it"
    if any(is_number(cell, decimal) for row in below for cell in row):
        return True, "it has no number in it and the lines below have"
    if any(cell in column for cell, column in zip(first, zip(*below, strict=False), strict=False)):
        return False, "the values of the first line appear again further down"
    return True, "its values do not appear again further down"


def _names(first: Sequence[str], *, has_header: bool) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Unique names for the columns, and the names that were there more than once."""
    if not has_header:
        return tuple(f"column{place}" for place in range(1, len(first) + 1)), ()
    stripped = [cell.strip() or f"column{place}" for place, cell in enumerate(first, 1)]
    repeated = tuple(name for name, count in Counter(stripped).items() if count > 1)
    taken = set(stripped)
    names: list[str] = []
    seen: Counter[str] = Counter()
    for name in stripped:
        seen[name] += 1
        unique = name
        while seen[name] > 1 and unique in taken:
            unique = f"{name}.{seen[name]}"
            if unique in taken:
                seen[name] += 1
        taken.add(unique)
        names.append(unique)
    return tuple(names), repeated
