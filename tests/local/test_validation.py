"""Requests that break the service model, on the wire and against every pattern of the served services."""

from __future__ import annotations

import json
import warnings
from typing import Any

import pytest

from tests.local.server import Answer, LocalServer
from tui.local.errors import AwsError
from tui.local.model import service_model
from tui.local.patterns import matches
from tui.local.validation import validated

NAME_PATTERN = "[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}"


def job(**changes: Any) -> dict[str, Any]:
    """A CreateTrainingJob request that keeps every constraint, with changes."""
    request = {
        "TrainingJobName": "boston",
        "RoleArn": "arn:aws:iam::123456789012:role/service-role/Role",
        "AlgorithmSpecification": {"TrainingImage": "image", "TrainingInputMode": "File"},
        "OutputDataConfig": {"S3OutputPath": "s3://bucket/output"},
        "ResourceConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 5},
        "StoppingCondition": {"MaxRuntimeInSeconds": 3600},
    }
    return request | changes


def checked(request: Any, operation: str = "CreateTrainingJob", service: str = "sagemaker") -> dict[str, Any]:
    return validated(service_model(service), operation, request, "ValidationException")


def complaint(request: Any, operation: str = "CreateTrainingJob") -> str:
    with pytest.raises(AwsError) as caught:
        checked(request, operation)
    assert caught.value.code == "ValidationException"
    return caught.value.message


def serialization_complaint(request: Any, operation: str = "CreateTrainingJob") -> str:
    with pytest.raises(AwsError) as caught:
        checked(request, operation)
    assert caught.value.code == "SerializationException"
    return caught.value.message


def test_a_good_request_passes_unchanged() -> None:
    assert checked(job()) == job()


def test_unknown_and_null_members_are_left_out() -> None:
    assert checked(job(Colour="red", Environment=None)) == job()


def test_too_long() -> None:
    name = "a" * 64
    constraint = "failed to satisfy constraint: Member must"
    assert complaint(job(TrainingJobName=name)) == (
        f"2 validation errors detected: "
        f"Value '{name}' at 'trainingJobName' {constraint} have length less than or equal to 63; "
        f"Value '{name}' at 'trainingJobName' {constraint} satisfy regular expression pattern: {NAME_PATTERN}"
    )


def test_pattern() -> None:
    assert complaint(job(TrainingJobName="my_job")) == (
        "1 validation error detected: Value 'my_job' at 'trainingJobName' failed to satisfy constraint: "
        f"Member must satisfy regular expression pattern: {NAME_PATTERN}"
    )


def test_a_pattern_must_match_to_the_last_character() -> None:
    assert "'trainingJobName'" in complaint(job(TrainingJobName="boston\n"))


def test_enum() -> None:
    message = complaint(job(AlgorithmSpecification={"TrainingImage": "image", "TrainingInputMode": "Folder"}))
    assert message == (
        "1 validation error detected: Value 'Folder' at 'algorithmSpecification.trainingInputMode' "
        "failed to satisfy constraint: Member must satisfy enum value set: [Pipe, File, FastFile]"
    )


def test_missing_members() -> None:
    request = job(OutputDataConfig={})
    del request["RoleArn"]
    assert complaint(request) == (
        "2 validation errors detected: "
        "Value null at 'roleArn' failed to satisfy constraint: Member must not be null; "
        "Value null at 'outputDataConfig.s3OutputPath' failed to satisfy constraint: Member must not be null"
    )


def test_too_small_a_number() -> None:
    assert complaint(job(StoppingCondition={"MaxRuntimeInSeconds": 0})) == (
        "1 validation error detected: Value '0' at 'stoppingCondition.maxRuntimeInSeconds' "
        "failed to satisfy constraint: Member must have value greater than or equal to 1"
    )


def test_too_large_a_number() -> None:
    assert complaint({"MaxResults": 101}, "ListTrainingJobs") == (
        "1 validation error detected: Value '101' at 'maxResults' "
        "failed to satisfy constraint: Member must have value less than or equal to 100"
    )


