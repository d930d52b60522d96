"""The input of jobs in S3: the objects that a data source names, and how one of them becomes a file."""

from __future__ import annotations

import gzip
import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tui.local.errors import AwsError
from tui.local.jobs.states import JobFailed
from tui.local.s3.objects import ObjectStore
from tui.local.settings import REGION


@dataclass(frozen=True, slots=True)
class Source:
    """One object of a data source and its path relative to what the source names."""

    bucket: str
    key: str
    path: str


def split_uri(uri: str) -> tuple[str, str]:
    """The bucket and the key or prefix of an `s3://` URI."""
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    return bucket, key


def list_sources(objects: ObjectStore, s3: Mapping[str, Any]) -> list[Source]:
    """The objects of an `S3DataSource`, which is a prefix or a manifest; none when there is no such bucket.

    Raises JobFailed for a manifest that is not there or is not one.
    """
    bucket, prefix = split_uri(s3["S3Uri"])
    if not objects.bucket_exists(bucket):
        return []
    if s3["S3DataType"] == "ManifestFile":
        return _manifest(objects, bucket, prefix)
    return _prefix(objects, bucket, prefix)


def no_sources(uri: str, role_arn: str) -> str:
    """The service's words for a data source without objects."""
    bucket, _ = split_uri(uri)
    return (
        f'No S3 objects found under S3 URL "{uri}" given in input data source. Please ensure that the bucket exists in '
        f'the selected region ({REGION}), that objects exist under that S3 prefix, and that the role "{role_arn}" has '
        f'"s3:ListBucket" permissions on bucket "{bucket}".'
    )


def place(objects: ObjectStore, source: Source, target: Path, *, unpack: bool = False) -> None:
    """Make an object a file, by a hard link where the file system has them; `unpack` it if it is gzipped.

    Raises JobFailed when there is no such object or no such file can be made.
    """
    try:
        origin = objects.path(source.bucket, source.key)
        target.parent.mkdir(parents=True, exist_ok=True)
        if unpack:
            with gzip.open(origin) as packed, target.open("wb") as unpacked:
                shutil.copyfileobj(packed, unpacked)
        else:
            _link_or_copy(origin, target)
    except (AwsError, OSError, EOFError) as error:
        raise no_file(source, str(error)) from error


def no_file(source: Source, reason: str) -> JobFailed:
    """The failure of a job that cannot have one of its objects as a file."""
    return JobFailed(
        f'ClientError: Data download failed:Could not download "s3://{source.bucket}/{source.key}": {reason}'
    )


def _prefix(objects: ObjectStore, bucket: str, prefix: str) -> list[Source]:
    """Every object under a prefix, relative to the folder that the prefix names or lies in."""
    keys = sorted(info.key for info in objects.list(bucket, prefix) if not info.key.endswith("/"))
    folder = prefix.rstrip("/") + "/" if prefix else ""
    if not all(key.startswith(folder) for key in keys):
        folder = prefix[: prefix.rfind("/") + 1]
    return [Source(bucket, key, key.removeprefix(folder)) for key in keys]


def _manifest(objects: ObjectStore, bucket: str, key: str) -> list[Source]:
    """The objects a manifest lists: `[{"prefix": "s3://…/"}, "relative/path", …]`."""
    try:
        first, *paths = json.loads(objects.path(bucket, key).read_text(encoding="utf-8"))
        prefix_bucket, prefix = split_uri(first["prefix"])
    except (AwsError, FileNotFoundError, AttributeError, KeyError, TypeError, ValueError):
        raise JobFailed(
            f'ClientError: Data download failed:The manifest file "s3://{bucket}/{key}" does not exist or is not a '
            'JSON list that begins with {"prefix": "s3://bucket/prefix/"} and goes on with relative paths.'
        ) from None
    return [Source(prefix_bucket, prefix + path, path) for path in paths if isinstance(path, str)]


def _link_or_copy(origin: Path, target: Path) -> None:
    try:
        os.link(origin, target)
    except (FileExistsError, FileNotFoundError):
        raise
    except OSError:
        shutil.copyfile(origin, target)
