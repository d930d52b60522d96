"""Uploading data sets to S3, and finding them there again by their manifests."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from tui.resources.datasets import (
    MANIFEST,
    DataError,
    DatasetManifest,
    UnreadableDataset,
    UploadedDataset,
)
from tui.service.worker.context import Cancelled, TaskContext
from tui.service.worker.s3_checksums import Stored
from tui.service.worker.s3_errors import MISSING, as_data_errors, code_of
from tui.service.worker.s3_meter import Meter
from tui.service.worker.s3_sending import Sender

_MANIFEST_LIMIT = 16 << 20


def upload_dataset(
    context: TaskContext, folder: str, bucket: str, prefix: str, *, state: str, create_bucket: bool = False
) -> UploadedDataset:
    """Upload a split data set below `prefix`, sending `UploadProgress` at most five times a second.

    An earlier manifest at the place is deleted first and the new one comes last, so that a manifest always means
    that everything it names is there. `create_bucket` makes the bucket when it does not exist. What a break leaves
    half done is kept below the folder `state`: another attempt goes on with it. What a person cancels is taken back.

    Raises:
        DataError: The folder is no data set, the bucket is missing or not ours, the transfer failed, or what arrived
            is not what was sent.
    """
    base = Path(folder)
    manifest = _local_manifest(base)
    prefix = prefix.rstrip("/") + "/"
    s3 = context.client("s3")
    with as_data_errors(context, f"Cannot upload '{manifest.name}' to s3://{bucket}/{prefix}"):
        _ensure_bucket(s3, bucket, create_bucket)
        context.check()
        s3.delete_object(Bucket=bucket, Key=prefix + MANIFEST)
        paths = [*manifest.files, MANIFEST]
        stored = _stored_below(context, bucket, prefix)
        meter = Meter(context, sum((base / path).stat().st_size for path in paths), len(paths))
        sender = Sender(context, meter, Path(state))
        try:
            for path in paths:
                context.check()
                meter.file = path
                sender.send(base / path, bucket, prefix + path, stored.get(path))
            meter.finish()
        except Cancelled:
            s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": prefix + path} for path in paths]})
            raise
    return UploadedDataset(bucket, prefix, manifest)


def list_datasets(
    context: TaskContext, bucket: str, prefix: str = "datasets/"
) -> tuple[UploadedDataset | UnreadableDataset, ...]:
    """The data sets one level below `prefix`, newest first, then what looks like one and cannot be read.

    Folders without a manifest are no data sets, or not complete yet; a bucket that does not exist has none.

    Raises:
        DataError: The bucket cannot be listed.
    """
    s3 = context.client("s3")
    found: list[str] = []
    with as_data_errors(context, f"Cannot list s3://{bucket}/{prefix}"):
        try:
            for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix, Delimiter="/"):
                context.check()
                found.extend(folder["Prefix"] for folder in page.get("CommonPrefixes", ()))
        except ClientError as error:
            if code_of(error) in MISSING:
                return ()
            raise
        with ThreadPoolExecutor(max_workers=8) as pool:
            results = list(pool.map(lambda folder: _described(context, s3, bucket, folder), found))
    readable = [result for result in results if isinstance(result, UploadedDataset)]
    readable.sort(key=lambda dataset: dataset.manifest.created, reverse=True)
    return (*readable, *(result for result in results if isinstance(result, UnreadableDataset)))


def _stored_below(context: TaskContext, bucket: str, prefix: str) -> dict[str, Stored]:
    """The objects of a data set that an attempt before has brought there, by path."""
    pages = context.client("s3").get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
    return {
        entry["Key"].removeprefix(prefix): Stored(entry["Size"], entry["ETag"].strip('"'))
        for page in pages
        for entry in page.get("Contents", ())
    }


def _described(context: TaskContext, s3: Any, bucket: str, folder: str) -> UploadedDataset | UnreadableDataset | None:
    context.check()
    key = folder + MANIFEST
    try:
        body = s3.get_object(Bucket=bucket, Key=key)["Body"].read(_MANIFEST_LIMIT)
        return UploadedDataset(bucket, folder, DatasetManifest.from_json(body))
    except ClientError as error:
        if code_of(error) in MISSING:
            return None
        return UnreadableDataset(f"s3://{bucket}/{key}", error.response["Error"].get("Message", str(error)))
    except ValueError as error:
        return UnreadableDataset(f"s3://{bucket}/{key}", str(error))


def _local_manifest(folder: Path) -> DatasetManifest:
    what = f"Cannot upload '{folder}'"
    try:
        return DatasetManifest.from_json((folder / MANIFEST).read_bytes())
    except FileNotFoundError as error:
        raise DataError(what, "it has no manifest: it is no complete data set", "Split the CSV file again.") from error
    except ValueError as error:
        raise DataError(what, f"its manifest cannot be used: {error}", "Split the CSV file again.") from error


def _ensure_bucket(s3: Any, bucket: str, create: bool) -> None:
    try:
        s3.head_bucket(Bucket=bucket)
    except ClientError as error:
        if code_of(error) not in MISSING or not create:
            raise
        region = s3.meta.region_name
        location = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
        s3.create_bucket(Bucket=bucket, **location)
