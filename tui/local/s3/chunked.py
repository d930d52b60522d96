"""The `aws-chunked` coding: bodies in chunks with optional signatures and checksums in trailers behind them.

Source: "Signature calculations for the Authorization header: transferring payload in multiple chunks", Amazon S3 API
Reference. The signatures are read over, as this server checks whose a request is, not that it was signed.
"""

from __future__ import annotations

from enum import Enum, auto

from tui.local.errors import AwsError

MAX_LINE_BYTES = 8192
"""The longest chunk header or trailer that is waited for."""


class _Expect(Enum):
    SIZE = auto()
    DATA = auto()
    DATA_END = auto()
    TRAILER = auto()
    NOTHING = auto()


class ChunkedDecoder:
    """Takes the coded bytes as they arrive and gives the body's bytes."""

    def __init__(self) -> None:
        self.trailers: dict[str, str] = {}
        """The trailers, names in lower case; complete when `finished`."""
        self._expect = _Expect.SIZE
        self._pending = b""
        self._left = 0

    @property
    def finished(self) -> bool:
        """Whether the last chunk has come."""
        return self._expect in (_Expect.TRAILER, _Expect.NOTHING)

    def feed(self, data: bytes) -> bytes:
        """The body's bytes in the next coded ones; `InvalidRequest` when they are not in the coding."""
        data = self._pending + data
        position = 0
        body: list[bytes] = []
        while position < len(data):
            if self._expect is _Expect.NOTHING:
                break
            if self._expect is _Expect.DATA:
                piece = data[position : position + self._left]
                body.append(piece)
                position += len(piece)
                self._left -= len(piece)
                if self._left == 0:
                    self._expect = _Expect.DATA_END
                continue
            end = data.find(b"\r\n", position, position + MAX_LINE_BYTES)
            if end < 0:
                if len(data) - position >= MAX_LINE_BYTES:
                    raise _malformed()
                break
            self._line(data[position:end])
            position = end + 2
        self._pending = data[position:]
        return b"".join(body)

    def _line(self, line: bytes) -> None:
        if self._expect is _Expect.SIZE:
            try:
                self._left = int(line.partition(b";")[0], 16)
            except ValueError:
                raise _malformed() from None
            if self._left < 0:
                raise _malformed()
            self._expect = _Expect.DATA if self._left else _Expect.TRAILER
        elif self._expect is _Expect.DATA_END:
            if line:
                raise _malformed()
            self._expect = _Expect.SIZE
        elif line:
            name, _, value = line.decode("latin-1").partition(":")
            self.trailers[name.strip().lower()] = value.strip()
        else:
            self._expect = _Expect.NOTHING


def _malformed() -> AwsError:
    return AwsError("InvalidRequest", "The body is not in the aws-chunked coding that its headers announce.")
