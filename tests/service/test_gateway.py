"""The gateway with a real worker process in front of a stubbed far side: calls, pages, errors and the call log."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from tests.service.stub_aws import NO_JOBS, REQUEST_ID, Refused, StubAws, in_turn
from tests.waiting import eventually
from tui.resources.datasets import DataError
from tui.service.errors import (
    AccessDenied,
    CredentialsMissing,
    InvalidRequest,
    NotFound,
    ReadOnly,
    ServiceError,
    ServiceFault,
    Throttled,
)
from tui.service.gateway import Gateway

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_call_is_answered(gateway: Gateway, aws: StubAws) -> None:
    job = {"TrainingJobName": "boston", "CreationTime": 1767225600.25, "TrainingJobStatus": "Completed"}
    aws.answers["ListTrainingJobs"] = lambda _: {"TrainingJobSummaries": [job], "NextToken": "t"}
    answer = await gateway.call("sagemaker", "ListTrainingJobs", MaxResults=1)
    assert answer == {"TrainingJobSummaries": [job], "NextToken": "t"}
    assert aws.requests == [("ListTrainingJobs", {"MaxResults": 1})]


async def test_answers_carry_no_control_characters(gateway: Gateway, aws: StubAws) -> None:
    aws.answers["DescribeTrainingJob"] = lambda _: {
        "FailureReason": "\x1b[31mred\x00\x07\nline",
        "Environment": {"a": "\x9b1m"},
    }
    answer = await gateway.call("sagemaker", "DescribeTrainingJob", TrainingJobName="boston")
    assert answer == {"FailureReason": "red\nline", "Environment": {"a": ""}}


@pytest.mark.parametrize(
    ("refused", "kind"),
    [
        (Refused("ValidationException", "Requested resource not found."), NotFound),
        (Refused("ValidationException", "1 validation error detected"), InvalidRequest),
        (Refused("AccessDeniedException", "not authorized to perform: sagemaker:ListTrainingJobs"), AccessDenied),
        (Refused("UnrecognizedClientException", "The security token is invalid"), CredentialsMissing),
        (Refused("SomethingNew", "never heard of"), ServiceFault),
    ],
)
async def test_an_error_of_aws_comes_with_its_code_and_request_id(
    gateway: Gateway, aws: StubAws, refused: Refused, kind: type[ServiceError]
) -> None:
    aws.answers["ListTrainingJobs"] = in_turn(refused)
    with pytest.raises(kind) as caught:
        await gateway.call("sagemaker", "ListTrainingJobs")
    error = caught.value
    assert (type(error), error.code, error.request_id, error.operation) == (
        kind,
        refused.code,
        REQUEST_ID,
        "ListTrainingJobs",
    )
    assert error.why == refused.message


async def test_a_throttled_call_is_tried_three_times_and_counted_once(gateway: Gateway, aws: StubAws) -> None:
    aws.answers["ListTrainingJobs"] = in_turn(Refused("ThrottlingException", "Rate exceeded"))
    with pytest.raises(Throttled, match="Rate exceeded"):
        await gateway.call("sagemaker", "ListTrainingJobs")
    assert len(aws.requests) == 3
    assert gateway.budget.throttled == 1


async def test_parameters_that_botocore_refuses_name_the_parameter(gateway: Gateway, aws: StubAws) -> None:
    with pytest.raises(InvalidRequest, match="MaxResult"):
        await gateway.call("sagemaker", "ListTrainingJobs", MaxResult=1)
    with pytest.raises(ServiceFault, match="NoSuchThing"):
        await gateway.call("sagemaker", "NoSuchThing")
    assert aws.requests == []


async def test_the_error_of_a_task_arrives_as_it_was_raised(gateway: Gateway, tmp_path: Path) -> None:
    with pytest.raises(DataError) as caught:
        await gateway.task("inspect_csv", path=str(tmp_path / "not there.csv"))
    assert "not there.csv" in caught.value.what
    assert str(caught.value).startswith(caught.value.what)


async def test_an_unexpected_error_of_a_task_is_a_fault_with_its_name(gateway: Gateway) -> None:
    with pytest.raises(ServiceFault, match=r"inspect_csv did not succeed\. TypeError: .*path"):
        await gateway.task("inspect_csv")
    with pytest.raises(ServiceFault, match="KeyError: 'no_such_task'"):
        await gateway.task("no_such_task")


async def test_pages_go_on_past_empty_ones(gateway: Gateway, aws: StubAws) -> None:
    pages = {None: (["a"], "1"), "1": ([], "2"), "2": ([], "3"), "3": (["b"], None)}

    def answer(members: dict[str, Any]) -> dict[str, Any]:
        names, token = pages[members.get("NextToken")]
        return {"TrainingJobSummaries": [{"TrainingJobName": name} for name in names]} | (
            {"NextToken": token} if token else {}
        )

    aws.answers["ListTrainingJobs"] = answer
    found = [
        summary["TrainingJobName"]
        async for page in gateway.pages("sagemaker", "ListTrainingJobs", NameContains="x")
        for summary in page["TrainingJobSummaries"]
    ]
    assert found == ["a", "b"]
    assert [request.get("NextToken") for request in aws.asked("ListTrainingJobs")] == [None, "1", "2", "3"]
    assert all(request["NameContains"] == "x" for request in aws.asked("ListTrainingJobs"))


async def test_pages_stop_at_the_limit(gateway: Gateway, aws: StubAws) -> None:
    aws.answers["ListTrainingJobs"] = lambda _: NO_JOBS | {"NextToken": "more"}
    pages = [page async for page in gateway.pages("sagemaker", "ListTrainingJobs", limit=3)]
    assert len(pages) == len(aws.requests) == 3


async def test_pages_of_logs_have_tokens_of_their_own_spelling(gateway: Gateway, aws: StubAws) -> None:
    aws.answers["DescribeLogStreams"] = in_turn(
        {"logStreams": [], "nextToken": "2"}, {"logStreams": [{"logStreamName": "s"}]}
    )
    pages = [page async for page in gateway.pages("logs", "DescribeLogStreams", logGroupName="g")]
    assert pages[-1] == {"logStreams": [{"logStreamName": "s"}]}
    assert aws.asked("DescribeLogStreams")[1] == {"logGroupName": "g", "nextToken": "2"}


async def test_a_read_only_console_sends_nothing_that_changes_anything(gateway: Gateway, aws: StubAws) -> None:
    aws.answers["ListTrainingJobs"] = lambda _: NO_JOBS
    gateway.budget.read_only = True
    for operation in ("StopTrainingJob", "CreateTrainingJob", "UnknownOperation"):
        with pytest.raises(ReadOnly, match=f"{operation} was not sent"):
            await gateway.call("sagemaker", operation, TrainingJobName="boston")
    with pytest.raises(ReadOnly, match="upload_dataset was not sent"):
        await gateway.task("upload_dataset", folder="f", bucket="b", prefix="p")
    assert aws.requests == []
    assert not gateway.budget.mutations
    assert await gateway.call("sagemaker", "ListTrainingJobs") == NO_JOBS


async def test_what_changes_something_is_in_the_call_log_with_its_outcome(gateway: Gateway, aws: StubAws) -> None:
    aws.answers["StopTrainingJob"] = lambda _: {}
    aws.answers["DeleteTrainingJob"] = in_turn(Refused("ValidationException", "The job is running"))
    aws.answers["CreateTrainingJob"] = aws.never
    aws.answers["ListTrainingJobs"] = lambda _: NO_JOBS
    await gateway.call("sagemaker", "ListTrainingJobs")
    await gateway.call("sagemaker", "StopTrainingJob", TrainingJobName="boston")
    with pytest.raises(InvalidRequest):
        await gateway.call("sagemaker", "DeleteTrainingJob", TrainingJobName="boston")
    creating = asyncio.create_task(gateway.call("sagemaker", "CreateTrainingJob", **minimal_request()))
    await eventually(lambda: aws.asked("CreateTrainingJob"), "the request to arrive")
    creating.cancel()
    await asyncio.wait([creating])
    logged = [(call.command.split(" --")[0], call.outcome) for call in gateway.budget.mutations]
    assert logged == [
        ("aws sagemaker stop-training-job", "done"),
        ("aws sagemaker delete-training-job", "sagemaker DeleteTrainingJob did not succeed. The job is running."),
        ("aws sagemaker create-training-job", "given up before the answer came; it may have been done"),
    ]
    assert gateway.budget.mutations[0].command.endswith("--training-job-name boston")


def minimal_request() -> dict[str, Any]:
    return {
        "TrainingJobName": "boston",
        "RoleArn": "arn:aws:iam::123456789012:role/role",
        "AlgorithmSpecification": {"TrainingInputMode": "File"},
        "OutputDataConfig": {"S3OutputPath": "s3://bucket/output"},
        "ResourceConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 5},
        "StoppingCondition": {"MaxRuntimeInSeconds": 60},
    }
