"""How it stands with what writes a log, as SageMaker answers about it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.service.stub_aws import Refused, StubAws
from tui.resources.logs import SOURCES, Writing, endpoint_log, training_log
from tui.service.errors import Throttled
from tui.service.gateway import Gateway
from tui.service.log_states import writing

pytestmark = pytest.mark.asyncio(loop_scope="session")

CASES: tuple[tuple[str, str, dict[str, Any], Writing], ...] = (
    (
        "endpoint",
        "DescribeEndpoint",
        {"EndpointStatus": "Creating", "LastModifiedTime": 5.0},
        Writing(True, "The endpoint it has not written to its log yet. It is Creating."),
    ),
    (
        "endpoint",
        "DescribeEndpoint",
        {"EndpointStatus": "Failed", "FailureReason": "no ping", "LastModifiedTime": 5.0},
        Writing(False, "The endpoint it has not written to its log. It is Failed: no ping.", 5.0),
    ),
    (
        "transform",
        "DescribeTransformJob",
        {"TransformJobStatus": "Completed", "TransformEndTime": 7.0},
        Writing(False, "The transform job it has not written to its log. It is Completed.", 7.0),
    ),
    (
        "processing",
        "DescribeProcessingJob",
        {"ProcessingJobStatus": "InProgress"},
        Writing(True, "The processing job it has not written to its log yet. It is InProgress."),
    ),
    (
        "notebook",
        "DescribeNotebookInstance",
        {"NotebookInstanceStatus": "Stopped", "LastModifiedTime": 9.0},
        Writing(False, "The notebook instance it has not written to its log. It is Stopped.", 9.0),
    ),
)


@pytest.mark.parametrize(("kind", "operation", "answer", "expected"), CASES)
async def test_every_kind_is_asked_in_its_own_way(
    gateway: Gateway, aws: StubAws, kind: str, operation: str, answer: dict[str, Any], expected: Writing
) -> None:
    aws.answers[operation] = lambda _: answer
    assert await writing(gateway, SOURCES[kind]("it")) == expected
    [request] = aws.asked(operation)
    assert list(request.values()) == ["it"]


async def test_a_training_job_says_why_it_has_no_log(gateway: Gateway, aws: StubAws) -> None:
    aws.answers["DescribeTrainingJob"] = lambda _: {
        "TrainingJobName": "boston",
        "TrainingJobArn": "arn",
        "TrainingJobStatus": "Failed",
        "CreationTime": 1.0,
        "TrainingEndTime": 3.0,
        "FailureReason": "no data",
    }
    found = await writing(gateway, training_log("boston"))
    assert found == Writing(False, "boston failed before it wrote to its log: no data", 3.0)


@pytest.mark.parametrize(
    ("kind", "operation", "message"),
    [
        ("training", "DescribeTrainingJob", "Requested resource not found."),
        ("endpoint", "DescribeEndpoint", 'Could not find endpoint "it".'),
        ("notebook", "DescribeNotebookInstance", "RecordNotFound"),
    ],
)
async def test_a_name_that_is_unknown_is_said(
    gateway: Gateway, aws: StubAws, kind: str, operation: str, message: str
) -> None:
    def unknown(_: dict[str, Any]) -> dict[str, Any]:
        raise Refused("ValidationException", message)

    aws.answers[operation] = unknown
    found = await writing(gateway, SOURCES[kind]("it"))
    assert not found.running
    assert found.waiting.startswith("There is no ")
    assert " it here, and no log of one: check its name." in found.waiting


async def test_who_may_not_ask_may_still_read(gateway: Gateway, aws: StubAws) -> None:
    def denied(_: dict[str, Any]) -> dict[str, Any]:
        raise Refused("AccessDeniedException", "not authorized to perform: sagemaker:DescribeEndpoint")

    aws.answers["DescribeEndpoint"] = denied
    found = await writing(gateway, endpoint_log("it", "blue"))
    assert found.running
    assert "it/blue has no log yet, and could not be asked about." in found.waiting
    assert "sagemaker:DescribeEndpoint" in found.waiting


async def test_what_passes_by_itself_is_left_to_the_reading(gateway: Gateway, aws: StubAws) -> None:
    def throttled(_: dict[str, Any]) -> dict[str, Any]:
        raise Refused("ThrottlingException", "Rate exceeded")

    aws.answers["DescribeEndpoint"] = throttled
    with pytest.raises(Throttled):
        await writing(gateway, endpoint_log("it"))
