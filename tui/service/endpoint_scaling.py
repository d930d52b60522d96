"""Application Auto Scaling, as far as endpoints go."""

from __future__ import annotations

from collections.abc import Sequence

from tui.resources.endpoint_scaling import ScalingBounds, scaling_id
from tui.service.errors import ServiceError
from tui.service.gateway import Gateway

_SERVICE, _NAMESPACE = "application-autoscaling", "sagemaker"


class EndpointScaling:
    """The auto scaling of endpoints."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway

    async def bounds(self, endpoint: str, variants: Sequence[str]) -> tuple[ScalingBounds, ...]:
        """The registrations of an endpoint's variants.

        Raises:
            ServiceError: It cannot be known.
        """
        if not variants:  # without any named, the service would answer with those of all endpoints
            return ()
        ids = [scaling_id(endpoint, variant) for variant in variants]
        pages = self._gateway.pages(_SERVICE, "DescribeScalableTargets", ServiceNamespace=_NAMESPACE, ResourceIds=ids)
        found = [ScalingBounds.from_answer(target) async for page in pages for target in page["ScalableTargets"]]
        return tuple(found)

    async def deregister(self, bounds: ScalingBounds) -> None:
        """Take a variant's registration away, with its policies."""
        try:
            await self._gateway.call(
                _SERVICE,
                "DeregisterScalableTarget",
                ServiceNamespace=_NAMESPACE,
                ResourceId=bounds.resource_id,
                ScalableDimension=bounds.dimension,
            )
        except ServiceError as error:
            if error.code != "ObjectNotFoundException":  # somebody was faster
                raise
