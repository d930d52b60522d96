"""What the server and the model host say to each other: frames of a small JSON header and raw bytes."""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator, Mapping
from typing import Any

Header = dict[str, Any]
"""What a frame is about; see `host` for the requests and answers."""

_LENGTHS = struct.Struct("!II")


def encode(header: Mapping[str, Any], body: bytes = b"") -> bytes:
    """One frame."""
    text = json.dumps(header, separators=(",", ":")).encode()
    return b"".join((_LENGTHS.pack(len(text), len(body)), text, body))


class FrameReader:
    """Cuts what comes out of a socket into frames."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> Iterator[tuple[Header, bytes]]:
        """The frames that these bytes complete."""
        self._buffer += data
        while len(self._buffer) >= _LENGTHS.size:
            header, body = _LENGTHS.unpack_from(self._buffer)
            start = _LENGTHS.size + header
            end = start + body
            if len(self._buffer) < end:
                return
            frame = json.loads(self._buffer[_LENGTHS.size : start]), bytes(self._buffer[start:end])
            del self._buffer[:end]
            yield frame
