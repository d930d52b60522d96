"""The operations on buckets, and the listings of what is in them."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from urllib.parse import quote_plus

from starlette.responses import Response

from tui.local.errors import AwsError
from tui.local.s3.documents import Element, document, parse, quoted, timestamp
from tui.local.s3.listing import Page, behind_key, behind_prefix, common_prefix
from tui.local.s3.objects import ObjectStore
from tui.local.s3.reading import checksum_type
from tui.local.s3.requests import Call
from tui.local.settings import ACCOUNT, REGION

MAX_KEYS = 1000
"""The most entries of one page."""

OWNER: Element = ("Owner", [("ID", ACCOUNT), ("DisplayName", ACCOUNT)])
"""The owner of everything."""


class Buckets:
    """The operations that address a bucket or all of them."""

    def __init__(self, objects: ObjectStore) -> None:
        self._objects = objects

    def list_buckets(self, call: Call) -> Response:
        """ListBuckets, in one page whatever the client asks for."""
        prefix = call.query.get("prefix", "")
        entries: list[Element] = [
            ("Bucket", [("Name", bucket.name), ("CreationDate", timestamp(bucket.created)), ("BucketRegion", REGION)])
            for bucket in self._objects.buckets()
            if bucket.name.startswith(prefix)
        ]
        return _xml(document("ListAllMyBucketsResult", OWNER, ("Buckets", entries), ("Prefix", prefix or None)))

    def create_bucket(self, call: Call) -> Response:
        """CreateBucket; one that exists is the caller's own, for which us-east-1 answers success."""
        if call.document:
            region = parse(call.document, "CreateBucketConfiguration").findtext("LocationConstraint")
            if region is not None:
                raise AwsError(
                    "IllegalLocationConstraintException",
                    f"The {region} location constraint is incompatible for the region specific endpoint this request "
                    f"was sent to: {REGION}, which is asked for by leaving the constraint out.",
                )
        self._objects.create_bucket(call.bucket)
        return Response(headers={"location": f"/{call.bucket}"})

    def head_bucket(self, call: Call) -> Response:
        """HeadBucket."""
        self._require(call)
        return Response(headers={"x-amz-bucket-region": REGION}, media_type="application/xml")

    def delete_bucket(self, call: Call) -> Response:
        """DeleteBucket."""
        self._objects.delete_bucket(call.bucket)
        return Response(status_code=204)

    def get_bucket_location(self, call: Call) -> Response:
        """GetBucketLocation; us-east-1 is the empty constraint."""
        self._require(call)
        return _xml(document("LocationConstraint"))

    def list_objects(self, call: Call) -> Response:
        """ListObjects, the first version: pages go on from a marker, which is a key or common prefix."""
        marker = call.query.get("marker", "")
        listing = _Listing(self._objects, call, _behind(marker, call))
        following = listing.page.last if listing.page.resume is not None and listing.delimiter else None
        return listing.answer(
            ("Marker", listing.encode(marker)),
            ("NextMarker", None if following is None else listing.encode(following)),
            owner=True,
        )

    def list_objects_v2(self, call: Call) -> Response:
        """ListObjectsV2: pages go on from a token that names a position, so that insertions do not shift them."""
        token = call.query.get("continuation-token")
        after = call.query.get("start-after", "")
        listing = _Listing(self._objects, call, _behind(after, call) if token is None else _position(token))
        resume = listing.page.resume
        return listing.answer(
            ("KeyCount", len(listing.page.objects) + len(listing.page.prefixes)),
            ("ContinuationToken", token),
            ("NextContinuationToken", None if resume is None else base64.urlsafe_b64encode(resume).decode("ascii")),
            ("StartAfter", listing.encode(after) if after else None),
            owner=call.query.get("fetch-owner") == "true",
        )

    def _require(self, call: Call) -> None:
        if not self._objects.bucket_exists(call.bucket):
            raise AwsError("NoSuchBucket", f"The specified bucket does not exist: {call.bucket}", 404)


class _Listing:
    """What the two versions of ListObjects have in common."""

    def __init__(self, objects: ObjectStore, call: Call, start: bytes) -> None:
        self.prefix = call.query.get("prefix", "")
        self.delimiter = call.query.get("delimiter", "")
        self.encoding = call.query.get("encoding-type")
        self.encode = url_encoder(self.encoding)
        self.limit = call.number("max-keys", MAX_KEYS, 0, MAX_KEYS)
        self._bucket = call.bucket
        self.page = objects.page(
            call.bucket, self.prefix, delimiter=self.delimiter, start=start, limit=max(self.limit, 1)
        )
        if self.limit == 0:
            self.page = Page([], [], None, "")

    def answer(self, *elements: Element, owner: bool) -> Response:
        """The whole document."""
        contents: list[Element] = []
        for info in self.page.objects:
            checksum: list[Element] = [("ChecksumAlgorithm", name.upper()) for name in info.checksums]
            if checksum:
                checksum.append(("ChecksumType", checksum_type(info.checksums)))
            content: list[Element] = [
                ("Key", self.encode(info.key)),
                ("LastModified", timestamp(info.modified)),
                ("ETag", quoted(info.etag)),
                *checksum,
                ("Size", info.size),
                ("StorageClass", "STANDARD"),
            ]
            contents.append(("Contents", [*content, OWNER] if owner else content))
        return _xml(
            document(
                "ListBucketResult",
                ("Name", self._bucket),
                ("Prefix", self.encode(self.prefix)),
                ("Delimiter", self.encode(self.delimiter) if self.delimiter else None),
                ("MaxKeys", self.limit),
                ("EncodingType", self.encoding),
                ("IsTruncated", self.page.resume is not None),
                *elements,
                *contents,
                *(("CommonPrefixes", [("Prefix", self.encode(prefix))]) for prefix in self.page.prefixes),
            )
        )


def url_encoder(encoding: str | None) -> Callable[[str], str]:
    """How keys stand in a listing: `encoding-type=url` for any key at all, else as they are."""
    if encoding is None:
        return str
    if encoding != "url":
        raise AwsError("InvalidArgument", f"Invalid Encoding Method specified in Request: {encoding}")
    return lambda text: quote_plus(text, safe="/")


def _behind(marker: str, call: Call) -> bytes:
    """The position behind a key, or behind all that a common prefix stands for."""
    prefix, delimiter = call.query.get("prefix", ""), call.query.get("delimiter", "")
    if marker.startswith(prefix) and common_prefix(marker, prefix, delimiter) == marker != "":
        return behind_prefix(marker)
    return behind_key(marker) if marker else b""


def _position(token: str) -> bytes:
    try:
        return base64.b64decode(token, altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise AwsError("InvalidArgument", "The continuation token provided is incorrect") from None


def _xml(content: bytes) -> Response:
    return Response(content, media_type="application/xml")
