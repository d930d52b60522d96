"""What the protocol makes of the answers of handlers, good and bad ones."""

from __future__ import annotations

import json
import logging
import math
from typing import Any

import pytest
from starlette.requests import Request
from starlette.types import Message

from tui.local.errors import AwsError
from tui.local.json_protocol import JsonProtocol
from tui.local.protocol import Service


class Describing:
    """A handler that answers DescribeTrainingJob with what it was given."""

    def __init__(self, answer: dict[str, Any]) -> None:
        self._answer = answer

    def describe_training_job(self, request: dict[str, Any]) -> dict[str, Any]:
        return self._answer


class Broken:
    """A handler with a defect."""

    def describe_training_job(self, request: dict[str, Any]) -> dict[str, Any]:
        raise ZeroDivisionError("the defect")


class Idle:
    """A handler without operations."""


async def describe(*handlers: object) -> Any:
    """The JSON that a client gets from DescribeTrainingJob."""

    async def receive() -> Message:
        return {"type": "http.request", "body": b'{"TrainingJobName": "boston"}'}

    headers = [(b"x-amz-target", b"SageMaker.DescribeTrainingJob")]
    request = Request({"type": "http", "method": "POST", "path": "/", "headers": headers}, receive)
    protocol = JsonProtocol((Service("sagemaker", handlers, "ValidationException"),))
    response = await protocol.handle(request, "sagemaker", "the-request")
    assert response.headers["x-amzn-requestid"] == "the-request"
    return json.loads(bytes(response.body))


async def test_times_have_milliseconds_and_absent_members_are_left_out() -> None:
    job = {"TrainingJobName": "boston", "CreationTime": 1700000000.12345, "FailureReason": None}
    assert await describe(Describing(job)) == {"TrainingJobName": "boston", "CreationTime": 1700000000.123}


async def test_numbers_that_json_lacks_are_spelled() -> None:
    metrics = [{"Value": value, "Timestamp": 1.0} for value in (math.nan, math.inf, -math.inf, 0.5)]
    answer = await describe(Describing({"FinalMetricDataList": metrics}))
    assert [metric["Value"] for metric in answer["FinalMetricDataList"]] == ["NaN", "Infinity", "-Infinity", 0.5]


async def test_the_first_handler_that_has_the_operation_serves_it() -> None:
    handlers = (Idle(), Describing({"TrainingJobName": "first"}), Describing({"TrainingJobName": "second"}))
    assert await describe(*handlers) == {"TrainingJobName": "first"}


async def test_an_operation_without_handler_is_named() -> None:
    with pytest.raises(AwsError) as caught:
        await describe(Idle())
    assert (caught.value.code, caught.value.status) == ("UnsupportedOperation", 400)
    assert "DescribeTrainingJob" in caught.value.message


async def test_a_defect_is_answered_and_logged(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR), pytest.raises(AwsError) as caught:
        await describe(Broken())
    assert (caught.value.code, caught.value.status) == ("InternalFailure", 500)
    assert "the defect" in caught.value.message
    (record,) = caplog.records
    assert record.getMessage() == "DescribeTrainingJob of sagemaker failed"
    assert record.exc_info is not None
    assert record.exc_info[0] is ZeroDivisionError


@pytest.mark.parametrize("answer", [{"TrainingJobTitle": "boston"}, {"CreationTime": "now"}, {"Tags": {"Key": 1}}])
async def test_an_answer_that_is_not_the_models_is_a_defect(
    answer: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(AwsError) as caught:
        await describe(Describing(answer))
    assert caught.value.code == "InternalFailure"
    assert "DescribeTrainingJob" in caplog.records[0].getMessage()
