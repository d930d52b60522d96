"""Configurations: read, copied with one thing changed, checked before they are sent, and compared."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.resources.endpoints import configure, configured, describe, serving
from tui.resources.config_differences import config_difference
from tui.resources.endpoint_configs import (
    Capture,
    ConfigVariant,
    Serverless,
    config_request,
    variants_problem,
)
from tui.resources.endpoint_deployments import DeploymentPlan, DeployVariant
from tui.resources.endpoint_updates import (
    DeploymentPolicy,
    PolicyKind,
    keeps_no_traffic,
    resets,
    update_request,
)
from tui.resources.models import TrainedModel

CAPTURE = {
    "EnableCapture": True,
    "InitialSamplingPercentage": 20,
    "DestinationS3Uri": "s3://b/captured",
    "CaptureOptions": [{"CaptureMode": "Input"}],
}


def test_a_configuration_is_read_as_it_was_asked_for() -> None:
    plain = ConfigVariant("A", "xgb", "ml.m5.large", 2, 3.0)
    serverless = ConfigVariant("B", "linear", serverless=Serverless(1024, 3, 1))
    for variant in (plain, serverless):
        request = config_request("c", [variant], Capture("s3://b/c", 50, ("Output",)))
        read = configure("c", **request)
        (found,) = read.variants
        assert replace(found, specification={}) == variant
        assert read.capture == Capture("s3://b/c", 50, ("Output",))


def test_a_copy_keeps_what_the_console_does_not_know() -> None:
    routing: dict[str, Any] = {"RoutingConfig": {"RoutingStrategy": "RANDOM"}}
    config = configure("old", configured("A", **routing), KmsKeyId="key", DataCaptureConfig=CAPTURE)
    (a,) = config.variants
    request = config_request("new", [replace(a, model="better", weight=2.0)], config.capture, like=config)
    assert request == {
        "EndpointConfigName": "new",
        "KmsKeyId": "key",
        "DataCaptureConfig": CAPTURE,
        "ProductionVariants": [configured("A", "better", InitialVariantWeight=2.0, **routing)],
    }
    assert "DataCaptureConfig" not in config_request("new", [a], None, like=config)


def test_a_copy_can_change_from_instances_to_serverless() -> None:
    (a,) = configure("old").variants
    (request,) = config_request("new", [replace(a, serverless=Serverless())], like=configure("old"))[
        "ProductionVariants"
    ]
    assert request == {
        "VariantName": "A",
        "ModelName": "m",
        "InitialVariantWeight": 1.0,
        "ServerlessConfig": {"MemorySizeInMB": 2048, "MaxConcurrency": 5},
    }


def test_a_shadow_is_asked_for_as_one() -> None:
    config = configure("old", configured("A"), ShadowProductionVariants=[configured("S", "new")])
    assert [(one.name, one.shadow) for one in config.variants] == [("A", False), ("S", True)]
    assert config.models == ("m", "new")
    request = config_request("copy", config.variants, like=config)
    assert [one["VariantName"] for one in request["ShadowProductionVariants"]] == ["S"]
    assert "ShadowProductionVariants" not in config_request("copy", config.variants[:1], like=config)


A = ConfigVariant("A", "m", "ml.m5.large", 1)


@pytest.mark.parametrize(
    ("variants", "problem"),
    [
        ([A], ""),
        ([A, replace(A, name="B", weight=0.0)], ""),
        ([A, replace(A, name="S", shadow=True)], ""),
        ([replace(A, serverless=Serverless())], ""),
        ([], "needs a variant"),
        ([replace(A, name=f"v{number}") for number in range(11)], "at most 10"),
        ([A, A], "More than one variant is called A"),
        ([A, replace(A, name="B"), replace(A, name="S", shadow=True)], "exactly one other"),
        ([A, replace(A, name="B", serverless=Serverless())], "one variant only"),
        ([replace(A, weight=0.0)], "All weights are 0"),
        ([A, replace(A, name="B", weight=-1.0)], "weight of B is negative"),
        ([replace(A, instance_type="")], "no instance type"),
        ([replace(A, count=0)], "at least one instance"),
        ([replace(A, serverless=Serverless(1500))], "1024, 2048"),
        ([replace(A, serverless=Serverless(1024, 201))], "1 to 200"),
        ([replace(A, serverless=Serverless(1024, 2, 3))], "more warm"),
    ],
)
def test_which_variants_go_together(variants: list[ConfigVariant], problem: str) -> None:
    assert problem in variants_problem(variants)
    assert bool(problem) == bool(variants_problem(variants))


def test_a_difference_is_told_in_words() -> None:
    old = configure("old", configured("A"), configured("Gone"), DataCaptureConfig=CAPTURE)
    new = configure(
        "new",
        configured("A", "better", InstanceType="ml.m5.xlarge", InitialVariantWeight=2.5, VolumeSizeInGB=9),
        configured("Fresh"),
        KmsKeyId="key",
    )
    assert [str(one) for one in config_difference(old, new)] == [
        "variant A: model: m → better",
        "variant A: runs on: 1 × ml.m5.large → 1 × ml.m5.xlarge",
        "variant A: weight: 1 → 2.5",
        "variant A: VolumeSizeInGB: 9 (new)",
        "variant Gone: m, 1 × ml.m5.large, weight 1 goes",
        "variant Fresh: m, 1 × ml.m5.large, weight 1 (new)",
        "data capture: 20 % to s3://b/captured → none",
        "KmsKeyId: key (new)",
    ]
    assert (
        config_difference(old, configure("copy", configured("A"), configured("Gone"), DataCaptureConfig=CAPTURE)) == ()
    )


def test_what_an_update_would_reset() -> None:
    detail = describe(configure(), ProductionVariants=[serving("A", 5.0, 2), serving("Gone", 1.0)])
    new = configure("new", configured("A"), configured("Fresh", InitialVariantWeight=9.0))
    assert [str(one) for one in resets(detail, new)] == [
        "weight of A: 5 live, 1 in the configuration",
        "instances of A: 2 live, 1 in the configuration",
    ]
    assert resets(describe(), configure("same")) == ()
    serverless = configured("A", ServerlessConfig={"MemorySizeInMB": 1024, "MaxConcurrency": 1})
    del serverless["InitialInstanceCount"]
    assert resets(describe(), configure("new", serverless)) == ()


def test_live_weights_can_leave_a_new_configuration_without_traffic() -> None:
    detail = describe(ProductionVariants=[serving("A", 0.0), serving("B", 1.0)])
    assert keeps_no_traffic(detail, configure("only-a", configured("A")))
    assert not keeps_no_traffic(detail, configure("with-new", configured("A"), configured("New")))


def test_an_update_keeps_what_is_live_unless_told() -> None:
    assert update_request("e", "c") == {
        "EndpointName": "e",
        "EndpointConfigName": "c",
        "RetainAllVariantProperties": True,
    }
    reset = update_request("e", "c", reset=["DesiredWeight"])
    assert reset["ExcludeRetainedVariantProperties"] == [{"VariantPropertyType": "DesiredWeight"}]
    assert update_request("e", "c", keep_live=False)["RetainAllVariantProperties"] is False


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        (
            DeploymentPolicy(),
            {
                "BlueGreenUpdatePolicy": {
                    "TrafficRoutingConfiguration": {"Type": "ALL_AT_ONCE", "WaitIntervalInSeconds": 0},
                    "TerminationWaitInSeconds": 0,
                }
            },
        ),
        (
            DeploymentPolicy("canary", 5, 60, 30, 600, ("errors", "slow")),
            {
                "BlueGreenUpdatePolicy": {
                    "TrafficRoutingConfiguration": {
                        "Type": "CANARY",
                        "WaitIntervalInSeconds": 60,
                        "CanarySize": {"Type": "CAPACITY_PERCENT", "Value": 5},
                    },
                    "TerminationWaitInSeconds": 30,
                    "MaximumExecutionTimeoutInSeconds": 600,
                },
                "AutoRollbackConfiguration": {"Alarms": [{"AlarmName": "errors"}, {"AlarmName": "slow"}]},
            },
        ),
        (
            DeploymentPolicy("rolling", 50, 10),
            {
                "RollingUpdatePolicy": {
                    "MaximumBatchSize": {"Type": "CAPACITY_PERCENT", "Value": 50},
                    "WaitIntervalInSeconds": 10,
                }
            },
        ),
    ],
)
def test_deployment_policies(policy: DeploymentPolicy, expected: dict[str, object]) -> None:
    assert policy.problem == ""
    assert policy.to_request() == expected
    assert update_request("e", "c", policy)["DeploymentConfig"] == expected


@pytest.mark.parametrize(
    ("kind", "step", "low", "high"), [("canary", 51, 1, 50), ("linear", 9, 10, 50), ("rolling", 4, 5, 50)]
)
def test_steps_that_the_service_refuses(kind: PolicyKind, step: int, low: int, high: int) -> None:
    assert f"{low} to {high} %" in DeploymentPolicy(kind, step).problem
    assert DeploymentPolicy(kind, low).problem == DeploymentPolicy(kind, high).problem == ""


def test_waits_and_alarms_that_the_service_refuses() -> None:
    assert "3600" in DeploymentPolicy(wait_seconds=3601).problem
    assert "600 to 28800" in DeploymentPolicy(timeout_seconds=599).problem
    assert "10 alarms" in DeploymentPolicy(alarms=tuple(map(str, range(11)))).problem


def test_a_plan_says_what_is_wrong_with_it() -> None:
    trained = TrainedModel("job", "image", "s3://b/model.tar.gz", "role")
    plan = DeploymentPlan("e", "c", (DeployVariant(replace(A, model=""), trained),))
    assert plan.problem == ""
    assert "A has no model" in replace(plan, variants=(DeployVariant(replace(A, model="")),)).problem
    assert "letters, digits" in replace(plan, endpoint="e_1").problem
    assert (
        "does not capture"
        in replace(
            plan, variants=(DeployVariant(replace(A, serverless=Serverless())),), capture=Capture("s3://b/c")
        ).problem
    )
    assert "All weights are 0" in replace(plan, variants=(DeployVariant(replace(A, weight=0.0)),)).problem
