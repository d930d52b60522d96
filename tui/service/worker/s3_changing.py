"""Copying, moving and deleting in S3."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

from tui.resources.datasets import DataError
from tui.resources.s3_objects import S3Place, TransferPlan, Transferred
from tui.service.worker.context import TaskContext
from tui.service.worker.s3_errors import as_data_errors
from tui.service.worker.s3_meter import Meter

_BATCH = 1000
"""Keys that one DeleteObjects takes."""


def plan_copy(context: TaskContext, place: S3Place, names: Sequence[str], target: S3Place) -> TransferPlan:
    """What copying would write, and which keys of the target it would replace.

    Raises:
        DataError: A place cannot be listed.
    """
    found = list(_found(context, place, names))
    taken: list[str] = []
    with as_data_errors(context, f"Cannot list {target}"):
        s3 = context.client("s3")
        for key, _ in found:
            context.check()
            wanted = _renamed(key, place, names, target)
            page = s3.list_objects_v2(Bucket=target.bucket, Prefix=wanted, MaxKeys=1)
            taken += [wanted for entry in page.get("Contents", ()) if entry["Key"] == wanted]
    return TransferPlan(len(found), sum(size for _, size in found), tuple(taken))


def copy_s3(
    context: TaskContext, place: S3Place, names: Sequence[str], target: S3Place, move: bool = False
) -> Transferred:
    """Copy objects, and prefixes with everything below them; with `move` what was copied is deleted afterwards.

    A single name goes to exactly `target` when that does not end in a slash, everything else below it. An object is
    deleted only after its copy was seen in the target with the right size.

    Raises:
        DataError: Something cannot be copied or is no copy, or source and target are the same.
    """
    s3 = context.client("s3")
    found = list(_found(context, place, names))
    meter = Meter(context, sum(size for _, size in found))
    with as_data_errors(context, f"Cannot copy to {target}"):
        for key, size in found:
            context.check()
            wanted = _renamed(key, place, names, target)
            if (place.bucket, key) == (target.bucket, wanted):
                raise DataError(f"Cannot copy '{key}'", "that is where it is already", "Choose another target.")
            meter.file = wanted.rpartition("/")[2]
            s3.copy({"Bucket": place.bucket, "Key": key}, target.bucket, wanted, Callback=meter)
            if s3.head_object(Bucket=target.bucket, Key=wanted)["ContentLength"] != size:
                raise DataError(f"Cannot copy '{key}'", "the copy has another size", "Try it again.")
        if move:
            _delete(context, s3, place.bucket, [key for key, _ in found])
    meter.finish()
    return Transferred(len(found), sum(size for _, size in found))


def delete_s3(context: TaskContext, place: S3Place, names: Sequence[str]) -> Transferred:
    """Delete objects, and prefixes with everything below them.

    Raises:
        DataError: S3 refuses to delete one of them; those before it are gone.
    """
    found = list(_found(context, place, names))
    with as_data_errors(context, f"Cannot delete from {place}"):
        _delete(context, context.client("s3"), place.bucket, [key for key, _ in found])
    return Transferred(len(found), sum(size for _, size in found))


def _delete(context: TaskContext, s3: Any, bucket: str, keys: Sequence[str]) -> None:
    waiting = iter(keys)
    while batch := list(islice(waiting, _BATCH)):
        context.check()
        asked = {"Objects": [{"Key": key} for key in batch], "Quiet": True}
        for error in s3.delete_objects(Bucket=bucket, Delete=asked).get("Errors", ()):
            raise DataError(
                f"Cannot delete '{error['Key']}'", f"S3 answers {error.get('Code')}", "Those before are gone."
            )


def _found(context: TaskContext, place: S3Place, names: Sequence[str]) -> Iterator[tuple[str, int]]:
    """Keys and sizes of the objects that are named, or that lie below a prefix that is named with its slash."""
    s3 = context.client("s3")
    with as_data_errors(context, f"Cannot list {place}"):
        for name in names:
            key = place.prefix + name
            if not name.endswith("/"):
                yield key, s3.head_object(Bucket=place.bucket, Key=key)["ContentLength"]
                continue
            for page in s3.get_paginator("list_objects_v2").paginate(Bucket=place.bucket, Prefix=key):
                context.check()
                yield from ((entry["Key"], entry["Size"]) for entry in page.get("Contents", ()))


def _renamed(key: str, place: S3Place, names: Sequence[str], target: S3Place) -> str:
    if target.prefix and not target.prefix.endswith("/"):
        if len(names) > 1 or names[0].endswith("/"):
            raise DataError(f"Cannot copy to {target}", "several objects need a prefix", "End it in a slash.")
        return target.prefix
    return target.prefix + key.removeprefix(place.prefix)
