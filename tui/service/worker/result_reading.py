"""Reading records and answers side by side from S3, from any place on and no further than one asks."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from typing import Any

from botocore.exceptions import ClientError

from tui.resources.datasets import DataError
from tui.resources.result_lines import row_of
from tui.resources.results import Cursor, Reading, ResultRow
from tui.resources.text import strip_controls
from tui.resources.transforms import TransformFile, bucket_and_key

BLOCK_BYTES = 64 << 10
"""What is read at once: a page of rows is not much more."""

LINE_LIMIT = 64 << 20


class ObjectLines:
    """The lines of an object that are not blank, from a byte on; blocks are read as lines are asked for."""

    def __init__(self, s3: Any, bucket: str, key: str, start: int, *, compressed: bool = False) -> None:
        """`start` is a place between two lines; in a compressed object, of what it unpacks to."""
        self.place = start
        """Bytes before the next line."""
        self.name = f"s3://{bucket}/{key}"
        self._buffer = b""
        self._at = 0
        """Where in the buffer the next line begins."""
        self._body: Any = None
        where = {"Range": f"bytes={start}-"} if start and not compressed else {}
        try:
            self._body = s3.get_object(Bucket=bucket, Key=key, **where)["Body"]
        except ClientError as error:
            if error.response["Error"].get("Code") != "InvalidRange":
                raise
            self._source = None  # there is nothing behind the last byte
            return
        self._source = gzip.GzipFile(fileobj=self._body) if compressed else self._body
        if compressed:
            self._skip(start)

    def close(self) -> None:
        """Leave the connection."""
        if self._body is not None:
            self._body.close()

    def next(self) -> str | None:
        """The next line; None behind the last one."""
        while True:
            line = self._line()
            if line is None:
                return None
            if text := line.rstrip(b"\r\n"):
                return strip_controls(text.decode("utf-8", "replace"))

    def _line(self) -> bytes | None:
        searched = self._at
        while (end := self._buffer.find(b"\n", searched)) < 0:
            searched = len(self._buffer) - self._at
            block = self._source.read(BLOCK_BYTES) if self._source is not None else b""
            self._buffer, self._at = self._buffer[self._at :] + block, 0
            if not block:
                end = len(self._buffer) - 1
                break
            if len(self._buffer) > LINE_LIMIT:
                raise DataError(f"Cannot read {self.name}", "a line is longer than 64 MB", "Download the file.")
        line = self._buffer[self._at : end + 1]
        self._at = end + 1
        self.place += len(line)
        return line or None

    def _skip(self, count: int) -> None:
        while count and self._source is not None and (block := self._source.read(min(count, BLOCK_BYTES))):
            count -= len(block)


class ResultRows:
    """The rows of one file from a cursor on, each read when it is asked for; `cursor` is behind the `last` one."""

    def __init__(self, s3: Any, file: TransformFile, reading: Reading, cursor: Cursor) -> None:
        self.cursor = cursor
        self.last: ResultRow | None = None
        self._file = file
        self._reading = reading
        self._open: list[ObjectLines] = []
        self._input = self._lines(s3, file.bucket, file.key, cursor.input, compressed=reading.compressed)
        self._output = self._lines(s3, file.output_bucket, file.output_key, cursor.output)
        self._labels: ObjectLines | None = None
        if reading.labels.kind == "file" and reading.labels.key == file.key:
            self._labels = self._lines(s3, *bucket_and_key(reading.labels.uri), cursor.labels)

    def __enter__(self) -> ResultRows:
        return self

    def __exit__(self, *_: object) -> None:
        for lines in self._open:
            lines.close()

    def __iter__(self) -> Iterator[ResultRow]:
        while (row := self._next()) is not None:
            yield row

    def _next(self) -> ResultRow | None:
        record, answer = self._input.next(), self._output.next()
        if record is None or answer is None:
            if (record is None) != (answer is None):
                raise self._uneven("answers than records" if record is None else "records than answers")
            return None
        label = self._labels.next() if self._labels else None
        places = (self._input.place, self._output.place, self._labels.place if self._labels else 0)
        self.cursor = Cursor(self.cursor.row + 1, *places)
        self.last = row_of(self.cursor.row, record, answer, label, self._reading)
        return self.last

    def _uneven(self, which: str) -> DataError:
        return DataError(
            f"{self._file.name} cannot be put side by side with its output",
            f"behind row {self.cursor.row:,} there are more {which}",
            "Download it (w), or run again with one answer a line.",
        )

    def _lines(self, s3: Any, bucket: str, key: str, start: int, *, compressed: bool = False) -> ObjectLines:
        lines = ObjectLines(s3, bucket, key, start, compressed=compressed)
        self._open.append(lines)
        return lines
