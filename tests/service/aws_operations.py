"""All operations of the services that the console uses, from botocore's models."""

from __future__ import annotations

from functools import cache

import botocore
import botocore.session

SERVICES = ("sagemaker", "logs", "s3", "cloudwatch", "sts", "iam", "sagemaker-runtime", "pricing", "service-quotas")


@cache
def operations() -> tuple[tuple[str, str], ...]:
    session = botocore.session.Session()
    return tuple(
        (service, operation) for service in SERVICES for operation in session.get_service_model(service).operation_names
    )
