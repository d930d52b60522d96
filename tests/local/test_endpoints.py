"""Endpoints by plain boto3: from their creation to their end, on good days and on bad ones."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.local.endpoints import (
    BROKEN_MODEL,
    BUCKET,
    LINEAR_MODEL,
    MODEL,
    describe,
    follow,
    held,
    invoke,
    is_settled,
    make_config,
    make_endpoint,
    make_model,
    stages,
    variant,
    wait_until_gone,
    wait_until_settled,
)
from tests.local.server import LocalServer
from tests.local.training import LINEAR, XGBOOST, call
from tests.waiting import until

pytestmark = pytest.mark.usefixtures("endpoint_models")

_ARN = "arn:aws:sagemaker:us-east-1:123456789012:endpoint/"


def test_an_endpoint_is_created_and_says_how_at_every_poll(server: LocalServer, sagemaker: Any) -> None:
    capture = {
        "EnableCapture": False,
        "InitialSamplingPercentage": 20,
        "DestinationS3Uri": f"s3://{BUCKET}/captured",
        "CaptureOptions": [{"CaptureMode": "Input"}],
    }
    variants = (
        variant("A", InitialVariantWeight=3, InitialInstanceCount=2, RoutingConfig={"RoutingStrategy": "RANDOM"}),
        variant("B", LINEAR_MODEL),
    )
    make_config(server, "endpoints-config", *variants, DataCaptureConfig=capture)
    with held(server):
        created = call(
            server,
            "CreateEndpoint",
            {
                "EndpointName": "endpoints-Road",
                "EndpointConfigName": "endpoints-config",
                "Tags": [{"Key": "team", "Value": "boston"}],
            },
        )
        first = describe(server, "endpoints-Road")
    assert created == {"EndpointArn": _ARN + "endpoints-road"}

    *before, after = follow(server, "endpoints-Road", is_settled)

    assert stages(first) == ("Creating", None, "Creating")
    assert {stages(endpoint) for endpoint in before} <= {
        ("Creating", None, "Creating"),
        ("Creating", None, "ActivatingTraffic"),
        ("Creating", None, "Baking"),
    }
    assert "ProductionVariants" not in first
    assert first["PendingDeploymentSummary"]["EndpointConfigName"] == first["EndpointConfigName"] == "endpoints-config"
    pending = first["PendingDeploymentSummary"]["ProductionVariants"]
    assert [(item["CurrentWeight"], item["CurrentInstanceCount"]) for item in pending] == [(0, 0), (0, 0)]
    assert [(item["DesiredWeight"], item["DesiredInstanceCount"]) for item in pending] == [(3, 2), (1, 1)]

    assert after["EndpointStatus"] == "InService"
    assert after["EndpointName"] == "endpoints-Road"
    assert after["CreationTime"] == first["CreationTime"] < after["LastModifiedTime"]
    assert {"FailureReason", "PendingDeploymentSummary", "ShadowProductionVariants"} & after.keys() == set()
    a, b = after["ProductionVariants"]
    (image,) = a.pop("DeployedImages")
    assert a == {
        "VariantName": "A",
        "CurrentWeight": 3,
        "DesiredWeight": 3,
        "CurrentInstanceCount": 2,
        "DesiredInstanceCount": 2,
        "RoutingConfig": {"RoutingStrategy": "RANDOM"},
    }
    assert image["SpecifiedImage"] == XGBOOST
    assert image["ResolvedImage"].startswith(XGBOOST.partition(":")[0] + "@sha256:")
    assert b["DeployedImages"][0]["SpecifiedImage"] == LINEAR
    assert after["DataCaptureConfig"] == {
        "EnableCapture": False,
        "CaptureStatus": "Stopped",
        "CurrentSamplingPercentage": 20,
        "DestinationS3Uri": f"s3://{BUCKET}/captured",
        "KmsKeyId": "",
    }
    assert sagemaker.list_tags(ResourceArn=created["EndpointArn"])["Tags"] == [{"Key": "team", "Value": "boston"}]
    assert invoke(server, "endpoints-Road", TargetVariant="B")["InvokedProductionVariant"] == "B"


def test_a_serverless_variant_has_concurrency_and_no_instances(server: LocalServer, sagemaker: Any) -> None:
    serverless = {"MemorySizeInMB": 2048, "MaxConcurrency": 5}
    endpoint = make_endpoint(
        server, "endpoints-serverless", {"VariantName": "S", "ModelName": MODEL, "ServerlessConfig": serverless}
    )
    (only,) = endpoint["ProductionVariants"]
    assert only["CurrentServerlessConfig"] == only["DesiredServerlessConfig"] == serverless
    assert {"CurrentInstanceCount", "DesiredInstanceCount"} & only.keys() == set()
    assert invoke(server, "endpoints-serverless")["InvokedProductionVariant"] == "S"


def test_a_shadow_variant_is_shown_apart_and_never_answers(server: LocalServer, sagemaker: Any) -> None:
    endpoint = make_endpoint(
        server, "endpoints-shadow", variant("P"), ShadowProductionVariants=[variant("S", LINEAR_MODEL)]
    )
    assert [item["VariantName"] for item in endpoint["ProductionVariants"]] == ["P"]
    assert [item["VariantName"] for item in endpoint["ShadowProductionVariants"]] == ["S"]
    assert {invoke(server, "endpoints-shadow")["InvokedProductionVariant"] for _ in range(20)} == {"P"}


def test_a_model_that_does_not_come_up_fails_the_endpoint_in_the_services_words(
    server: LocalServer, sagemaker: Any
) -> None:
    endpoint = make_endpoint(server, "endpoints-broken", variant("Good"), variant("Bad", BROKEN_MODEL))

    assert endpoint["EndpointStatus"] == "Failed"
    assert endpoint["FailureReason"] == (
        "The primary container for production variant Bad did not pass the ping health check. "
        "Please check CloudWatch logs for this endpoint."
    )
    assert endpoint["EndpointConfigName"] == "endpoints-broken"
    assert "PendingDeploymentSummary" not in endpoint
    assert [item["CurrentInstanceCount"] for item in endpoint["ProductionVariants"]] == [0, 0]
    with pytest.raises(ClientError, match="Endpoint endpoints-broken of account 123456789012 not found"):
        invoke(server, "endpoints-broken")
    for change in (
        {"operation": sagemaker.update_endpoint, "EndpointConfigName": "endpoints-broken"},
        {
            "operation": sagemaker.update_endpoint_weights_and_capacities,
            "DesiredWeightsAndCapacities": [{"VariantName": "Good", "DesiredWeight": 2}],
        },
    ):
        operation = change.pop("operation")
        with pytest.raises(ClientError, match="Cannot update failed endpoint"):
            operation(EndpointName="endpoints-broken", **change)

    sagemaker.delete_endpoint(EndpointName="endpoints-broken")
    wait_until_gone(server, "endpoints-broken")


def test_model_data_that_has_gone_fails_the_endpoint(server: LocalServer, sagemaker: Any) -> None:
    make_model(server, "endpoints-without-data")
    server.client("s3").delete_object(Bucket=BUCKET, Key="endpoints-without-data/model.tar.gz")
    endpoint = make_endpoint(server, "endpoints-without-data", variant("V", "endpoints-without-data"))
    assert endpoint["EndpointStatus"] == "Failed"
    assert f"s3://{BUCKET}/endpoints-without-data/model.tar.gz" in endpoint["FailureReason"]


def test_what_an_endpoint_was_made_of_may_be_deleted(server: LocalServer, sagemaker: Any) -> None:
    make_model(server, "endpoints-fleeting")
    before = make_endpoint(server, "endpoints-fleeting", variant("V", "endpoints-fleeting"))

    sagemaker.delete_endpoint_config(EndpointConfigName="endpoints-fleeting")
    sagemaker.delete_model(ModelName="endpoints-fleeting")
    server.client("s3").delete_object(Bucket=BUCKET, Key="endpoints-fleeting/model.tar.gz")

    assert describe(server, "endpoints-fleeting") == before
    assert invoke(server, "endpoints-fleeting")["InvokedProductionVariant"] == "V"


def test_a_deleted_endpoint_leaves_everything_else(server: LocalServer, sagemaker: Any) -> None:
    arn = make_endpoint(server, "endpoints-ended")["EndpointArn"]
    invoke(server, "endpoints-ended")

    sagemaker.delete_endpoint(EndpointName="endpoints-ended")
    wait_until_gone(server, "endpoints-ended")

    message = f'Could not find endpoint "{arn}"'
    for operation, members in (
        (sagemaker.describe_endpoint, {}),
        (sagemaker.delete_endpoint, {}),
        (sagemaker.update_endpoint, {"EndpointConfigName": "endpoints-ended"}),
    ):
        with pytest.raises(ClientError, match=message) as refused:
            operation(EndpointName="endpoints-ended", **members)
        assert refused.value.response["Error"]["Code"] == "ValidationException"
    with pytest.raises(ClientError, match="not found"):
        invoke(server, "endpoints-ended")
    with pytest.raises(ClientError, match="not found"):
        sagemaker.list_tags(ResourceArn=arn)
    assert sagemaker.describe_endpoint_config(EndpointConfigName="endpoints-ended")["EndpointConfigName"]
    assert sagemaker.describe_model(ModelName=MODEL)["ModelName"] == MODEL
    group = {"logGroupNamePrefix": "/aws/sagemaker/Endpoints/endpoints-ended"}
    assert len(until(lambda: server.client("logs").describe_log_groups(**group)["logGroups"], "the log group")) == 1

    sagemaker.create_endpoint(EndpointName="endpoints-ended", EndpointConfigName="endpoints-ended")
    assert wait_until_settled(server, "endpoints-ended")["EndpointStatus"] == "InService"


def test_names_are_unique_whatever_their_case(server: LocalServer, sagemaker: Any) -> None:
    make_endpoint(server, "endpoints-Case")
    with pytest.raises(ClientError, match=f'Cannot create already existing endpoint "{_ARN}endpoints-case"') as refused:
        sagemaker.create_endpoint(EndpointName="ENDPOINTS-case", EndpointConfigName="endpoints-Case")
    assert refused.value.response["Error"]["Code"] == "ValidationException"
    assert describe(server, "endpoints-CASE")["EndpointName"] == "endpoints-Case"
    with pytest.raises(ClientError, match="Endpoint endpoints-CASE of account 123456789012 not found"):
        invoke(server, "endpoints-CASE")


@pytest.mark.parametrize(
    ("members", "words"),
    [
        ({"EndpointConfigName": "nothing"}, 'Could not find endpoint configuration "arn:.*:endpoint-config/nothing"'),
        ({"EndpointName": "under_score"}, "Value 'under_score' at 'endpointName' failed to satisfy constraint"),
        ({"Tags": [{"Key": "aws:mine", "Value": ""}]}, "reserved for AWS"),
        (
            {"DeploymentConfig": {"AutoRollbackConfiguration": {"Alarms": [{"AlarmName": "missing"}]}}},
            "Could not find the CloudWatch alarms of AutoRollbackConfiguration: missing",
        ),
    ],
)
def test_endpoints_that_are_refused(server: LocalServer, sagemaker: Any, members: dict[str, Any], words: str) -> None:
    if not sagemaker.list_endpoint_configs(NameContains="endpoints-refused")["EndpointConfigs"]:
        make_config(server, "endpoints-refused")
    request = {"EndpointName": "endpoints-refused", "EndpointConfigName": "endpoints-refused"} | members
    with pytest.raises(ClientError, match=words) as refused:
        sagemaker.create_endpoint(**request)
    assert refused.value.response["Error"]["Code"] == "ValidationException"
    assert sagemaker.list_endpoints(NameContains="endpoints-refused")["Endpoints"] == []


def test_a_model_that_was_deleted_cannot_be_deployed(server: LocalServer, sagemaker: Any) -> None:
    make_model(server, "endpoints-gone")
    make_config(server, "endpoints-gone", variant("V", "endpoints-gone"))
    sagemaker.delete_model(ModelName="endpoints-gone")
    with pytest.raises(ClientError, match=r'Could not find model "arn:.*:model/endpoints-gone"'):
        sagemaker.create_endpoint(EndpointName="endpoints-gone", EndpointConfigName="endpoints-gone")


def test_the_quota_counts_the_instances_of_all_endpoints(server: LocalServer, sagemaker: Any) -> None:
    many = variant("V", InstanceType="ml.c5.xlarge", InitialInstanceCount=120)
    make_endpoint(server, "endpoints-quota", many)
    for operation in (sagemaker.create_endpoint, sagemaker.update_endpoint):
        name = "endpoints-quota-2" if operation == sagemaker.create_endpoint else "endpoints-quota"
        with pytest.raises(sagemaker.exceptions.ResourceLimitExceeded) as refused:
            operation(EndpointName=name, EndpointConfigName="endpoints-quota")
        assert refused.value.response["Error"]["Message"].startswith(
            "The account-level service limit 'ml.c5.xlarge for endpoint usage' is 200 Instances, with current "
            "utilization of 120 Instances and a request delta of 120 Instances."
        )
    with pytest.raises(sagemaker.exceptions.ResourceLimitExceeded):
        sagemaker.update_endpoint_weights_and_capacities(
            EndpointName="endpoints-quota",
            DesiredWeightsAndCapacities=[{"VariantName": "V", "DesiredInstanceCount": 201}],
        )
    sagemaker.delete_endpoint(EndpointName="endpoints-quota")
    wait_until_gone(server, "endpoints-quota")
    assert make_endpoint(server, "endpoints-quota-2", many)["EndpointStatus"] == "InService"


def test_pages_of_endpoints(server: LocalServer, sagemaker: Any) -> None:
    names = [f"endpoints-page-{letter}" for letter in "bda"]
    for name in names:
        make_endpoint(server, name)
    broken = "endpoints-page-c"
    make_endpoint(server, broken, variant("V", BROKEN_MODEL))
    created = [*names, broken]

    def listed(**parameters: Any) -> list[str]:
        answer = call(server, "ListEndpoints", {"NameContains": "endpoints-page-"} | parameters)
        return [item["EndpointName"] for item in answer["Endpoints"]]

    assert listed() == created[::-1]
    assert listed(SortBy="Name", SortOrder="Ascending") == sorted(created)
    assert listed(SortBy="Status", SortOrder="Ascending")[0] == broken
    assert listed(StatusEquals="Failed") == [broken]
    assert listed(LastModifiedTimeBefore=1) == listed(CreationTimeAfter=4102444800) == []
    pages = sagemaker.get_paginator("list_endpoints").paginate(
        NameContains="endpoints-page-", PaginationConfig={"PageSize": 3}
    )
    assert [item["EndpointName"] for page in pages for item in page["Endpoints"]] == created[::-1]


def test_fifty_endpoints_at_once(server: LocalServer, sagemaker: Any) -> None:
    make_config(server, "endpoints-fifty")
    names = [f"endpoints-fifty-{number}" for number in range(50)]
    for name in names:
        sagemaker.create_endpoint(EndpointName=name, EndpointConfigName="endpoints-fifty")
    for name in names:
        assert wait_until_settled(server, name)["EndpointStatus"] == "InService"
        assert invoke(server, name)["InvokedProductionVariant"] == "AllTraffic"
    for name in names:
        sagemaker.delete_endpoint(EndpointName=name)
    for name in names:
        wait_until_gone(server, name)
