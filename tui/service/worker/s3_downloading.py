"""Downloading objects and whole prefixes; a break costs what had not arrived yet, and nothing is ever overwritten."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from botocore.exceptions import ClientError

from tui.resources.datasets import DataError
from tui.resources.s3_objects import S3Place, TransferPlan, Transferred
from tui.service.worker.context import Cancelled, TaskContext
from tui.service.worker.s3_checksums import (
    EtagSum,
    Stored,
    is_checksum,
    is_stored,
    not_the_same,
    part_bytes_of,
    parts_in,
)
from tui.service.worker.s3_errors import as_data_errors
from tui.service.worker.s3_meter import Meter
from tui.service.worker.s3_threads import for_each

_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class _Object:
    name: Mapping[str, str]
    """What requests call it: `Bucket`, `Key`, and `VersionId` where it is one of several."""

    path: Path
    stored: Stored
    modified: int
    """Seconds since the epoch."""

    @property
    def is_there(self) -> bool:
        """Whether its file came of an attempt before, which has seen that it was right."""
        with suppress(FileNotFoundError):
            status = self.path.stat()
            # To the nanosecond: a download sets a whole second, somebody who wrote within it does not.
            return (status.st_size, status.st_mtime_ns) == (self.stored.size, self.modified * 1_000_000_000)
        return False


def plan_download(context: TaskContext, place: S3Place, names: Sequence[str], folder: str) -> TransferPlan:
    """What a download would fetch, and which other files of those names there are; `names` of prefixes end in a slash.

    Raises:
        DataError: The place cannot be listed, or a key cannot be a file's name.
    """
    objects = list(_objects(context, place, names, Path(folder)))
    with as_data_errors(context, f"Cannot compare with {place}"):
        taken = tuple(str(found.path) for found in objects if _is_in_the_way(context, found))
    return TransferPlan(len(objects), sum(found.stored.size for found in objects), taken)


def download_s3(
    context: TaskContext, place: S3Place, names: Sequence[str], folder: str, version: str = ""
) -> Transferred:
    """Download objects, and prefixes with everything below them, sending `UploadProgress`; what is there stays there.

    A `version` is for a single object and becomes a part of the file's name. What a break leaves half done stays
    beside its target and another attempt goes on with it. A file gets the time of its object.

    Raises:
        ConnectionBroke: The way to S3 failed.
        DataError: Another file of the name exists, or the object cannot be read or changed meanwhile.
    """
    objects = list(_objects(context, place, names, Path(folder), version))
    meter = Meter(context, sum(found.stored.size for found in objects), len(objects))

    def fetch(found: _Object) -> bool:
        meter.file = found.path.name
        checked = _Fetching(context, meter, found).fetch()
        meter.finish_file()
        return checked

    with as_data_errors(context, f"Cannot download from {place}"):
        for found in objects:
            if _is_in_the_way(context, found):
                why, what_next = "it is there already", "Move it away, or choose a folder."
                raise DataError(f"Cannot write '{found.path}'", why, what_next)
        unchecked = for_each(objects, fetch).count(False)
    meter.finish()
    return Transferred(len(objects), sum(found.stored.size for found in objects), meter.kept, unchecked)


def _is_in_the_way(context: TaskContext, found: _Object) -> bool:
    """Whether there is a file of the name that is not what would be fetched."""
    if not found.path.exists() or found.is_there:
        return False
    if found.path.is_dir() or found.path.stat().st_size != found.stored.size:
        return True
    part_bytes, _ = _part_bytes(context, found)
    return part_bytes is None or not is_stored(context, found.path, found.stored, part_bytes)


def _part_bytes(context: TaskContext, found: _Object) -> tuple[int | None, bool]:
    """The size of the parts in which an object was sent, 0 for one piece, None for unknown; whether S3 says so."""
    parts, size = parts_in(found.stored.etag), found.stored.size
    if not parts:
        return parts, True
    try:
        first, last = (
            context.client("s3").head_object(**found.name, PartNumber=number)["ContentLength"] for number in (1, parts)
        )
    except ClientError:
        usual = part_bytes_of(size)
        return (usual if usual and -(-size // usual) == parts else None), False
    return (first if first * (parts - 1) + last == size and last <= first else None), True


class _Fetching:
    """One object on its way into a file."""

    def __init__(self, context: TaskContext, meter: Meter, found: _Object) -> None:
        self._context = context
        self._meter = meter
        self._found = found
        mark = hashlib.sha256(f"{found.name['Key']} {found.stored.etag}".encode()).hexdigest()[:16]
        self._part = found.path.with_name(f".{mark}.part")

    def fetch(self) -> bool:
        """Get what is missing, see that it is right, and give it its name; whether its checksum could be compared."""
        found = self._found
        if found.path.exists():
            self._part.unlink(missing_ok=True)
            self._meter.keep(found.stored.size)
            return True
        found.path.parent.mkdir(parents=True, exist_ok=True)
        part_bytes, sure = _part_bytes(self._context, found)
        total = EtagSum(part_bytes or 0)
        try:
            size, encrypted = self._fill(total)
        except Cancelled:
            self._part.unlink(missing_ok=True)
            raise
        same = total.etag == found.stored.etag
        checkable = part_bytes is not None and not encrypted
        if size != found.stored.size or (checkable and sure and not same):
            self._part.unlink(missing_ok=True)
            raise not_the_same(found.name["Key"])
        os.utime(self._part, (found.modified, found.modified))
        try:
            os.link(self._part, found.path)
        except FileExistsError as error:
            raise DataError(f"Cannot write '{found.path}'", "it is there by now", "Move it away.") from error
        self._part.unlink()
        return checkable and same

    def _fill(self, total: EtagSum) -> tuple[int, bool]:
        """Bring the file beside its target to its end; its size, and whether the ETag is no checksum."""
        with self._part.open("ab+") as file:
            arrived = self._sum_arrived(file, total)
            self._meter.keep(arrived)
            s3, unchanged = self._context.client("s3"), {"IfMatch": f'"{self._found.stored.etag}"'}
            if arrived == self._found.stored.size:
                return arrived, not is_checksum(s3.head_object(**self._found.name, **unchanged))
            span = {"Range": f"bytes={arrived}-"} if arrived else {}
            answer = s3.get_object(**self._found.name, **unchanged, **span)
            for chunk in answer["Body"].iter_chunks(_CHUNK):
                file.write(chunk)
                total.update(chunk)
                self._meter(len(chunk))
            return file.tell(), not is_checksum(answer)

    def _sum_arrived(self, file: BinaryIO, total: EtagSum) -> int:
        file.seek(0)
        while chunk := file.read(_CHUNK):
            self._context.check()
            total.update(chunk)
        size = file.tell()
        if size > self._found.stored.size:
            file.truncate(0)
            raise not_the_same(self._found.name["Key"])
        return size


def _objects(
    context: TaskContext, place: S3Place, names: Sequence[str], folder: Path, version: str = ""
) -> Iterator[_Object]:
    s3 = context.client("s3")
    with as_data_errors(context, f"Cannot list {place}"):
        for name in names:
            key = place.prefix + name
            if name.endswith("/"):
                for page in s3.get_paginator("list_objects_v2").paginate(Bucket=place.bucket, Prefix=key):
                    context.check()
                    for found in page.get("Contents", ()):
                        if not found["Key"].endswith("/"):
                            path = _below(folder, found["Key"][len(place.prefix) :])
                            stored = Stored(found["Size"], found["ETag"].strip('"'))
                            called = {"Bucket": place.bucket, "Key": found["Key"]}
                            yield _Object(called, path, stored, int(found["LastModified"]))
            else:
                called = {"Bucket": place.bucket, "Key": key} | ({"VersionId": version} if version else {})
                head = s3.head_object(**called)
                stored = Stored(head["ContentLength"], head["ETag"].strip('"'))
                path = _below(folder, f"{name}.{version[:8]}" if version else name)
                yield _Object(called, path, stored, int(head["LastModified"]))


def _below(folder: Path, name: str) -> Path:
    """The file that a key becomes; keys may have names that would lead out of the folder."""
    parts = PurePosixPath(name).parts
    if name.startswith("/") or "//" in name or not parts or any(part in (".", "..") or "\0" in part for part in parts):
        raise DataError(f"Cannot download '{name}'", "the key leads out of the folder or is no file name", "Leave it.")
    return folder.joinpath(*parts)
