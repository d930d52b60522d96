"""Reading one page of rows, and no more of the file than the page needs."""

from __future__ import annotations

import codecs
import csv
import gzip
import io
import json
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from importlib import import_module
from itertools import islice
from typing import Any, BinaryIO, cast

from tui.resources.datasets import DataError
from tui.resources.previews import PAGE_ROWS, Preview, PreviewMark
from tui.service.worker.context import TaskContext
from tui.service.worker.csv_detection import PEEK_BYTES, told_by
from tui.service.worker.csv_reading import end_of_records
from tui.service.worker.preview_sources import source

_LONGEST_RECORD = 16 << 20
_LONGEST_CELL = 300
_MOST_COLUMNS = 500
_BOMS = {codecs.BOM_UTF8: "utf-8", codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}


def preview_rows(context: TaskContext, where: str, mark: PreviewMark | None = None) -> Preview:
    """The page that begins at a mark, or the first one, of a path or of a URI that begins with s3://.

    What is packed by gzip is unpacked from its beginning, however far into it the page is.

    Raises:
        DataError: It cannot be read, is broken, or is nothing that has rows.
    """
    context.check()
    what = f"Cannot show '{where}'"
    with source(context, where) as (stream, size):
        magic = stream.read(4)
        stream.seek(0)
        if magic.startswith(b"PAR1"):
            return _parquet_page(where, stream, size, mark)
        packed = magic.startswith(b"\x1f\x8b")
        text = cast(BinaryIO, gzip.GzipFile(fileobj=stream)) if packed else stream
        try:
            page = _text_page(where, text, size, mark)
        except (gzip.BadGzipFile, EOFError, zlib.error) as error:
            raise DataError(what, f"it cannot be unpacked ({error})", "Was it cut off on its way?") from error
        except UnicodeDecodeError as error:
            raise DataError(what, f"it is not {error.encoding} throughout", "Convert it to UTF-8.") from error
    return replace(page, packed=packed)


def _text_page(where: str, stream: BinaryIO, size: int, mark: PreviewMark | None) -> Preview:
    mark = mark or _first_mark(where, stream, size)
    stream.seek(mark.offset)
    data, text = b"", ""
    end, final = 0, False
    while not end and not final:
        more = stream.read(max(PEEK_BYTES, len(data)))
        data, final = data + more, len(more) < PEEK_BYTES
        text = codecs.getincrementaldecoder(mark.dialect.encoding)().decode(data, final)
        # A quotation mark in JSON says nothing about the end of its line.
        end = text.rfind("\n") + 1 if mark.kind == "JSON lines" else end_of_records(text)
        if len(data) > _LONGEST_RECORD:
            raise DataError(f"Cannot show '{where}'", "a single row has more than 16 MB", "Look at it another way.")
    text = text if final else text[:end]
    counted = _Counted(text)
    if mark.kind == "JSON lines":
        names, rows = _json_rows(where, mark, counted)
    else:
        names = mark.names
        reader = csv.reader(counted, delimiter=mark.dialect.separator)
        rows = [row for row in islice(reader, PAGE_ROWS) if row]
    read = len(text[: counted.characters].encode(mark.dialect.encoding))
    ended = final and counted.characters >= len(text)
    following = replace(mark, row=mark.row + len(rows), offset=mark.offset + read, names=names)
    return _page(where, mark, names, rows, size=size, following=None if ended else following)


def _first_mark(where: str, stream: BinaryIO, size: int) -> PreviewMark:
    """What the first block tells: kind, encoding, names; the mark is behind a byte order mark and a header."""
    data = stream.read(PEEK_BYTES)
    bom = next((bom for bom in _BOMS if data.startswith(bom)), b"")
    if _is_json(data[len(bom) :]):
        return PreviewMark("JSON lines", 0, len(bom))
    told = told_by(where, data, max(size, len(data)), 1)
    encoding = _BOMS[bom] if bom else told.dialect.encoding
    header = b""
    if told.dialect.has_header:
        lines = _Counted(codecs.getincrementaldecoder(encoding)("replace").decode(data[len(bom) :]))
        next(iter(csv.reader(lines, delimiter=told.dialect.separator)), None)
        header = lines.text[: lines.characters].encode(encoding, "replace")
    dialect = replace(told.dialect, encoding=encoding)
    return PreviewMark("CSV", 0, len(bom) + len(header), told.names, dialect)


