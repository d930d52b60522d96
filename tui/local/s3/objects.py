"""The objects of the embedded S3: bodies in files, the rest in the store, each write visible as a whole or not."""

from __future__ import annotations

import re
import sqlite3
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from tui.local.errors import AwsError
from tui.local.s3.bodies import Bodies, Body, chunks
from tui.local.s3.listing import Page, read_page
from tui.local.s3.records import (
    DEFAULT_CONTENT_TYPE,
    SCHEMA,
    Attributes,
    Bucket,
    ObjectInfo,
    check_key,
    encode_attributes,
    encode_mapping,
    object_of,
)
from tui.local.settings import Settings
from tui.local.store import Store

__all__ = ["Condition", "ObjectInfo", "ObjectStore"]

_BUCKET_NAME = re.compile(r"(?!xn--|sthree-)(?!\d+\.\d+\.\d+\.\d+$)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_BUCKET_SUFFIXES = ("-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3")


@dataclass(frozen=True, slots=True)
class Condition:
    """What must be true of the object that a write replaces or a delete removes."""

    absent: bool = False
    """There is none yet (`If-None-Match: *`)."""

    etag: str | None = None
    """It is this very one (`If-Match`), unquoted; `*` is any."""

    def check(self, key: str, current: ObjectInfo | None) -> None:
        """Raise `PreconditionFailed`, or `NoSuchKey` where there is nothing to match."""
        if self.etag is not None and current is None:
            raise no_such_key(key)
        if current is not None and (self.absent or self.etag not in (None, "*", current.etag)):
            raise precondition_failed()


ALWAYS = Condition()
"""The condition of a plain write."""


def no_such_key(key: str) -> AwsError:
    """The error for an object that is not there."""
    return AwsError("NoSuchKey", f"The specified key does not exist: {key}", 404)


def precondition_failed() -> AwsError:
    """The error for a condition that does not hold."""
    return AwsError("PreconditionFailed", "At least one of the pre-conditions you specified did not hold", 412)


class ObjectStore:
    """Buckets and objects, for any thread of one process.

    A body is a file of its own with a generated name; a row of the store makes it the object. A process killed at any
    moment leaves the old object or the new one, and the files it left unnamed go when the next one starts.
    """

    def __init__(self, store: Store, settings: Settings) -> None:
        self.store = store
        self.bodies = Bodies(settings.data / "objects")
        store.create(SCHEMA)
        with store.read() as connection:
            rows = connection.execute("SELECT body FROM s3_object UNION ALL SELECT body FROM s3_part")
            named = {row["body"] for row in rows}
        self.bodies.sweep(named)

    def create_bucket(self, name: str) -> None:
        """Create a bucket; an existing one stays as it is. `InvalidBucketName` for a name S3 would refuse."""
        if not _BUCKET_NAME.fullmatch(name) or ".." in name or name.endswith(_BUCKET_SUFFIXES):
            raise AwsError(
                "InvalidBucketName",
                f"The specified bucket is not valid: {name!r}. A bucket name has 3 to 63 lower case letters, digits, "
                "dots and hyphens, starts and ends with a letter or digit, and is not an IP address.",
            )
        with self.store.write() as connection:
            connection.execute("INSERT OR IGNORE INTO s3_bucket VALUES (?, ?)", (name, time.time()))

    def buckets(self) -> list[Bucket]:
        """All buckets by name."""
        with self.store.read() as connection:
            rows = connection.execute("SELECT name, created FROM s3_bucket ORDER BY name")
            return [Bucket(row["name"], row["created"]) for row in rows]

    def bucket_exists(self, name: str) -> bool:
        """Whether there is a bucket of this name."""
        with self.store.read() as connection:
            return _bucket_exists(connection, name)

    def delete_bucket(self, name: str) -> None:
        """Delete an empty bucket; `BucketNotEmpty` when objects or unfinished uploads are in it."""
        with self.store.write() as connection:
            require_bucket(connection, name)
            try:
                connection.execute("DELETE FROM s3_bucket WHERE name = ?", (name,))
            except sqlite3.IntegrityError:
                raise AwsError("BucketNotEmpty", f"The bucket you tried to delete is not empty: {name}", 409) from None

    def put(
        self,
        bucket: str,
        key: str,
        source: BinaryIO | Iterable[bytes],
        content_type: str = DEFAULT_CONTENT_TYPE,
        metadata: Mapping[str, str] | None = None,
    ) -> ObjectInfo:
        """Store what the source yields as an object, replacing the one of that key as the last step."""
        with self.store.read() as connection:
            require_bucket(connection, bucket)
        with self.bodies.writer() as writer:
            for chunk in chunks(source):
                writer.write(chunk)
            body = writer.finish()
        return self.put_body(bucket, key, body, attributes=Attributes(content_type, {}, metadata or {}))

    def put_file(self, bucket: str, key: str, path: Path) -> ObjectInfo:
        """Store a copy of a file as an object."""
        with path.open("rb") as source:
            return self.put(bucket, key, source)

    def put_body(
        self,
        bucket: str,
        key: str,
        body: Body,
        *,
        attributes: Attributes,
        checksums: Mapping[str, str] | None = None,
        condition: Condition = ALWAYS,
    ) -> ObjectInfo:
        """Make a finished body, written with its MD5, an object; it is removed when that fails."""
        info = ObjectInfo(
            bucket, key, body.size, body.digests["md5"].hex(), time.time(), attributes, checksums or {}, body.name
        )
        try:
            with self.store.write() as connection:
                replaced = insert_object(connection, info, condition)
        except BaseException:
            self.bodies.remove(body.name)
            raise
        if replaced is not None:
            self.bodies.remove(replaced.body)
        return info

    def get(self, bucket: str, key: str) -> ObjectInfo | None:
        """The object of a key, None when there is none; `NoSuchBucket` when there is no such bucket."""
        with self.store.read() as connection:
            require_bucket(connection, bucket)
            return _find(connection, bucket, key)

    def require(self, bucket: str, key: str) -> ObjectInfo:
        """The object of a key; `NoSuchKey` when there is none."""
        info = self.get(bucket, key)
        if info is None:
            raise no_such_key(key)
        return info

    def open(self, bucket: str, key: str) -> BinaryIO:
        """The bytes of an object; they stay readable when it is replaced or deleted meanwhile."""
        return self.open_object(bucket, key)[1]

    def open_object(self, bucket: str, key: str) -> tuple[ObjectInfo, BinaryIO]:
        """An object and its bytes, of the same version whatever is written meanwhile."""
        while True:
            info = self.require(bucket, key)
            try:
                return info, self.bodies.path(info.body).open("rb")
            except FileNotFoundError:
                if self.get(bucket, key) == info:
                    raise

    def path(self, bucket: str, key: str) -> Path:
        """The file that holds an object's bytes, to be linked or read, never written.

        A replacement or deletion of the object removes that name: ask again when it is gone.
        """
        return self.bodies.path(self.require(bucket, key).body)

    def list(self, bucket: str, prefix: str = "") -> Iterator[ObjectInfo]:
        """The objects whose keys start with a prefix, in the byte order of their UTF-8 keys.

        They are read a thousand at a time: what is written behind the reader's position meanwhile is seen.
        """
        start: bytes | None = b""
        while start is not None:
            page = self.page(bucket, prefix, start=start)
            yield from page.objects
            start = page.resume

    def page(
        self, bucket: str, prefix: str = "", *, delimiter: str = "", start: bytes = b"", limit: int = 1000
    ) -> Page:
        """One page of a bucket's keys from a position on; see `listing.read_page`."""
        with self.store.read() as connection:
            require_bucket(connection, bucket)

            def scan(first: bytes, end: bytes) -> Iterator[ObjectInfo]:
                rows = connection.execute(
                    "SELECT * FROM s3_object WHERE bucket = ? AND key >= ? AND key < ? ORDER BY key",
                    (bucket, first, end),
                )
                return map(object_of, rows)

            return read_page(scan, prefix, delimiter, start, limit)

    def delete(self, bucket: str, key: str, condition: Condition = ALWAYS) -> None:
        """Delete an object; one that is not there is deleted already."""
        self.delete_many(bucket, [key], condition)

    def delete_many(self, bucket: str, keys: Iterable[str], condition: Condition = ALWAYS) -> None:
        """Delete objects in one transaction."""
        removed: list[ObjectInfo] = []
        with self.store.write() as connection:
            require_bucket(connection, bucket)
            for key in keys:
                info = _find(connection, bucket, key)
                condition.check(key, info)
                if info is not None:
                    connection.execute(
                        "DELETE FROM s3_object WHERE bucket = ? AND key = ?", (bucket, key.encode("utf-8"))
                    )
                    removed.append(info)
        for info in removed:
            self.bodies.remove(info.body)


def insert_object(connection: sqlite3.Connection, info: ObjectInfo, condition: Condition = ALWAYS) -> ObjectInfo | None:
    """Make this the object of its key within a transaction; answers the one it replaces."""
    check_key(info.key)
    require_bucket(connection, info.bucket)
    replaced = _find(connection, info.bucket, info.key)
    condition.check(info.key, replaced)
    connection.execute(
        "INSERT OR REPLACE INTO s3_object (bucket, key, body, size, etag, modified, checksums, content_type, headers, "
        "metadata) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            *(info.bucket, info.key.encode("utf-8"), info.body, info.size, info.etag, info.modified),
            encode_mapping(info.checksums),
            *encode_attributes(info.attributes),
        ),
    )
    return replaced


def _find(connection: sqlite3.Connection, bucket: str, key: str) -> ObjectInfo | None:
    row = connection.execute(
        "SELECT * FROM s3_object WHERE bucket = ? AND key = ?", (bucket, key.encode("utf-8"))
    ).fetchone()
    return None if row is None else object_of(row)


def _bucket_exists(connection: sqlite3.Connection, name: str) -> bool:
    return connection.execute("SELECT 1 FROM s3_bucket WHERE name = ?", (name,)).fetchone() is not None


def require_bucket(connection: sqlite3.Connection, name: str) -> None:
    """Raise `NoSuchBucket` unless the bucket exists, within a transaction."""
    if not _bucket_exists(connection, name):
        raise AwsError("NoSuchBucket", f"The specified bucket does not exist: {name}", 404)
