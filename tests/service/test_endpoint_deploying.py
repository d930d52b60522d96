"""Deploying and shutting down against a scripted AWS: what goes wrong halfway, and what others still use."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.service.endpoint_account import QUICK, Account, opened
from tests.service.stub_aws import Refused, StubAws
from tui.resources.endpoint_configs import ConfigVariant
from tui.resources.endpoint_deployments import DeploymentPlan, DeployVariant
from tui.service import endpoint_shutdown
from tui.service.endpoint_deploying import Deploying
from tui.service.endpoint_shutdown import ShuttingDown
from tui.service.endpoints import Endpoints
from tui.service.errors import QuotaExceeded, Unreachable
from tui.service.gateway import Gateway
from tui.service.models import Models
from tui.service.pace import Pace

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest.fixture
def account(aws: StubAws) -> Account:
    return Account(aws)


@pytest.fixture
def endpoints(gateway: Gateway, tmp_path: Path) -> Endpoints:
    return opened(gateway, tmp_path, QUICK)


async def test_an_endpoint_is_created_as_soon_as_its_configuration_is_known(
    gateway: Gateway, account: Account, aws: StubAws, tmp_path: Path
) -> None:
    endpoints = opened(gateway, tmp_path, Pace(changing=0.5))
    attempts = 0

    def create(asked: dict[str, Any]) -> dict[str, Any]:
        nonlocal attempts
        attempts += 1
        if attempts < 3:
            raise Refused("ValidationException", 'Could not find endpoint configuration "arn".')
        account.add(asked["EndpointName"], 1)
        return {"EndpointArn": "arn"}

    aws.answers |= {"CreateEndpointConfig": lambda _: {"EndpointConfigArn": "arn"}, "CreateEndpoint": create}
    plan = DeploymentPlan("e", "c", (DeployVariant(ConfigVariant("A", "m", "ml.m5.large", 1)),))
    deployment = Deploying(endpoints, Models(gateway)).start(plan)
    states = [step.state async for step in deployment.run()]
    assert (attempts, states[-1], len(deployment.created)) == (3, "done", 2)


async def test_a_deployment_that_breaks_off_knows_what_it_made(
    endpoints: Endpoints, gateway: Gateway, aws: StubAws
) -> None:
    def refuse(_: dict[str, Any]) -> dict[str, Any]:
        raise Refused("ResourceLimitExceeded", "The account-level service limit is 0 Instances.")

    deleted: list[str] = []

    def delete(asked: dict[str, Any]) -> dict[str, Any]:
        deleted.append(asked["EndpointConfigName"])
        return {}

    aws.answers |= {
        "CreateEndpointConfig": lambda _: {"EndpointConfigArn": "arn"},
        "CreateEndpoint": refuse,
        "DeleteEndpointConfig": delete,
    }
    plan = DeploymentPlan("e", "c", (DeployVariant(ConfigVariant("A", "m", "ml.m5.large", 1)),))
    deployment = Deploying(endpoints, Models(gateway)).start(plan)
    with pytest.raises(QuotaExceeded, match="service limit is 0"):
        async for _ in deployment.run():
            pass
    assert [str(one) for one in deployment.created] == ["endpoint configuration c"]
    assert deployment.uncertain is None
    assert [str(one) async for one in deployment.remove()] == ["endpoint configuration c"]
    assert deleted == ["c"]


async def test_what_may_have_been_made_is_told(endpoints: Endpoints, gateway: Gateway, aws: StubAws) -> None:
    def create_config(_: dict[str, Any]) -> dict[str, Any]:
        gateway.timeout = 0.3  # for what is asked after this answer
        return {"EndpointConfigArn": "arn"}

    aws.answers |= {"CreateEndpointConfig": create_config, "CreateEndpoint": aws.never}
    plan = DeploymentPlan("e", "c", (DeployVariant(ConfigVariant("A", "m", "ml.m5.large", 1)),))
    deployment = Deploying(endpoints, Models(gateway)).start(plan)
    with pytest.raises(Unreachable):
        async for _ in deployment.run():
            pass
    assert [str(one) for one in deployment.created] == ["endpoint configuration c"]
    assert str(deployment.uncertain) == "endpoint e"


async def test_what_nobody_can_be_sure_of_stays(
    endpoints: Endpoints, gateway: Gateway, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(endpoint_shutdown, "LOOKED_AT", 1)
    account.add("boston", 1)
    account.add_config("one", 2, "other")
    account.add_config("two", 3, "other")
    plan = await ShuttingDown(gateway, endpoints, Models(gateway)).plan("boston")
    assert plan.config is not None
    assert plan.config.why_it_stays == ""
    assert [one.why_it_stays for one in plan.models] == [
        "There are 2 other endpoint configurations, and only the newest 1 were looked at."
    ] * 2
    account.add_config("one", 2, "m")
    plan = await ShuttingDown(gateway, endpoints, Models(gateway)).plan("boston")
    assert plan.models[0].why_it_stays == "It is used by endpoint configuration one."


async def test_a_configuration_that_an_update_is_about_to_use_is_in_use(
    endpoints: Endpoints, gateway: Gateway, account: Account
) -> None:
    account.add("boston", 1)
    account.add("other", 2, "Updating", PendingDeploymentSummary={"EndpointConfigName": "boston"})
    account.add("leaving", 3, "Deleting", EndpointConfigName="boston")
    plan = await ShuttingDown(gateway, endpoints, Models(gateway)).plan("boston")
    assert plan.config is not None
    assert plan.config.used_by == ("endpoint other",)
    assert "the log group /aws/sagemaker/Endpoints/boston" in plan.stays


async def test_models_stay_with_the_configuration_that_names_them(
    endpoints: Endpoints, gateway: Gateway, account: Account, aws: StubAws
) -> None:
    account.add("boston", 1)

    def delete(asked: dict[str, Any]) -> dict[str, Any]:
        del account.endpoints[asked["EndpointName"]]
        return {}

    aws.answers["DeleteEndpoint"] = delete
    shutting_down = ShuttingDown(gateway, endpoints, Models(gateway))
    plan = await shutting_down.plan("boston")
    steps = [step async for step in shutting_down.run(plan, config=False, models=("m",))]
    assert [(step.resource.name, step.state, step.why) for step in steps] == [
        ("boston", "deleting", ""),
        ("m", "stays", "It is used by endpoint configuration boston."),
        ("boston", "deleted", ""),
    ]


async def test_auto_scaling_goes_with_its_endpoint(
    endpoints: Endpoints, gateway: Gateway, account: Account, aws: StubAws
) -> None:
    account.add("boston", 1)

    def registered(asked: dict[str, Any]) -> dict[str, Any]:
        found, *_ = asked["ResourceIds"]
        dimension = "sagemaker:variant:DesiredInstanceCount"
        members = {"ServiceNamespace": "sagemaker", "RoleARN": "arn", "CreationTime": 1}
        target = {"ResourceId": found, "ScalableDimension": dimension, "MinCapacity": 1, "MaxCapacity": 4, **members}
        return {"ScalableTargets": [target]}

    def delete(asked: dict[str, Any]) -> dict[str, Any]:
        del account.endpoints[asked["EndpointName"]]
        return {}

    aws.answers |= {
        "DescribeScalableTargets": registered,
        "DeregisterScalableTarget": lambda _: {},
        "DeleteEndpoint": delete,
    }
    shutting_down = ShuttingDown(gateway, endpoints, Models(gateway))
    plan = await shutting_down.plan("boston")
    assert [str(one) for one in plan.scaling] == ["A: 1 to 4 instances"]
    steps = [str(step.resource) async for step in shutting_down.run(plan, config=False, models=(), scaling=True)]
    assert steps == ["scaling registration A"] * 2 + ["endpoint boston"] * 2
    (asked,) = aws.asked("DeregisterScalableTarget")
    assert asked == {
        "ServiceNamespace": "sagemaker",
        "ResourceId": "endpoint/boston/variant/A",
        "ScalableDimension": "sagemaker:variant:DesiredInstanceCount",
    }


async def test_auto_scaling_that_cannot_be_read_is_told_as_such(
    endpoints: Endpoints, gateway: Gateway, account: Account
) -> None:
    account.add("boston", 1)
    plan = await ShuttingDown(gateway, endpoints, Models(gateway)).plan("boston")
    assert plan.scaling == ()
    assert "auto scaling, not checked" in plan.stays[-1]


async def test_an_endpoint_without_variants_has_no_scaling_of_others(
    endpoints: Endpoints, gateway: Gateway, account: Account, aws: StubAws
) -> None:
    account.add("boston", 1, "Failed", ProductionVariants=[])
    plan = await ShuttingDown(gateway, endpoints, Models(gateway)).plan("boston")
    assert plan.scaling == ()
    assert aws.asked("DescribeScalableTargets") == []
