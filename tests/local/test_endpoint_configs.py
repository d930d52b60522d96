"""Endpoint configurations by plain boto3: what is accepted, kept and refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.local.endpoints import LINEAR_MODEL, make_config, make_models, variant
from tests.local.server import LocalServer
from tests.local.training import call

pytestmark = pytest.mark.usefixtures("endpoint_models")

_ARN = "arn:aws:sagemaker:us-east-1:123456789012:endpoint-config/"
_CAPTURE = {
    "InitialSamplingPercentage": 50,
    "DestinationS3Uri": "s3://bucket/captured",
    "CaptureOptions": [{"CaptureMode": "InputAndOutput"}],
}


def _serverless(name: str = "V", memory: int = 2048, **members: Any) -> dict[str, Any]:
    config = {"MemorySizeInMB": memory, "MaxConcurrency": 5} | members
    return {"VariantName": name, "ModelName": LINEAR_MODEL, "ServerlessConfig": config}


def test_a_configuration_is_described_with_the_defaults(server: LocalServer, sagemaker: Any) -> None:
    first = variant("A", VolumeSizeInGB=5, RoutingConfig={"RoutingStrategy": "RANDOM"})
    second = variant("B", LINEAR_MODEL, InitialVariantWeight=0)
    request = {
        "EndpointConfigName": "configs-All",
        "ProductionVariants": [first, second],
        "DataCaptureConfig": _CAPTURE,
        "KmsKeyId": "key",
        "MetricsConfig": {"EnableEnhancedMetrics": True, "MetricPublishFrequencyInSeconds": 60},
        "Tags": [{"Key": "team", "Value": "boston"}],
    }
    arn = call(server, "CreateEndpointConfig", request)["EndpointConfigArn"]
    assert arn == _ARN + "configs-all"

    described = call(server, "DescribeEndpointConfig", {"EndpointConfigName": "configs-All"})

    assert described.pop("CreationTime") > 0
    del request["Tags"]
    assert described == request | {
        "EndpointConfigArn": arn,
        "ProductionVariants": [first | {"InitialVariantWeight": 1.0}, second],
        "DataCaptureConfig": _CAPTURE | {"EnableCapture": True},
        "EnableNetworkIsolation": False,
    }
    assert sagemaker.list_tags(ResourceArn=arn)["Tags"] == [{"Key": "team", "Value": "boston"}]


@pytest.mark.parametrize(
    "members",
    [
        {"ProductionVariants": [_serverless(ProvisionedConcurrency=5)]},
        {"ProductionVariants": [variant("P")], "ShadowProductionVariants": [variant("S", InitialVariantWeight=0.5)]},
        {"ProductionVariants": [variant(f"V{number}") for number in range(10)]},
        {"ProductionVariants": [variant("V", ManagedInstanceScaling={"Status": "DISABLED"})]},
    ],
    ids=["serverless", "shadow", "ten variants", "scaling that is off"],
)
def test_configurations_that_can_be_deployed(server: LocalServer, sagemaker: Any, members: dict[str, Any]) -> None:
    sagemaker.create_endpoint_config(EndpointConfigName="configs-good", **members)
    described = call(server, "DescribeEndpointConfig", {"EndpointConfigName": "configs-good"})
    sagemaker.delete_endpoint_config(EndpointConfigName="configs-good")
    for member, variants in members.items():
        assert described[member] == [{"InitialVariantWeight": 1.0} | given for given in variants]


def test_a_name_is_taken_until_its_configuration_is_deleted(server: LocalServer, sagemaker: Any) -> None:
    arn = _ARN + make_config(server, "configs-taken")
    with pytest.raises(ClientError, match=f'Cannot create already existing endpoint configuration "{arn}"') as refused:
        make_config(server, "configs-taken")
    assert refused.value.response["Error"]["Code"] == "ValidationException"

    sagemaker.delete_endpoint_config(EndpointConfigName="configs-taken")

    for operation in (sagemaker.describe_endpoint_config, sagemaker.delete_endpoint_config):
        with pytest.raises(ClientError, match=f'Could not find endpoint configuration "{arn}"') as refused:
            operation(EndpointConfigName="configs-taken")
        assert refused.value.response["Error"]["Code"] == "ValidationException"
    with pytest.raises(ClientError, match="not found"):
        sagemaker.list_tags(ResourceArn=arn)
    make_config(server, "configs-taken")


def test_configurations_are_listed_newest_first(server: LocalServer, sagemaker: Any) -> None:
    names = [make_config(server, f"configs-page-{letter}") for letter in "bdac"]

    def listed(**parameters: Any) -> list[str]:
        answer = call(server, "ListEndpointConfigs", {"NameContains": "configs-page-"} | parameters)
        return [item["EndpointConfigName"] for item in answer["EndpointConfigs"]]

    assert listed() == names[::-1]
    assert listed(SortBy="Name", SortOrder="Ascending") == sorted(names)
    assert listed(CreationTimeBefore=1) == []
    pages = sagemaker.get_paginator("list_endpoint_configs").paginate(
        NameContains="configs-page-", PaginationConfig={"PageSize": 3}
    )
    assert [[item["EndpointConfigName"] for item in page["EndpointConfigs"]] for page in pages] == [
        names[:0:-1],
        names[:1],
    ]


@pytest.fixture
def create(server: LocalServer) -> Callable[..., Any]:
    """Creates a configuration that is to be refused, by the service and not by boto3."""
    make_models(server)
    unchecked = server.new_client("sagemaker", server.access_key, parameter_validation=False)

    def create_config(**members: Any) -> Any:
        request = {"EndpointConfigName": "configs-refused", "ProductionVariants": [variant("V")]} | members
        return unchecked.create_endpoint_config(**request)

    return create_config


@pytest.mark.parametrize(
    ("variants", "words"),
    [
        ([variant("V"), variant("V")], "Duplicate variant names found: V"),
        ([variant("V", "nothing")], "Could not find model .*:model/nothing"),
        ([variant("V", InitialVariantWeight=0)], "sum of the weights of all production variants"),
        ([variant(name, InitialVariantWeight=1.7e308) for name in "AB"], "it is inf"),
        ([variant("V", InitialVariantWeight=-1)], "failed to satisfy constraint: Member must have value greater than"),
        ([variant("V", InitialInstanceCount=0)], "failed to satisfy constraint: Member must have value greater than"),
        ([variant(f"V{number}") for number in range(11)], "Member must have length less than or equal to 10"),
        ([{"VariantName": "V", "ModelName": LINEAR_MODEL}], "InitialInstanceCount of variant V is required"),
        (
            [{"VariantName": "V", "ModelName": LINEAR_MODEL, "InitialInstanceCount": 1}],
            "InstanceType of variant V is required",
        ),
        (
            [{"VariantName": "V", "InitialInstanceCount": 1, "InstanceType": "ml.m4.xlarge"}],
            "does not do inference components",
        ),
        ([variant("V") | _serverless()], "both ServerlessConfig and InitialInstanceCount for variant V"),
        ([_serverless(memory=1500)], "MemorySizeInMB 1500 of variant V must be one of"),
        ([_serverless(ProvisionedConcurrency=6)], "ProvisionedConcurrency 6 of variant V must be less than or equal"),
        ([_serverless("A"), _serverless("B")], "serverless endpoint has one production variant"),
        ([variant("V", ManagedInstanceScaling={"Status": "ENABLED"})], "does not scale by itself"),
        ([variant("V", AcceleratorType="ml.eia1.medium")], "does not do elastic inference"),
    ],
)
def test_variants_that_are_refused(
    sagemaker: Any, create: Callable[..., Any], variants: list[dict[str, Any]], words: str
) -> None:
    with pytest.raises(ClientError, match=words) as refused:
        create(ProductionVariants=variants)
    assert refused.value.response["Error"]["Code"] == "ValidationException"
    assert sagemaker.list_endpoint_configs(NameContains="configs-refused")["EndpointConfigs"] == []


@pytest.mark.parametrize(
    ("members", "words"),
    [
        ({"ShadowProductionVariants": [variant("V")]}, "Duplicate variant names found: V"),
        ({"ShadowProductionVariants": [variant("S"), variant("T")]}, "only, not 1 and 2"),
        ({"ShadowProductionVariants": [_serverless("S")]}, "and no shadow variant"),
        (
            {"ProductionVariants": [_serverless()], "DataCaptureConfig": _CAPTURE},
            "serverless endpoint does not capture data",
        ),
        ({"DataCaptureConfig": _CAPTURE | {"DestinationS3Uri": "https://b/k"}}, "must have the form s3://bucket"),
        ({"AsyncInferenceConfig": {"OutputConfig": {}}}, "does not do asynchronous inference"),
        ({"ExecutionRoleArn": "arn:aws:iam::123456789012:role/other"}, "Could not assume role"),
        ({"EndpointConfigName": "under_score"}, "Value 'under_score' at 'endpointConfigName' failed"),
        ({"Tags": [{"Key": "aws:mine", "Value": ""}]}, "reserved for AWS"),
    ],
)
def test_configurations_that_are_refused(
    sagemaker: Any, create: Callable[..., Any], members: dict[str, Any], words: str
) -> None:
    with pytest.raises(ClientError, match=words) as refused:
        create(**members)
    assert refused.value.response["Error"]["Code"] == "ValidationException"
    assert sagemaker.list_endpoint_configs(NameContains="configs-refused")["EndpointConfigs"] == []
