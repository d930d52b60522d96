"""Which container images the embedded SageMaker can run, by the image table of the SageMaker SDK.

The table is read as the JSON file it is: importing the SDK for it takes ten seconds and more.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.metadata import distribution
from pathlib import Path
from typing import Any, Final

from tui.local.algorithms.metric_definitions import (
    MetricDefinition,
    linear_learner_definitions,
    xgboost_definitions,
)

NAMES: Final = ("xgboost", "linear-learner")
"""The algorithms, by their names in the SDK."""

_IMAGE = re.compile(
    r"(?P<account>\d{12})\.dkr\.ecr\.(?P<region>[a-z0-9-]+)\.[a-z0-9.]+/(?P<repository>[^:@]+):(?P<tag>[^@]+)"
)
_CPU_SUFFIX = re.compile(r"-cpu-py3\d*$")
_DEFINITIONS = {"xgboost": xgboost_definitions, "linear-learner": linear_learner_definitions}
_DOMAINS = {
    "cn-": "amazonaws.com.cn",
    "us-iso-": "c2s.ic.gov",
    "us-isob-": "sc2s.sgov.gov",
    "us-isof-": "csp.hci.ic.gov",
}


@dataclass(frozen=True, slots=True)
class Algorithm:
    """A built-in algorithm in one version."""

    name: str
    """The SDK's name: `xgboost` or `linear-learner`."""

    version: str
    """The SDK's version, e.g. `1.7-1`, or `1` for the one that is also called `latest`."""

    supports_distributed: bool = True
    """Whether a job may have several instances."""

    def metric_definitions(self, hyperparameters: Mapping[str, str]) -> tuple[MetricDefinition, ...]:
        """The metrics that are read out of the log of a job with these hyperparameters."""
        return _DEFINITIONS[self.name](hyperparameters)


def find(image: str) -> Algorithm | None:
    """The algorithm behind a training image, or None for an image that is not a built-in of its region and account."""
    match = _IMAGE.fullmatch(image)
    if match is None:
        return None
    tag = _CPU_SUFFIX.sub("", match["tag"])
    for name in NAMES:
        version = _aliases(name).get(tag, tag)
        entry = _versions(name).get(version)
        if entry is None or entry["repository"] != match["repository"]:
            continue
        if entry["registries"].get(match["region"]) == match["account"]:
            return Algorithm(name, version)
    return None


def versions(name: str) -> tuple[str, ...]:
    """The versions of an algorithm that can train, oldest first."""
    return tuple(_versions(name))


def image_uri(name: str, version: str, region: str) -> str:
    """The image of an algorithm as the SDK's `image_uris.retrieve` answers it.

    Raises KeyError when the SDK's table has no such algorithm, version or region.
    """
    version = _aliases(name).get(version, version)
    entry = _versions(name)[version]
    domain = next((domain for prefix, domain in _DOMAINS.items() if region.startswith(prefix)), "amazonaws.com")
    suffix = f"-cpu-{entry['py_versions'][0]}" if "py_versions" in entry else ""
    return f"{entry['registries'][region]}.dkr.ecr.{region}.{domain}/{entry['repository']}:{version}{suffix}"


@cache
def _table(name: str) -> Mapping[str, Any]:
    path = distribution("sagemaker-core").locate_file(f"sagemaker/core/image_uri_config/{name}.json")
    table: dict[str, Any] = json.loads(Path(str(path)).read_text("utf-8"))
    training: dict[str, Any] = table.get("training", table)
    return training


def _versions(name: str) -> Mapping[str, Any]:
    entries: Mapping[str, Any] = _table(name)["versions"]
    return entries


def _aliases(name: str) -> Mapping[str, str]:
    aliases: Mapping[str, str] = _table(name).get("version_aliases", {})
    return aliases
