"""GetObject and HeadObject: conditions, ranges, and bodies streamed from disk."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Mapping
from email.utils import formatdate
from typing import BinaryIO

from starlette.datastructures import Headers
from starlette.responses import Response, StreamingResponse

from tui.local.errors import AwsError
from tui.local.s3.bodies import CHUNK
from tui.local.s3.checksums import HEADER
from tui.local.s3.documents import quoted
from tui.local.s3.objects import ObjectInfo, ObjectStore, precondition_failed
from tui.local.s3.requests import METADATA, Call, http_date, unquoted

_OVERRIDES = ("cache-control", "content-disposition", "content-encoding", "content-language", "content-type", "expires")
_RANGE = re.compile(r"bytes=(\d*)-(\d*)")
_HEADER_VALUE = re.compile(r"[\t\x20-\x7e\xa0-\xff]*")


class Reading:
    """The operations that answer an object."""

    def __init__(self, objects: ObjectStore) -> None:
        self._objects = objects

    def head_object(self, call: Call) -> Response:
        """HeadObject: everything but the bytes."""
        info = self._objects.require(call.bucket, call.key)
        return _describe(call, info)[0]

    def get_object(self, call: Call) -> Response:
        """GetObject: the bytes or a range of them, streamed when they are many."""
        info, file = self._objects.open_object(call.bucket, call.key)
        try:
            response, span = _describe(call, info)
            if span is None:
                file.close()
                return response
            file.seek(span.start)
            if len(span) > CHUNK:
                return StreamingResponse(_stream(file, len(span)), response.status_code, response.headers)
            content = file.read(len(span))
        except BaseException:
            file.close()
            raise
        file.close()
        return Response(content, response.status_code, response.headers)


async def _stream(file: BinaryIO, size: int) -> AsyncIterator[bytes]:
    with file:
        while size > 0:
            chunk = await asyncio.to_thread(file.read, min(CHUNK, size))
            if not chunk:
                return
            size -= len(chunk)
            yield chunk


def _describe(call: Call, info: ObjectInfo) -> tuple[Response, range | None]:
    """The answer without its bytes, and which bytes belong to it; None when there are to be none."""
    if "partNumber" in call.query:
        raise AwsError("NotImplemented", "The embedded S3 does not read objects by part number.", 501)
    headers = object_headers(info)
    if not check_read(call.headers, info):
        return Response(status_code=304, headers={name: headers[name] for name in ("etag", "last-modified")}), None
    for name in _OVERRIDES:
        value = call.query.get(f"response-{name}")
        if value is not None:
            if not _HEADER_VALUE.fullmatch(value):
                raise AwsError("InvalidArgument", f"Header value cannot be represented using ISO-8859-1: {value!r}")
            headers[name] = value
    span = requested_range(call.headers.get("range"), info.size)
    if span is None:
        span = range(info.size)
        status = 200
        if call.headers.get("x-amz-checksum-mode", "").upper() == "ENABLED":
            headers |= checksum_headers(info.checksums)
    else:
        status = 206
        headers["content-range"] = f"bytes {span.start}-{span.stop - 1}/{info.size}"
    headers["content-length"] = str(len(span))
    return Response(status_code=status, headers=headers), span


def object_headers(info: ObjectInfo) -> dict[str, str]:
    """The headers every answer about an object has."""
    return {
        "etag": quoted(info.etag),
        "last-modified": formatdate(info.modified, usegmt=True),
        "accept-ranges": "bytes",
        "content-type": info.content_type,
        **info.attributes.headers,
        **{METADATA + name: value for name, value in info.metadata.items()},
    }


def checksum_headers(checksums: Mapping[str, str]) -> dict[str, str]:
    """The headers for checksums, with their type: of the whole object or composed of its parts' ones."""
    headers = {HEADER + algorithm: value for algorithm, value in checksums.items()}
    if headers:
        headers[HEADER + "type"] = checksum_type(checksums)
    return headers


def checksum_type(checksums: Mapping[str, str]) -> str:
    """What S3 calls checksums of these values; base64 has no hyphen."""
    return "COMPOSITE" if any("-" in value for value in checksums.values()) else "FULL_OBJECT"


def check_read(headers: Headers, info: ObjectInfo, prefix: str = "") -> bool:
    """Judge the conditions of a read, RFC 9110's in S3's order; False means not modified.

    `prefix` is `x-amz-copy-source-` for the conditions of a copy. Error: `PreconditionFailed`.
    """
    match = headers.get(prefix + "if-match")
    since = http_date(headers.get(prefix + "if-unmodified-since"))
    modified = int(info.modified)
    failed = not _matches(match, info.etag) if match is not None else since is not None and modified > since
    if failed:
        raise precondition_failed()
    none_match = headers.get(prefix + "if-none-match")
    if none_match is not None:
        return not _matches(none_match, info.etag)
    modified_since = http_date(headers.get(prefix + "if-modified-since"))
    return modified_since is None or modified > modified_since


def _matches(header: str, etag: str) -> bool:
    candidates = [unquoted(candidate) for candidate in header.split(",")]
    return "*" in candidates or etag in candidates


def requested_range(header: str | None, size: int) -> range | None:
    """The bytes a Range header asks for; None for no header and for forms S3 ignores. Error: `InvalidRange`."""
    found = _RANGE.fullmatch(header.strip()) if header is not None else None
    if found is None or not (found[1] or found[2]):
        return None
    if not found[1]:
        start, stop = max(size - int(found[2]), 0), size
    else:
        start, stop = int(found[1]), min(int(found[2]) + 1, size) if found[2] else size
        if found[2] and int(found[2]) < start:
            return None
    if start >= stop:
        raise AwsError(
            "InvalidRange", f"The requested range {header!r} is not satisfiable: there are {size} bytes.", 416
        )
    return range(start, stop)
