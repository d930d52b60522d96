"""What the Create operations of SageMaker check alike: the role, S3 URIs, quotas, and members that need AWS."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tui.local.errors import AwsError, validation_error
from tui.local.settings import Settings


def require_role(role: str, settings: Settings) -> None:
    """Raise ValidationException when a role is not the one execution role there is."""
    if role != settings.role_arn:
        raise validation_error(
            f"Could not assume role {role}. Please ensure that the role exists and allows principal "
            f"'sagemaker.amazonaws.com' to assume the role. The one role of this embedded SageMaker is "
            f"{settings.role_arn}."
        )


def require_s3_uri(uri: str, where: str) -> None:
    """Raise ValidationException when a URI, in the member `where`, is not an S3 one."""
    if not uri.startswith("s3://"):
        raise validation_error(f"The {where} must have the form s3://bucket/prefix; it is {uri}.")


def refuse(members: Mapping[str, Any], unsupported: Mapping[str, str]) -> None:
    """Raise ValidationException when a request has a member that is not built here, each with what it stands for."""
    for member, meaning in unsupported.items():
        if members.get(member):
            raise validation_error(f"{member} is not available: this embedded SageMaker does not do {meaning}.")


def over_quota(usage: str, limit: int, wanted: int, used: int = 0) -> AwsError:
    """The service's ResourceLimitExceeded for a number of instances, e.g. of `ml.m4.xlarge for endpoint usage`."""
    return AwsError(
        "ResourceLimitExceeded",
        f"The account-level service limit '{usage}' is {limit} Instances, with current utilization of {used} Instances "
        f"and a request delta of {wanted} Instances. This is a limit of the embedded SageMaker and cannot be raised.",
    )
