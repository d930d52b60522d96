"""Uploading data sets to S3, and finding them there again by their manifests."""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from boto3.exceptions import S3UploadFailedError
from boto3.s3.transfer import TransferConfig
from botocore.exceptions import BotoCoreError, ClientError

from tui.resources.datasets import (
    MANIFEST,
    DataError,
    DatasetManifest,
    UnreadableDataset,
    UploadedDataset,
    UploadProgress,
)
from tui.service.worker.context import TaskContext

_PART_BYTES = 8 << 20
_TRANSFER = TransferConfig(multipart_threshold=_PART_BYTES, multipart_chunksize=_PART_BYTES, max_concurrency=4)
_REPORT_SECONDS = 0.2
_MANIFEST_LIMIT = 16 << 20
_MISSING = {"404", "NoSuchBucket", "NoSuchKey", "NotFound"}


def upload_dataset(
    context: TaskContext, folder: str, bucket: str, prefix: str, create_bucket: bool = False
) -> UploadedDataset:
    """Upload a split data set below `prefix`, sending `UploadProgress` at most five times a second.

    An earlier manifest at the place is deleted first and the new one comes last, so that a manifest always means
    that everything it names is there. `create_bucket` makes the bucket when it does not exist.

    Raises:
        DataError: The folder is no data set, the bucket is missing or not ours, the transfer failed, or what arrived
            is not what was sent.
    """
    base = Path(folder)
    manifest = _local_manifest(base)
    prefix = prefix.rstrip("/") + "/"
    s3 = context.client("s3")
    with _as_data_errors(context, f"Cannot upload '{manifest.name}' to s3://{bucket}/{prefix}"):
        _ensure_bucket(s3, bucket, create_bucket)
        context.check()
        s3.delete_object(Bucket=bucket, Key=prefix + MANIFEST)
        paths = [*manifest.files, MANIFEST]
        meter = _Meter(context, sum((base / path).stat().st_size for path in paths))
        for path in paths:
            context.check()
            meter.file = path
            s3.upload_file(str(base / path), bucket, prefix + path, Callback=meter, Config=_TRANSFER)
            _verify(s3, bucket, prefix + path, base / path)
        meter.finish()
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
    with _as_data_errors(context, f"Cannot list s3://{bucket}/{prefix}"):
        try:
            for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix, Delimiter="/"):
                context.check()
                found.extend(folder["Prefix"] for folder in page.get("CommonPrefixes", ()))
        except ClientError as error:
            if error.response["Error"]["Code"] in _MISSING:
                return ()
            raise
        with ThreadPoolExecutor(max_workers=8) as pool:
            results = list(pool.map(lambda folder: _stored(context, s3, bucket, folder), found))
    readable = [result for result in results if isinstance(result, UploadedDataset)]
    readable.sort(key=lambda dataset: dataset.manifest.created, reverse=True)
    return (*readable, *(result for result in results if isinstance(result, UnreadableDataset)))


def _stored(context: TaskContext, s3: Any, bucket: str, folder: str) -> UploadedDataset | UnreadableDataset | None:
    context.check()
    key = folder + MANIFEST
    try:
        body = s3.get_object(Bucket=bucket, Key=key)["Body"].read(_MANIFEST_LIMIT)
        return UploadedDataset(bucket, folder, DatasetManifest.from_json(body))
    except ClientError as error:
        if error.response["Error"]["Code"] in _MISSING:
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
        if error.response["Error"]["Code"] not in _MISSING or not create:
            raise
        region = s3.meta.region_name
        location = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
        s3.create_bucket(Bucket=bucket, **location)


def _verify(s3: Any, bucket: str, key: str, file: Path) -> None:
    """Compare what arrived with the file: its size, and its ETag unless encryption makes that something else."""
    head = s3.head_object(Bucket=bucket, Key=key)
    size = file.stat().st_size
    encrypted = head.get("ServerSideEncryption", "AES256") != "AES256" or "SSECustomerAlgorithm" in head
    if head["ContentLength"] != size or (not encrypted and head["ETag"].strip('"') != _etag(file, size)):
        raise DataError(f"The upload of '{key}' went wrong", "what arrived is not what was sent", "Upload it again.")


def _etag(file: Path, size: int) -> str:
    """The ETag that S3 gives a file uploaded in our parts."""
    sums: list[bytes] = []
    with file.open("rb") as source:
        while part := source.read(_PART_BYTES):
            sums.append(hashlib.md5(part, usedforsecurity=False).digest())
    if size < _PART_BYTES:
        return (sums[0] if sums else hashlib.md5(b"", usedforsecurity=False).digest()).hex()
    return f"{hashlib.md5(b''.join(sums), usedforsecurity=False).hexdigest()}-{len(sums)}"


class _Meter:
    """Counts what boto3's threads have sent and passes it on; raises in them when the person cancelled."""

    def __init__(self, context: TaskContext, total: int) -> None:
        self.file = ""
        self._context = context
        self._total = total
        self._done = 0
        self._started = self._reported = time.monotonic()
        self._lock = threading.Lock()

    def __call__(self, sent: int) -> None:
        self._context.check()
        with self._lock:
            self._done += sent
            if time.monotonic() - self._reported >= _REPORT_SECONDS:
                self._report()

    def finish(self) -> None:
        """Report that everything is there."""
        self._done = self._total
        self._report()

    def _report(self) -> None:
        self._reported = time.monotonic()
        rate = self._done / max(self._reported - self._started, 1e-6)
        remaining = (self._total - self._done) / rate if rate > 0 else None
        self._context.report(UploadProgress(self._done, self._total, rate, remaining, self.file))


@contextmanager
def _as_data_errors(context: TaskContext, what: str) -> Iterator[None]:
    """Put boto3's complaints into words; one that was caused by a cancellation is a cancellation."""
    try:
        yield
    except ClientError as error:
        context.check()
        code, message = error.response["Error"].get("Code", ""), error.response["Error"].get("Message", "")
        raise DataError(what, *_in_words(code, message)) from error
    except (S3UploadFailedError, BotoCoreError, OSError) as error:
        context.check()
        raise DataError(what, f"the connection or the file failed ({error})", "Try again.") from error


def _in_words(code: str, message: str) -> tuple[str, str]:
    if code in _MISSING:
        return "the bucket does not exist", "Create it, or choose another."
    if code in {"403", "AccessDenied", "Forbidden"}:
        return "S3 does not permit it, or the bucket belongs to another account", "Check the role's S3 permissions."
    if code in {"301", "PermanentRedirect", "AuthorizationHeaderMalformed"}:
        return "the bucket is in another region", "Choose a bucket in the region of the connection."
    return f"S3 answers {code or 'an error'}: {message.rstrip('.')}", "Try again."
