"""The input side of a job's hosts: S3 channels as files, and the configuration files of the container contract."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from tui.local.jobs.sources import Source, list_sources, no_file, no_sources, place
from tui.local.jobs.states import JobFailed
from tui.local.s3.objects import ObjectStore


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
                place(objects, source, _target(source, folder), unpack=channel["CompressionType"] == "Gzip")


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


def _sources(objects: ObjectStore, s3: Mapping[str, Any], role_arn: str) -> list[Source]:
    sources = list_sources(objects, s3)
    if not sources:
        raise JobFailed(f"ClientError: Data download failed:NoSuchKey (404): {no_sources(s3['S3Uri'], role_arn)}")
    return sources


def _target(source: Source, folder: Path) -> Path:
    """The file of an object in a channel's folder."""
    target = folder / source.path.lstrip("/")
    if ".." in target.parts:
        raise no_file(source, "The key cannot be the path of a file.")
    return target
