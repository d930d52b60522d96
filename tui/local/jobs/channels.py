"""The input side of a job's hosts: S3 channels as files, and the configuration files of the container contract."""

from __future__ import annotations

import gzip
import json
import os
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tui.local.errors import AwsError
from tui.local.jobs.states import JobFailed
from tui.local.s3.objects import ObjectStore
from tui.local.settings import REGION


@dataclass(frozen=True, slots=True)
class _Source:
    """One object of a channel and the relative path it gets in the channel's folder."""

    bucket: str
    key: str
    path: str


def split_uri(uri: str) -> tuple[str, str]:
    """The bucket and the key or prefix of an `s3://` URI."""
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    return bucket, key


def prepare_hosts(
    roots: Sequence[Path], request: Mapping[str, Any], objects: ObjectStore, proceed: Callable[[], None]
) -> None:
    """Fill `input/` of every host's folder, whose name is the host's, beside a folder `shared` that all hosts see.

    Calls `proceed` before each file; what that raises ends the work. Raises JobFailed when there is no data or it
    cannot be laid out as files.
    """
    names = [root.name for root in roots]
    (roots[0].parent / "shared").mkdir(parents=True)
    for name, root in zip(names, roots, strict=True):
        for folder in ("input/data", "model", "output/data", "checkpoints"):
            (root / folder).mkdir(parents=True)
        _write_config(root / "input/config", request, name, names)
    for channel in request.get("InputDataConfig", ()):
        s3 = channel["DataSource"]["S3DataSource"]
        sources = _sources(objects, s3, request["RoleArn"])
        for index, root in enumerate(roots):
            mine = sources[index :: len(roots)] if s3["S3DataDistributionType"] == "ShardedByS3Key" else sources
            folder = root / "input/data" / channel["ChannelName"]
            folder.mkdir()
            for source in mine:
                proceed()
                _place(objects, source, folder, unpack=channel["CompressionType"] == "Gzip")


def _write_config(folder: Path, request: Mapping[str, Any], host: str, hosts: Sequence[str]) -> None:
    instance_type = request["ResourceConfig"]["InstanceType"]
    group = "homogeneousCluster"
    files: dict[str, Mapping[str, Any]] = {
        "hyperparameters": request.get("HyperParameters", {}),
        "inputdataconfig": {
            channel["ChannelName"]: {
                "TrainingInputMode": "File",
                "S3DistributionType": channel["DataSource"]["S3DataSource"]["S3DataDistributionType"],
                "RecordWrapperType": channel["RecordWrapperType"],
            }
            | ({"ContentType": channel["ContentType"]} if "ContentType" in channel else {})
            for channel in request.get("InputDataConfig", ())
        },
        "resourceconfig": {
            "current_host": host,
            "current_instance_type": instance_type,
            "current_group_name": group,
            "hosts": list(hosts),
            "instance_groups": [{"instance_group_name": group, "instance_type": instance_type, "hosts": list(hosts)}],
            "network_interface_name": "eth0",
        },
    }
    folder.mkdir(parents=True)
    for name, content in files.items():
        (folder / f"{name}.json").write_text(json.dumps(content), encoding="utf-8")


def _sources(objects: ObjectStore, s3: Mapping[str, Any], role_arn: str) -> list[_Source]:
    uri = s3["S3Uri"]
    bucket, prefix = split_uri(uri)
    if not objects.bucket_exists(bucket):
        raise _no_data(uri, bucket, role_arn)
    sources = (
        _manifest(objects, bucket, prefix) if s3["S3DataType"] == "ManifestFile" else _prefix(objects, bucket, prefix)
    )
    if not sources:
        raise _no_data(uri, bucket, role_arn)
    return sources


def _prefix(objects: ObjectStore, bucket: str, prefix: str) -> list[_Source]:
    """Every object under a prefix, relative to the folder that the prefix names or lies in."""
    keys = sorted(info.key for info in objects.list(bucket, prefix) if not info.key.endswith("/"))
    folder = prefix.rstrip("/") + "/" if prefix else ""
    if not all(key.startswith(folder) for key in keys):
        folder = prefix[: prefix.rfind("/") + 1]
    return [_Source(bucket, key, key.removeprefix(folder)) for key in keys]


def _manifest(objects: ObjectStore, bucket: str, key: str) -> list[_Source]:
    """The objects a manifest lists: `[{"prefix": "s3://…/"}, "relative/path", …]`."""
    try:
        first, *paths = json.loads(objects.path(bucket, key).read_text(encoding="utf-8"))
        prefix_bucket, prefix = split_uri(first["prefix"])
    except (AwsError, FileNotFoundError, AttributeError, KeyError, TypeError, ValueError):
        raise JobFailed(
            f'ClientError: Data download failed:The manifest file "s3://{bucket}/{key}" does not exist or is not a '
            'JSON list that begins with {"prefix": "s3://bucket/prefix/"} and goes on with relative paths.'
        ) from None
    return [_Source(prefix_bucket, prefix + path, path) for path in paths if isinstance(path, str)]


def _place(objects: ObjectStore, source: _Source, folder: Path, *, unpack: bool) -> None:
    """Put one object into a channel's folder, as a hard link where the file system has them."""
    target = folder / source.path.lstrip("/")
    if ".." in target.parts:
        raise _no_file(source, "The key cannot be the path of a file.")
    try:
        origin = objects.path(source.bucket, source.key)
        target.parent.mkdir(parents=True, exist_ok=True)
        if unpack:
            with gzip.open(origin) as packed, target.open("wb") as unpacked:
                shutil.copyfileobj(packed, unpacked)
        else:
            _link_or_copy(origin, target)
    except (AwsError, OSError, EOFError) as error:
        raise _no_file(source, str(error)) from error


def _link_or_copy(origin: Path, target: Path) -> None:
    try:
        os.link(origin, target)
    except (FileExistsError, FileNotFoundError):
        raise
    except OSError:
        shutil.copyfile(origin, target)


def _no_file(source: _Source, reason: str) -> JobFailed:
    return JobFailed(
        f'ClientError: Data download failed:Could not download "s3://{source.bucket}/{source.key}": {reason}'
    )


def _no_data(uri: str, bucket: str, role_arn: str) -> JobFailed:
    return JobFailed(
        f'ClientError: Data download failed:NoSuchKey (404): No S3 objects found under S3 URL "{uri}" given in '
        f"input data source. Please ensure that the bucket exists in the selected region ({REGION}), that objects "
        f'exist under that S3 prefix, and that the role "{role_arn}" has "s3:ListBucket" permissions on bucket '
        f'"{bucket}".'
    )
