"""Input objects as records, and records as the payloads of requests; no more than a payload is ever in memory."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

_RECORDIO_MAGIC = 0xCED7230A
_RECORDIO_HEADER = struct.Struct("<II")


class InputError(Exception):
    """An object that cannot be cut into payloads; the text is the line of the data log."""


@dataclass(frozen=True, slots=True)
class Payload:
    """What one request carries."""

    records: tuple[bytes, ...]
    """The records as they were read, before any filter and without their line ends."""

    body: bytes


def read_whole(file: BinaryIO, limit: int) -> Iterator[bytes]:
    """The object as one record (SplitType None); an empty one has no record."""
    if content := file.read(limit + 1):
        yield _within(content, limit)


def read_lines(file: BinaryIO, limit: int) -> Iterator[bytes]:
    """The lines that are not blank, without their ends (SplitType Line)."""
    while line := file.readline(limit + 1):
        if record := _within(line, limit).rstrip(b"\r\n"):
            yield record


def read_recordio(file: BinaryIO, limit: int) -> Iterator[bytes]:
    """The records of the RecordIO format with their frames (SplitType RecordIO)."""
    while header := file.read(_RECORDIO_HEADER.size):
        if len(header) < _RECORDIO_HEADER.size:
            raise InputError("The last RecordIO record is cut off")
        magic, length = _RECORDIO_HEADER.unpack(header)
        if magic != _RECORDIO_MAGIC:
            raise InputError("The object is not in the RecordIO format")
        padded = (length + 3) // 4 * 4
        content = file.read(min(padded, limit))
        if len(content) == padded:
            yield _within(header + content, limit)
        elif len(content) < min(padded, limit):
            raise InputError("The last RecordIO record is cut off")
        else:
            raise _too_much()


READERS: dict[str, Callable[[BinaryIO, int], Iterator[bytes]]] = {
    "None": read_whole,
    "Line": read_lines,
    "RecordIO": read_recordio,
}
"""How each SplitType cuts an object into records of at most so many bytes."""


def single_record(records: Iterable[bytes], sent: Callable[[bytes], bytes], limit: int) -> Iterator[Payload]:
    """A payload for each record; `sent` makes of a record what is sent of it."""
    for record in records:
        yield Payload((record,), _within(sent(record), limit))


def multi_record(
    records: Iterable[bytes], sent: Callable[[bytes], bytes], limit: int, separator: bytes
) -> Iterator[Payload]:
    """Payloads of as many records as fit into `limit` bytes."""
    batch: list[bytes] = []
    bodies: list[bytes] = []
    size = 0
    for record in records:
        body = _within(sent(record), limit)
        if bodies and size + len(body) > limit:
            yield Payload(tuple(batch), separator.join(bodies))
            batch, bodies, size = [], [], 0
        batch.append(record)
        bodies.append(body)
        size += len(body) + len(separator)
    if bodies:
        yield Payload(tuple(batch), separator.join(bodies))


def _within(content: bytes, limit: int) -> bytes:
    if len(content) > limit:
        raise _too_much()
    return content


def _too_much() -> InputError:
    return InputError("Too much data for max payload size")
