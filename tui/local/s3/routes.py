"""Which operation a request means: by method, by what it addresses, and by the parameters that name a subresource."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from starlette.responses import Response

from tui.local.errors import AwsError
from tui.local.model import service_model
from tui.local.s3.bodies import Body
from tui.local.s3.buckets import Buckets
from tui.local.s3.multipart import Multipart
from tui.local.s3.objects import ObjectStore
from tui.local.s3.reading import Reading
from tui.local.s3.requests import Call
from tui.local.s3.writing import Writing


@dataclass(frozen=True, slots=True)
class Plain:
    """An operation without a body, or with an XML document."""

    answer: Callable[[Call], Response]
    takes_document: bool = False


@dataclass(frozen=True, slots=True)
class Streamed:
    """An operation with an object body, which is streamed to disk once the check has passed."""

    check: Callable[[Call], None]
    answer: Callable[[Call, Body, dict[str, str]], Response]
    """Takes the body and the checksums the client stated for it, already verified."""


Operation: TypeAlias = Plain | Streamed

_COPY = "x-amz-copy-source"


class Routes:
    """The operations of the embedded S3."""

    def __init__(self, objects: ObjectStore) -> None:
        buckets, reading, writing, multipart = Buckets(objects), Reading(objects), Writing(objects), Multipart(objects)
        self._copies = {
            frozenset[str](): Plain(writing.copy_object),
            frozenset({"partNumber", "uploadId"}): Plain(multipart.upload_part_copy),
        }
        self._operations: dict[tuple[str, str, frozenset[str]], Operation] = {
            _of("GET /"): Plain(buckets.list_buckets),
            _of("PUT /Bucket"): Plain(buckets.create_bucket, takes_document=True),
            _of("HEAD /Bucket"): Plain(buckets.head_bucket),
            _of("DELETE /Bucket"): Plain(buckets.delete_bucket),
            _of("GET /Bucket"): Plain(buckets.list_objects),
            _of("GET /Bucket?list-type"): Plain(buckets.list_objects_v2),
            _of("GET /Bucket?location"): Plain(buckets.get_bucket_location),
            _of("GET /Bucket?uploads"): Plain(multipart.list_multipart_uploads),
            _of("POST /Bucket?delete"): Plain(writing.delete_objects, takes_document=True),
            _of("GET /Bucket/Key"): Plain(reading.get_object),
            _of("HEAD /Bucket/Key"): Plain(reading.head_object),
            _of("PUT /Bucket/Key"): Streamed(writing.check_put, writing.put_object),
            _of("DELETE /Bucket/Key"): Plain(writing.delete_object),
            _of("POST /Bucket/Key?uploads"): Plain(multipart.create_multipart_upload),
            _of("PUT /Bucket/Key?partNumber&uploadId"): Streamed(multipart.check_part, multipart.upload_part),
            _of("GET /Bucket/Key?uploadId"): Plain(multipart.list_parts),
            _of("POST /Bucket/Key?uploadId"): Plain(multipart.complete_multipart_upload, takes_document=True),
            _of("DELETE /Bucket/Key?uploadId"): Plain(multipart.abort_multipart_upload),
        }
        self._subresources = frozenset(name for _, _, names in self._operations for name in names)

    def find(self, call: Call) -> Operation:
        """The operation of a request; `MethodNotAllowed` when S3 has none."""
        target = _target(call)
        names = self._subresources.intersection(call.query)
        if (call.method, target) in (("GET", "/Bucket/Key"), ("HEAD", "/Bucket/Key")):
            names -= {"partNumber"}
        operation: Operation | None = self._operations.get((call.method, target, names))
        if isinstance(operation, Streamed) and _COPY in call.headers:
            operation = self._copies.get(names)
        if operation is None:
            raise AwsError("MethodNotAllowed", "The specified method is not allowed against this resource.", 405)
        return operation


def _of(request: str) -> tuple[str, str, frozenset[str]]:
    """The parts of a request line such as `GET /Bucket?location`."""
    method, _, rest = request.partition(" ")
    target, _, names = rest.partition("?")
    return method, target, frozenset(names.split("&") if names else ())


_KNOWN_PARAMETERS = frozenset(
    {
        *("list-type", "location", "uploads", "uploadId", "delete"),
        *("prefix", "delimiter", "marker", "max-keys", "encoding-type", "start-after", "continuation-token"),
        *("fetch-owner", "max-parts", "part-number-marker", "max-uploads", "key-marker", "upload-id-marker"),
        *("versionId", "partNumber", "x-id", "AWSAccessKeyId", "Signature", "Expires"),
    }
)
"""The parameters that are read here or change nothing, besides those with a known prefix."""


_KNOWN_PREFIXES = ("response-", "x-amz-")


def unknown_parameters(call: Call) -> set[str]:
    """The query parameters of a request that nothing here reads: they may make it another operation."""
    return {name for name in call.query.keys() - _KNOWN_PARAMETERS if not name.lower().startswith(_KNOWN_PREFIXES)}


def refuse_unimplemented(call: Call) -> None:
    """Raise `NotImplemented`, with S3's name for the operation, if unknown parameters make a request another one.

    The status, 501, is one that botocore does not retry. The first use reads S3's model from disk.
    """
    unknown = unknown_parameters(call)
    for name, operation in service_model("s3").operations.items():
        path, _, parameters = operation["http"]["requestUri"].partition("?")
        chosen_by = {parameter.partition("=")[0] for parameter in parameters.split("&")}
        if operation["http"]["method"] == call.method and path == _MODEL_PATHS[_target(call)] and chosen_by & unknown:
            raise AwsError("NotImplemented", f"The embedded S3 does not implement {name}.", 501)


_MODEL_PATHS = {"/": "/", "/Bucket": "/{Bucket}", "/Bucket/Key": "/{Bucket}/{Key+}"}


def _target(call: Call) -> str:
    return "/Bucket/Key" if call.key else "/Bucket" if call.bucket else "/"
