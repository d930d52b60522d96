"""The artifact of a model on its way from S3 into the folder that stands for a container's `/opt/ml/model`."""

from __future__ import annotations

import gzip
import shutil
import tarfile
import zlib
from pathlib import Path

from tui.local.errors import AwsError
from tui.local.s3.objects import ObjectStore

LARGEST_MODEL_BYTES = 4 << 30
LARGEST_MODEL_FILES = 10_000


class ModelDataError(Exception):
    """A model artifact that cannot be brought to a container; the text is the service's FailureReason."""


def fetch_model(objects: ObjectStore, url: str, compressed: bool, into: Path) -> None:
    """Lay the artifact at an `s3://` URL out as files in a folder, which is made if it is missing.

    A compressed artifact is one `model.tar.gz`, whose members cannot leave the folder; an uncompressed one is an
    object, or every object under a URL that ends with a slash.

    Raises:
        ModelDataError: there is nothing at the URL, or it is not such an archive, or a bomb.
        OSError: the folder cannot be written.
    """
    bucket, _, key = url.removeprefix("s3://").partition("/")
    into.mkdir(parents=True, exist_ok=True)
    try:
        if compressed:
            _unpack(objects, bucket, key, url, into)
        else:
            _copy(objects, bucket, key, url, into)
    except AwsError as error:
        raise _not_downloaded(url) from error


def _unpack(objects: ObjectStore, bucket: str, key: str, url: str, into: Path) -> None:
    with objects.open(bucket, key) as packed:
        try:
            with tarfile.open(fileobj=packed, mode="r:gz") as archive:
                archive.extractall(into, filter=_Limited(url))
        except (tarfile.TarError, gzip.BadGzipFile, EOFError, zlib.error) as error:
            raise ModelDataError(
                f'Failed to extract model data archive for container "container_1" from URL "{url}". Please ensure '
                "that the object located at the URL is a valid tar.gz archive."
            ) from error


class _Limited:
    """A filter for the members of an archive: none that leaves the folder, and no more than a disk can bear."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._files = 0
        self._bytes = 0

    def __call__(self, member: tarfile.TarInfo, into: str) -> tarfile.TarInfo | None:
        self._files += 1
        self._bytes += member.size
        if self._files > LARGEST_MODEL_FILES or self._bytes > LARGEST_MODEL_BYTES:
            raise ModelDataError(
                f'The model data archive for container "container_1" from URL "{self._url}" is too large: the embedded '
                f"SageMaker unpacks at most {LARGEST_MODEL_FILES} files and {LARGEST_MODEL_BYTES} bytes."
            )
        return tarfile.data_filter(member, into)


def _copy(objects: ObjectStore, bucket: str, prefix: str, url: str, into: Path) -> None:
    keys = [prefix]
    if prefix.endswith("/") or not prefix:
        keys = [info.key for info in objects.list(bucket, prefix) if not info.key.endswith("/")]
    if not keys:
        raise _not_downloaded(url)
    folder = prefix[: prefix.rfind("/") + 1]
    for key in keys:
        target = into / key.removeprefix(folder)
        if ".." in target.parts or not target.is_relative_to(into):
            raise ModelDataError(f'The key of "s3://{bucket}/{key}" cannot be the path of a file. Rename the object.')
        target.parent.mkdir(parents=True, exist_ok=True)
        with objects.open(bucket, key) as body, target.open("wb") as file:
            shutil.copyfileobj(body, file)


def _not_downloaded(url: str) -> ModelDataError:
    return ModelDataError(
        f'Failed to download model data for container "container_1" from URL: "{url}". Please ensure that there is an '
        "object located at the URL and that the role passed to CreateModel has permissions to download the object."
    )
