"""Writing recordio-protobuf, the format in which both containers can answer: a record of labels for each row."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import numpy as np

_MAGIC: Final = 0xCED7230A
_LABEL, _KEY, _VALUE, _FLOAT32, _VALUES = 2, 1, 2, 2, 1


def write_labels(rows: Iterable[Mapping[str, float | Sequence[float]]]) -> bytes:
    """The rows as records whose labels are float32 tensors under the rows' keys."""
    return b"".join(_record(b"".join(_label(key, value) for key, value in row.items())) for row in rows)


def _label(key: str, value: float | Sequence[float]) -> bytes:
    numbers = np.atleast_1d(np.asarray(value, dtype="<f4")).tobytes()
    tensor = _field(_FLOAT32, _field(_VALUES, numbers))
    return _field(_LABEL, _field(_KEY, key.encode()) + _field(_VALUE, tensor))


def _record(message: bytes) -> bytes:
    return struct.pack("<II", _MAGIC, len(message)) + message + bytes(-len(message) % 4)


def _field(number: int, content: bytes) -> bytes:
    return bytes([number << 3 | 2]) + _varint(len(content)) + content


def _varint(number: int) -> bytes:
    encoded = bytearray()
    while number > 0x7F:
        encoded.append(number & 0x7F | 0x80)
        number >>= 7
    encoded.append(number)
    return bytes(encoded)
