"""botocore's service models, read as plain data: what operations a service has and what shapes they take and give."""

from __future__ import annotations

import functools
import gzip
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import botocore

Shape = dict[str, Any]
"""One shape of a service model: its `type`, its members and its constraints."""


@dataclass(frozen=True, slots=True)
class ServiceModel:
    """The model of one AWS service, as botocore ships it."""

    name: str
    """botocore's name of the service, e.g. `sagemaker`."""

    metadata: dict[str, Any]
    operations: dict[str, dict[str, Any]]
    shapes: dict[str, Shape]

    def input_shape(self, operation: str) -> str | None:
        """The name of the structure an operation takes; None when it takes nothing."""
        return self._shape_of(operation, "input")

    def output_shape(self, operation: str) -> str | None:
        """The name of the structure an operation answers with; None when the answer is empty."""
        return self._shape_of(operation, "output")

    def _shape_of(self, operation: str, side: str) -> str | None:
        reference = self.operations[operation].get(side)
        return None if reference is None else str(reference["shape"])


@functools.cache
def service_model(name: str) -> ServiceModel:
    """The newest model of a service, read when it is first needed and kept.

    The file is read directly, in some 50 ms for SageMaker: botocore's loader imports 150 modules more and lists the
    folders of all services, which takes five times as long.
    """
    versions = Path(botocore.__file__).parent / "data" / name
    newest = max(path.name for path in versions.iterdir() if path.is_dir())
    with gzip.open(versions / newest / "service-2.json.gz") as file:
        description = json.load(file)
    return ServiceModel(name, description["metadata"], description["operations"], description["shapes"])
