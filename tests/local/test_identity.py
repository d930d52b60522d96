"""STS and IAM through boto3, and their raw answers against the models."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError

from tests.local.server import LocalServer
from tests.local.shapes import from_xml, mismatches
from tui.local.settings import ROLE_NAME

ROLE_ARN = f"arn:aws:iam::123456789012:role/service-role/{ROLE_NAME}"


def test_the_caller_is_the_local_user(server: LocalServer) -> None:
    identity = server.client("sts").get_caller_identity()
    assert identity["Arn"] == "arn:aws:iam::123456789012:user/local"
    assert identity["Account"] == "123456789012"


def test_there_is_one_role_and_sagemaker_may_assume_it(server: LocalServer) -> None:
    pages = list(server.client("iam").get_paginator("list_roles").paginate(PathPrefix="/service-role/"))
    (role,) = [role for page in pages for role in page["Roles"]]
    assert role["Arn"] == ROLE_ARN
    (statement,) = role["AssumeRolePolicyDocument"]["Statement"]
    assert statement["Principal"] == {"Service": "sagemaker.amazonaws.com"}
    assert statement["Action"] == "sts:AssumeRole"


def test_other_paths_hold_no_roles(server: LocalServer) -> None:
    assert server.client("iam").list_roles(PathPrefix="/teams/")["Roles"] == []


def test_the_role_by_name(server: LocalServer) -> None:
    role = server.client("iam").get_role(RoleName=ROLE_NAME)["Role"]
    assert (role["Arn"], role["Path"]) == (ROLE_ARN, "/service-role/")


def test_an_unknown_role(server: LocalServer) -> None:
    with pytest.raises(ClientError) as caught:
        server.client("iam").get_role(RoleName="nobody")
    assert caught.value.response["Error"] == {
        "Type": "Sender",
        "Code": "NoSuchEntity",
        "Message": "The role with name nobody cannot be found.",
    }
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 404
    assert caught.value.response["ResponseMetadata"]["RequestId"]


def test_a_request_is_checked_against_the_model(server: LocalServer) -> None:
    answer = server.send_form("iam", "Action=GetRole&RoleName=no%01body%3C")
    assert answer.status == 400
    assert b"<Code>ValidationError</Code>" in answer.body
    assert b"1 validation error detected: Value 'no?body&lt;' at 'roleName' failed to satisfy" in answer.body


def test_a_number_is_read_from_the_form(server: LocalServer) -> None:
    assert server.send_form("iam", "Action=ListRoles&MaxItems=1").status == 200
    answer = server.send_form("iam", "Action=ListRoles&MaxItems=2000")
    assert b"Value '2000' at 'maxItems' failed to satisfy constraint: Member must have value less than" in answer.body
    answer = server.send_form("iam", "Action=ListRoles&MaxItems=many")
    assert (answer.status, b"<Code>MalformedInput</Code>" in answer.body) == (400, True)


@pytest.mark.parametrize(
    ("service", "operation", "parameters"),
    [
        ("sts", "GetCallerIdentity", ""),
        ("iam", "ListRoles", ""),
        ("iam", "GetRole", f"&RoleName={ROLE_NAME}"),
    ],
)
def test_answers_have_the_shape_of_the_model(
    server: LocalServer, service: str, operation: str, parameters: str
) -> None:
    answer = server.send_form(service, f"Action={operation}{parameters}")
    assert answer.status == 200
    assert mismatches(service, operation, from_xml(service, operation, answer.body)) == []
