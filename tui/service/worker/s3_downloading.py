"""Downloading objects and whole prefixes; a break costs what had not arrived yet, and nothing is ever overwritten."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from tui.resources.datasets import DataError
from tui.resources.s3_objects import S3Place, TransferPlan, Transferred
from tui.service.worker.context import Cancelled, TaskContext
from tui.service.worker.s3_errors import as_data_errors
from tui.service.worker.s3_meter import Meter
from tui.service.worker.s3_sending import is_checksum, not_the_same
from tui.service.worker.s3_uploading import send_all

_CHUNK = 1 << 20
_PLAIN_ETAG = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class _Object:
    key: str
    path: Path
    size: int
    etag: str


def plan_download(context: TaskContext, place: S3Place, names: Sequence[str], folder: str) -> TransferPlan:
    """What a download would fetch, and which files of those names there are; `names` of prefixes end in a slash.

    Raises:
        DataError: The place cannot be listed, or a key cannot be a file's name.
    """
    objects = list(_objects(context, place, names, Path(folder)))
    taken = tuple(str(found.path) for found in objects if found.path.exists())
    return TransferPlan(len(objects), sum(found.size for found in objects), taken)


def download_s3(
    context: TaskContext, place: S3Place, names: Sequence[str], folder: str, version: str = ""
) -> Transferred:
    """Download objects, and prefixes with everything below them, sending `UploadProgress`.

    A `version` is for a single object and becomes a part of the file's name. What a break leaves half done stays
    beside its target and another attempt goes on with it.

    Raises:
        ConnectionBroke: The way to S3 failed.
        DataError: A file of the name exists, or the object cannot be read or changed meanwhile.
    """
    objects = list(_objects(context, place, names, Path(folder), version))
    for found in objects:
        if found.path.exists():
            raise DataError(f"Cannot write '{found.path}'", "it is there already", "Move it away, or choose a folder.")
    meter = Meter(context, sum(found.size for found in objects))

    def fetch(found: _Object) -> None:
        meter.file = found.path.name
        _Fetching(context, meter, found).fetch(place.bucket, version)

    with as_data_errors(context, f"Cannot download from {place}"):
        send_all(fetch, objects)
    meter.finish()
    return Transferred(len(objects), sum(found.size for found in objects), meter.kept)


class _Fetching:
    """One object on its way into a file."""

    def __init__(self, context: TaskContext, meter: Meter, found: _Object) -> None:
        self._context = context
        self._meter = meter
        self._found = found
        mark = hashlib.sha256(f"{found.key} {found.etag}".encode()).hexdigest()[:16]
        self._part = found.path.with_name(f".{mark}.part")

    def fetch(self, bucket: str, version: str) -> None:
        """Get what is missing, see that it is right, and give it its name."""
        found, digest = self._found, hashlib.md5(usedforsecurity=False)
        found.path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with self._part.open("ab+") as target:
                arrived = self._hash_arrived(target, digest)
                self._meter.keep(arrived)
                encrypted = False
                if arrived < found.size:
                    answer = self._answer(bucket, version, arrived)
                    encrypted = not is_checksum(answer)
                    for chunk in answer["Body"].iter_chunks(_CHUNK):
                        target.write(chunk)
                        digest.update(chunk)
                        self._meter(len(chunk))
                size = target.tell()
        except Cancelled:
            self._part.unlink(missing_ok=True)
            raise
        plain = _PLAIN_ETAG.fullmatch(found.etag) and not encrypted
        if size != found.size or (plain and digest.hexdigest() != found.etag):
            self._part.unlink(missing_ok=True)
            raise not_the_same(found.key)
        try:
            os.link(self._part, found.path)
        except FileExistsError as error:
            raise DataError(f"Cannot write '{found.path}'", "it is there by now", "Move it away.") from error
        self._part.unlink()

    def _answer(self, bucket: str, version: str, arrived: int) -> dict[str, Any]:
        """The rest of the object, if it still is the one that was listed."""
        chosen = {"VersionId": version} if version else {"IfMatch": f'"{self._found.etag}"'}
        span = {"Range": f"bytes={arrived}-"} if arrived else {}
        answer: dict[str, Any] = self._context.client("s3").get_object(
            Bucket=bucket, Key=self._found.key, **chosen, **span
        )
        return answer

    def _hash_arrived(self, target: Any, digest: Any) -> int:
        target.seek(0)
        while chunk := target.read(_CHUNK):
            self._context.check()
            digest.update(chunk)
        size: int = target.tell()
        if size > self._found.size:
            target.truncate(0)
            raise not_the_same(self._found.key)
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
                            yield _Object(found["Key"], path, found["Size"], found["ETag"].strip('"'))
            else:
                chosen = {"VersionId": version} if version else {}
                head = s3.head_object(Bucket=place.bucket, Key=key, **chosen)
                called = f"{name}.{version[:8]}" if version else name
                yield _Object(key, _below(folder, called), head["ContentLength"], head["ETag"].strip('"'))


def _below(folder: Path, name: str) -> Path:
    """The file that a key becomes; keys may have names that would lead out of the folder."""
    parts = PurePosixPath(name).parts
    if name.startswith("/") or "//" in name or not parts or any(part in (".", "..") or "\0" in part for part in parts):
        raise DataError(f"Cannot download '{name}'", "the key leads out of the folder or is no file name", "Leave it.")
    return folder.joinpath(*parts)
