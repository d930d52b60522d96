"""The objects of a transform job: what it reads, what it has written, and what its input looks like before it runs."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tui.resources.text import strip_controls
from tui.resources.transform_plans import InputPeek
from tui.resources.transforms import (
    FilesDone,
    TransformData,
    TransformFile,
    TransformFiles,
    bucket_and_key,
    relative_names,
)
from tui.service.errors import NotFound
from tui.service.worker.context import TaskContext

LISTED = 10_000
"""Objects that are listed of a prefix, at most."""

PEEKED = 16 << 10
"""Bytes that are read of the first object."""

_MANIFEST_LIMIT = 4 << 20
_CLOCKS = 2.0
"""Seconds by which the clocks of SageMaker and S3 may differ, S3's whole seconds included."""


def transform_files(context: TaskContext, data: TransformData) -> TransformFiles:
    """The input objects of a job with what became of each, by name."""
    s3 = context.client("s3")
    inputs, complete = _inputs(context, s3, data.data_type, data.input_uri)
    bucket, prefix = bucket_and_key(data.output_uri)
    prefix = prefix.rstrip("/") + "/" if prefix.strip("/") else ""
    written = _written(context, s3, bucket, prefix, data.since)
    files = tuple(
        TransformFile(name, source, key, size, bucket, f"{prefix}{name}.out", written.get(f"{prefix}{name}.out"))
        for name, (source, key, size) in sorted(inputs.items())
    )
    done = sum(file.output_size is not None for file in files)
    return TransformFiles(files, FilesDone(done, len(files), complete))


def transform_progress(context: TaskContext, data: TransformData) -> FilesDone:
    """How many input objects of a job have their output."""
    return transform_files(context, data).done


def peek_transform_input(context: TaskContext, uri: str, data_type: str) -> InputPeek:
    """What a job on this input would find: how many objects, how large, and the first lines of the first.

    Raises:
        ServiceError: There is nothing there, or it cannot be read.
    """
    s3 = context.client("s3")
    inputs, complete = _inputs(context, s3, data_type, uri)
    if not inputs:
        raise NotFound(f"There is no object below {uri}", next_step="Check the prefix")
    name, (bucket, key, size) = next(iter(sorted(inputs.items())))
    head = s3.get_object(Bucket=bucket, Key=key, Range=f"bytes=0-{PEEKED - 1}")["Body"].read() if size else b""
    compressed = head.startswith(b"\x1f\x8b")
    text = zlib.decompressobj(31).decompress(head, 4 * PEEKED) if compressed else head
    lines = text.split(b"\n")
    whole = lines if size <= PEEKED and not compressed else lines[:-1]
    longest = max(map(len, lines), default=0)
    if len(lines) == 1 and size > PEEKED:  # the record does not even end here
        longest = size
    return InputPeek(
        objects=len(inputs),
        total_size=sum(size for _, _, size in inputs.values()),
        largest=max(size for _, _, size in inputs.values()),
        first_name=name or key.rpartition("/")[2],
        lines=_as_text(whole),
        compressed=compressed,
        complete=complete,
        longest_line=longest,
    )


def write_training_manifest(context: TaskContext, uri: str, train_uri: str, keys: Sequence[str]) -> None:
    """Write a manifest that names the objects of training data and some more of the same bucket.

    Raises:
        ServiceError: There is no training data any more.
    """
    s3 = context.client("s3")
    source, prefix = bucket_and_key(train_uri)
    trained = [item["Key"] for item in _listed(context, s3, source, prefix) if not item["Key"].endswith("/")]
    if not trained:
        raise NotFound(f"There is no object below {train_uri}", "The model's training data is gone")
    bucket, key = bucket_and_key(uri)
    body = json.dumps([{"prefix": f"s3://{source}/"}, *trained, *keys], indent=1)
    s3.put_object(Bucket=bucket, Key=key, Body=body.encode())


def _as_text(lines: list[bytes]) -> tuple[str, ...]:
    try:
        texts = [line.decode("utf-8").rstrip("\r") for line in lines]
    except UnicodeDecodeError:
        return ()
    if any("\0" in text for text in texts):
        return ()
    return tuple(strip_controls(text) for text in texts if text)


def _inputs(context: TaskContext, s3: Any, data_type: str, uri: str) -> tuple[dict[str, tuple[str, str, int]], bool]:
    """Bucket, key and size of the input objects by their names, and whether these are all."""
    bucket, prefix = bucket_and_key(uri)
    if data_type == "ManifestFile":
        return _manifest(s3, bucket, prefix)
    sizes: dict[str, int] = {}
    complete = True
    for item in _listed(context, s3, bucket, prefix):
        if len(sizes) == LISTED:
            complete = False
            break
        sizes[item["Key"]] = item["Size"]
    names = relative_names(prefix, sizes)
    return {name: (bucket, key, sizes[key]) for key, name in names.items()}, complete


def _manifest(s3: Any, bucket: str, key: str) -> tuple[dict[str, tuple[str, str, int]], bool]:
    """The objects that a manifest names; their sizes would take a call for each, and only the first is asked for."""
    body = s3.get_object(Bucket=bucket, Key=key)["Body"].read(_MANIFEST_LIMIT)
    try:
        first, *paths = json.loads(body)
        source, prefix = bucket_and_key(first["prefix"])
    except (ValueError, TypeError, KeyError) as error:
        raise NotFound(
            f"s3://{bucket}/{key} is no manifest", 'It is no JSON list that begins with {"prefix": "s3://…/"}'
        ) from error
    names = [path for path in paths if isinstance(path, str)]
    size = s3.head_object(Bucket=source, Key=prefix + min(names))["ContentLength"] if names else 0
    return {name: (source, prefix + name, size) for name in names[:LISTED]}, len(names) <= LISTED


def _written(context: TaskContext, s3: Any, bucket: str, prefix: str, since: float) -> Mapping[str, int]:
    found: dict[str, int] = {}
    for item in _listed(context, s3, bucket, prefix):
        modified = item["LastModified"]
        at = modified if isinstance(modified, int | float) else modified.timestamp()
        if item["Key"].endswith(".out") and at >= since - _CLOCKS:
            found[item["Key"]] = item["Size"]
        if len(found) == LISTED:
            break
    return found


def _listed(context: TaskContext, s3: Any, bucket: str, prefix: str) -> Iterator[dict[str, Any]]:
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
        context.check()
        yield from page.get("Contents", ())
