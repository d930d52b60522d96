"""Who the console is at AWS: account, caller, and the execution roles it may hand to jobs."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from tui.service.gateway import Gateway


@dataclass(frozen=True, slots=True)
class Caller:
    """The answer of GetCallerIdentity, and the region the console works in."""

    account: str
    arn: str
    region: str


class Identity:
    """Answers who is calling, asking AWS once for each connection."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway
        self._caller: Caller | None = None

    def forget(self) -> None:
        """Ask again: the connection is another one."""
        self._caller = None

    async def caller(self) -> Caller:
        """The account, the ARN and the region that the requests are signed for."""
        if self._caller is None:
            answer = await self._gateway.call("sts", "GetCallerIdentity")
            self._caller = Caller(answer["Account"], answer["Arn"], await self._gateway.task("region"))
        return self._caller

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
