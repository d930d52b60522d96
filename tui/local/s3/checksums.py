"""The digests S3 knows an object body by: which there are, which this server computes, how they travel.

Source: "Checking object integrity", Amazon S3 User Guide. The CRC32C, CRC64NVME and xxHash families are not in the
standard library: what a client says about them is stored and answered unchecked.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import zlib
from collections.abc import Iterable, Mapping
from typing import Protocol

from tui.local.errors import AwsError

ALGORITHMS = (
    *("crc32", "crc32c", "crc64nvme", "sha1", "sha256", "sha512", "md5"),
    *("xxhash64", "xxhash3", "xxhash128"),
)
"""The checksum algorithms of `x-amz-checksum-<algorithm>`."""

COMPUTABLE = frozenset({"crc32", "sha1", "sha256", "sha512", "md5"})
"""The algorithms that `new_digest` knows."""

HEADER = "x-amz-checksum-"
"""What the name of every checksum header and trailer starts with."""


class Digest(Protocol):
    """A digest under way, as hashlib's objects are."""

    def update(self, data: bytes | memoryview, /) -> None:
        """Take in the next bytes of the body."""

    def digest(self) -> bytes:
        """The digest of all bytes so far."""


class _Crc32:
    def __init__(self) -> None:
        self._value = 0

    def update(self, data: bytes | memoryview, /) -> None:
        self._value = zlib.crc32(data, self._value)

    def digest(self) -> bytes:
        return self._value.to_bytes(4, "big")


def new_digest(algorithm: str) -> Digest:
    """A fresh digest of one of `COMPUTABLE`."""
    return _Crc32() if algorithm == "crc32" else hashlib.new(algorithm, usedforsecurity=False)


def to_text(digest: bytes) -> str:
    """A digest as S3's headers and XML carry it: base64."""
    return base64.b64encode(digest).decode("ascii")


def to_bytes(text: str) -> bytes:
    """The digest behind a header's base64; `InvalidDigest` when it is none."""
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise AwsError("InvalidDigest", f"The digest {text!r} is not valid base64.") from None


def stated(headers: Mapping[str, str]) -> dict[str, str]:
    """The checksums that request headers or trailers state: algorithm to base64."""
    return {algorithm: headers[HEADER + algorithm] for algorithm in ALGORITHMS if HEADER + algorithm in headers}


def composite(algorithm: str, parts: Iterable[str]) -> str | None:
    """A multipart object's checksum of its parts' checksums, `<base64>-<number of parts>`.

    None when this server cannot compute the algorithm.
    """
    if algorithm not in COMPUTABLE:
        return None
    raw = [to_bytes(part) for part in parts]
    digest = new_digest(algorithm)
    digest.update(b"".join(raw))
    return f"{to_text(digest.digest())}-{len(raw)}"
