"""The framing `application/vnd.amazon.eventstream`: an answer that arrives as one event after the other."""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from typing import Any
from zlib import crc32

MEDIA_TYPE = "application/vnd.amazon.eventstream"

_PRELUDE = struct.Struct("!II")
_CHECKSUM = struct.Struct("!I")
_STRING = 7
"""The header type of a UTF-8 string with a length of two bytes."""


def event(name: str, payload: Mapping[str, Any]) -> bytes:
    """An event with a JSON payload; `initial-response` carries the members of the answer that are no events."""
    return _message({":message-type": "event", ":event-type": name}, payload)


def exception(code: str, message: str) -> bytes:
    """The error with which a stream ends that began well."""
    return _message({":message-type": "exception", ":exception-type": code}, {"message": message})


def _message(headers: Mapping[str, str], payload: Mapping[str, Any]) -> bytes:
    head = b"".join(_header(name, value) for name, value in ((":content-type", "application/json"), *headers.items()))
    body = json.dumps(payload, separators=(",", ":")).encode()
    prelude = _PRELUDE.pack(_PRELUDE.size + len(head) + len(body) + 2 * _CHECKSUM.size, len(head))
    start = prelude + _CHECKSUM.pack(crc32(prelude)) + head + body
    return start + _CHECKSUM.pack(crc32(start))


def _header(name: str, value: str) -> bytes:
    encoded = value.encode()
    return struct.pack("!B", len(name)) + name.encode() + struct.pack("!BH", _STRING, len(encoded)) + encoded