def _is_json(data: bytes) -> bool:
    first = data.lstrip().partition(b"\n")[0].strip()
    if not first.startswith((b"{", b"[")):
        return False
    try:
        json.loads(first)
    except ValueError:
        return False
    return True


def _json_rows(where: str, mark: PreviewMark, lines: _Counted) -> tuple[tuple[str, ...], list[list[str]]]:
    """Records as rows: a column for each key, those of the first page first."""
    records: list[dict[str, Any]] = []
    for number, line in enumerate(islice(lines, PAGE_ROWS), mark.row + 1):
        if line.strip():
            try:
                value = json.loads(line)
            except ValueError as error:
                why = f"record {number:,} is no JSON ({error})"
                raise DataError(f"Cannot show '{where}'", why, "Correct it.") from error
            records.append(value if isinstance(value, dict) else {"value": value})
    names = tuple(dict.fromkeys([*mark.names, *(str(key) for record in records for key in record)]))
    return names, [[_shown(record.get(name)) for name in names] for record in records]


def _parquet_page(where: str, stream: BinaryIO, size: int, mark: PreviewMark | None) -> Preview:
    what = f"Cannot show '{where}'"
    try:
        parquet, errors = import_module("pyarrow.parquet"), import_module("pyarrow").ArrowException
    except ModuleNotFoundError as error:
        raise DataError(what, "pyarrow, which reads Parquet, is not installed", "pip install pyarrow") from error
    mark = mark or PreviewMark("Parquet", 0)
    try:
        file = parquet.ParquetFile(stream, pre_buffer=False, buffer_size=1 << 16)
        names = tuple(map(str, file.schema_arrow.names))
        rows = list(islice(_parquet_rows(file, mark.row, names[:_MOST_COLUMNS]), PAGE_ROWS))
    except (errors, OSError) as error:
        raise DataError(what, f"it is no whole Parquet file ({error})", "Was it cut off on its way?") from error
    total = file.metadata.num_rows
    end = mark.row + len(rows)
    following = replace(mark, row=end) if rows and end < total else None
    return replace(_page(where, mark, names, rows, size=size, following=following), total_rows=total)


def _parquet_rows(file: Any, skipped: int, names: Sequence[str]) -> Iterator[list[str]]:
    """The rows after so many; row groups before them are not read."""
    for group in range(file.metadata.num_row_groups):
        count = file.metadata.row_group(group).num_rows
        if skipped >= count:
            skipped -= count
            continue
        for batch in file.iter_batches(PAGE_ROWS, row_groups=[group], columns=list(names), use_threads=False):
            if skipped >= batch.num_rows:
                skipped -= batch.num_rows
                continue
            columns = [column.to_pylist() for column in batch.slice(skipped).columns]
            skipped = 0
            yield from ([_shown(value) for value in row] for row in zip(*columns, strict=True))


def _page(
    where: str,
    mark: PreviewMark,
    names: tuple[str, ...],
    rows: Sequence[Sequence[str]],
    *,
    size: int,
    following: PreviewMark | None,
) -> Preview:
    shown = tuple(tuple(cell[:_LONGEST_CELL] for cell in row[:_MOST_COLUMNS]) for row in rows)
    return Preview(where, mark.kind, False, size, names[:_MOST_COLUMNS], shown, mark.row, following)


def _shown(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)


class _Counted:
    """The lines of a text, and how many of its characters they were so far."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.characters = 0
        self._lines = io.StringIO(text, newline="")

    def __iter__(self) -> _Counted:
        return self

    def __next__(self) -> str:
        line = next(self._lines)
        self.characters += len(line)
        return line
