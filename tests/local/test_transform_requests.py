"""What CreateTransformJob and its like refuse, and in which words."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.local.server import LocalServer
from tests.local.training import BUCKET
from tests.local.transforms import put, request, rows, run

pytestmark = pytest.mark.usefixtures("transform_model")

_CSV = {"Accept": "text/csv"}
_JOIN = {"DataProcessing": {"JoinSource": "Input"}}
_JSON = {"ContentType": "application/json", "SplitType": "None"}


@pytest.fixture(scope="module")
def uri(server: LocalServer) -> str:
    return put(server, "batch/refused.csv", rows(1))


@pytest.mark.parametrize(
    ("members", "words"),
    [
        (
            {"ModelName": "nobody"},
            'Could not find model "arn:aws:sagemaker:us-east-1:123456789012:model/nobody".',
        ),
        ({"TransformJobName": "a" * 64}, "Member must have length less than or equal to 63"),
        ({"TransformJobName": "a_b"}, "failed to satisfy constraint: Member must satisfy regular expression pattern"),
        ({"SplitType": "TFRecord"}, "SplitType TFRecord needs AWS"),
        ({"SplitType": "Lines"}, "Member must satisfy enum value set: "),
        ({"S3DataType": "AugmentedManifestFile"}, "S3DataType AugmentedManifestFile needs AWS"),
        ({"MaxPayloadInMB": 101}, "MaxPayloadInMB must not be greater than 100; it is 101."),
        (
            {"MaxPayloadInMB": 10, "MaxConcurrentTransforms": 11},
            "The product of MaxConcurrentTransforms (11) and MaxPayloadInMB (10) must not be greater than 100; it is 1",
        ),
        ({"MaxConcurrentTransforms": 17}, "MaxConcurrentTransforms (17) and MaxPayloadInMB (6) must not be greater"),
        ({"TransformOutput": {"S3OutputPath": "s3://no-such-bucket/x"}}, "bucket 'no-such-bucket' of S3OutputPath"),
        (
            {"TransformOutput": {"S3OutputPath": "https://x/x"}},
            "The S3OutputPath must have the form s3://bucket/prefix",
        ),
        ({"DataCaptureConfig": {"DestinationS3Uri": "s3://x/x"}}, "does not do data capture in batch transform"),
        ({"Environment": {str(number): "" for number in range(17)}}, "failed to satisfy constraint"),
        ({"DataProcessing": {"InputFilter": "[1:]"}}, "not a supported JSONPath: a path begins with $ at character 1"),
        ({"DataProcessing": {"OutputFilter": "$" + "[0]" * 21}}, "length less than or equal to 63"),
        ({"DataProcessing": {"InputFilter": "$.features"}}, "A filter of text/csv selects columns by index"),
        ({"DataProcessing": {"InputFilter": "$[1:]"}, "SplitType": "None"}, "of text/csv needs SplitType Line"),
        ({"DataProcessing": {"InputFilter": "$[1:]"}, "ContentType": "text/libsvm"}, "it is text/libsvm."),
        (_JOIN, "need an Accept of text/csv with a ContentType of text/csv; it is not given."),
        (_JOIN | {"Accept": "application/json"}, "need an Accept of text/csv with a ContentType of text/csv"),
        (_JOIN | _CSV | {"AssembleWith": "None"}, "JoinSource and OutputFilter need AssembleWith Line"),
        ({"DataProcessing": {"OutputFilter": "$[0]"}} | _CSV | {"AssembleWith": "None"}, "need AssembleWith Line"),
        (_JOIN | _JSON | _CSV, "need an Accept of application/json or application/jsonlines"),
        (_JOIN | {"ContentType": "application/jsonlines", "SplitType": "None"}, "needs SplitType Line; it is None."),
        ({"Tags": [{"Key": "aws:a", "Value": ""}]}, "reserved for AWS"),
    ],
)
def test_what_cannot_be_transformed_is_refused(
    server: LocalServer, uri: str, members: dict[str, Any], words: str
) -> None:
    sagemaker = server.client("sagemaker")
    with pytest.raises(ClientError) as refused:
        sagemaker.create_transform_job(**request("refused", uri, **members))
    assert refused.value.response["Error"]["Code"] == "ValidationException"
    assert words in refused.value.response["Error"]["Message"]
    assert sagemaker.list_transform_jobs(NameContains="refused")["TransformJobSummaries"] == []


@pytest.mark.parametrize("uri", [f"s3://{BUCKET}/batch/nothing/here", "s3://no-such-bucket/x"])
def test_input_that_is_not_there_is_refused_in_the_services_words(server: LocalServer, uri: str) -> None:
    with pytest.raises(ClientError) as refused:
        server.client("sagemaker").create_transform_job(**request("refused", uri))
    message = refused.value.response["Error"]["Message"]
    assert message.startswith(f'No S3 objects found under S3 URL "{uri}" given in input data source. Please ensure')
    assert 'has "s3:ListBucket" permissions on bucket' in message


def test_the_quota_is_refused_as_a_quota(server: LocalServer, uri: str) -> None:
    resources = {"InstanceType": "ml.m4.xlarge", "InstanceCount": 9}
    with pytest.raises(ClientError) as refused:
        server.client("sagemaker").create_transform_job(**request("refused", uri, TransformResources=resources))
    assert refused.value.response["Error"]["Code"] == "ResourceLimitExceeded"
    assert "'ml.m4.xlarge for transform job usage' is 8 Instances" in refused.value.response["Error"]["Message"]


def test_json_with_a_filter_for_input_alone_needs_nothing_of_the_output(server: LocalServer, uri: str) -> None:
    given = {"DataProcessing": {"InputFilter": "$.features"}, "AssembleWith": "None", **_JSON}
    assert run(server, "input-filter-alone", uri, **given)["TransformInput"]["ContentType"] == "application/json"


def test_names_are_unique_and_ended_jobs_cannot_be_stopped(server: LocalServer, uri: str) -> None:
    sagemaker = server.client("sagemaker")
    run(server, "taken", uri)
    with pytest.raises(sagemaker.exceptions.ResourceInUse) as refused:
        sagemaker.create_transform_job(**request("taken", uri))
    assert refused.value.response["Error"]["Message"] == (
        "Job name must be unique within an AWS account and region, and a job with this name already exists "
        "(arn:aws:sagemaker:us-east-1:123456789012:transform-job/taken)"
    )
    with pytest.raises(ClientError, match=r"rejected because the transform job is in status Completed\."):
        sagemaker.stop_transform_job(TransformJobName="taken")


@pytest.mark.parametrize("operation", ["describe_transform_job", "stop_transform_job"])
def test_a_job_that_does_not_exist(server: LocalServer, operation: str) -> None:
    with pytest.raises(ClientError, match="Could not find requested job with name: nobody") as refused:
        getattr(server.client("sagemaker"), operation)(TransformJobName="nobody")
    assert refused.value.response["Error"]["Code"] == "ValidationException"
