"""Application Auto Scaling, as far as it can be told: nothing can be registered here, so nothing is."""

from __future__ import annotations

from typing import Any

from tui.local.errors import AwsError


class AutoScaling:
    """The operations that ask what is scaled by itself; those that would change it are not served."""

    def describe_scalable_targets(self, request: dict[str, Any]) -> dict[str, Any]:
        """No variant has bounds within which its instances come and go."""
        _refuse_token(request)
        return {"ScalableTargets": []}

    def describe_scaling_policies(self, request: dict[str, Any]) -> dict[str, Any]:
        """Nor rules by which they do."""
        _refuse_token(request)
        return {"ScalingPolicies": []}


def _refuse_token(request: dict[str, Any]) -> None:
    """One page holds everything, so that no token is ever ours."""
    if "NextToken" in request:
        raise AwsError("InvalidNextTokenException", "The next token supplied was invalid.")
