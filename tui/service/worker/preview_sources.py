"""Files and objects as streams in which one can go anywhere; of an object only what is read is fetched."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, cast

from tui.resources.s3_objects import place_named
from tui.service.worker.context import TaskContext
from tui.service.worker.csv_reading import opened
from tui.service.worker.s3_errors import as_data_errors

FETCHED = 256 << 10
"""Bytes of an object that one request fetches: a page of rows, usually."""


@contextmanager
def source(context: TaskContext, where: str) -> Iterator[tuple[BinaryIO, int]]:
    """The stream and the size of a path or of a URI that begins with s3://.

    Raises:
        DataError: It cannot be read.
    """
    if not where.startswith("s3://"):
        path = Path(where)
        with opened(path) as file:
            yield file, path.stat().st_size
        return
    place = place_named(where)
    with as_data_errors(context, f"Cannot read {where}"):
        stream = _Object(context.client("s3"), place.bucket, place.prefix)
        yield cast(BinaryIO, io.BufferedReader(stream, FETCHED)), stream.size


class _Object(io.RawIOBase):
    """An object of S3, read by ranges of the version that was there when it was opened."""

    def __init__(self, s3: Any, bucket: str, key: str) -> None:
        self._s3 = s3
        self._object = {"Bucket": bucket, "Key": key}
        head = s3.head_object(**self._object)
        self.size: int = head["ContentLength"]
        self._etag = head["ETag"]
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        self._at = offset + {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self.size}[whence]
        return self._at

    def tell(self) -> int:
        return self._at

    def readinto(self, buffer: Any) -> int:
        count = min(len(buffer), self.size - self._at)
        if count <= 0:
            return 0
        span = f"bytes={self._at}-{self._at + count - 1}"
        answer = self._s3.get_object(**self._object, Range=span, IfMatch=self._etag)
        data = answer["Body"].read()
        buffer[: len(data)] = data
        self._at += len(data)
        return len(data)
