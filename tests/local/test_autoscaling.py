"""Application Auto Scaling through boto3, and its raw answers against the model."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError

from tests.local.server import LocalServer
from tests.local.shapes import mismatches

SERVICE = "application-autoscaling"
VARIANT = {
    "ServiceNamespace": "sagemaker",
    "ResourceId": "endpoint/boston/variant/AllTraffic",
    "ScalableDimension": "sagemaker:variant:DesiredInstanceCount",
}


def test_nothing_is_scaled_by_itself(server: LocalServer) -> None:
    scaling = server.client(SERVICE)
    asked = {"ServiceNamespace": "sagemaker", "ResourceIds": [VARIANT["ResourceId"]]}
    assert scaling.describe_scalable_targets(**asked)["ScalableTargets"] == []
    assert scaling.describe_scaling_policies(**VARIANT)["ScalingPolicies"] == []


@pytest.mark.parametrize("operation", ["DescribeScalableTargets", "DescribeScalingPolicies"])
def test_answers_are_as_the_model_says(server: LocalServer, operation: str) -> None:
    target = f"AnyScaleFrontendService.{operation}"
    answer = server.send_json(SERVICE, target, b'{"ServiceNamespace": "sagemaker"}')
    assert (answer.status, mismatches(SERVICE, operation, answer.json())) == (200, [])
    refused = server.send_json(SERVICE, target, b'{"ServiceNamespace": "sagemaker", "NextToken": "more"}')
    assert (refused.status, refused.json()["__type"]) == (400, "InvalidNextTokenException")


def test_what_could_not_be_kept_is_not_taken(server: LocalServer) -> None:
    scaling = server.client(SERVICE)
    with pytest.raises(ClientError, match="does not implement RegisterScalableTarget of application-autoscaling"):
        scaling.register_scalable_target(**VARIANT, MinCapacity=1, MaxCapacity=4)
    with pytest.raises(ClientError, match=r"ValidationException.* 'serviceNamespace' failed to satisfy"):
        server.new_client(SERVICE, server.access_key, parameter_validation=False).describe_scalable_targets()
