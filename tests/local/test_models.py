"""Models by plain boto3: what is accepted, kept and refused."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.local.endpoints import BUCKET
from tests.local.endpoints import model as model_request
from tests.local.server import LocalServer
from tests.local.training import LINEAR, XGBOOST, call, role_arn

_ARN = "arn:aws:sagemaker:us-east-1:123456789012:model/"


@pytest.fixture
def sagemaker(server: LocalServer) -> Any:
    """A client on a server that has model data of every kind; whatever it is, nothing here reads it."""
    s3 = server.client("s3")
    s3.create_bucket(Bucket=BUCKET)
    for key in ("models/model.tar.gz", "models/unpacked/xgboost-model"):
        s3.put_object(Bucket=BUCKET, Key=key, Body=b"trees")
    return server.client("sagemaker")


def model(name: str, **members: Any) -> dict[str, Any]:
    """A CreateModel request on data that is there, with members of its container added or replaced."""
    return model_request(name, **{"ModelDataUrl": f"s3://{BUCKET}/models/model.tar.gz"} | members)


def _source(
    key: str = "models/unpacked/", kind: str = "S3Prefix", compression: str = "None", **members: Any
) -> dict[str, Any]:
    data = {"S3Uri": f"s3://{BUCKET}/{key}", "S3DataType": kind, "CompressionType": compression} | members
    return {"ModelDataUrl": None, "ModelDataSource": {"S3DataSource": data}}


def _kept(members: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in members.items() if value is not None}


def test_a_model_is_described_as_it_was_created(server: LocalServer, sagemaker: Any) -> None:
    vpc = {"SecurityGroupIds": ["sg-1"], "Subnets": ["subnet-1"]}
    created = call(
        server,
        "CreateModel",
        model("models-Boston", Environment={"LEVEL": "1"}, ContainerHostname="first")
        | {"VpcConfig": vpc, "Tags": [{"Key": "team", "Value": "boston"}]},
    )
    assert created == {"ModelArn": _ARN + "models-boston"}

    described = call(server, "DescribeModel", {"ModelName": "models-Boston"})

    assert described.pop("CreationTime") > 0
    assert described == {
        "ModelName": "models-Boston",
        "ModelArn": _ARN + "models-boston",
        "PrimaryContainer": {
            "Image": XGBOOST,
            "ModelDataUrl": f"s3://{BUCKET}/models/model.tar.gz",
            "Environment": {"LEVEL": "1"},
            "ContainerHostname": "first",
            "Mode": "SingleModel",
        },
        "ExecutionRoleArn": role_arn(),
        "VpcConfig": vpc,
        "EnableNetworkIsolation": False,
    }
    tags = sagemaker.list_tags(ResourceArn=created["ModelArn"])["Tags"]
    assert tags == [{"Key": "team", "Value": "boston"}]


@pytest.mark.parametrize(
    "container",
    [
        {"Image": LINEAR},
        {"ModelDataUrl": None},
        _source(),
        _source("models/unpacked/xgboost-model", "S3Object"),
        _source("models/model.tar.gz", "S3Object", "Gzip"),
    ],
)
def test_containers_that_can_serve(server: LocalServer, sagemaker: Any, container: dict[str, Any]) -> None:
    request = model("models-container", **container)
    request["Containers"] = [_kept(request.pop("PrimaryContainer"))]
    sagemaker.create_model(**request)
    described = call(server, "DescribeModel", {"ModelName": "models-container"})
    sagemaker.delete_model(ModelName="models-container")
    assert "PrimaryContainer" not in described
    assert described["Containers"] == [request["Containers"][0] | {"Mode": "SingleModel", "Environment": {}}]


def test_a_name_is_taken_until_its_model_is_deleted(sagemaker: Any) -> None:
    arn = sagemaker.create_model(**model("models-taken"))["ModelArn"]
    with pytest.raises(ClientError, match=f'Cannot create already existing model "{arn}"') as refused:
        sagemaker.create_model(**model("models-taken"))
    assert refused.value.response["Error"]["Code"] == "ValidationException"

    sagemaker.delete_model(ModelName="models-taken")

    for operation in (sagemaker.describe_model, sagemaker.delete_model):
        with pytest.raises(ClientError, match=f'Could not find model "{arn}"') as refused:
            operation(ModelName="models-taken")
        assert refused.value.response["Error"]["Code"] == "ValidationException"
    with pytest.raises(ClientError, match="not found"):
        sagemaker.list_tags(ResourceArn=arn)
    sagemaker.create_model(**model("models-taken"))


def test_models_are_listed_newest_first(server: LocalServer, sagemaker: Any) -> None:
    names = [f"models-page-{letter}" for letter in "bdac"]
    for name in names:
        sagemaker.create_model(**model(name))

    def listed(**parameters: Any) -> list[str]:
        answer = call(server, "ListModels", {"NameContains": "models-page-"} | parameters)
        return [item["ModelName"] for item in answer["Models"]]

    assert listed() == names[::-1]
    assert listed(SortBy="Name", SortOrder="Ascending") == sorted(names)
    assert listed(CreationTimeAfter=4102444800) == []
    pages = sagemaker.get_paginator("list_models").paginate(
        NameContains="models-page-", PaginationConfig={"PageSize": 3}
    )
    assert [[item["ModelName"] for item in page["Models"]] for page in pages] == [names[:0:-1], names[:1]]


@pytest.mark.parametrize(
    ("members", "words"),
    [
        ({"Image": None}, "You must specify the Image"),
        ({"Image": "me/mine:1"}, "cannot serve the image me/mine:1"),
        ({"Mode": "MultiModel"}, "Mode MultiModel needs AWS"),
        ({"MultiModelConfig": {"ModelCacheSetting": "Enabled"}}, "Mode MultiModel needs AWS"),
        ({"ModelPackageName": "package"}, "does not do model packages"),
        ({"ImageConfig": {"RepositoryAccessMode": "Vpc"}}, "private registry"),
        ({"Environment": {"SAGEMAKER_PROGRAM": "serve.py"}}, "does not run scripts: remove SAGEMAKER_PROGRAM"),
        ({"ModelDataUrl": "https://b/k"}, "ModelDataUrl must have the form s3://bucket/prefix"),
        (_source() | {"ModelDataUrl": "s3://b/k"}, "not specify both ModelDataUrl and ModelDataSource"),
        ({"ModelDataUrl": None, "ModelDataSource": {}}, "must have an S3DataSource"),
        (_source(S3Uri="https://b/k/"), "S3Uri of the S3DataSource must have the form"),
        (_source("models"), r"must end with a forward slash \(/\)"),
        (_source(compression="Gzip"), "CompressionType Gzip needs S3DataType S3Object"),
        (_source(ManifestS3Uri="s3://b/m"), "does not do manifests of model data"),
        (
            {"ModelDataUrl": f"s3://{BUCKET}/models/model"},
            f"Could not find model data at s3://{BUCKET}/models/model\\.",
        ),
        ({"ModelDataUrl": "s3://no-bucket/m.tar.gz"}, r"Could not find model data at s3://no-bucket/m\.tar\.gz\."),
        (_source("models/pack/"), f"Could not find model data at s3://{BUCKET}/models/pack/\\."),
        (_source("models", "S3Object"), f"Could not find model data at s3://{BUCKET}/models\\."),
    ],
)
def test_containers_that_are_refused(sagemaker: Any, members: dict[str, Any], words: str) -> None:
    request = model("models-refused", **members)
    request["PrimaryContainer"] = _kept(request["PrimaryContainer"])
    with pytest.raises(ClientError, match=words) as refused:
        sagemaker.create_model(**request)
    assert refused.value.response["Error"]["Code"] == "ValidationException"
    assert sagemaker.list_models(NameContains="models-refused")["Models"] == []


@pytest.mark.parametrize(
    ("members", "words"),
    [
        ({"PrimaryContainer": None}, "exactly one of PrimaryContainer and Containers"),
        ({"Containers": [{"Image": XGBOOST}]}, "exactly one of PrimaryContainer and Containers"),
        (
            {"PrimaryContainer": None, "Containers": [{"Image": XGBOOST}, {"Image": LINEAR}]},
            "does not run inference pipelines",
        ),
        ({"InferenceExecutionConfig": {"Mode": "Serial"}}, "does not do inference pipelines"),
        ({"ExecutionRoleArn": "arn:aws:iam::123456789012:role/other"}, "Could not assume role"),
        ({"ModelName": "under_score"}, "Value 'under_score' at 'modelName' failed to satisfy constraint"),
        ({"Tags": [{"Key": "aws:mine", "Value": ""}]}, "reserved for AWS"),
    ],
)
def test_models_that_are_refused(sagemaker: Any, members: dict[str, Any], words: str) -> None:
    with pytest.raises(ClientError, match=words):
        sagemaker.create_model(**_kept(model("models-refused") | members))
    assert sagemaker.list_models(NameContains="models-refused")["Models"] == []
