"""Deployment configurations: in which steps the traffic moves to a new fleet, and what sends it back."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tui.local.endpoints.fleets import Fleet
from tui.local.errors import AwsError, validation_error


@dataclass(frozen=True, slots=True)
class Rollout:
    """How a fleet takes over from another. All waits are real seconds, whatever the pace of the server's phases."""

    steps: tuple[float, ...] = (1.0,)
    """The part of the traffic that the new fleet has after each step."""

    bake_seconds: float = 0.0
    """How long the alarms are watched after each step."""

    termination_seconds: float = 0.0
    """How long the old fleet is kept when the new one has all traffic."""

    timeout_seconds: float = math.inf
    """How long the whole deployment may take."""

    alarms: tuple[str, ...] = ()
    """The names of the alarms that roll it back."""

    step_back: float = 1.0
    """How much of the traffic returns to the old fleet in each step of a rollback."""

    def steps_back(self, fraction: float) -> tuple[float, ...]:
        """The part of the traffic that the new fleet still has after each step of a rollback, from its part now."""
        count = math.ceil(round(fraction / self.step_back, 6))
        if count == 0:
            return ()
        return (*(fraction - self.step_back * number for number in range(1, count)), 0.0)


def rollout_of(config: Mapping[str, Any] | None, fleet: Fleet) -> Rollout:
    """The rollout of a fleet by a DeploymentConfig; all traffic at once when it does not say otherwise.

    Raises AwsError: ValidationException for sizes and times that do not go together.
    """
    config = config or {}
    blue_green, rolling = config.get("BlueGreenUpdatePolicy"), config.get("RollingUpdatePolicy")
    if blue_green is not None and rolling is not None:
        raise validation_error(
            "DeploymentConfig can have only one of BlueGreenUpdatePolicy and RollingUpdatePolicy, not both."
        )
    alarms = alarm_names(config)
    if rolling is not None:
        rollout = _rolling(rolling, fleet, alarms)
    elif blue_green is not None:
        rollout = _blue_green(blue_green, fleet, alarms)
    else:
        return Rollout(alarms=alarms)
    waits = len(rollout.steps) * rollout.bake_seconds + rollout.termination_seconds
    if waits >= rollout.timeout_seconds:
        raise validation_error(
            f"MaximumExecutionTimeoutInSeconds {rollout.timeout_seconds} must be larger than the total waiting time of "
            f"the deployment, which is {waits} seconds."
        )
    return rollout


def alarm_names(config: Mapping[str, Any]) -> tuple[str, ...]:
    """The alarms that roll a deployment back; raises ValidationException for one without a name."""
    alarms = config.get("AutoRollbackConfiguration", {}).get("Alarms", [])
    if any("AlarmName" not in alarm for alarm in alarms):
        raise validation_error("Every member of AutoRollbackConfiguration.Alarms must have an AlarmName.")
    return tuple(alarm["AlarmName"] for alarm in alarms)


def _blue_green(policy: Mapping[str, Any], fleet: Fleet, alarms: tuple[str, ...]) -> Rollout:
    traffic = policy["TrafficRoutingConfiguration"]
    kind = traffic["Type"]
    for member, owner in (("CanarySize", "CANARY"), ("LinearStepSize", "LINEAR")):
        if (member in traffic) != (kind == owner):
            raise validation_error(
                f"TrafficRoutingConfiguration must have {member} if its Type is {owner}, and only then; "
                f"its Type is {kind}."
            )
    steps: tuple[float, ...] = (1.0,)
    if kind == "CANARY":
        steps = (_fraction(traffic["CanarySize"], "CanarySize", 0, 50, fleet), 1.0)
    elif kind == "LINEAR":
        steps = _climb(_fraction(traffic["LinearStepSize"], "LinearStepSize", 10, 50, fleet))
    return Rollout(
        steps,
        bake_seconds=traffic["WaitIntervalInSeconds"],
        termination_seconds=policy.get("TerminationWaitInSeconds", 0),
        timeout_seconds=policy.get("MaximumExecutionTimeoutInSeconds", math.inf),
        alarms=alarms,
    )


def _rolling(policy: Mapping[str, Any], fleet: Fleet, alarms: tuple[str, ...]) -> Rollout:
    step_back = 1.0
    if "RollbackMaximumBatchSize" in policy:
        step_back = _fraction(policy["RollbackMaximumBatchSize"], "RollbackMaximumBatchSize", 5, 100, fleet)
    return Rollout(
        _climb(_fraction(policy["MaximumBatchSize"], "MaximumBatchSize", 5, 50, fleet)),
        bake_seconds=policy["WaitIntervalInSeconds"],
        timeout_seconds=policy.get("MaximumExecutionTimeoutInSeconds", math.inf),
        alarms=alarms,
        step_back=step_back,
    )


def _fraction(size: Mapping[str, Any], member: str, least: int, most: int, fleet: Fleet) -> float:
    """A CapacitySize as a part of the fleet, by its smallest variant, in the limits of the member in percent."""
    value = size["Value"]
    percent = value
    if size["Type"] == "INSTANCE_COUNT":
        counts = [variant.desired.instances for variant in fleet.production]
        if None in counts:
            raise validation_error(f"{member} of a serverless variant must be of Type CAPACITY_PERCENT.")
        percent = 100 * value / min(count for count in counts if count is not None)
    if not least <= percent <= most:
        raise _out_of_range(member, size, least, most)
    return float(percent / 100)


def _out_of_range(member: str, size: Mapping[str, Any], least: int, most: int) -> AwsError:
    limits = f"less than or equal to {most}%" if least == 0 else f"{least}-{most}%"
    return validation_error(
        f"{member} of {size['Value']} by {size['Type']} is out of range: it must be {limits} of the variant's total "
        "instance count."
    )


def _climb(step: float) -> tuple[float, ...]:
    count = math.ceil(round(1 / step, 6))
    return (*(step * number for number in range(1, count)), 1.0)
