"""S3 as the tests of moving files meet it: a worker of their own in front, what arrived behind."""

from __future__ import annotations

import asyncio
import hashlib
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from tests.local.server import LocalServer
from tests.service.conftest import UNHURRIED
from tests.service.link import Link
from tui.service.budget import Budget
from tui.service.gateway import Gateway
from tui.service.s3 import S3Files
from tui.service.wire import Connection

PART = 8 << 20


@asynccontextmanager
async def opened(server: LocalServer, folder: Path, url: str = "", **budget: Any) -> AsyncIterator[S3Files]:
    """A gateway with a worker of its own."""
    gateway = Gateway(Budget(UNHURRIED, **budget))
    await gateway.open(
        Connection(
            None, server.region, url or server.url, server.access_key, server.secret_key, budget.get("read_only", False)
        )
    )
    try:
        yield S3Files(gateway, folder / "transfers")
    finally:
        gateway.close()


def put(server: LocalServer, bucket: str, **objects: bytes) -> None:
    for name, body in objects.items():
        server.client("s3").put_object(Bucket=bucket, Key=name.replace("__", "/"), Body=body)


def body_of(server: LocalServer, bucket: str, key: str) -> bytes:
    body: bytes = server.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read()
    return body


def objects(server: LocalServer, bucket: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = server.client("s3").list_objects_v2(Bucket=bucket).get("Contents", [])
    return found


def keys(server: LocalServer, bucket: str) -> list[str]:
    return [found["Key"] for found in objects(server, bucket)]


def large_file(folder: Path, parts: int) -> Path:
    path = folder / "large.bin"
    path.write_bytes(random.Random(parts).randbytes((parts - 1) * PART + 1000))
    return path


async def sent(link: Link, count: float) -> None:
    """Wait until clients have sent so many bytes."""
    await asyncio.to_thread(link.wait_until_sent, count)


def arrived_bytes(server: LocalServer, bucket: str) -> int:
    """Bytes of the parts that S3 has of the only upload under way."""
    s3 = server.client("s3")
    uploads = s3.list_multipart_uploads(Bucket=bucket).get("Uploads", ())
    total = 0
    for upload in uploads:
        parts = s3.list_parts(Bucket=bucket, Key=upload["Key"], UploadId=upload["UploadId"]).get("Parts", ())
        total += sum(part["Size"] for part in parts)
    return total


def etag(path: Path) -> str:
    body = path.read_bytes()
    sums = [hashlib.md5(body[at : at + PART]).digest() for at in range(0, len(body), PART)]
    return f"{hashlib.md5(b''.join(sums)).hexdigest()}-{len(sums)}"
