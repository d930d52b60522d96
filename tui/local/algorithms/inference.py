"""The serving side of the containers: what the model in a folder answers to a request, and what its log says meanwhile.

Nothing here knows HTTP or S3: a request is its body and two headers, an answer is a `Reply`.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Protocol

from tui.local.algorithms.catalog import find
from tui.local.algorithms.xgboost_inference_rules import InferenceRules
from tui.local.algorithms.xgboost_releases import Release

MAX_BODY_BYTES: Final = 6 * 1024 * 1024
"""How large a request's body may be, unless the variable MAX_CONTENT_LENGTH says otherwise."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What a container answers to `POST /invocations`."""

    status: int
    content_type: str
    body: bytes


class ModelLoadError(Exception):
    """A model that the container cannot load, in the container's words."""


class ServedModel(Protocol):
    """A loaded model behind its container's inference server."""

    def invoke(self, body: bytes, content_type: str, accept: str) -> Reply:
        """Answer a request; a header that was not sent is empty. May be called by several threads at once.

        A request that cannot be answered gets the status and the text that the container has for it.
        """


def load_model(folder: Path, image: str, environment: Mapping[str, str], log: Callable[[str], None]) -> ServedModel:
    """Load the model of an unpacked `model.tar.gz`, as the container of an image does when it starts to serve.

    `environment` holds the container's variables: `SAGEMAKER_BATCH`, `SAGEMAKER_INFERENCE_OUTPUT`, … `log` gets the
    lines of the container's log, here and at every request. Raises ModelLoadError.
    """
    algorithm = find(image)
    if algorithm is None:
        raise ModelLoadError(f"The image {image} is no XGBoost or Linear Learner image, the only ones that run here.")
    # The two are imported when they are needed: the control plane asks for execution_parameters only.
    if algorithm.name == "xgboost":
        from tui.local.algorithms import lean_xgboost, xgboost_inference  # noqa: F401, PLC0415

        return xgboost_inference.load(folder, algorithm.version, environment, log)
    from tui.local.algorithms import linear_learner_inference  # noqa: PLC0415

    return linear_learner_inference.load(folder, environment, log)


def execution_parameters(image: str, environment: Mapping[str, str] | None = None) -> Mapping[str, Any]:
    """What the container answers to `GET /execution-parameters`, from which batch transform takes its defaults.

    There is a worker for each processor of the instance, which is this machine.
    """
    algorithm = find(image)
    ceiling = None
    if algorithm is not None and algorithm.name == "xgboost":
        ceiling = InferenceRules(Release(algorithm.version)).body_ceiling
    return {
        "MaxConcurrentTransforms": os.cpu_count() or 1,
        "BatchStrategy": "MULTI_RECORD",
        "MaxPayloadInMB": body_limit(environment or {}, ceiling) // (1024 * 1024),
    }


def body_limit(environment: Mapping[str, str], ceiling: int | None = None) -> int:
    """The largest body, in bytes, that a container with these variables accepts."""
    configured = environment.get("MAX_CONTENT_LENGTH", "")
    limit = int(configured) if configured.isdecimal() else MAX_BODY_BYTES
    return limit if ceiling is None else min(limit, ceiling)
