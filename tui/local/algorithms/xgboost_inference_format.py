"""Whether bytes can be given to XGBoost as a model.

The library trusts the lengths that a model states: a truncated file ends its process, and with it every model that the
process serves. So the frame of a model, JSON or UBJSON, is walked here first. What the numbers in it mean is not looked
at: a tree that points outside of itself can still end the process.
"""

from __future__ import annotations

import json
import struct
from typing import Final

_DEEPEST: Final = 64
_INTEGERS: Final = {b"i": ">b", b"U": ">B", b"I": ">h", b"l": ">i", b"L": ">q"}
_SIZES: Final = {**{marker: struct.calcsize(code) for marker, code in _INTEGERS.items()}, b"d": 4, b"D": 8, b"C": 1}
_EMPTY: Final = (b"T", b"F", b"Z", b"N")


def check_model(content: bytes) -> None:
    """Raise ValueError for what is neither a complete JSON object nor a complete UBJSON object."""
    if content[:1] != b"{":
        raise ValueError("it begins neither like JSON nor like UBJSON")
    if content[1:2] in (b'"', b"}") or content[1:2].isspace():
        try:
            json.loads(content)
        except RecursionError as error:
            raise ValueError("its JSON is nested too deeply") from error
    else:
        _Walk(content).value(0)


class _Walk:
    """Goes once over a UBJSON document."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._position = 0

    def value(self, depth: int) -> None:
        """Go over one value."""
        marker = self._take(1)
        if marker == b"{":
            self._object(depth + 1)
        elif marker == b"[":
            self._array(depth + 1)
        else:
            self._scalar(marker)

    def _scalar(self, marker: bytes) -> None:
        if marker in (b"S", b"H"):
            self._take(self._length())
        elif marker in _SIZES:
            self._take(_SIZES[marker])
        elif marker not in _EMPTY:
            raise ValueError(f"byte {self._position - 1} is no UBJSON")

    def _object(self, depth: int) -> None:
        self._check(depth)
        while self._peek() != b"}":
            self._take(self._length())
            self.value(depth)
        self._take(1)

    def _array(self, depth: int) -> None:
        self._check(depth)
        if self._peek() == b"$":
            self._take(1)
            size = _SIZES.get(self._take(1))
            if size is None or self._take(1) != b"#":
                raise ValueError(f"byte {self._position - 1} begins no UBJSON array")
            self._take(size * self._length())
        elif self._peek() == b"#":
            self._take(1)
            for _ in range(self._length()):
                self.value(depth)
        else:
            while self._peek() != b"]":
                self.value(depth)
            self._take(1)

    def _length(self) -> int:
        marker = self._take(1)
        if marker not in _INTEGERS:
            raise ValueError(f"byte {self._position - 1} begins no UBJSON length")
        (length,) = struct.unpack(_INTEGERS[marker], self._take(_SIZES[marker]))
        return int(length)

    def _check(self, depth: int) -> None:
        if depth > _DEEPEST:
            raise ValueError("its UBJSON is nested too deeply")

    def _peek(self) -> bytes:
        return self._content[self._position : self._position + 1]

    def _take(self, count: int) -> bytes:
        start, end = self._position, self._position + count
        if count < 0 or end > len(self._content):
            raise ValueError(f"it ends after {len(self._content)} bytes, in the middle of a value")
        self._position = end
        return self._content[start:end]
