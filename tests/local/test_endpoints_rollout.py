"""In which steps a deployment configuration moves the traffic, and back."""

from __future__ import annotations

from typing import Any

import pytest

from tests.local.endpoints import MODEL, blue_green, rolling, size, variant
from tests.local.training import XGBOOST
from tui.local.endpoints.fleets import Fleet, new_fleet
from tui.local.endpoints.rollout import Rollout, rollout_of
from tui.local.errors import AwsError
from tui.local.models import Container


def _fleet(*counts: int) -> Fleet:
    variants = [
        variant(f"V{number}", InitialInstanceCount=count, InitialVariantWeight=1.0)
        for number, count in enumerate(counts)
    ]
    config = {"EndpointConfigName": "c", "ProductionVariants": variants}
    return new_fleet(config, {MODEL: Container(XGBOOST, None, {})}, 0.0)


@pytest.mark.parametrize(
    ("config", "counts", "steps"),
    [
        (None, (1,), [1]),
        (blue_green("ALL_AT_ONCE", 7), (1,), [1]),
        (blue_green("CANARY", 7, CanarySize=size(10)), (1,), [0.1, 1]),
        (blue_green("CANARY", 7, CanarySize=size(1, "INSTANCE_COUNT")), (4,), [0.25, 1]),
        (blue_green("CANARY", 7, CanarySize=size(1, "INSTANCE_COUNT")), (8, 2), [0.5, 1]),
        (blue_green("LINEAR", 7, LinearStepSize=size(25)), (1,), [0.25, 0.5, 0.75, 1]),
        (blue_green("LINEAR", 7, LinearStepSize=size(30)), (1,), [0.3, 0.6, 0.9, 1]),
        (blue_green("LINEAR", 7, LinearStepSize=size(10)), (1,), [step / 10 for step in range(1, 11)]),
        (blue_green("LINEAR", 7, LinearStepSize=size(1, "INSTANCE_COUNT")), (3,), [1 / 3, 2 / 3, 1]),
        (rolling(size(50), 7), (1,), [0.5, 1]),
        (rolling(size(5), 7), (1,), [step / 20 for step in range(1, 21)]),
    ],
)
def test_steps(config: dict[str, Any] | None, counts: tuple[int, ...], steps: list[float]) -> None:
    rollout = rollout_of(config, _fleet(*counts))
    assert rollout.steps == pytest.approx(steps)
    assert rollout.steps[-1] == 1
    assert rollout.bake_seconds == (0 if config is None else 7)


@pytest.mark.parametrize(
    ("step_back", "fraction", "steps"),
    [
        (1.0, 0.0, []),
        (1.0, 1.0, [0]),
        (1.0, 0.1, [0]),
        (0.2, 0.5, [0.3, 0.1, 0]),
        (0.05, 0.15, [0.1, 0.05, 0]),
        (0.1, 0.3, [0.2, 0.1, 0]),
    ],
)
def test_steps_back(step_back: float, fraction: float, steps: list[float]) -> None:
    back = Rollout(step_back=step_back).steps_back(fraction)
    assert back == pytest.approx(steps)
    assert back[-1:] in ((0.0,), ())


def test_times_of_a_whole_deployment() -> None:
    config = blue_green("CANARY", 7, CanarySize=size(10))
    policy = config["BlueGreenUpdatePolicy"]
    policy |= {"TerminationWaitInSeconds": 585, "MaximumExecutionTimeoutInSeconds": 600}
    rollout = rollout_of(config, _fleet(1))
    assert (rollout.bake_seconds, rollout.termination_seconds, rollout.timeout_seconds) == (7, 585, 600)

    policy["TerminationWaitInSeconds"] = 586
    with pytest.raises(AwsError, match="total waiting time of the deployment, which is 600 seconds"):
        rollout_of(config, _fleet(1))


def test_a_serverless_fleet_has_no_instances_to_count() -> None:
    serverless = {"MemorySizeInMB": 1024, "MaxConcurrency": 1}
    only = {"VariantName": "S", "ModelName": MODEL, "InitialVariantWeight": 1.0, "ServerlessConfig": serverless}
    config = {"EndpointConfigName": "c", "ProductionVariants": [only]}
    fleet = new_fleet(config, {MODEL: Container(XGBOOST, None, {})}, 0.0)
    assert rollout_of(blue_green("CANARY", 7, CanarySize=size(10)), fleet).steps == (0.1, 1)
    with pytest.raises(AwsError, match="CanarySize of a serverless variant must be of Type CAPACITY_PERCENT"):
        rollout_of(blue_green("CANARY", 7, CanarySize=size(1, "INSTANCE_COUNT")), fleet)
