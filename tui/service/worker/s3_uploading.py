"""Uploading files and whole folders to a place in S3."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tui.resources.datasets import DataError
from tui.resources.s3_objects import S3Place, TransferPlan, Transferred
from tui.service.worker.context import TaskContext
from tui.service.worker.s3_checksums import PART_BYTES, Stored, is_stored
from tui.service.worker.s3_errors import as_data_errors
from tui.service.worker.s3_meter import Meter
from tui.service.worker.s3_sending import Sender
from tui.service.worker.s3_threads import for_each


@dataclass(frozen=True, slots=True)
class _File:
    path: Path
    key: str
    size: int


def plan_upload(context: TaskContext, paths: Sequence[str], place: S3Place) -> TransferPlan:
    """What an upload would send, and which objects with other content it would replace.

    Raises:
        DataError: A file cannot be read, a name cannot be a key, or the place cannot be listed.
    """
    files = list(_files(context, paths, place.prefix))
    with as_data_errors(context, f"Cannot compare with what is in {place}"):
        stored = _stored(context, paths, place)
        taken = tuple(
            file.key for file in files if file.key in stored and not is_stored(context, file.path, stored[file.key])
        )
    return TransferPlan(len(files), sum(file.size for file in files), taken)


def upload_paths(context: TaskContext, paths: Sequence[str], place: S3Place, state: str) -> Transferred:
    """Upload files, and folders with everything in them, sending `UploadProgress`; what is there already stays there.

    What a break leaves half done is kept below the folder `state`: another attempt goes on with it.

    Raises:
        ConnectionBroke: The way to S3 failed.
        DataError: A file or the bucket cannot be used, or what arrived is not what was sent.
    """
    files = list(_files(context, paths, place.prefix))
    meter = Meter(context, sum(file.size for file in files), len(files))
    sender = Sender(context, meter, Path(state))

    with as_data_errors(context, f"Cannot upload to {place}"):
        stored = _stored(context, paths, place)

        def send(file: _File) -> None:
            context.check()
            meter.file = file.path.name
            sender.send(file.path, place.bucket, file.key, stored.get(file.key))

        for_each([file for file in files if file.size <= PART_BYTES], send)
        for file in files:
            if file.size > PART_BYTES:
                send(file)
    meter.finish()
    return Transferred(len(files), sum(file.size for file in files), meter.kept)


def _stored(context: TaskContext, paths: Sequence[str], place: S3Place) -> dict[str, Stored]:
    """The objects that have the name of a file that is to be uploaded, or are below that of a folder."""
    s3 = context.client("s3")

    def look(text: str) -> list[tuple[str, Stored]]:
        path = Path(text)
        key = place.prefix + path.name
        if path.is_dir():
            pages = s3.get_paginator("list_objects_v2").paginate(Bucket=place.bucket, Prefix=f"{key}/")
        else:  # the first key with a prefix is the one that is nothing but the prefix
            pages = [s3.list_objects_v2(Bucket=place.bucket, Prefix=key, MaxKeys=1)]
        found: list[tuple[str, Stored]] = []
        for page in pages:
            context.check()
            found += [
                (entry["Key"], Stored(entry["Size"], entry["ETag"].strip('"'))) for entry in page.get("Contents", ())
            ]
        return found

    return {key: stored for found in for_each(paths, look) for key, stored in found}


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
