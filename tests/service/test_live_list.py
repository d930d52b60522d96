"""What a list says of itself to whoever does not watch it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.service.stub_aws import Refused, StubAws
from tui.service.errors import AccessDenied
from tui.service.gateway import Gateway
from tui.service.models import Models

pytestmark = pytest.mark.asyncio(loop_scope="session")


def model(name: str) -> dict[str, Any]:
    return {"ModelName": name, "ModelArn": f"arn:{name}", "CreationTime": 1.0}


async def test_the_first_rows_are_waited_for_once(gateway: Gateway, aws: StubAws) -> None:
    aws.answers["ListModels"] = lambda _: {"Models": [model("a"), model("b")]}
    listed = Models(gateway).list
    assert (listed.rows, listed.names) == ((), frozenset())
    assert [row.name for row in await listed.first()] == ["a", "b"]
    assert listed.names == {"a", "b"}
    assert await listed.first() == listed.rows
    assert len(aws.asked("ListModels")) == 1


async def test_a_list_that_cannot_be_read_is_not_taken_for_an_empty_one(gateway: Gateway, aws: StubAws) -> None:
    def refuse(_: dict[str, Any]) -> dict[str, Any]:
        raise Refused("AccessDeniedException", "not authorized to perform: sagemaker:ListModels")

    aws.answers["ListModels"] = refuse
    listed = Models(gateway).list
    with pytest.raises(AccessDenied, match="ListModels"):
        await listed.first()
    assert listed.rows == ()
