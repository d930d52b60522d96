"""Who calls, and which roles a job may be given."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

import pytest

from tests.local.server import LocalServer
from tests.service.stub_aws import StubAws
from tui.service.gateway import Gateway
from tui.service.identity import Caller, Identity

pytestmark = pytest.mark.asyncio(loop_scope="session")


def caller_xml(account: str) -> str:
    return (
        '<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>'
        f"<Arn>arn:aws:iam::{account}:user/ann</Arn><UserId>AIDA</UserId><Account>{account}</Account>"
        "</GetCallerIdentityResult></GetCallerIdentityResponse>"
    )


def roles_xml(roles: dict[str, str], marker: str = "") -> str:
    members = "".join(
        f"<member><RoleName>{name}</RoleName><Arn>arn:aws:iam::123456789012:role/{name}</Arn><Path>/</Path>"
        f"<AssumeRolePolicyDocument>{quote(document)}</AssumeRolePolicyDocument></member>"
        for name, document in roles.items()
    )
    more = f"<IsTruncated>true</IsTruncated><Marker>{marker}</Marker>" if marker else "<IsTruncated>false</IsTruncated>"
    return (
        '<ListRolesResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><ListRolesResult>'
        f"<Roles>{members}</Roles>{more}</ListRolesResult></ListRolesResponse>"
    )


def trust(service: str) -> str:
    statement = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


async def test_the_caller_is_asked_for_once_for_each_connection(gateway: Gateway, aws: StubAws) -> None:
    aws.answers["GetCallerIdentity"] = lambda _: caller_xml("123456789012")
    identity = Identity(gateway)
    expected = Caller("123456789012", "arn:aws:iam::123456789012:user/ann", "eu-west-1")
    assert [await identity.caller() for _ in range(3)] == [expected] * 3
    assert len(aws.asked("GetCallerIdentity")) == 1
    aws.answers["GetCallerIdentity"] = lambda _: caller_xml("210987654321")
    identity.forget()
    assert (await identity.caller()).account == "210987654321"


async def test_roles_are_those_that_trust_sagemaker_on_all_pages(gateway: Gateway, aws: StubAws) -> None:
    first = {"Lambda": trust("lambda.amazonaws.com"), "zeta": trust("sagemaker.amazonaws.com")}
    second = {
        "AmazonSageMaker-ExecutionRole-1": trust("sagemaker.amazonaws.com"),
        "alpha": trust("sagemaker.amazonaws.com"),
    }

    def answer(asked: dict[str, Any]) -> str:
        return roles_xml(second) if asked.get("Marker") == "m1" else roles_xml(first, "m1")

    aws.answers["ListRoles"] = answer
    assert [arn.rpartition("/")[2] for arn in await Identity(gateway).execution_roles()] == [
        "AmazonSageMaker-ExecutionRole-1",
        "alpha",
        "zeta",
    ]


async def test_the_embedded_sagemaker_has_one_role(embedded: Gateway, server: LocalServer) -> None:
    identity = Identity(embedded)
    caller = await identity.caller()
    assert caller.region == server.region
    (role,) = await identity.execution_roles()
    assert role.startswith(f"arn:aws:iam::{caller.account}:role/")
