"""Buckets, prefixes and objects of S3 as a person walks through them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from tui.resources.datasets import DataError


@dataclass(frozen=True, slots=True)
class S3Place:
    """Where a person stands: above all buckets, in a bucket, or below a prefix that ends in a slash."""

    bucket: str = ""
    prefix: str = ""

    def __str__(self) -> str:
        return f"s3://{self.bucket}/{self.prefix}" if self.bucket else "s3://"

    @property
    def name(self) -> str:
        """The last part of the place, as it is called in the place above."""
        return self.prefix.rstrip("/").rpartition("/")[2] if self.prefix else self.bucket

    @property
    def above(self) -> S3Place:
        """The place above; that of the buckets is its own."""
        if not self.prefix:
            return S3Place()
        parent = self.prefix[:-1].rpartition("/")[0] if self.prefix.endswith("/") else self.prefix.rpartition("/")[0]
        return S3Place(self.bucket, f"{parent}/" if parent else "")

    def into(self, entry: S3Entry) -> S3Place:
        """The place that a bucket or a prefix here is."""
        return S3Place(entry.name) if not self.bucket else S3Place(self.bucket, self.key(entry))

    def key(self, entry: S3Entry) -> str:
        """The key of an object here, or the prefix of a folder with its slash."""
        return self.prefix + entry.name + ("/" if entry.kind == "prefix" else "")


@dataclass(frozen=True, slots=True)
class S3Entry:
    """What a place has: a bucket, a prefix, an object."""

    name: str
    """As seen from the place, without the slash of a prefix."""

    kind: Literal["bucket", "prefix", "object"]
    size: int = 0
    """Bytes; 0 for what is no object."""

    modified: float | None = None
    """Seconds since the epoch; of a bucket when it was made."""

    etag: str = ""


@dataclass(frozen=True, slots=True)
class S3Page:
    """A place, as far as it was listed."""

    entries: tuple[S3Entry, ...]
    more: str = ""
    """The token of the next page; empty when there is none."""

    region: str = ""
    """Where the bucket is; empty when S3 does not say."""

    foreign: bool = False
    """The bucket is in another region than the console works in: its jobs cannot read it."""


@dataclass(frozen=True, slots=True)
class S3Version:
    """One version of an object."""

    id: str
    size: int
    modified: float
    latest: bool
    deleted: bool
    """It says that the object was deleted."""


@dataclass(frozen=True, slots=True)
class S3Extent:
    """How much there is below a prefix."""

    objects: int
    size: int
    """Bytes."""


@dataclass(frozen=True, slots=True)
class TransferPlan:
    """What would be sent or fetched, looked at before anything is."""

    files: int
    size: int
    """Bytes."""

    taken: tuple[str, ...]
    """The names that would be written under which something else is there already."""


@dataclass(frozen=True, slots=True)
class Transferred:
    """A transfer that is complete, and verified as far as S3 tells checksums."""

    files: int
    size: int
    """Bytes."""

    kept: int = 0
    """Of these, bytes that an attempt before had brought over already."""

    unchecked: int = 0
    """Files of which only the size could be compared: S3 does not tell their checksums."""


def place_named(text: str) -> S3Place:
    """The place that a person typed as `s3://bucket/prefix/`, or the object.

    Raises:
        DataError: It is none.
    """
    rest = text.strip().removeprefix("s3://")
    bucket, _, key = rest.partition("/")
    if not text.strip().startswith("s3://") or not bucket:
        raise DataError(f"'{text}' is no place in S3", "it is not written as s3://bucket/key", "Type the whole URI.")
    return S3Place(bucket, key)
