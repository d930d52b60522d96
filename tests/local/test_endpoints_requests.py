"""Changes of endpoints that are refused, and in which words."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.local.endpoints import (
    blue_green,
    describe,
    make_endpoint,
    rolling,
    size,
    variant,
    want,
)
from tests.local.server import LocalServer

pytestmark = pytest.mark.usefixtures("endpoint_models")


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        (
            [{"VariantName": "Z", "DesiredWeight": 1}, {"VariantName": "Y"}],
            r'variant name\(s\) "Y", "Z" is/are not present within endpoint configuration "update-refused"',
        ),
        ([{"VariantName": "V"}, {"VariantName": "V"}], 'Duplicate variant names found: "V"'),
        ([{"VariantName": "V", "DesiredWeight": 0}], "sum of the weights of all production variants"),
        ([{"VariantName": "V", "DesiredInstanceCount": 0}], "DesiredInstanceCount of variant V must be at least 1"),
        ([{"VariantName": "V", "ServerlessUpdateConfig": {}}], "it has instances"),
    ],
)
def test_capacities_that_are_refused(
    server: LocalServer, sagemaker: Any, wanted: list[dict[str, Any]], words: str
) -> None:
    before = _refused_endpoint(server)
    with pytest.raises(ClientError, match=words) as refused:
        want(server, "update-refused", *wanted)
    assert refused.value.response["Error"]["Code"] == "ValidationException"
    assert describe(server, "update-refused") == before


@pytest.mark.parametrize(
    ("members", "words"),
    [
        ({"EndpointConfigName": "nothing"}, "Could not find endpoint configuration"),
        ({"DeploymentConfig": blue_green("ALL_AT_ONCE") | rolling(size(50))}, "only one of BlueGreenUpdatePolicy and"),
        ({"DeploymentConfig": blue_green("CANARY")}, "must have CanarySize if its Type is CANARY"),
        ({"DeploymentConfig": blue_green("LINEAR", CanarySize=size(50))}, "must have CanarySize if its Type is CANARY"),
        (
            {"DeploymentConfig": blue_green("CANARY", CanarySize=size(51))},
            "CanarySize of 51 by CAPACITY_PERCENT is out of range: it must be less than or equal to 50%",
        ),
        (
            {"DeploymentConfig": blue_green("LINEAR", LinearStepSize=size(9))},
            "LinearStepSize of 9 by CAPACITY_PERCENT is out of range: it must be 10-50%",
        ),
        (
            {"DeploymentConfig": rolling(size(50), RollbackMaximumBatchSize=size(2, "INSTANCE_COUNT"))},
            "RollbackMaximumBatchSize of 2 by INSTANCE_COUNT is out of range",
        ),
        (
            {"DeploymentConfig": rolling(size(50), wait=300, MaximumExecutionTimeoutInSeconds=600)},
            "MaximumExecutionTimeoutInSeconds 600 must be larger than the total waiting time of the deployment",
        ),
        (
            {"DeploymentConfig": {"AutoRollbackConfiguration": {"Alarms": [{"AlarmName": "missing"}]}}},
            "Could not find the CloudWatch alarms of AutoRollbackConfiguration: missing",
        ),
        ({"DeploymentConfig": {"AutoRollbackConfiguration": {"Alarms": [{}]}}}, "must have an AlarmName"),
    ],
)
def test_updates_that_are_refused(server: LocalServer, sagemaker: Any, members: dict[str, Any], words: str) -> None:
    before = _refused_endpoint(server)
    with pytest.raises(ClientError, match=words) as refused:
        sagemaker.update_endpoint(
            **{"EndpointName": "update-refused", "EndpointConfigName": "update-refused"} | members
        )
    assert refused.value.response["Error"]["Code"] == "ValidationException"
    assert describe(server, "update-refused") == before


def _refused_endpoint(server: LocalServer) -> Any:
    if not server.client("sagemaker").list_endpoints(NameContains="update-refused")["Endpoints"]:
        make_endpoint(server, "update-refused", variant("V"))
    return describe(server, "update-refused")
