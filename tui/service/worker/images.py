"""Container images of the built-in algorithms, from the table that the SageMaker SDK ships.

The table is read as the JSON it is: importing the SDK for it would take seconds.
"""

from __future__ import annotations

import json
import re
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

import botocore.loaders

from tui.service.errors import InvalidRequest
from tui.service.worker.context import TaskContext


def image_uri(context: TaskContext, algorithm: str, version: str) -> str:
    """The registry path of an algorithm's image in the connection's region, e.g. of `xgboost` `1.7-1`."""
    return uri_in_region(algorithm, version, context.client("sagemaker").meta.region_name)


def uri_in_region(algorithm: str, version: str, region: str) -> str:
    """The registry path in a region; `InvalidRequest` where the algorithm is not offered."""
    versions: dict[str, dict[str, Any]] = _table(algorithm)
    entry = versions.get(version)
    if entry is None or region not in entry["registries"]:
        raise InvalidRequest(
            f"SageMaker offers no {algorithm} {version} in {region}",
            f"Its image table has the versions {', '.join(versions)}",
            "Choose another region or version",
        )
    suffix = "-cpu-py3" if entry.get("py_versions") else ""
    return f"{entry['registries'][region]}.dkr.ecr.{region}.{_domain(region)}/{entry['repository']}:{version}{suffix}"


def _domain(region: str) -> str:
    """The DNS suffix of the region's partition."""
    partitions = botocore.loaders.create_loader().load_data("partitions")["partitions"]
    return next(
        str(partition["outputs"]["dnsSuffix"]) for partition in partitions if re.match(partition["regionRegex"], region)
    )


def _table(algorithm: str) -> dict[str, dict[str, Any]]:
    path = distribution("sagemaker-core").locate_file(f"sagemaker/core/image_uri_config/{algorithm}.json")
    table = json.loads(Path(str(path)).read_text())
    training = table.get("training", table)
    versions: dict[str, dict[str, Any]] = training["versions"]
    return versions
