"""Endpoints in full: what serves, what is to come, and what only the configuration knows."""

from __future__ import annotations

import pytest

from tests.resources.endpoints import configure, configured, describe, serving
from tui.resources.endpoint_configs import Capture, Serverless
from tui.resources.endpoint_deployments import Belonging, EndpointProgress, Resource
from tui.resources.endpoints import Endpoint, name_problem, numbered


def test_models_and_instance_types_come_from_the_configuration() -> None:
    config = configure("c", configured("A", "xgb", InstanceType="ml.m4.xlarge"), configured("B", "linear"))
    image = [{"SpecifiedImage": "registry/xgboost:1", "ResolvedImage": "registry/xgboost@sha256:0"}]
    detail = describe(config, ProductionVariants=[serving("A", 3.0, 2, DeployedImages=image), serving("B")])
    a, b = detail.variants
    assert (a.model, a.instance_type, a.weight, a.count, a.image) == (
        "xgb",
        "ml.m4.xlarge",
        3.0,
        2,
        "registry/xgboost:1",
    )
    assert (b.model, b.instance_type, b.image) == ("linear", "ml.m5.large", "")


def test_an_endpoint_outlives_its_configuration() -> None:
    detail = describe(None)
    assert detail.config is None
    assert [(one.name, one.model, one.instance_type) for one in detail.variants] == [("A", "", "")]


def test_while_updating_the_old_serves_and_the_new_is_pending() -> None:
    phase = [{"Status": "Baking", "StatusMessage": "watching alarms"}]
    new = serving("New", 0.0, 0, DesiredInstanceCount=3, VariantStatus=phase)
    detail = describe(
        configure("old"),
        configure("new", configured("New", "better")),
        EndpointStatus="Updating",
        PendingDeploymentSummary={"EndpointConfigName": "new", "ProductionVariants": [new], "StartTime": 5.0},
    )
    assert detail.endpoint.running
    assert (detail.config_name, [one.name for one in detail.variants]) == ("old", ["A"])
    assert detail.pending is not None
    (variant,) = detail.pending.variants
    assert (detail.pending.config, detail.pending.started, variant.model) == ("new", 5.0, "better")
    assert (variant.count, variant.desired_count, variant.status, variant.status_message) == (
        0,
        3,
        "Baking",
        "watching alarms",
    )
    assert EndpointProgress(detail, 1.0).words == "Updating: Baking"


def test_serverless_shadow_and_capture() -> None:
    config = configure("c", configured("A"), ShadowProductionVariants=[configured("S")])
    serverless = {"MemorySizeInMB": 4096, "MaxConcurrency": 7}
    detail = describe(
        config,
        ProductionVariants=[{"VariantName": "A", "CurrentWeight": 1.0, "CurrentServerlessConfig": serverless}],
        ShadowProductionVariants=[serving("S")],
        DataCaptureConfig={
            "EnableCapture": True,
            "CaptureStatus": "Started",
            "CurrentSamplingPercentage": 30,
            "DestinationS3Uri": "s3://b/captured",
            "KmsKeyId": "",
        },
        FailureReason="rolled back",
    )
    a, s = detail.variants
    assert (a.serverless, a.count, a.shadow) == (Serverless(4096, 7), None, False)
    assert s.shadow
    assert detail.production == (a,)
    assert detail.capture == Capture("s3://b/captured", 30, ())
    assert detail.failure_reason == detail.endpoint.failure_reason == "rolled back"
    assert detail.variant("S") is s
    assert detail.variant("T") is None


def test_a_row_knows_little_at_first() -> None:
    summary = {"EndpointName": "e", "EndpointArn": "arn", "EndpointStatus": "Creating", "CreationTime": 1.0}
    row = Endpoint.from_summary(summary)
    assert (row.modified, row.config, row.variants, row.traffic, row.idle, row.rate) == (
        1.0,
        None,
        (),
        None,
        None,
        None,
    )
    assert row.running


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("boston-1", ""),
        ("", "empty"),
        ("x" * 63, ""),
        ("x" * 64, "64 characters, 63 are allowed"),
        ("a_b", "letters, digits and dashes"),
        ("-a", "begins and ends"),
    ],
)
def test_names(name: str, problem: str) -> None:
    assert problem in name_problem(name)
    assert bool(problem) == bool(name_problem(name))


def test_numbered_names_fit() -> None:
    assert (numbered("boston", 1), numbered("boston", 2)) == ("boston", "boston-2")
    assert numbered("x" * 63, 12) == "x" * 60 + "-12"
    assert not name_problem(numbered("a" * 60 + "-bc", 2))


def test_why_something_stays() -> None:
    model = Resource("model", "m")
    assert Belonging(model).why_it_stays == ""
    users = tuple(f"endpoint {name}" for name in "abcde")
    assert Belonging(model, users).why_it_stays == "It is used by endpoint a, endpoint b, endpoint c and 2 more."
    assert Belonging(model, (), "There are too many.").why_it_stays == "There are too many."
