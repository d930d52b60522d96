"""Reading a CSV file of any size in blocks of whole records, with every way a file can disappoint put into words."""

from __future__ import annotations

import codecs
import csv
import io
import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from tui.resources.csv_reports import CsvDialect
from tui.resources.datasets import DataError

BLOCK_BYTES = 1 << 20
"""Small enough to answer a cancellation at once and to let the worker's other threads run between two blocks."""

RECORD_LIMIT = 16 << 20
"""Characters that may be waiting for the end of a record; beyond it a quotation mark was never closed."""


class WrongEncoding(DataError):
    """The bytes are not in the encoding they were read with."""


@dataclass(frozen=True, slots=True)
class Block:
    """Whole records of a file, decoded, each line ended by a single newline."""

    text: str
    first_line: int
    """The line in the file at which the block starts, counted from 1."""

    done_bytes: int
    """Bytes of the file read so far."""

    @property
    def quoted(self) -> bool:
        """Whether a field may hold separators and newlines, so that the text cannot simply be cut at them."""
        return '"' in self.text

    def records(self, separator: str) -> tuple[list[list[str]], list[int]]:
        """The fields of each record, and the line in the file at which it starts; blank lines are left out."""
        if self.quoted:
            numbered = list(self.quoted_records(separator))
            return [fields for fields, _ in numbered], [line for _, line in numbered]
        lines = [(line, text) for line, text in enumerate(self.text.split("\n"), self.first_line) if text]
        return [text.split(separator) for _, text in lines], [line for line, _ in lines]

    def quoted_records(self, separator: str) -> Iterator[tuple[list[str], int]]:
        """The fields of each record by the rules of quotation, with the line in the file at which it starts."""
        reader = csv.reader(io.StringIO(self.text, newline=""), delimiter=separator)
        line = self.first_line
        try:
            for fields in reader:
                if fields:
                    yield fields, line
                line = self.first_line + reader.line_num
        except csv.Error as error:
            raise DataError(f"Cannot read the record at line {line:,}", str(error), _QUOTE_ADVICE) from error


def cannot_read(path: Path) -> str:
    """The first part of every complaint about a file."""
    return f"Cannot read '{path}'"


@contextmanager
def opened(path: Path) -> Iterator[BinaryIO]:
    """The file, open for reading; whatever the system says against it becomes a `DataError`."""
    try:
        possible = b"\0" not in os.fsencode(path)
    except UnicodeEncodeError:
        possible = False
    if not possible:
        raise DataError(cannot_read(path), "that cannot be a file's name", "Choose another.")
    try:
        if path.is_dir():
            raise DataError(cannot_read(path), "it is a folder", "Choose a file in it.")
        if not stat.S_ISREG(path.stat().st_mode):
            raise DataError(cannot_read(path), "it is not an ordinary file", "Choose a CSV file.")
        with path.open("rb") as source:
            yield source
    except FileNotFoundError as error:
        raise DataError(cannot_read(path), "it is not there (any more)", "Was it moved or deleted?") from error
    except PermissionError as error:
        raise DataError(
            cannot_read(path), "you may not read it", "Change its permissions or choose another."
        ) from error
    except OSError as error:
        raise DataError(cannot_read(path), str(error.strerror or error), "Try again or choose another file.") from error


def read_blocks(
    path: Path,
    dialect: CsvDialect,
    block_bytes: int = 0,
    on_bytes: Callable[[bytes], object] | None = None,
) -> Iterator[Block]:
    """Read a file from the first to the last byte in memory bounded by the block's size.

    Blocks have about `block_bytes`, `BLOCK_BYTES` when it is 0; `on_bytes` gets the raw bytes in passing, for a
    checksum.

    Raises:
        WrongEncoding: The bytes are not in the dialect's encoding.
        DataError: The file cannot be read, is binary, has a quotation mark that is never closed, or changed meanwhile.
    """
    decoder = codecs.getincrementaldecoder(dialect.encoding)()
    with opened(path) as source:
        before = path.stat()
        carry, line, done = "", 1, 0
        while True:
            data = source.read(block_bytes or BLOCK_BYTES)
            done += len(data)
            if on_bytes:
                on_bytes(data)
            try:
                text = carry + decoder.decode(data, final=not data)
            except UnicodeDecodeError as error:
                what_next = "Open it again, so that its encoding is found anew."
                raise WrongEncoding(cannot_read(path), f"it is not {dialect.encoding} throughout", what_next) from error
            if "\0" in text:
                raise DataError(cannot_read(path), "it has NUL bytes, so it is not text", "Choose a CSV file.")
            final = not data
            text, held = _normalised(text, final=final)
            end = len(text) if final else end_of_records(text)
            block, carry = text[:end], text[end:] + held
            del data, text  # the reader's work on a block needs the room
            if final:
                _check_quotes(path, block, line, dialect.separator)
                block = block if not block or block.endswith("\n") else block + "\n"
            elif len(carry) > RECORD_LIMIT:
                raise _unclosed_quote(path, line + block.count("\n"))
            if block:
                yield Block(block, line, done)
                line += block.count("\n")
            if final:
                break
        after = path.stat()
        if (before.st_size, before.st_mtime_ns, before.st_ino) != (after.st_size, after.st_mtime_ns, after.st_ino):
            raise DataError(cannot_read(path), "it changed while it was read", "Try again when it is complete.")


def _normalised(text: str, *, final: bool) -> tuple[str, str]:
    """The text with single newlines, and a last CR that may be half of a CRLF."""
    if "\r" not in text:
        return text, ""
    held = "\r" if text.endswith("\r") and not final else ""
    text = text.removesuffix(held).replace("\r\n", "\n")
    return text.replace("\r", "\n") if "\r" in text else text, held


def end_of_records(text: str) -> int:
    """The place after the last newline that ends a record: one with an even number of quotation marks before it."""
    end = text.rfind("\n")
    if '"' not in text:
        return end + 1
    while end >= 0 and text.count('"', 0, end) % 2:
        end = text.rfind("\n", 0, max(text.rfind('"', 0, end), 0))
    return end + 1


def _check_quotes(path: Path, text: str, first_line: int, separator: str) -> None:
    """Refuse a last block whose last field is still open; an inch mark inside a field is no quotation mark."""
    if text.count('"') % 2 == 0:
        return
    try:
        for _ in csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True):
            pass
    except csv.Error as error:
        if "unexpected end" in str(error) or "field larger" in str(error):
            raise _unclosed_quote(path, first_line + text.count("\n", 0, text.rfind('"'))) from error


_QUOTE_ADVICE = "Close the quotation mark there, or double it if it is part of the text."


def _unclosed_quote(path: Path, line: int) -> DataError:
    return DataError(
        cannot_read(path), f"a quotation mark opened in or after line {line:,} is never closed", _QUOTE_ADVICE
    )
