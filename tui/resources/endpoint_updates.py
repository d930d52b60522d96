"""Moving an endpoint to another configuration: what that would reset, by what steps, and the request for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from tui.resources.endpoint_configs import EndpointConfig
from tui.resources.endpoints import EndpointDetail

PolicyKind = Literal["all at once", "canary", "linear", "rolling"]

POLICIES: Mapping[PolicyKind, str] = {
    "all at once": "a second fleet comes up beside the first and takes all traffic",
    "canary": "a second fleet gets a small part of the traffic first, then all of it",
    "linear": "a second fleet takes over in equal steps",
    "rolling": "instances are replaced a few at a time; no second fleet is paid for",
}

_SIZES: Mapping[PolicyKind, tuple[int, int]] = {"canary": (1, 50), "linear": (10, 50), "rolling": (5, 50)}
"""Percent that one step may have."""


@dataclass(frozen=True, slots=True)
class DeploymentPolicy:
    """By what steps traffic moves to the new fleet, and what sends it back."""

    kind: PolicyKind = "all at once"
    step_percent: int = 10
    """Of the capacity: what the canary gets, a linear step, or a batch of a rolling update."""

    wait_seconds: int = 0
    """Between the steps, while the alarms are watched."""

    termination_seconds: int = 0
    """How long the old fleet is kept, and paid for, when the new one has all traffic."""

    timeout_seconds: int | None = None
    """After which the deployment is given up; None for the service's own limit."""

    alarms: tuple[str, ...] = ()
    """CloudWatch alarms, any of which rolls the update back."""

    @property
    def problem(self) -> str:
        """Why the service would refuse it, as a sentence; empty when it would not."""
        low, high = _SIZES.get(self.kind, (0, 100))
        if not low <= self.step_percent <= high:
            return f"A {self.kind} step is {low} to {high} % of the capacity."
        if not 0 <= self.wait_seconds <= 3600 or not 0 <= self.termination_seconds <= 3600:
            return "A wait is at most 3600 seconds."
        if self.timeout_seconds is not None and not 600 <= self.timeout_seconds <= 28800:
            return "The time limit is 600 to 28800 seconds."
        if len(self.alarms) > 10:
            return "At most 10 alarms can roll an update back."
        return ""

    def to_request(self) -> dict[str, Any]:
        """The members of DeploymentConfig."""
        limit = {"MaximumExecutionTimeoutInSeconds": self.timeout_seconds} if self.timeout_seconds else {}
        size = {"Type": "CAPACITY_PERCENT", "Value": self.step_percent}
        if self.kind == "rolling":
            policy = {"MaximumBatchSize": size, "WaitIntervalInSeconds": self.wait_seconds} | limit
            request: dict[str, Any] = {"RollingUpdatePolicy": policy}
        else:
            traffic: dict[str, Any] = {
                "Type": self.kind.replace(" ", "_").upper(),
                "WaitIntervalInSeconds": self.wait_seconds,
            }
            if self.kind != "all at once":
                traffic["CanarySize" if self.kind == "canary" else "LinearStepSize"] = size
            policy = {"TrafficRoutingConfiguration": traffic, "TerminationWaitInSeconds": self.termination_seconds}
            request = {"BlueGreenUpdatePolicy": policy | limit}
        if self.alarms:
            request["AutoRollbackConfiguration"] = {"Alarms": [{"AlarmName": name} for name in self.alarms]}
        return request


@dataclass(frozen=True, slots=True)
class Reset:
    """A live setting of a variant that a configuration says otherwise."""

    variant: str
    what: Literal["weight", "instances"]
    live: str
    configured: str

    def __str__(self) -> str:
        return f"{self.what} of {self.variant}: {self.live} live, {self.configured} in the configuration"


def resets(detail: EndpointDetail, new: EndpointConfig) -> tuple[Reset, ...]:
    """What UpdateEndpoint to this configuration would reset unless it is told to keep all variant properties."""
    found = []
    for variant in detail.production:
        if (configured := new.variant(variant.name)) is None:
            continue
        if variant.desired_weight != configured.weight:
            found.append(Reset(variant.name, "weight", f"{variant.desired_weight:g}", f"{configured.weight:g}"))
        if None not in (variant.desired_count, configured.count) and variant.desired_count != configured.count:
            found.append(Reset(variant.name, "instances", str(variant.desired_count), str(configured.count)))
    return tuple(found)


def keeps_no_traffic(detail: EndpointDetail, new: EndpointConfig) -> bool:
    """Whether the new configuration would serve nobody with the live weights: those that it keeps are all 0."""
    live = {variant.name: variant.desired_weight for variant in detail.production}
    production = [variant for variant in new.variants if not variant.shadow]
    return not any(live.get(variant.name, variant.weight) for variant in production)


def update_request(
    endpoint: str,
    config: str,
    policy: DeploymentPolicy | None = None,
    *,
    keep_live: bool = True,
    reset: Sequence[Literal["DesiredWeight", "DesiredInstanceCount", "DataCaptureConfig"]] = (),
) -> dict[str, Any]:
    """The members of UpdateEndpoint; live weights and instance counts are kept, but for those in `reset`."""
    request: dict[str, Any] = {
        "EndpointName": endpoint,
        "EndpointConfigName": config,
        "RetainAllVariantProperties": keep_live,
    }
    if keep_live and reset:
        request["ExcludeRetainedVariantProperties"] = [{"VariantPropertyType": name} for name in reset]
    if policy:
        request["DeploymentConfig"] = policy.to_request()
    return request
