"""Looking around in S3: buckets, what is below a prefix, the versions of an object."""

from __future__ import annotations

from typing import Any

from botocore.exceptions import ClientError

from tui.resources.s3_objects import S3Entry, S3Extent, S3Page, S3Place, S3Version
from tui.resources.text import strip_controls
from tui.service.worker.context import TaskContext
from tui.service.worker.s3_errors import as_data_errors, code_of

PAGE_KEYS = 1000
_UNVERSIONED = "null"
"""The version of what was put while its bucket kept none; one of several where it began to afterwards."""


def list_s3(context: TaskContext, place: S3Place, more: str = "") -> S3Page:
    """A page of what a place has, prefixes first; `more` is the token that the page before ended with.

    Raises:
        DataError: The place cannot be listed.
    """
    s3 = context.client("s3")
    with as_data_errors(context, f"Cannot list {place}"):
        if not place.bucket:
            buckets = s3.list_buckets()["Buckets"]
            return S3Page(tuple(S3Entry(found["Name"], "bucket", 0, found.get("CreationDate")) for found in buckets))
        token = {"ContinuationToken": more} if more else {}
        answer = s3.list_objects_v2(
            Bucket=place.bucket, Prefix=place.prefix, Delimiter="/", MaxKeys=PAGE_KEYS, FetchOwner=False, **token
        )
        region = _region(s3, place.bucket) if not more else ""
    cut = len(place.prefix)
    prefixes = [S3Entry(found["Prefix"][cut:].rstrip("/"), "prefix") for found in answer.get("CommonPrefixes", ())]
    objects = [
        S3Entry(found["Key"][cut:], "object", found["Size"], found["LastModified"], found["ETag"].strip('"'))
        for found in answer.get("Contents", ())
        if found["Key"] != place.prefix  # what some consoles put there to have a folder
    ]
    foreign = bool(region) and region != s3.meta.region_name
    return S3Page((*prefixes, *objects), answer.get("NextContinuationToken", ""), region, foreign)


def list_s3_versions(context: TaskContext, bucket: str, key: str) -> tuple[S3Version, ...]:
    """The versions of an object, the newest first; empty where its bucket keeps none.

    Raises:
        DataError: They cannot be listed.
    """
    s3 = context.client("s3")
    found: list[S3Version] = []
    with as_data_errors(context, f"Cannot list the versions of s3://{bucket}/{key}"):
        for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket, Prefix=key):
            context.check()
            for name in ("Versions", "DeleteMarkers"):
                found += [
                    S3Version(
                        entry["VersionId"],
                        entry.get("Size", 0),
                        entry["LastModified"],
                        entry["IsLatest"],
                        name == "DeleteMarkers",
                    )
                    for entry in page.get(name, ())
                    if entry["Key"] == key
                ]
    if all(version.id == _UNVERSIONED for version in found):
        return ()
    return tuple(sorted(found, key=lambda version: (not version.latest, -version.modified)))


def measure_s3(context: TaskContext, bucket: str, prefix: str) -> S3Extent:
    """How many objects lie below a prefix, and how large they are.

    Raises:
        DataError: It cannot be listed.
    """
    objects = size = 0
    with as_data_errors(context, f"Cannot list s3://{bucket}/{prefix}"):
        for page in context.client("s3").get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
            context.check()
            objects += len(page.get("Contents", ()))
            size += sum(found["Size"] for found in page.get("Contents", ()))
    return S3Extent(objects, size)


def _region(s3: Any, bucket: str) -> str:
    """Where a bucket is, if S3 says so; to know it is no condition for listing it."""
    try:
        headers = s3.head_bucket(Bucket=bucket)["ResponseMetadata"]["HTTPHeaders"]
    except ClientError as error:
        headers = error.response.get("ResponseMetadata", {}).get("HTTPHeaders", {})
        if code_of(error) in {"404", "NoSuchBucket"}:
            raise
    return strip_controls(str(headers.get("x-amz-bucket-region", "")))