def test_a_member_of_a_list_of_structures_is_numbered_from_one() -> None:
    source = {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": "s3://bucket/train"}}
    channels = [{"ChannelName": name, "DataSource": source} for name in ("train", "not valid")]
    message = complaint(job(InputDataConfig=channels))
    assert message.startswith(
        "1 validation error detected: Value 'not valid' at 'inputDataConfig.2.member.channelName' failed"
    )


def test_a_list_of_strings_states_all_constraints_of_its_members() -> None:
    network = {"SecurityGroupIds": ["sg-1", "sg!"], "Subnets": ["subnet-1"]}
    assert complaint(job(VpcConfig=network)) == (
        "1 validation error detected: Value '[sg-1, sg!]' at 'vpcConfig.securityGroupIds' failed to satisfy "
        "constraint: Member must satisfy constraint: [Member must have length less than or equal to 32, Member must "
        r"have length greater than or equal to 0, Member must satisfy regular expression pattern: [-0-9a-zA-Z]+]"
    )


def test_too_many_members() -> None:
    tags = [{"Key": f"key-{number}", "Value": ""} for number in range(51)]
    message = complaint(job(Tags=tags))
    assert message.startswith("1 validation error detected: Value '[{Key=key-0, Value=}, {Key=key-1, Value=}, ")
    assert message.endswith("at 'tags' failed to satisfy constraint: Member must have length less than or equal to 50")


def test_too_few_members() -> None:
    assert "Value '[]' at 'inputDataConfig' failed to satisfy constraint: Member must have length greater" in complaint(
        job(InputDataConfig=[])
    )


def test_a_null_in_a_list() -> None:
    assert "Value null at 'tags.1.member' failed to satisfy constraint: Member must not be null" in complaint(
        job(Tags=[None])
    )


def test_map_values() -> None:
    classes = "x" * 2501
    assert complaint(job(HyperParameters={"eta": "0.2", "classes": classes})) == (
        f"1 validation error detected: Value '{{eta=0.2, classes={classes}}}' at 'hyperParameters' failed to satisfy "
        "constraint: Map value must satisfy constraint: [Member must have length less than or equal to 2500, Member "
        "must have length greater than or equal to 0, Member must satisfy regular expression pattern: .*]"
    )


def test_map_keys() -> None:
    assert "at 'environment' failed to satisfy constraint: Map keys must satisfy constraint: [Member must" in complaint(
        job(Environment={"1ST": "x"})
    )


def test_too_large_a_map() -> None:
    parameters = {f"p{number}": "1" for number in range(101)}
    assert complaint(job(HyperParameters=parameters)).endswith(
        "at 'hyperParameters' failed to satisfy constraint: Member must have length less than or equal to 100"
    )


@pytest.mark.parametrize(
    ("request_", "message"),
    [
        (job(TrainingJobName=7), "NUMBER_VALUE can not be converted to a String"),
        (job(EnableNetworkIsolation="yes"), "STRING_VALUE can not be converted to a Boolean"),
        (job(StoppingCondition={"MaxRuntimeInSeconds": "60"}), "STRING_VALUE can not be converted to an Integer"),
        (job(StoppingCondition={"MaxRuntimeInSeconds": True}), "TRUE_VALUE can not be converted to an Integer"),
        (job(StoppingCondition={"MaxRuntimeInSeconds": 2**31}), "NUMBER_VALUE can not be converted to an Integer"),
        (job(TrainingJobName=["boston"]), "Start of list found where not expected."),
        (job(TrainingJobName={}), "Start of structure or map found where not expected."),
        (job(Tags={}), "Start of structure or map found where not expected."),
        (job(ResourceConfig="large"), "Unexpected field type: STRING_VALUE"),
        (job(HyperParameters={"num_round": 10}), "NUMBER_VALUE can not be converted to a String"),
        (job(Tags=[{"Key": 10**400, "Value": ""}]), "NUMBER_VALUE can not be converted to a String"),
        (job(TrainingJobName="\ud800"), "STRING_VALUE can not be converted to a String"),
        ([], "Start of list found where not expected."),
    ],
)
def test_wrong_types(request_: Any, message: str) -> None:
    assert serialization_complaint(request_) == message


def test_times_become_float_seconds() -> None:
    (after,) = checked({"CreationTimeAfter": 1700000000}, "ListTrainingJobs").values()
    assert (after, type(after)) == (1700000000.0, float)
    for value, token in (("yesterday", "STRING_VALUE"), (10**400, "NUMBER_VALUE"), (float("inf"), "NUMBER_VALUE")):
        assert serialization_complaint({"CreationTimeAfter": value}, "ListTrainingJobs") == (
            f"{token} can not be converted to milliseconds since epoch"
        )


@pytest.mark.parametrize("service", ["sagemaker", "logs", "sts", "iam"])
def test_every_pattern_can_be_matched(service: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for shape in service_model(service).shapes.values():
            if "pattern" in shape:
                matches(shape["pattern"], "Größe-1")


@pytest.mark.parametrize(
    ("pattern", "value", "expected"),
    [
        (r"([\p{L}\p{Z}\p{N}_.:/=+\-@]*)", "Größe 1 ٣", True),
        (r"([\p{L}\p{Z}\p{N}_.:/=+\-@]*)", "price€", False),
        (r"[\p{L}\p{M}\p{S}\p{N}\p{P}]+", "price€", True),
        (r"([\p{L}\p{Z}\p{N}_.:\/=+\-@]*)${1,128}", "owner@home", True),
        (r"arn:[\p{Alnum}\-]+:lambda", "arn:aws-cn:lambda", True),
        (r"\p{ASCII}*", "text/csv; x=1", True),
        (r"\p{ASCII}*", "text/größe", False),
        (r"\A\S[\p{Print}]*\z", "row 7~", True),
        (r"\A\S[\p{Print}]*\z", " row", False),
        (r"\A\S[\p{Print}]*\z", "row\t7", False),
        (r"[\w-_]*", "a-b_c", True),
        (r"[\w-_]*", "ä", False),
        (r"[ -\uD7FF\uE000-\uFFFD\uD800\uDC00-\uDBFF\uDFFF\t]*", "smile \U0001f600", True),
        (r"[a-z]+", "abc\n", False),
        (r"\d+", "٣", False),
    ],
)
def test_patterns_mean_what_they_mean_to_the_service(pattern: str, value: str, expected: bool) -> None:
    assert matches(pattern, value) is expected


def create(server: LocalServer, body: bytes) -> Answer:
    return server.send_json("sagemaker", "SageMaker.AddTags", body)


def error_of(answer: Answer) -> tuple[int, str, str]:
    told = answer.json()
    assert answer.headers["x-amzn-errortype"] == told["__type"]
    return answer.status, told["__type"], told["message"]


def test_the_services_use_their_own_codes(server: LocalServer) -> None:
    status, code, message = error_of(create(server, json.dumps({"Tags": []}).encode()))
    assert (status, code) == (400, "ValidationException")
    assert message == (
        "1 validation error detected: Value null at 'resourceArn' failed to satisfy constraint: Member must not be null"
    )
    status, code, message = error_of(
        server.send_json("logs", "Logs_20140328.DescribeLogStreams", b'{"logGroupName": "no good"}')
    )
    assert (status, code) == (400, "InvalidParameterException")
    assert message.startswith("1 validation error detected: Value 'no good' at 'logGroupName' failed to satisfy")


@pytest.mark.parametrize(
    "body",
    [b"{", b"\xff", b'{"ResourceArn": NaN}', b"null", b'{"ResourceArn": ' + b"[" * 100_000, b'"text"'],
    ids=["cut off", "not utf-8", "NaN", "null", "nested too deeply", "not an object"],
)
def test_what_is_not_a_json_object(server: LocalServer, body: bytes) -> None:
    status, code, _ = error_of(create(server, body))
    assert (status, code) == (400, "SerializationException")


def test_a_structure_within_itself_without_end(server: LocalServer) -> None:
    depth = 20_000
    body = b'{"SearchExpression": ' + b'{"SubExpressions": [' * depth + b"]}" * depth + b"}"
    status, code, _ = error_of(server.send_json("sagemaker", "SageMaker.Search", body))
    assert (status, code) == (400, "SerializationException")


def test_too_large_a_request(server: LocalServer) -> None:
    status, code, message = error_of(create(server, b" " * (10 * 1024 * 1024 + 1)))
    assert (status, code) == (413, "RequestEntityTooLargeException")
    assert "10485760 bytes" in message
