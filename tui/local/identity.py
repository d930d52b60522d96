"""Who the caller is and which execution role there is: the crumbs of STS and IAM that SageMaker's clients ask for."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from tui.local.errors import AwsError
from tui.local.settings import ACCOUNT, ROLE_NAME, Settings

_ROLE_PATH = "/service-role/"
_ROLE_ID = "AROALOCALSAGEMAKERROLE"
_USER_ID = "AIDALOCALSAGEMAKERUSER"
_CREATED = datetime(2026, 1, 1, tzinfo=UTC).timestamp()

_TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "sagemaker.amazonaws.com"}, "Action": "sts:AssumeRole"},
    ],
}


class Sts:
    """The operations of STS."""

    def get_caller_identity(self, request: dict[str, Any]) -> dict[str, Any]:
        """Every caller with our access key is the one local user."""
        return {"UserId": _USER_ID, "Account": ACCOUNT, "Arn": f"arn:aws:iam::{ACCOUNT}:user/local"}


class Iam:
    """The operations of IAM, on the one execution role."""

    def __init__(self, settings: Settings) -> None:
        self._role = {
            "Path": _ROLE_PATH,
            "RoleName": ROLE_NAME,
            "RoleId": _ROLE_ID,
            "Arn": settings.role_arn,
            "CreateDate": _CREATED,
            "AssumeRolePolicyDocument": quote(json.dumps(_TRUST)),
            "Description": "The execution role of the embedded SageMaker",
            "MaxSessionDuration": 3600,
        }

    def get_role(self, request: dict[str, Any]) -> dict[str, Any]:
        """The role of that name."""
        name = request["RoleName"]
        if name != ROLE_NAME:
            raise AwsError("NoSuchEntity", f"The role with name {name} cannot be found.", 404)
        return {"Role": self._role}

    def list_roles(self, request: dict[str, Any]) -> dict[str, Any]:
        """The roles under a path prefix; one page holds them all, so that no marker is ever ours."""
        if "Marker" in request:
            raise AwsError("ValidationError", "Invalid Marker.")
        listed = _ROLE_PATH.startswith(request.get("PathPrefix", "/"))
        return {"Roles": [self._role] if listed else [], "IsTruncated": False}
