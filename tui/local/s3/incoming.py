"""Receiving bodies: object bodies streamed to disk with their digests checked, documents into memory."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Mapping

from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect, Request

from tui.local.errors import AwsError
from tui.local.s3.bodies import CHUNK, Bodies, Body, BodyWriter
from tui.local.s3.checksums import COMPUTABLE, HEADER, stated, to_bytes
from tui.local.s3.chunked import ChunkedDecoder

MAX_OBJECT_BYTES = 5 << 30
"""The most one PUT may bring, S3's own limit; larger objects come in parts."""

MAX_DOCUMENT_BYTES = 16 << 20
"""The most an XML document may have: a thousand keys of full length, every character escaped, fit."""


async def receive_document(request: Request) -> bytes:
    """The XML body of a request, its Content-MD5 and checksums left to the transport."""
    document = bytearray()
    try:
        async for chunk in request.stream():
            document += chunk
            if len(document) > MAX_DOCUMENT_BYTES:
                raise AwsError("MalformedXML", f"The XML you provided exceeds {MAX_DOCUMENT_BYTES} bytes.")
    except ClientDisconnect:
        raise _incomplete() from None
    return bytes(document)


async def receive_body(request: Request, bodies: Bodies) -> tuple[Body, dict[str, str]]:
    """Stream a request's body to disk; answers it with the checksums the client stated for it.

    Errors, after which nothing is left on disk: `BadDigest`, `XAmzContentSHA256Mismatch`, `InvalidDigest`,
    `IncompleteBody`, `EntityTooLarge`, `InsufficientStorage`.
    """
    headers = request.headers
    payload = headers.get("x-amz-content-sha256", "")
    decoder = ChunkedDecoder() if payload.startswith("STREAMING-") else None
    length = _announced_length(headers, "content-length" if decoder is None else "x-amz-decoded-content-length")
    with bodies.writer(_algorithms(headers)) as writer:
        last = await _write_stream(request, decoder, writer)
        size = writer.size + len(last)
        if (length is not None and size != length) or (decoder is not None and not decoder.finished):
            raise _incomplete()
        body = await asyncio.to_thread(writer.finish, last)
    checksums = stated(headers) | stated(decoder.trailers if decoder is not None else {})
    try:
        _verify(body, headers, checksums)
    except AwsError:
        bodies.remove(body.name)
        raise
    return body, checksums


async def _write_stream(request: Request, decoder: ChunkedDecoder | None, writer: BodyWriter) -> bytes:
    """Write a body, each chunk while the next one comes in; answers the rest that is less than a chunk."""
    stream = request.stream()
    buffer = bytearray()
    writing: asyncio.Task[None] | None = None
    try:
        async for received in stream:
            buffer += received if decoder is None else decoder.feed(received)
            if len(buffer) >= CHUNK:
                if writing is not None:
                    await writing
                    if writer.size > MAX_OBJECT_BYTES:
                        raise _too_large()
                writing = asyncio.create_task(asyncio.to_thread(writer.write, bytes(buffer)))
                buffer.clear()
        if writing is not None:
            await writing
    except ClientDisconnect:
        raise _incomplete() from None
    except AwsError:
        # A client that is still sending does not look for an answer.
        with contextlib.suppress(ClientDisconnect):
            async for _ in stream:
                pass
        raise
    finally:
        if writing is not None:
            await asyncio.wait({writing})
    return bytes(buffer)


def _announced_length(headers: Headers, name: str) -> int | None:
    text = headers.get(name)
    if text is None:
        return None
    if not (text.isascii() and text.isdigit()):
        raise AwsError("InvalidArgument", f"The length of the body is not a number: {text!r}")
    if int(text) > MAX_OBJECT_BYTES:
        raise _too_large()
    return int(text)


def _algorithms(headers: Headers) -> set[str]:
    """The digests to compute: the ETag's MD5 and those that headers state or announce as trailers."""
    wanted = {"md5", *stated(headers)}
    wanted |= {name.strip().removeprefix(HEADER) for name in headers.get("x-amz-trailer", "").lower().split(",")}
    if _is_sha256(headers.get("x-amz-content-sha256", "")):
        wanted.add("sha256")
    return wanted & COMPUTABLE


def _verify(body: Body, headers: Headers, checksums: Mapping[str, str]) -> None:
    if (md5 := headers.get("content-md5")) is not None:
        digest = to_bytes(md5)
        if len(digest) != len(body.digests["md5"]):
            raise AwsError("InvalidDigest", "The Content-MD5 you specified was invalid.")
        if digest != body.digests["md5"]:
            raise AwsError("BadDigest", "The Content-MD5 you specified did not match what we received.")
    payload = headers.get("x-amz-content-sha256", "")
    if _is_sha256(payload) and bytes.fromhex(payload) != body.digests["sha256"]:
        raise AwsError(
            "XAmzContentSHA256Mismatch", "The provided 'x-amz-content-sha256' header does not match what was computed."
        )
    for algorithm, checksum in checksums.items():
        digest = to_bytes(checksum)
        if body.digests.get(algorithm, digest) != digest:
            raise AwsError("BadDigest", f"The {algorithm.upper()} you specified did not match the calculated checksum.")


def _is_sha256(payload: str) -> bool:
    return len(payload) == 64 and all(digit in "0123456789abcdef" for digit in payload)


def _incomplete() -> AwsError:
    return AwsError("IncompleteBody", "You did not provide the number of bytes specified by the Content-Length.")


def _too_large() -> AwsError:
    return AwsError(
        "EntityTooLarge", f"Your proposed upload exceeds {MAX_OBJECT_BYTES} bytes, the most of one PUT; use parts."
    )
