"""Copying, moving and deleting in S3."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from tui.resources.datasets import DataError
from tui.resources.s3_objects import S3Place, TransferPlan, Transferred
from tui.service.worker.context import TaskContext
from tui.service.worker.s3_errors import as_data_errors
from tui.service.worker.s3_meter import Meter
from tui.service.worker.s3_threads import for_each

_BATCH = 1000
"""Keys that one DeleteObjects takes."""


@dataclass(frozen=True, slots=True)
class _Found:
    key: str
    size: int
    etag: str


def plan_copy(context: TaskContext, place: S3Place, names: Sequence[str], target: S3Place) -> TransferPlan:
    """What copying would write, and which other objects of the target it would replace.

    Raises:
        DataError: A place cannot be listed.
    """
    found = list(_found(context, place, names))
    s3 = context.client("s3")

    def is_taken(entry: _Found) -> bool:
        context.check()
        wanted = _renamed(entry.key, place, names, target)
        # The first key with a prefix is the one that is nothing but the prefix.
        page = s3.list_objects_v2(Bucket=target.bucket, Prefix=wanted, MaxKeys=1)
        there = {other["Key"]: (other["Size"], other["ETag"].strip('"')) for other in page.get("Contents", ())}
        return wanted in there and there[wanted] != (entry.size, entry.etag)

    with as_data_errors(context, f"Cannot list {target}"):
        taken = tuple(
            _renamed(entry.key, place, names, target)
            for entry, is_there in zip(found, for_each(found, is_taken), strict=True)
            if is_there
        )
    return TransferPlan(len(found), sum(entry.size for entry in found), taken)


def copy_s3(
    context: TaskContext, place: S3Place, names: Sequence[str], target: S3Place, move: bool = False
) -> Transferred:
    """Copy objects, and prefixes with everything below them; with `move` what was copied is deleted afterwards.

    A single name goes to exactly `target` when that does not end in a slash, everything else below it. Nothing is
    deleted before all copies were seen in the target with the right size.

    Raises:
        DataError: Something cannot be copied or is no copy, or source and target are the same.
    """
    s3 = context.client("s3")
    found = list(_found(context, place, names))
    meter = Meter(context, sum(entry.size for entry in found), len(found))

    for entry in found:
        if (place.bucket, entry.key) == (target.bucket, _renamed(entry.key, place, names, target)):
            raise DataError(f"Cannot copy '{entry.key}'", "that is where it is already", "Choose another target.")

    def copy(entry: _Found) -> None:
        context.check()
        wanted = _renamed(entry.key, place, names, target)
        meter.file = wanted.rpartition("/")[2]
        s3.copy({"Bucket": place.bucket, "Key": entry.key}, target.bucket, wanted, Callback=meter)
        if s3.head_object(Bucket=target.bucket, Key=wanted)["ContentLength"] != entry.size:
            raise DataError(f"Cannot copy '{entry.key}'", "the copy has another size", "Try it again.")
        meter.finish_file()

    with as_data_errors(context, f"Cannot copy to {target}"):
        for_each(found, copy)
        if move:
            _delete(context, s3, place.bucket, [entry.key for entry in found], lambda _: None)
    meter.finish()
    return Transferred(len(found), sum(entry.size for entry in found))


def delete_s3(context: TaskContext, place: S3Place, names: Sequence[str]) -> Transferred:
    """Delete objects, and prefixes with everything below them.

    Raises:
        DataError: S3 refuses to delete one of them; those before it are gone.
    """
    found = list(_found(context, place, names))
    meter = Meter(context, 0, len(found))
    with as_data_errors(context, f"Cannot delete from {place}"):
        _delete(context, context.client("s3"), place.bucket, [entry.key for entry in found], meter.finish_file)
    meter.finish()
    return Transferred(len(found), sum(entry.size for entry in found))


def _delete(context: TaskContext, s3: Any, bucket: str, keys: Sequence[str], on_deleted: Callable[[int], None]) -> None:
    waiting = iter(keys)
    while batch := list(islice(waiting, _BATCH)):
        context.check()
        asked = {"Objects": [{"Key": key} for key in batch], "Quiet": True}
        for error in s3.delete_objects(Bucket=bucket, Delete=asked).get("Errors", ()):
            raise DataError(
                f"Cannot delete '{error['Key']}'", f"S3 answers {error.get('Code')}", "Those before are gone."
            )
        on_deleted(len(batch))


def _found(context: TaskContext, place: S3Place, names: Sequence[str]) -> Iterator[_Found]:
    """The objects that are named, or that lie below a prefix that is named with its slash."""
    s3 = context.client("s3")
    with as_data_errors(context, f"Cannot list {place}"):
        for name in names:
            key = place.prefix + name
            if not name.endswith("/"):
                head = s3.head_object(Bucket=place.bucket, Key=key)
                yield _Found(key, head["ContentLength"], head["ETag"].strip('"'))
                continue
            for page in s3.get_paginator("list_objects_v2").paginate(Bucket=place.bucket, Prefix=key):
                context.check()
                for entry in page.get("Contents", ()):
                    yield _Found(entry["Key"], entry["Size"], entry["ETag"].strip('"'))


def _renamed(key: str, place: S3Place, names: Sequence[str], target: S3Place) -> str:
    if target.prefix and not target.prefix.endswith("/"):
        if len(names) > 1 or names[0].endswith("/"):
            raise DataError(f"Cannot copy to {target}", "several objects need a prefix", "End it in a slash.")
        return target.prefix
    return target.prefix + key.removeprefix(place.prefix)
