"""The ETags of S3 as checksums: of what an object holds, of what a file would be as one."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tui.resources.datasets import DataError
from tui.service.worker.context import TaskContext

PART_BYTES = 8 << 20
"""A larger file goes in parts of this size, or of a larger one when there would be too many."""

_MOST_PARTS = 10_000
_CHUNK = 1 << 20
_ETAG = re.compile(r"[0-9a-f]{32}(?:-(\d+))?")


@dataclass(frozen=True, slots=True)
class Stored:
    """An object as a listing has it."""

    size: int
    """Bytes."""

    etag: str
    """Without its quotation marks."""


class EtagSum:
    """Adds up the ETag of an object while its bytes pass by: of one that was sent in parts of a size, or in one piece.

    S3 takes the MD5 of what comes in one piece, and of parts the MD5 of their MD5s with their number.
    """

    def __init__(self, part_bytes: int = 0) -> None:
        """Without `part_bytes` the object is in one piece."""
        self._part_bytes = part_bytes
        self._sums = b""
        self._part = hashlib.md5(usedforsecurity=False)
        self._filled = 0

    def update(self, data: bytes) -> None:
        """So many bytes more."""
        rest = memoryview(data)
        while self._part_bytes and len(rest) > self._part_bytes - self._filled:
            room = self._part_bytes - self._filled
            self._part.update(rest[:room])
            self._sums += self._part.digest()
            self._part, self._filled, rest = hashlib.md5(usedforsecurity=False), 0, rest[room:]
        self._part.update(rest)
        self._filled += len(rest)

    @property
    def etag(self) -> str:
        """The ETag of the bytes so far."""
        if not self._part_bytes:
            return self._part.hexdigest()
        return etag_of_parts(self._sums + self._part.digest())


def etag_of_parts(sums: bytes) -> str:
    """The ETag of an object in parts, from the MD5s of all of them."""
    return f"{hashlib.md5(sums, usedforsecurity=False).hexdigest()}-{len(sums) // 16}"


def part_bytes_of(size: int) -> int:
    """The size of the parts in which a file goes; 0 when it goes in one piece."""
    return 0 if size <= PART_BYTES else max(PART_BYTES, -(-size // _MOST_PARTS))


def parts_in(etag: str) -> int | None:
    """The number of parts that an ETag speaks of, 0 for an object in one piece; None when it is no checksum."""
    found = _ETAG.fullmatch(etag)
    return int(found[1] or 0) if found else None


def is_stored(context: TaskContext, path: Path, stored: Stored | None, part_bytes: int | None = None) -> bool:
    """Whether an object holds what a file does; False as well when its ETag does not tell.

    `part_bytes` is the size of the object's parts, if it is known; else it is taken for that in which we send.
    """
    if stored is None or path.stat().st_size != stored.size or (parts := parts_in(stored.etag)) is None:
        return False
    part_bytes = (part_bytes_of(stored.size) if part_bytes is None else part_bytes) if parts else 0
    if parts and (not part_bytes or -(-stored.size // part_bytes) != parts):
        return False
    total = EtagSum(part_bytes)
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            context.check()
            total.update(chunk)
    return total.etag == stored.etag


def is_checksum(answer: Mapping[str, Any]) -> bool:
    """Whether the ETag of an answer says something about the bytes: encryption makes it something else."""
    return answer.get("ServerSideEncryption", "AES256") == "AES256" and "SSECustomerAlgorithm" not in answer


def check_etag(answer: Mapping[str, Any], expected: str, key: str) -> None:
    """See that an object has the ETag it should have, where that says something.

    Raises:
        DataError: It has another one.
    """
    if is_checksum(answer) and answer["ETag"].strip('"') != expected:
        raise not_the_same(key)


def not_the_same(key: str) -> DataError:
    """The complaint about an object that is not what it should be."""
    return DataError(f"The transfer of '{key}' went wrong", "what arrived is not what was sent", "Try it again.")
