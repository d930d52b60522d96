"""Multipart uploads: parts that wait on disk until they become one object, or are given up.

Source: "Uploading and copying objects using multipart upload in Amazon S3", Amazon S3 User Guide.
"""

from __future__ import annotations

import hashlib
import json
import secrets
import sqlite3
import time
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from tui.local.errors import AwsError
from tui.local.s3.bodies import Body, chunks
from tui.local.s3.checksums import COMPUTABLE, composite, to_text
from tui.local.s3.objects import ALWAYS, Condition, ObjectInfo, ObjectStore, insert_object, require_bucket
from tui.local.s3.records import Attributes, attributes_of, check_key, encode_attributes, encode_mapping

MAX_PARTS = 10_000
"""The highest part number."""

MIN_PART_BYTES = 5 << 20
"""The least size of every part but the last."""


@dataclass(frozen=True, slots=True)
class Upload:
    """A multipart upload under way."""

    id: str
    bucket: str
    key: str
    started: float
    """Epoch seconds."""

    attributes: Attributes
    algorithm: str
    """The checksum algorithm the client announced, empty when none."""

    full_object: bool
    """Whether the object's checksum will be that of all its bytes, not one of the parts' checksums."""


@dataclass(frozen=True, slots=True)
class Part:
    """A part that has arrived."""

    number: int
    body: str
    size: int
    """Bytes."""

    etag: str
    """The MD5 in hex, unquoted."""

    modified: float
    """Epoch seconds."""

    checksums: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ClaimedPart:
    """A part as a client lists it to complete an upload."""

    number: int
    etag: str
    checksums: Mapping[str, str]


class Uploads:
    """The multipart uploads into an object store."""

    def __init__(self, objects: ObjectStore) -> None:
        self._objects = objects

    def start(
        self, bucket: str, key: str, attributes: Attributes, *, algorithm: str = "", full_object: bool = False
    ) -> Upload:
        """Begin an upload to a key."""
        check_key(key)
        upload = Upload(secrets.token_hex(16), bucket, key, time.time(), attributes, algorithm, full_object)
        with self._objects.store.write() as connection:
            require_bucket(connection, bucket)
            connection.execute(
                "INSERT INTO s3_upload (id, bucket, key, started, algorithm, full_object, content_type, headers, "
                "metadata) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    *(upload.id, bucket, key.encode("utf-8"), upload.started, algorithm, full_object),
                    *encode_attributes(attributes),
                ),
            )
        return upload

    def get(self, bucket: str, key: str, upload_id: str) -> Upload:
        """An upload under way; `NoSuchUpload` for any other."""
        with self._objects.store.read() as connection:
            return _require(connection, bucket, key, upload_id)

    def under_way(self, bucket: str, prefix: str = "") -> list[Upload]:
        """The uploads under way to keys with a prefix, by key and id."""
        with self._objects.store.read() as connection:
            require_bucket(connection, bucket)
            rows = connection.execute("SELECT * FROM s3_upload WHERE bucket = ? ORDER BY key, id", (bucket,))
            return [upload for upload in map(_upload_of, rows) if upload.key.startswith(prefix)]

    def put_part(self, upload: Upload, number: int, body: Body, checksums: Mapping[str, str]) -> Part:
        """Make a finished body, written with its MD5, a part, replacing the one of that number."""
        part = Part(number, body.name, body.size, body.digests["md5"].hex(), time.time(), checksums)
        try:
            with self._objects.store.write() as connection:
                _require(connection, upload.bucket, upload.key, upload.id)
                replaced = connection.execute(
                    "SELECT body FROM s3_part WHERE upload = ? AND number = ?", (upload.id, number)
                ).fetchone()
                connection.execute(
                    "INSERT OR REPLACE INTO s3_part (upload, number, body, size, etag, modified, checksums) "
                    "VALUES (?, ?, ?, ?, ?, ?, ?)",
                    (
                        *(upload.id, number, part.body, part.size, part.etag, part.modified),
                        encode_mapping(checksums),
                    ),
                )
        except BaseException:
            self._objects.bodies.remove(body.name)
            raise
        if replaced is not None:
            self._objects.bodies.remove(replaced["body"])
        return part

    def parts(self, upload: Upload) -> list[Part]:
        """The parts that have arrived, by number."""
        with self._objects.store.read() as connection:
            return _parts(connection, upload.id)

    def abort(self, upload: Upload) -> None:
        """Give an upload up and delete its parts."""
        with self._objects.store.write() as connection:
            _require(connection, upload.bucket, upload.key, upload.id)
            parts = _parts(connection, upload.id)
            connection.execute("DELETE FROM s3_upload WHERE id = ?", (upload.id,))
        self._remove_bodies(parts)

    def complete(self, upload: Upload, claimed: Sequence[ClaimedPart], condition: Condition = ALWAYS) -> ObjectInfo:
        """Make the claimed parts, in their order, one object; the parts go.

        Errors: `InvalidPartOrder`, `InvalidPart` (not arrived, or another ETag or checksum), `EntityTooSmall`.
        """
        arrived = self.parts(upload)
        chosen = _check(claimed, arrived)
        full = upload.algorithm if upload.full_object and upload.algorithm in COMPUTABLE else ""
        body = self._join(chosen, {full} - {""})
        checksums = {}
        if full:
            checksums[full] = to_text(body.digests[full])
        elif upload.algorithm and not upload.full_object and all(upload.algorithm in p.checksums for p in chosen):
            value = composite(upload.algorithm, [part.checksums[upload.algorithm] for part in chosen])
            checksums = {} if value is None else {upload.algorithm: value}
        info = ObjectInfo(
            upload.bucket,
            upload.key,
            size=body.size,
            etag=_etag(chosen),
            modified=time.time(),
            attributes=upload.attributes,
            checksums=checksums,
            body=body.name,
        )
        try:
            with self._objects.store.write() as connection:
                _require(connection, upload.bucket, upload.key, upload.id)
                replaced = insert_object(connection, info, condition)
                arrived = _parts(connection, upload.id)
                connection.execute("DELETE FROM s3_upload WHERE id = ?", (upload.id,))
        except BaseException:
            self._objects.bodies.remove(body.name)
            raise
        self._remove_bodies(arrived)
        if replaced is not None:
            self._objects.bodies.remove(replaced.body)
        return info

    def _join(self, parts: Iterable[Part], algorithms: Collection[str]) -> Body:
        with self._objects.bodies.writer(algorithms) as writer:
            for part in parts:
                try:
                    source = self._objects.bodies.path(part.body).open("rb")
                except FileNotFoundError:
                    raise _invalid_part(part.number) from None
                with source:
                    for chunk in chunks(source):
                        writer.write(chunk)
            return writer.finish()

    def _remove_bodies(self, parts: Iterable[Part]) -> None:
        for part in parts:
            self._objects.bodies.remove(part.body)


