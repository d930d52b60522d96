"""Deployments by plain boto3 that do not come to an end, and how the old fleet gets its traffic back."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.local.endpoints import (
    BROKEN_MODEL,
    assert_share,
    blue_green,
    follow,
    is_settled,
    load,
    make_config,
    make_endpoint,
    resize,
    rolling,
    shares,
    size,
    stages,
    update,
    variant,
    wait_for,
    wait_until_settled,
)
from tests.local.server import LocalServer

pytestmark = pytest.mark.usefixtures("endpoint_models")

_INVOCATIONS = 200
_NEVER_ENDING = 3600


def test_a_variant_that_does_not_load_leaves_the_old_in_service(server: LocalServer, sagemaker: Any) -> None:
    before = make_endpoint(server, "update-broken", variant("Old"))
    make_config(server, "update-broken-next", variant("Good"), variant("Bad", BROKEN_MODEL))

    *during, after = update(server, "update-broken", "update-broken-next")

    assert {endpoint["EndpointStatus"] for endpoint in during} <= {"Updating", "RollingBack"}
    assert after.pop("FailureReason") == (
        "The primary container for production variant Bad did not pass the ping health check. "
        "Please check CloudWatch logs for this endpoint."
    )
    assert after.pop("LastModifiedTime") > before.pop("LastModifiedTime")
    assert after == before
    assert shares(server, "update-broken", 5) == {"Old": 5}
    assert "FailureReason" not in resize(server, "update-broken", {"VariantName": "Old", "DesiredWeight": 2})


@pytest.fixture
def alarm(server: LocalServer, request: pytest.FixtureRequest) -> str:
    """The name of an alarm of the test's own, on a metric that nobody reports."""
    name = str(request.node.name)
    server.client("cloudwatch").put_metric_alarm(
        AlarmName=name,
        Namespace="tests",
        MetricName=name,
        Statistic="Sum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=1,
        ComparisonOperator="GreaterThanThreshold",
    )
    return name


@pytest.mark.parametrize(
    ("name", "deployment", "share"),
    [
        ("all", blue_green("ALL_AT_ONCE", _NEVER_ENDING), 1.0),
        ("canary", blue_green("CANARY", _NEVER_ENDING, CanarySize=size(1, "INSTANCE_COUNT")), 0.1),
        ("linear", blue_green("LINEAR", _NEVER_ENDING, LinearStepSize=size(20)), 0.2),
        ("rolling", rolling(size(50), _NEVER_ENDING, RollbackMaximumBatchSize=size(20)), 0.5),
    ],
)
def test_an_alarm_sends_the_traffic_back(
    server: LocalServer, sagemaker: Any, alarm: str, name: str, deployment: dict[str, Any], share: float
) -> None:
    name = f"update-alarm-{name}"
    make_endpoint(server, name, variant("Blue"))
    make_config(server, name + "-next", variant("Green", InitialInstanceCount=10))
    deployment = deployment | {"AutoRollbackConfiguration": {"Alarms": [{"AlarmName": alarm}]}}
    sagemaker.update_endpoint(EndpointName=name, EndpointConfigName=name + "-next", DeploymentConfig=deployment)
    wait_for(server, name, lambda endpoint: stages(endpoint) == ("Updating", None, "Baking"))
    assert_share(shares(server, name, _INVOCATIONS), "Green", share)

    server.client("cloudwatch").set_alarm_state(AlarmName=alarm, StateValue="ALARM", StateReason="a test")
    *during, after = follow(server, name, is_settled)

    assert {endpoint["EndpointStatus"] for endpoint in during} <= {"Updating", "RollingBack"}
    assert after["EndpointStatus"] == "InService"
    assert after["EndpointConfigName"] == name
    assert after["FailureReason"] == f"The alarm {alarm} of AutoRollbackConfiguration is in state ALARM."
    assert after["LastDeploymentConfig"] == deployment
    assert shares(server, name, 20) == {"Blue": 20}


def test_an_alarm_that_is_on_already_lets_no_traffic_through(server: LocalServer, sagemaker: Any, alarm: str) -> None:
    make_endpoint(server, "update-alarmed", variant("Blue"))
    make_config(server, "update-alarmed-next", variant("Green"))
    server.client("cloudwatch").set_alarm_state(AlarmName=alarm, StateValue="ALARM", StateReason="a test")
    deployment = {"AutoRollbackConfiguration": {"Alarms": [{"AlarmName": alarm}]}}
    with load(server, "update-alarmed") as answers:
        after = update(server, "update-alarmed", "update-alarmed-next", DeploymentConfig=deployment)[-1]
    assert alarm in after["FailureReason"]
    assert {name for name, _ in answers} == {"Blue"}


def test_an_alarm_that_is_deleted_rolls_back(server: LocalServer, sagemaker: Any, alarm: str) -> None:
    make_endpoint(server, "update-unwatched", variant("Blue"))
    deployment = blue_green("ALL_AT_ONCE", _NEVER_ENDING)
    deployment |= {"AutoRollbackConfiguration": {"Alarms": [{"AlarmName": alarm}]}}
    sagemaker.update_endpoint(
        EndpointName="update-unwatched", EndpointConfigName="update-unwatched", DeploymentConfig=deployment
    )
    wait_for(server, "update-unwatched", lambda endpoint: stages(endpoint)[2] == "Baking")
    server.client("cloudwatch").delete_alarms(AlarmNames=[alarm])
    after = wait_until_settled(server, "update-unwatched")
    assert after["FailureReason"] == f"The alarm {alarm} of AutoRollbackConfiguration does not exist any more."


def test_an_endpoint_in_progress_is_left_alone(server: LocalServer, sagemaker: Any, alarm: str) -> None:
    arn = make_endpoint(server, "update-busy", variant("V"))["EndpointArn"]
    deployment = blue_green("ALL_AT_ONCE", _NEVER_ENDING)
    deployment |= {"AutoRollbackConfiguration": {"Alarms": [{"AlarmName": alarm}]}}
    update = {"EndpointName": "update-busy", "EndpointConfigName": "update-busy"}
    sagemaker.update_endpoint(**update, DeploymentConfig=deployment)
    for operation, members in (
        (sagemaker.update_endpoint, update),
        (sagemaker.delete_endpoint, {"EndpointName": "update-busy"}),
        (
            sagemaker.update_endpoint_weights_and_capacities,
            {"EndpointName": "update-busy", "DesiredWeightsAndCapacities": [{"VariantName": "V", "DesiredWeight": 2}]},
        ),
    ):
        with pytest.raises(ClientError, match=f'Cannot update in-progress endpoint "{arn}"') as refused:
            operation(**members)
        assert refused.value.response["Error"]["Code"] == "ValidationException"
    server.client("cloudwatch").set_alarm_state(AlarmName=alarm, StateValue="ALARM", StateReason="a test")
    wait_until_settled(server, "update-busy")
