"""Auto scaling of an endpoint's variants: within what bounds Application Auto Scaling may change them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

INSTANCES = "sagemaker:variant:DesiredInstanceCount"


@dataclass(frozen=True, slots=True)
class ScalingBounds:
    """The registration of one variant."""

    resource_id: str
    """E.g. `endpoint/boston/variant/AllTraffic`."""

    dimension: str
    """What is scaled: instances, or provisioned concurrency."""

    low: int
    high: int

    @classmethod
    def from_answer(cls, target: Mapping[str, Any]) -> ScalingBounds:
        """From an element of DescribeScalableTargets."""
        return cls(target["ResourceId"], target["ScalableDimension"], target["MinCapacity"], target["MaxCapacity"])

    @property
    def variant(self) -> str:
        """Whose it is."""
        return self.resource_id.rpartition("/")[2]

    def __str__(self) -> str:
        what = "instances" if self.dimension == INSTANCES else "provisioned concurrency"
        return f"{self.variant}: {self.low} to {self.high} {what}"


def scaling_id(endpoint: str, variant: str) -> str:
    """What Application Auto Scaling calls a variant."""
    return f"endpoint/{endpoint}/variant/{variant}"
