"""PutObject, CopyObject and the deletes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO
from urllib.parse import unquote

from starlette.responses import Response

from tui.local.errors import AwsError
from tui.local.s3.bodies import Body, chunks
from tui.local.s3.checksums import COMPUTABLE, to_text
from tui.local.s3.documents import Element, document, parse, quoted, timestamp
from tui.local.s3.objects import ObjectInfo, ObjectStore, precondition_failed
from tui.local.s3.reading import check_read, checksum_headers, checksum_type
from tui.local.s3.records import check_key
from tui.local.s3.requests import Call, attributes, condition

MAX_BATCH = 1000
"""The most keys of one DeleteObjects."""


class Writing:
    """The operations that write and delete single objects, and the batch delete."""

    def __init__(self, objects: ObjectStore) -> None:
        self._objects = objects

    def check_put(self, call: Call) -> None:
        """What can be refused before the body of a PutObject is read."""
        check_key(call.key)
        attributes(call.headers)
        condition(call.headers).check(call.key, self._objects.get(call.bucket, call.key))

    def put_object(self, call: Call, body: Body, checksums: dict[str, str]) -> Response:
        """PutObject, its body on disk already."""
        info = self._objects.put_body(
            call.bucket,
            call.key,
            body,
            attributes=attributes(call.headers),
            checksums=checksums,
            condition=condition(call.headers),
        )
        return Response(headers={"etag": quoted(info.etag), **checksum_headers(info.checksums)})

    def copy_object(self, call: Call) -> Response:
        """CopyObject: bytes and, unless they are replaced, attributes of another object."""
        check_key(call.key)
        replace = call.headers.get("x-amz-metadata-directive", "COPY").upper() == "REPLACE"
        with opened_source(self._objects, call) as (source, file):
            if not replace and (source.bucket, source.key) == (call.bucket, call.key):
                raise AwsError(
                    "InvalidRequest",
                    "This copy request is illegal because it is trying to copy an object to itself without changing "
                    "the object's metadata.",
                )
            wanted = {call.headers.get("x-amz-checksum-algorithm", "").lower(), *source.checksums} & COMPUTABLE
            with self._objects.bodies.writer({"md5", *wanted}) as writer:
                for chunk in chunks(file):
                    writer.write(chunk)
                body = writer.finish()
        info = self._objects.put_body(
            call.bucket,
            call.key,
            body,
            attributes=attributes(call.headers) if replace else source.attributes,
            checksums={algorithm: to_text(body.digests[algorithm]) for algorithm in sorted(wanted)},
            condition=condition(call.headers),
        )
        return Response(
            document(
                "CopyObjectResult",
                ("ETag", quoted(info.etag)),
                ("LastModified", timestamp(info.modified)),
                *checksum_elements(info),
            ),
            media_type="application/xml",
        )

    def delete_object(self, call: Call) -> Response:
        """DeleteObject: success whether or not there was one."""
        self._objects.delete(call.bucket, call.key, condition(call.headers))
        return Response(status_code=204)

    def delete_objects(self, call: Call) -> Response:
        """DeleteObjects: a batch, answered key by key unless it asks for errors only."""
        tree = parse(call.document, "Delete")
        entries = tree.findall("Object")
        keys = [entry.findtext("Key", "") for entry in entries]
        if not 0 < len(keys) <= MAX_BATCH or not all(keys):
            raise AwsError("MalformedXML", f"A Delete document names 1 to {MAX_BATCH} objects by their keys.")
        if any(entry.findtext("ETag") is not None for entry in entries):
            raise AwsError("NotImplemented", "The embedded S3 does not delete a batch under conditions.", 501)
        self._objects.delete_many(call.bucket, keys)
        quiet = tree.findtext("Quiet", "false").strip().lower() == "true"
        deleted: list[Element] = [] if quiet else [("Deleted", [("Key", key)]) for key in keys]
        return Response(document("DeleteResult", *deleted), media_type="application/xml")


@contextmanager
def opened_source(objects: ObjectStore, call: Call) -> Iterator[tuple[ObjectInfo, BinaryIO]]:
    """The object a copy reads, its conditions checked, and its bytes."""
    path, _, version = call.headers["x-amz-copy-source"].partition("?versionId=")
    bucket, _, key = unquote(path).removeprefix("/").partition("/")
    if not bucket or not key:
        raise AwsError("InvalidArgument", "Copy Source must mention the source bucket and key: sourcebucket/sourcekey")
    if version not in ("", "null"):
        raise AwsError("NoSuchVersion", "The specified version does not exist: buckets here keep one version.", 404)
    info, file = objects.open_object(bucket, key)
    with file:
        if not check_read(call.headers, info, "x-amz-copy-source-"):
            raise precondition_failed()
        yield info, file


def checksum_elements(info: ObjectInfo) -> list[Element]:
    """An object's checksums and their type as a document has them."""
    elements: list[Element] = [(f"Checksum{name.upper()}", value) for name, value in info.checksums.items()]
    if elements:
        elements.append(("ChecksumType", checksum_type(info.checksums)))
    return elements
