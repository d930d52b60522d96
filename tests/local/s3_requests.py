"""Raw requests to the small S3, and reading what it answered."""

from __future__ import annotations

import base64
import zlib

import pytest
from botocore.exceptions import ClientError

from tests.local.server import Answer, LocalServer

PART = 5 << 20
"""The least size of every part of an upload but the last."""


def failure(caught: pytest.ExceptionInfo[ClientError]) -> tuple[str, int]:
    response = caught.value.response
    return response["Error"]["Code"], response["ResponseMetadata"]["HTTPStatusCode"]


def raw(server: LocalServer, method: str, path: str, body: bytes = b"", **headers: str) -> Answer:
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    return server.send(method, path, {"Authorization": server.authorization("s3")} | given, body)


def crc32(data: bytes) -> str:
    return base64.b64encode(zlib.crc32(data).to_bytes(4, "big")).decode()


def chunked(*chunks: bytes, trailer: bytes = b"", signature: bytes = b"") -> bytes:
    coded = b"".join(b"%x%s\r\n%s\r\n" % (len(chunk), signature, chunk) for chunk in chunks)
    return coded + b"0" + signature + b"\r\n" + trailer + b"\r\n"
