"""CloudWatch Logs without the wire: a small client for the tests of the class."""

from __future__ import annotations

from typing import Any

import pytest
from botocore import xform_name

from tests.local.shapes import mismatches
from tui.local.errors import AwsError
from tui.local.logs import Logs

GROUP = "/aws/sagemaker/TrainingJobs"
STREAM = "boston/algo-1-1760000000"
BAD_TOKEN = ("InvalidParameterException", "The specified nextToken is invalid.")

_WITHOUT_ANSWER = {"CreateLogGroup", "DeleteLogGroup", "CreateLogStream", "DeleteLogStream", "PutRetentionPolicy"}


class LogsClient:
    """Calls operations as the protocol layer does and checks their answers against the model."""

    def __init__(self, logs: Logs) -> None:
        self.logs = logs

    def call(self, operation: str, **request: Any) -> dict[str, Any]:
        answer: dict[str, Any] = getattr(self.logs, xform_name(operation))(request)
        if operation in _WITHOUT_ANSWER:
            assert answer == {}
        else:
            assert mismatches("logs", operation, answer) == []
        return answer

    def error(self, operation: str, **request: Any) -> tuple[str, str]:
        with pytest.raises(AwsError) as caught:
            self.call(operation, **request)
        return caught.value.code, caught.value.message

    def put(self, *events: tuple[int, str], stream: str = STREAM) -> dict[str, Any]:
        batch = [{"timestamp": timestamp, "message": message} for timestamp, message in events]
        return self.call("PutLogEvents", logGroupName=GROUP, logStreamName=stream, logEvents=batch)

    def messages(self, **request: Any) -> list[str]:
        answer = self.call("GetLogEvents", logGroupName=GROUP, logStreamName=STREAM, **request)
        return [event["message"] for event in answer["events"]]

    def found(self, **request: Any) -> list[str]:
        answer = self.call("FilterLogEvents", logGroupName=GROUP, **request)
        assert "nextToken" not in answer
        return [event["message"] for event in answer["events"]]
