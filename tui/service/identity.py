"""Who the console is at AWS: account, caller, and the execution roles it may hand to jobs."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from tui.service.gateway import Gateway


@dataclass(frozen=True, slots=True)
class Caller:
    """The answer of GetCallerIdentity."""

    account: str
    arn: str


class Identity:
    """Answers who is calling, asking AWS once for each connection."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway

    async def caller(self) -> Caller:
        """The account and ARN that the requests are signed for."""
        answer = await self._gateway.call("sts", "GetCallerIdentity")
        return Caller(answer["Account"], answer["Arn"])

    async def execution_roles(self) -> tuple[str, ...]:
        """ARNs of the roles that SageMaker may assume, the likely ones first."""
        roles = [
            role["Arn"]
            async for page in self._gateway.pages("iam", "ListRoles", MaxItems=1000, limit=5)
            for role in page["Roles"]
            if _trusts_sagemaker(role.get("AssumeRolePolicyDocument", {}))
        ]
        return tuple(sorted(roles, key=lambda arn: ("SageMaker-ExecutionRole" not in arn, arn)))


def _trusts_sagemaker(document: Any) -> bool:
    if isinstance(document, str):
        document = json.loads(unquote(document))
    return "sagemaker.amazonaws.com" in json.dumps(document)
