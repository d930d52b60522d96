"""The operations of multipart uploads."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO
from xml.etree import ElementTree

from starlette.responses import Response

from tui.local.errors import AwsError
from tui.local.s3.bodies import CHUNK, Body
from tui.local.s3.buckets import MAX_KEYS, OWNER, url_encoder
from tui.local.s3.checksums import ALGORITHMS, COMPUTABLE, to_text
from tui.local.s3.documents import Element, document, parse, quoted, timestamp
from tui.local.s3.listing import common_prefix
from tui.local.s3.objects import ObjectStore
from tui.local.s3.reading import checksum_headers, requested_range
from tui.local.s3.requests import Call, attributes, condition, unquoted
from tui.local.s3.uploads import MAX_PARTS, ClaimedPart, Upload, Uploads
from tui.local.s3.writing import checksum_elements, opened_source


class Multipart:
    """The operations that build an object of parts."""

    def __init__(self, objects: ObjectStore) -> None:
        self._objects = objects
        self._uploads = Uploads(objects)

    def create_multipart_upload(self, call: Call) -> Response:
        """CreateMultipartUpload; the type of checksum is COMPOSITE unless asked otherwise, as in S3."""
        algorithm = call.headers.get("x-amz-checksum-algorithm", "").lower()
        if algorithm not in ("", *ALGORITHMS):
            raise AwsError("InvalidRequest", f"Checksum algorithm provided is unsupported: {algorithm.upper()}")
        default = "FULL_OBJECT" if algorithm == "crc64nvme" else "COMPOSITE"
        full_object = call.headers.get("x-amz-checksum-type", default).upper() == "FULL_OBJECT"
        upload = self._uploads.start(
            call.bucket, call.key, attributes(call.headers), algorithm=algorithm, full_object=full_object
        )
        return _xml(
            document(
                "InitiateMultipartUploadResult", ("Bucket", call.bucket), ("Key", call.key), ("UploadId", upload.id)
            ),
            {
                "x-amz-checksum-algorithm": algorithm.upper(),
                "x-amz-checksum-type": "FULL_OBJECT" if full_object else "COMPOSITE",
            }
            if algorithm
            else {},
        )

    def check_part(self, call: Call) -> None:
        """What can be refused before the body of an UploadPart is read."""
        self._upload(call)
        _part_number(call)

    def upload_part(self, call: Call, body: Body, checksums: dict[str, str]) -> Response:
        """UploadPart, its body on disk already."""
        part = self._uploads.put_part(self._upload(call), _part_number(call), body, checksums)
        headers = checksum_headers(part.checksums)
        headers.pop("x-amz-checksum-type", None)
        return Response(headers={"etag": quoted(part.etag), **headers})

    def upload_part_copy(self, call: Call) -> Response:
        """UploadPartCopy: a part that is another object or a range of it."""
        number = _part_number(call)
        upload = self._upload(call)
        wanted = {upload.algorithm} & COMPUTABLE
        with opened_source(self._objects, call) as (source, file):
            asked = call.headers.get("x-amz-copy-source-range")
            span = requested_range(asked, source.size) or range(source.size)
            with self._objects.bodies.writer({"md5", *wanted}) as writer:
                for chunk in _span_chunks(file, span):
                    writer.write(chunk)
                body = writer.finish()
        part = self._uploads.put_part(upload, number, body, {name: to_text(body.digests[name]) for name in wanted})
        return _xml(
            document(
                "CopyPartResult",
                ("ETag", quoted(part.etag)),
                ("LastModified", timestamp(part.modified)),
                *((f"Checksum{name.upper()}", value) for name, value in part.checksums.items()),
            )
        )

    def list_parts(self, call: Call) -> Response:
        """ListParts, in pages by part number."""
        upload = self._upload(call)
        limit = call.number("max-parts", MAX_KEYS, 0, MAX_KEYS)
        marker = call.number("part-number-marker", 0, 0, MAX_PARTS)
        rest = [part for part in self._uploads.parts(upload) if part.number > marker]
        page = rest[:limit]
        entries: list[Element] = [
            (
                "Part",
                [
                    ("PartNumber", part.number),
                    ("LastModified", timestamp(part.modified)),
                    ("ETag", quoted(part.etag)),
                    ("Size", part.size),
                    *((f"Checksum{name.upper()}", value) for name, value in part.checksums.items()),
                ],
            )
            for part in page
        ]
        return _xml(
            document(
                "ListPartsResult",
                *(("Bucket", call.bucket), ("Key", call.key), ("UploadId", upload.id)),
                ("PartNumberMarker", marker),
                ("NextPartNumberMarker", page[-1].number if page else 0),
                *(("MaxParts", limit), ("IsTruncated", len(rest) > len(page))),
                ("Initiator", OWNER[1]),
                OWNER,
                ("StorageClass", "STANDARD"),
                *_algorithm_elements(upload),
                *entries,
            )
        )

    def complete_multipart_upload(self, call: Call) -> Response:
        """CompleteMultipartUpload."""
        claimed = [_claimed(part) for part in parse(call.document, "CompleteMultipartUpload").findall("Part")]
        info = self._uploads.complete(self._upload(call), claimed, condition(call.headers))
        return _xml(
            document(
                "CompleteMultipartUploadResult",
                ("Location", call.url),
                ("Bucket", call.bucket),
                ("Key", call.key),
                ("ETag", quoted(info.etag)),
                *checksum_elements(info),
            )
        )

    def abort_multipart_upload(self, call: Call) -> Response:
        """AbortMultipartUpload."""
        self._uploads.abort(self._upload(call))
        return Response(status_code=204)

    def list_multipart_uploads(self, call: Call) -> Response:
        """ListMultipartUploads, in pages by key and upload id."""
        prefix, delimiter = call.query.get("prefix", ""), call.query.get("delimiter", "")
        encoding = call.query.get("encoding-type")
        encode = url_encoder(encoding)
        limit = call.number("max-uploads", MAX_KEYS, 1, MAX_KEYS)
        key_marker, id_marker = call.query.get("key-marker", ""), call.query.get("upload-id-marker", "")
        # Without an id, all uploads to the marker's key lie before the page.
        marker = (key_marker.encode("utf-8"), id_marker or "\uffff")
        entries: dict[str, Element] = {}
        last: Upload | None = None
        truncated = False
        for upload in self._uploads.under_way(call.bucket, prefix):
            if key_marker and (upload.key.encode("utf-8"), upload.id) <= marker:
                continue
            folder = common_prefix(upload.key, prefix, delimiter)
            if folder is not None and folder in entries:
                last = upload
                continue
            if len(entries) == limit:
                truncated = True
                break
            last = upload
            if folder is not None:
                entries[folder] = ("CommonPrefixes", [("Prefix", encode(folder))])
            else:
                entries[f"{upload.key}\0{upload.id}"] = ("Upload", _upload_elements(upload, encode(upload.key)))
        following = last if truncated else None
        return _xml(
            document(
                "ListMultipartUploadsResult",
                *(("Bucket", call.bucket), ("Prefix", encode(prefix)), ("Delimiter", encode(delimiter) or None)),
                *(("KeyMarker", encode(key_marker)), ("UploadIdMarker", id_marker)),
                ("NextKeyMarker", None if following is None else encode(following.key)),
                ("NextUploadIdMarker", None if following is None else following.id),
                *(("MaxUploads", limit), ("IsTruncated", truncated), ("EncodingType", encoding)),
                *entries.values(),
            )
        )

    def _upload(self, call: Call) -> Upload:
        return self._uploads.get(call.bucket, call.key, call.query["uploadId"])


def _part_number(call: Call) -> int:
    text = call.query.get("partNumber", "")
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= MAX_PARTS):
        raise AwsError("InvalidArgument", f"Part number must be an integer between 1 and {MAX_PARTS}, inclusive")
    return int(text)


def _claimed(part: ElementTree.Element) -> ClaimedPart:
    number = part.findtext("PartNumber", "").strip()
    if not (number.isascii() and number.isdigit()):
        raise AwsError("MalformedXML", "Every Part has a PartNumber and an ETag.")
    checksums = {name: part.findtext(f"Checksum{name.upper()}", "").strip() for name in ALGORITHMS}
    return ClaimedPart(
        int(number),
        unquoted(part.findtext("ETag", "")),
        {name: checksum for name, checksum in checksums.items() if checksum},
    )


def _span_chunks(file: BinaryIO, span: range) -> Iterator[bytes]:
    file.seek(span.start)
    left = len(span)
    while left > 0 and (chunk := file.read(min(CHUNK, left))):
        left -= len(chunk)
        yield chunk


def _algorithm_elements(upload: Upload) -> list[Element]:
    if not upload.algorithm:
        return []
    return [
        ("ChecksumAlgorithm", upload.algorithm.upper()),
        ("ChecksumType", "FULL_OBJECT" if upload.full_object else "COMPOSITE"),
    ]


def _upload_elements(upload: Upload, key: str) -> list[Element]:
    return [
        ("Key", key),
        ("UploadId", upload.id),
        ("Initiator", OWNER[1]),
        OWNER,
        ("StorageClass", "STANDARD"),
        ("Initiated", timestamp(upload.started)),
        *_algorithm_elements(upload),
    ]


def _xml(content: bytes, headers: dict[str, str] | None = None) -> Response:
    return Response(content, headers=headers, media_type="application/xml")
