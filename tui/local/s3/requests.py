"""What an S3 request says, apart from its body: whom it addresses and what it asks."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import quote, unquote_to_bytes

from starlette.datastructures import Headers
from starlette.requests import Request

from tui.local.errors import AwsError
from tui.local.s3.objects import Condition
from tui.local.s3.records import DEFAULT_CONTENT_TYPE, Attributes
from tui.local.settings import ACCOUNT

METADATA = "x-amz-meta-"
"""What the name of every user metadata header starts with."""

MAX_METADATA_BYTES = 2048
"""The most that names and values of an object's user metadata have together."""

MAX_PRESIGNED_SECONDS = 7 * 86400
"""The longest time a URL of signature version 4 may be good for."""

_KEPT_HEADERS = ("cache-control", "content-disposition", "content-language", "expires")

_REFUSED_HEADERS = {
    "x-amz-server-side-encryption-customer-algorithm": "encryption with a key of the customer",
    "x-amz-write-offset-bytes": "appending to an object",
    "x-amz-object-lock-mode": "object lock",
}
"""Headers that would have to change what is stored; the others that this S3 does not know change nothing here."""


@dataclass(frozen=True, slots=True)
class Call:
    """One request: its address, parameters and headers, and its document once that has been read."""

    method: str
    bucket: str
    """Empty when the service itself is addressed."""

    key: str
    """Empty when a bucket is addressed."""

    query: Mapping[str, str]
    headers: Headers
    origin: str
    """Scheme, host and port that the client used."""

    document: bytes = b""
    """The XML body of the operations that take one."""

    def number(self, name: str, default: int, least: int, most: int) -> int:
        """A whole number among the query parameters; above `most` it is `most`."""
        text = self.query.get(name, "")
        if not text:
            return default
        if not (text.isascii() and text.isdigit()) or int(text) < least:
            raise AwsError("InvalidArgument", f"Provided {name} {text!r} is not a whole number from {least} on.")
        return min(int(text), most)

    @property
    def url(self) -> str:
        """The URL of the object."""
        return f"{self.origin}/{quote(self.bucket)}/{quote(self.key)}"


def read_call(request: Request) -> Call:
    """Read a request's address; `InvalidURI` when its path is not UTF-8."""
    raw = request.scope.get("raw_path") or request.scope["path"].encode("utf-8")
    try:
        path = unquote_to_bytes(raw).decode("utf-8")
    except UnicodeDecodeError:
        raise AwsError("InvalidURI", "Couldn't parse the specified URI: the path is not UTF-8.") from None
    bucket, _, key = path.removeprefix("/").partition("/")
    origin = f"{request.url.scheme}://{request.url.netloc}"
    return Call(request.method, bucket, key, dict(request.query_params), request.headers, origin)


def check_call(call: Call) -> None:
    """Refuse an expired presigned URL, a bucket owner who is not the one there is, and what cannot be honoured."""
    _check_presigned(call.query)
    for owner in ("x-amz-expected-bucket-owner", "x-amz-source-expected-bucket-owner"):
        if call.headers.get(owner, ACCOUNT) != ACCOUNT:
            raise AwsError("AccessDenied", f"Access Denied: all buckets here belong to account {ACCOUNT}.", 403)
    for header, what in _REFUSED_HEADERS.items():
        if header in call.headers:
            raise AwsError("NotImplemented", f"The embedded S3 does not implement {what} ({header}).", 501)
    if call.query.get("versionId", "null") != "null":
        raise AwsError("NoSuchVersion", "The specified version does not exist: buckets here keep one version.", 404)


def _check_presigned(query: Mapping[str, str]) -> None:
    """Refuse a presigned URL, of signature version 4 or 2, that is past its time or does not say when that is."""
    try:
        if "X-Amz-Credential" in query:
            seconds = int(query["X-Amz-Expires"])
            if not 0 < seconds <= MAX_PRESIGNED_SECONDS:
                raise ValueError(f"{seconds} seconds")
            signed = datetime.strptime(query["X-Amz-Date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
            end = signed.timestamp() + seconds
        elif "AWSAccessKeyId" in query:
            end = int(query["Expires"])
        else:
            return
    except (KeyError, ValueError):
        raise AwsError(
            "AuthorizationQueryParametersError",
            f"A presigned URL has X-Amz-Date and X-Amz-Expires, of 1 to {MAX_PRESIGNED_SECONDS} seconds, or Expires "
            "in epoch seconds.",
        ) from None
    if time.time() > end:
        raise AwsError("AccessDenied", "Request has expired", 403)


def attributes(headers: Headers) -> Attributes:
    """The attributes a request's headers give the object it writes; `MetadataTooLarge` above 2 KB."""
    metadata = {name[len(METADATA) :]: value for name, value in headers.items() if name.startswith(METADATA)}
    if sum(len(name) + len(value) for name, value in metadata.items()) > MAX_METADATA_BYTES:
        raise AwsError("MetadataTooLarge", f"Your metadata headers exceed {MAX_METADATA_BYTES} bytes.")
    kept = {name: headers[name] for name in _KEPT_HEADERS if name in headers}
    codings = [coding.strip() for coding in headers.get("content-encoding", "").split(",")]
    if encoding := ", ".join(coding for coding in codings if coding not in ("", "aws-chunked")):
        kept["content-encoding"] = encoding
    return Attributes(headers.get("content-type", DEFAULT_CONTENT_TYPE), kept, metadata)


def condition(headers: Headers) -> Condition:
    """The condition a request's headers put on a write or delete."""
    absent = headers.get("if-none-match")
    if absent not in (None, "*"):
        raise AwsError("NotImplemented", "If-None-Match of a write can only be `*`.", 501)
    etag = headers.get("if-match")
    return Condition(absent == "*", None if etag is None else unquoted(etag))


def unquoted(etag: str) -> str:
    """An ETag as clients send it, with or without quotes, as the store keeps it."""
    return etag.strip().removeprefix("W/").strip('"')


def http_date(text: str | None) -> float | None:
    """The epoch seconds of a date header; None for none, and for one that cannot be read, as HTTP has it."""
    if text is None:
        return None
    try:
        return parsedate_to_datetime(text).timestamp()
    except ValueError:
        return None
