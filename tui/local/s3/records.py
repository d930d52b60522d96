"""What the store keeps about buckets and objects, and the tables it keeps it in."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field

from tui.local.errors import AwsError

SCHEMA = """
CREATE TABLE IF NOT EXISTS s3_bucket (
    name TEXT PRIMARY KEY,
    created REAL NOT NULL
) WITHOUT ROWID;

-- Keys are UTF-8 bytes: their order is S3's listing order, whatever characters they hold.
CREATE TABLE IF NOT EXISTS s3_object (
    bucket TEXT NOT NULL REFERENCES s3_bucket (name),
    key BLOB NOT NULL,
    body TEXT NOT NULL,
    size INTEGER NOT NULL,
    etag TEXT NOT NULL,
    modified REAL NOT NULL,
    content_type TEXT NOT NULL,
    headers TEXT NOT NULL,
    metadata TEXT NOT NULL,
    checksums TEXT NOT NULL,
    PRIMARY KEY (bucket, key)
) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS s3_upload (
    id TEXT PRIMARY KEY,
    bucket TEXT NOT NULL REFERENCES s3_bucket (name),
    key BLOB NOT NULL,
    started REAL NOT NULL,
    content_type TEXT NOT NULL,
    headers TEXT NOT NULL,
    metadata TEXT NOT NULL,
    algorithm TEXT NOT NULL,
    full_object INTEGER NOT NULL
) WITHOUT ROWID;

CREATE INDEX IF NOT EXISTS s3_upload_key ON s3_upload (bucket, key, id);

CREATE TABLE IF NOT EXISTS s3_part (
    upload TEXT NOT NULL REFERENCES s3_upload (id) ON DELETE CASCADE,
    number INTEGER NOT NULL,
    body TEXT NOT NULL,
    size INTEGER NOT NULL,
    etag TEXT NOT NULL,
    modified REAL NOT NULL,
    checksums TEXT NOT NULL,
    PRIMARY KEY (upload, number)
) WITHOUT ROWID;
"""

DEFAULT_CONTENT_TYPE = "binary/octet-stream"
"""What S3 answers for an object whose writer named no type."""


MAX_KEY_BYTES = 1024
"""The most a key has in UTF-8."""


@dataclass(frozen=True, slots=True)
class Bucket:
    """A bucket."""

    name: str
    created: float
    """Epoch seconds."""


@dataclass(frozen=True, slots=True)
class Attributes:
    """What a writer says about an object besides its bytes."""

    content_type: str = DEFAULT_CONTENT_TYPE

    headers: Mapping[str, str] = field(default_factory=dict)
    """Further HTTP headers that are answered with the object, such as `content-encoding`; names in lower case."""

    metadata: Mapping[str, str] = field(default_factory=dict)
    """User metadata, names without `x-amz-meta-`."""


@dataclass(frozen=True, slots=True)
class ObjectInfo:
    """An object, all but its bytes."""

    bucket: str
    key: str
    size: int
    """Bytes."""

    etag: str
    """Without quotes: the MD5 of the body in hex, or `<MD5 of the parts' MD5s>-<number of parts>`."""

    modified: float
    """Epoch seconds."""

    attributes: Attributes
    checksums: Mapping[str, str]
    """Algorithm (`crc32`, `sha256`, …) to base64; a multipart upload's composite one ends in `-<parts>`."""

    body: str
    """The name of the file that holds the bytes; a new one for every write."""

    @property
    def content_type(self) -> str:
        """The media type the writer stated."""
        return self.attributes.content_type

    @property
    def metadata(self) -> Mapping[str, str]:
        """The user metadata, names without `x-amz-meta-`."""
        return self.attributes.metadata


def check_key(key: str) -> None:
    """Raise `KeyTooLongError` for a key above `MAX_KEY_BYTES`."""
    if len(key.encode("utf-8")) > MAX_KEY_BYTES:
        raise AwsError("KeyTooLongError", f"Your key is too long: {MAX_KEY_BYTES} bytes of UTF-8 is the most.")


def encode_mapping(values: Mapping[str, str]) -> str:
    """Headers, metadata or checksums as a column holds them."""
    return json.dumps(dict(values))


def encode_attributes(attributes: Attributes) -> tuple[str, str, str]:
    """The columns `content_type`, `headers` and `metadata`."""
    return attributes.content_type, encode_mapping(attributes.headers), encode_mapping(attributes.metadata)


def attributes_of(row: sqlite3.Row) -> Attributes:
    """The attributes in a row of `s3_object` or `s3_upload`."""
    return Attributes(row["content_type"], json.loads(row["headers"]), json.loads(row["metadata"]))


def object_of(row: sqlite3.Row) -> ObjectInfo:
    """The object in a row of `s3_object`."""
    return ObjectInfo(
        bucket=row["bucket"],
        key=row["key"].decode("utf-8"),
        size=row["size"],
        etag=row["etag"],
        modified=row["modified"],
        attributes=attributes_of(row),
        checksums=json.loads(row["checksums"]),
        body=row["body"],
    )
