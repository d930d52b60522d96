"""Bringing an endpoint up from models or training jobs, and taking it down with what belongs to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from tui.resources.endpoint_configs import Capture, ConfigVariant, variants_problem
from tui.resources.endpoint_scaling import ScalingBounds
from tui.resources.endpoints import EndpointDetail, name_problem
from tui.resources.models import TrainedModel

Kind = Literal["model", "endpoint configuration", "endpoint", "scaling registration"]


@dataclass(frozen=True, slots=True)
class DeployVariant:
    """A variant to be deployed: of a model there is, or of one to be made from what a training job left."""

    variant: ConfigVariant
    """Its `model` is empty where `trained` says what to make it of."""

    trained: TrainedModel | None = None


@dataclass(frozen=True, slots=True)
class DeploymentPlan:
    """What a person decides about a new endpoint."""

    endpoint: str
    config: str
    """The name of the configuration that will be made."""

    variants: tuple[DeployVariant, ...]
    capture: Capture | None = None

    @property
    def problem(self) -> str:
        """Why it cannot be deployed, as a sentence; empty when that is not known before it is tried."""
        for name in (self.endpoint, self.config, *(one.variant.name for one in self.variants)):
            if problem := name_problem(name):
                return problem
        for one in self.variants:
            if not one.variant.model and one.trained is None:
                return f"{one.variant.name} has no model."
        if self.capture and any(one.variant.serverless for one in self.variants):
            return "A serverless endpoint does not capture data."
        return variants_problem([one.variant for one in self.variants])


@dataclass(frozen=True, slots=True)
class Resource:
    """One thing that was made, or is to go."""

    kind: Kind
    name: str

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"


@dataclass(frozen=True, slots=True)
class DeployStep:
    """One step of a deployment, told when it begins and again when it is done."""

    resource: Resource
    state: Literal["doing", "done", "there already"]
    words: str = ""
    """What is being done to it at the moment, e.g. the status of the endpoint."""


@dataclass(frozen=True, slots=True)
class EndpointProgress:
    """How far an endpoint is on its way to be in service."""

    detail: EndpointDetail
    seconds: float
    """Since it was first looked at."""

    @property
    def words(self) -> str:
        """The phase, e.g. `Updating: Green Baking`."""
        endpoint = self.detail.endpoint
        variants = self.detail.pending.variants if self.detail.pending else self.detail.variants
        phases = list(
            dict.fromkeys(variant.status for variant in variants if variant.status not in ("", endpoint.status))
        )
        return f"{endpoint.status}: {', '.join(phases)}" if phases else endpoint.status


@dataclass(frozen=True, slots=True)
class Belonging:
    """What can go together with an endpoint, and who else needs it."""

    resource: Resource
    used_by: tuple[str, ...] = ()
    """What else refers to it, e.g. `endpoint boston`; while there is any, it stays."""

    unsure: str = ""
    """Why it cannot be said that nothing else refers to it, as a sentence; then it stays too."""

    @property
    def why_it_stays(self) -> str:
        """The reason for which it must not go, as a sentence; empty when it may."""
        return f"It is used by {_listed(self.used_by)}." if self.used_by else self.unsure


@dataclass(frozen=True, slots=True)
class ShutDownPlan:
    """What shutting an endpoint down would mean."""

    endpoint: str
    config: Belonging | None
    """None when the configuration is gone already."""

    models: tuple[Belonging, ...]
    scaling: tuple[ScalingBounds, ...]
    """Registrations for auto scaling, which nothing else can use."""

    stays: tuple[str, ...]
    """What always stays behind, e.g. `the log group /aws/sagemaker/Endpoints/boston`."""


@dataclass(frozen=True, slots=True)
class ShutDownStep:
    """One step of a shut-down."""

    resource: Resource
    state: Literal["deleting", "deleted", "stays"]
    why: str = ""
    """Why it stays, as a sentence."""


def _listed(names: Sequence[str], most: int = 3) -> str:
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more
