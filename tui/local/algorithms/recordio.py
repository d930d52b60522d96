"""Reading recordio-protobuf, the format of the service's own algorithms.

A file is a row of records: a magic number, the length (both four bytes, little-endian), the payload, padding to four
bytes. A payload is a protobuf message whose field 1 maps names to feature tensors and whose field 2 maps names to label
tensors; the tensor under the name `values` is the one that is used.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from tui.local.algorithms.dataset import Dataset, Floats, UnreadableRowsError

_MAGIC: Final = 0xCED7230A
_FLOAT32, _FLOAT64, _INT32 = 2, 3, 7
_FEATURES, _LABEL = 1, 2
_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5


@dataclass(frozen=True, slots=True)
class Tensor:
    """A vector of numbers. When it is sparse, `values` are those at the positions `keys`."""

    values: Floats
    keys: list[int]
    shape: list[int]

    @property
    def width(self) -> int:
        """How many numbers the vector has, those left out included."""
        if self.shape:
            return self.shape[0]
        return max(self.keys) + 1 if self.keys else len(self.values)

    @property
    def sparse(self) -> bool:
        """Whether numbers are left out."""
        return bool(self.keys) or self.width != len(self.values)

    def dense(self) -> Floats:
        """The vector with a zero for every number left out. Raises IndexError for a key outside of it."""
        if not self.sparse:
            return self.values
        dense = np.zeros(self.width, dtype=np.float32)
        dense[self.keys] = self.values
        return dense


def read_recordio(files: Sequence[Path]) -> Dataset:
    """Read recordio-protobuf files of dense or sparse tensors. Raises UnreadableRowsError for anything else."""
    features: list[Floats] = []
    labels: list[float] = []
    for path in files:
        try:
            for record in _records(path.read_bytes()):
                tensors = _tensors(record)
                if _FEATURES not in tensors or _LABEL not in tensors:
                    raise ValueError("it has no features or no label")
                features.append(tensors[_FEATURES].dense())
                labels.append(float(tensors[_LABEL].dense()[0]))
        except (ValueError, IndexError, struct.error) as error:
            raise UnreadableRowsError(path, len(labels) + 1, f"not a recordio-protobuf record: {error}") from error
    width = max(len(vector) for vector in features)
    table = np.zeros((len(features), width), dtype=np.float32)
    for row, vector in enumerate(features):
        table[row, : len(vector)] = vector
    return Dataset(table, np.array(labels, dtype=np.float32))


def read_tensors(content: bytes) -> list[Tensor]:
    """The features of every record of a request, which needs no labels. Raises ValueError for anything else."""
    try:
        records = [_tensors(record) for record in _records(content)]
    except (IndexError, KeyError, struct.error) as error:
        raise ValueError(f"not a recordio-protobuf record: {error}") from error
    return [tensors[_FEATURES] for tensors in records if _FEATURES in tensors]


def _records(content: bytes) -> Iterator[bytes]:
    position = 0
    while position < len(content):
        magic, length = struct.unpack_from("<II", content, position)
        if magic != _MAGIC:
            raise ValueError(f"no record starts at byte {position}")
        position += 8
        if position + length > len(content):
            raise ValueError(f"the record at byte {position} is cut off")
        yield content[position : position + length]
        position += (length + 3) // 4 * 4


def _tensors(record: bytes) -> dict[int, Tensor]:
    """The tensors under the name `values` of the two maps of a record, by the number of the map's field."""
    tensors: dict[int, Tensor] = {}
    for field, entry in _fields(record):
        if field in (_FEATURES, _LABEL):
            content = dict(_fields(_bytes(entry)))
            if _bytes(content[1]) == b"values":
                tensors[field] = _tensor(_bytes(content[2]))
    return tensors


def _tensor(value: bytes) -> Tensor:
    kind, tensor = next(iter(_fields(value)))
    kinds: dict[int, npt.DTypeLike] = {_FLOAT32: "<f4", _FLOAT64: "<f8"}
    parts: dict[int, bytes] = {field: _bytes(content) for field, content in _fields(_bytes(tensor))}
    if kind == _INT32:
        numbers = np.array(list(_varints(parts.get(1, b""))), dtype=np.float32)
    elif kind in kinds:
        numbers = np.frombuffer(parts.get(1, b""), dtype=kinds[kind]).astype(np.float32)
    else:
        raise ValueError(f"its tensor is of a kind that is not supported ({kind})")
    return Tensor(numbers, list(_varints(parts.get(2, b""))), list(_varints(parts.get(3, b""))))


def _bytes(value: int | bytes) -> bytes:
    if isinstance(value, int):
        raise ValueError("a field has an unexpected type")
    return value


def _fields(message: bytes) -> Iterator[tuple[int, int | bytes]]:
    """The fields of a protobuf message: number, and the integer or the bytes."""
    position = 0
    while position < len(message):
        key, position = _varint(message, position)
        wire = key & 7
        if wire == _VARINT:
            number, position = _varint(message, position)
            yield key >> 3, number
            continue
        if wire == _BYTES:
            length, position = _varint(message, position)
        elif wire in (_FIXED32, _FIXED64):
            length = 4 if wire == _FIXED32 else 8
        else:
            raise ValueError(f"unknown wire type {wire}")
        yield key >> 3, message[position : position + length]
        position += length


def _varints(content: bytes) -> Iterator[int]:
    position = 0
    while position < len(content):
        number, position = _varint(content, position)
        yield number


def _varint(content: bytes, position: int) -> tuple[int, int]:
    number = shift = 0
    while True:
        byte = content[position]
        number |= (byte & 0x7F) << shift
        position, shift = position + 1, shift + 7
        if byte < 0x80:
            return number, position
