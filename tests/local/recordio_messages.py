"""recordio-protobuf by Google's protobuf library, from the message definition in the service's developer guide."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib import import_module
from typing import Any

_MAGIC = 0xCED7230A


def records(messages: Iterable[bytes]) -> bytes:
    """The messages one after the other, each behind its header and padded to four bytes."""
    return b"".join(struct.pack("<II", _MAGIC, len(m)) + m + bytes(-len(m) % 4) for m in messages)


def dense(row: Iterable[float], **labels: Iterable[float]) -> bytes:
    """A message with a dense vector of features, and labels if there are any."""
    message = _record_class()()
    message.features.add(key="values").value.float32_tensor.values.extend(row)
    for key, values in labels.items():
        message.label.add(key=key).value.float32_tensor.values.extend(values)
    return bytes(message.SerializeToString())


def sparse(row: Mapping[int, float], width: int | None) -> bytes:
    """A message with a sparse vector of features."""
    message = _record_class()()
    tensor = message.features.add(key="values").value.float32_tensor
    tensor.values.extend(row.values())
    tensor.keys.extend(row)
    tensor.shape.extend([] if width is None else [width])
    return bytes(message.SerializeToString())


def labels(content: bytes) -> list[dict[str, list[float]]]:
    """The labels of every record."""
    return [
        {entry.key: list(entry.value.float32_tensor.values) for entry in message.label}
        for message in map(_record_class().FromString, _split(content))
    ]


def _split(content: bytes) -> Iterator[bytes]:
    position = 0
    while position < len(content):
        magic, length = struct.unpack_from("<II", content, position)
        assert magic == _MAGIC
        yield content[position + 8 : position + 8 + length]
        position += 8 + (length + 3) // 4 * 4


@cache
def _record_class() -> Any:
    def field(name: str, number: int, kind: str, label: str = "LABEL_OPTIONAL") -> dict[str, Any]:
        declared = (
            {"type": kind} if kind.startswith("TYPE_") else {"type": "TYPE_MESSAGE", "typeName": f".aialgs.{kind}"}
        )
        return {"name": name, "number": number, "label": label, **declared}

    many = "LABEL_REPEATED"
    tensor = [
        field("values", 1, "TYPE_FLOAT", many),
        field("keys", 2, "TYPE_UINT64", many),
        field("shape", 3, "TYPE_UINT64", many),
    ]
    messages = {
        "Float32Tensor": tensor,
        "Value": [field("float32_tensor", 2, "Float32Tensor")],
        "Entry": [field("key", 1, "TYPE_STRING"), field("value", 2, "Value")],
        "Record": [field("features", 1, "Entry", many), field("label", 2, "Entry", many)],
    }
    described = {
        "name": "aialgs.proto",
        "package": "aialgs",
        "syntax": "proto3",
        "messageType": [{"name": name, "field": fields} for name, fields in messages.items()],
    }
    json_format: Any = import_module("google.protobuf.json_format")
    file: Any = import_module("google.protobuf.descriptor_pb2").FileDescriptorProto()
    pool: Any = import_module("google.protobuf.descriptor_pool").DescriptorPool()
    factory: Any = import_module("google.protobuf.message_factory")
    pool.Add(json_format.ParseDict(described, file))
    return factory.GetMessageClass(pool.FindMessageTypeByName("aialgs.Record"))
