"""What AWS does and the embedded SageMaker does not: every operation says so by name, once."""

from __future__ import annotations

import pytest
from botocore import xform_name
from botocore.exceptions import ClientError

from tests.local.server import LocalServer
from tests.local.test_constraints import SERVED
from tui.local.model import service_model

_SERVICES = ("sagemaker", "sagemaker-runtime", "logs", "cloudwatch", "application-autoscaling")


def _unsupported_operations() -> list[tuple[str, str]]:
    return [
        (service, operation)
        for service in _SERVICES
        for operation in service_model(service).operations
        if operation not in SERVED[service]
    ]


@pytest.mark.parametrize("service", _SERVICES)
def test_each_unsupported_operation_says_so_and_is_not_tried_again(server: LocalServer, service: str) -> None:
    client = server.new_client(
        service,
        server.access_key,
        retries={"mode": "standard", "total_max_attempts": 3},
        parameter_validation=False,
        inject_host_prefix=False,
    )
    parameters = {"EndpointName": "any"} if service == "sagemaker-runtime" else {}
    asked = [operation for where, operation in _unsupported_operations() if where == service]
    assert asked
    for operation in asked:
        with pytest.raises(ClientError) as refused:
            getattr(client, xform_name(operation))(**parameters)
        answer = refused.value.response
        assert answer["Error"]["Code"] == "UnsupportedOperation", operation
        assert f"does not implement {operation} of {service}" in answer["Error"]["Message"]
        assert answer["ResponseMetadata"]["HTTPStatusCode"] == 400
        assert answer["ResponseMetadata"]["RetryAttempts"] == 0, operation


@pytest.mark.parametrize("service", [service for service in _SERVICES if service != "sagemaker-runtime"])
def test_each_served_operation_looks_at_its_request(server: LocalServer, service: str) -> None:
    """An empty request is answered, or refused for what it lacks."""
    client = server.new_client(service, server.access_key, parameter_validation=False, inject_host_prefix=False)
    for operation in SERVED[service]:
        try:
            answer = getattr(client, xform_name(operation))()
        except ClientError as error:
            answer = error.response
            assert answer["Error"]["Code"] != "UnsupportedOperation", operation
        assert answer["ResponseMetadata"]["HTTPStatusCode"] in (200, 400), operation


def test_processing_jobs_are_not_there_and_not_empty(server: LocalServer) -> None:
    """An empty list would say that there are no processing jobs; the truth is that there can be none."""
    sagemaker = server.client("sagemaker")
    for operation, members in (
        ("ListProcessingJobs", {}),
        ("DescribeProcessingJob", {"ProcessingJobName": "any"}),
    ):
        with pytest.raises(ClientError, match=f"does not implement {operation} of sagemaker") as refused:
            getattr(sagemaker, xform_name(operation))(**members)
        assert refused.value.response["Error"]["Code"] == "UnsupportedOperation"
