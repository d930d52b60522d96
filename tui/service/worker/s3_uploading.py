"""Uploading files and whole folders to a place in S3."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tui.resources.datasets import DataError
from tui.resources.s3_objects import S3Place, TransferPlan, Transferred
from tui.service.worker.context import TaskContext
from tui.service.worker.s3_errors import as_data_errors
from tui.service.worker.s3_meter import Meter
from tui.service.worker.s3_sending import PART_BYTES, Sender

_THREADS = 10
"""Small files that are on their way at once."""


@dataclass(frozen=True, slots=True)
class _File:
    path: Path
    key: str
    size: int


def plan_upload(context: TaskContext, paths: Sequence[str], place: S3Place) -> TransferPlan:
    """What an upload would send, and which keys it would replace.

    Raises:
        DataError: A file cannot be read, a name cannot be a key, or the place cannot be listed.
    """
    files = list(_files(context, paths, place.prefix))
    s3 = context.client("s3")
    roots = {place.prefix + Path(path).name for path in paths}
    present: set[str] = set()
    with as_data_errors(context, f"Cannot list {place}"):
        for root in sorted(roots):
            for page in s3.get_paginator("list_objects_v2").paginate(Bucket=place.bucket, Prefix=root):
                context.check()
                present.update(found["Key"] for found in page.get("Contents", ()))
    taken = tuple(file.key for file in files if file.key in present)
    return TransferPlan(len(files), sum(file.size for file in files), taken)


def upload_paths(context: TaskContext, paths: Sequence[str], place: S3Place, state: str) -> Transferred:
    """Upload files, and folders with everything in them, sending `UploadProgress`.

    What a break leaves half done is kept below the folder `state`: another attempt goes on with it.

    Raises:
        ConnectionBroke: The way to S3 failed.
        DataError: A file or the bucket cannot be used, or what arrived is not what was sent.
    """
    files = list(_files(context, paths, place.prefix))
    meter = Meter(context, sum(file.size for file in files))
    sender = Sender(context.client("s3"), meter, Path(state))

    def send(file: _File) -> None:
        context.check()
        meter.file = file.path.name
        sender.send(file.path, place.bucket, file.key)

    with as_data_errors(context, f"Cannot upload to {place}"):
        send_all(send, [file for file in files if file.size <= PART_BYTES])
        for file in files:
            if file.size > PART_BYTES:
                send(file)
    meter.finish()
    return Transferred(len(files), sum(file.size for file in files), meter.kept)


def send_all(send: Any, items: Sequence[Any]) -> None:
    """Do something with all items, many at once; the first failure ends it."""
    with ThreadPoolExecutor(_THREADS) as pool:
        try:
            for _ in pool.map(send, items):
                pass
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _files(context: TaskContext, paths: Sequence[str], prefix: str) -> Iterator[_File]:
    """The ordinary files among and below the paths; links to folders are not followed, so that there is an end."""
    for text in paths:
        path = Path(text)
        if path.is_dir():
            for folder, _, names in os.walk(path):
                context.check()
                for name in sorted(names):
                    file = Path(folder, name)
                    if file.is_file():
                        yield _file(file, f"{prefix}{path.name}/{file.relative_to(path).as_posix()}")
        elif path.is_file():
            yield _file(path, prefix + path.name)
        else:
            raise DataError(f"Cannot upload '{path}'", "it is no file and no folder (any more)", "Look again.")


def _file(path: Path, key: str) -> _File:
    what = f"Cannot upload '{path}'"
    try:
        key.encode()
        return _File(path, key, path.stat().st_size)
    except UnicodeEncodeError as error:
        raise DataError(what, "its name is no text that S3 can have as a key", "Rename it.") from error
    except OSError as error:
        raise DataError(what, str(error.strerror or error), "Look again.") from error