def _check(claimed: Sequence[ClaimedPart], arrived: Iterable[Part]) -> list[Part]:
    """The parts that a client's list names."""
    numbers = [part.number for part in claimed]
    if not numbers or numbers != sorted(set(numbers)):
        raise AwsError("InvalidPartOrder", "The list of parts was not in ascending order of part numbers.")
    by_number = {part.number: part for part in arrived}
    chosen = []
    for claim in claimed:
        part = by_number.get(claim.number)
        if (
            part is None
            or claim.etag != part.etag
            or any(
                part.checksums.get(algorithm, checksum) != checksum for algorithm, checksum in claim.checksums.items()
            )
        ):
            raise _invalid_part(claim.number)
        chosen.append(part)
    for part in chosen[:-1]:
        if part.size < MIN_PART_BYTES:
            raise AwsError(
                "EntityTooSmall",
                f"Part {part.number} has {part.size} bytes; {MIN_PART_BYTES} is the least for all parts but the last.",
            )
    return chosen


def _invalid_part(number: int) -> AwsError:
    return AwsError(
        "InvalidPart", f"Part {number} could not be found: it was not uploaded, or its ETag or checksum differs."
    )


def _etag(parts: Sequence[Part]) -> str:
    digest = hashlib.md5(b"".join(bytes.fromhex(part.etag) for part in parts), usedforsecurity=False)
    return f"{digest.hexdigest()}-{len(parts)}"


def _require(connection: sqlite3.Connection, bucket: str, key: str, upload_id: str) -> Upload:
    row = connection.execute(
        "SELECT * FROM s3_upload WHERE id = ? AND bucket = ? AND key = ?", (upload_id, bucket, key.encode("utf-8"))
    ).fetchone()
    if row is None:
        raise AwsError(
            "NoSuchUpload",
            "The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or "
            "completed.",
            404,
        )
    return _upload_of(row)


def _upload_of(row: sqlite3.Row) -> Upload:
    return Upload(
        id=row["id"],
        bucket=row["bucket"],
        key=row["key"].decode("utf-8"),
        started=row["started"],
        attributes=attributes_of(row),
        algorithm=row["algorithm"],
        full_object=bool(row["full_object"]),
    )


def _parts(connection: sqlite3.Connection, upload_id: str) -> list[Part]:
    rows = connection.execute("SELECT * FROM s3_part WHERE upload = ? ORDER BY number", (upload_id,))
    return [
        Part(row["number"], row["body"], row["size"], row["etag"], row["modified"], json.loads(row["checksums"]))
        for row in rows
    ]
