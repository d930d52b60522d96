"""The output side of a job: its folders as archives in S3."""

from __future__ import annotations

import gzip
import tarfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tui.local.errors import AwsError
from tui.local.jobs.sources import split_uri
from tui.local.jobs.states import JobFailed
from tui.local.s3.objects import ObjectStore


def upload_artifacts(root: Path, name: str, request: Mapping[str, Any], objects: ObjectStore) -> str:
    """Upload `model/`, and `output/data/` when there is anything in it, to `<S3OutputPath>/<job>/output/`.

    Answers the S3 URI of the model: an archive `model.tar.gz`, or the folder `model/` when the request asked for no
    compression. Raises JobFailed when the disk is full or the bucket is gone.
    """
    output = request["OutputDataConfig"]
    base = f"{output['S3OutputPath'].rstrip('/')}/{name}/output"
    compress = output["CompressionType"] == "GZIP"
    try:
        if has_files(root / "output/data"):
            _upload(root / "output/data", f"{base}/output", objects, compress=compress)
        return _upload(root / "model", f"{base}/model", objects, compress=compress)
    except (OSError, AwsError) as error:
        raise JobFailed(
            f"ClientError: Artifact upload failed:{error}. Make room on the disk, or check the bucket of "
            f"{output['S3OutputPath']}, and start the job again."
        ) from error


def has_files(folder: Path) -> bool:
    """Whether there is a file anywhere in a folder."""
    return any(path.is_file() for path in folder.rglob("*"))


def _upload(folder: Path, base: str, objects: ObjectStore, *, compress: bool) -> str:
    if compress:
        archive = folder.with_suffix(".tar.gz")
        write_archive(folder, archive)
        bucket, key = split_uri(f"{base}.tar.gz")
        objects.put_file(bucket, key, archive)
        return f"s3://{bucket}/{key}"
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            bucket, key = split_uri(f"{base}/{path.relative_to(folder).as_posix()}")
            objects.put_file(bucket, key, path)
    return f"{base}/"


def write_archive(folder: Path, archive: Path) -> None:
    """Pack the files of a folder, at the archive's top level; equal content gives equal bytes."""
    with (
        archive.open("wb") as file,
        gzip.GzipFile(filename="", mode="wb", fileobj=file, mtime=0) as packed,
        tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as tar,
    ):
        for path in sorted(folder.rglob("*")):
            tar.add(path, arcname=path.relative_to(folder).as_posix(), recursive=False, filter=_anonymous)


def _anonymous(member: tarfile.TarInfo) -> tarfile.TarInfo:
    member.uid = member.gid = 0
    member.uname = member.gname = ""
    member.mtime = 0
    member.mode = 0o755 if member.isdir() else 0o644
    return member
