"""CloudWatch as the tests call it: raw answers, walked against the service model."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from typing import Any

from tests.local.server import Answer, LocalServer
from tests.local.shapes import mismatches

_TARGET = "GraniteServiceVersion20100801"
_WITHOUT_ANSWER = {
    "PutMetricData",
    "PutMetricAlarm",
    "DeleteAlarms",
    "SetAlarmState",
    "EnableAlarmActions",
    "DisableAlarmActions",
}


def send(server: LocalServer, operation: str, request: Mapping[str, Any]) -> Answer:
    """A raw answer in json 1.0, as boto3 asks for it."""
    headers = {"Content-Type": "application/x-amz-json-1.0", "x-amzn-query-mode": "true"}
    return server.send_json("monitoring", f"{_TARGET}.{operation}", json.dumps(request).encode(), **headers)


def call(server: LocalServer, operation: str, **request: Any) -> Any:
    """The content of a raw answer; it has the form of the model."""
    answer = send(server, operation, request)
    assert answer.status == 200, answer.body
    assert answer.headers["content-type"] == "application/x-amz-json-1.0"
    if operation in _WITHOUT_ANSWER:
        assert answer.body == b""
        return None
    content = answer.json()
    assert mismatches("cloudwatch", operation, content) == []
    return content


def error(server: LocalServer, operation: str, **request: Any) -> tuple[str, str]:
    """The code, as it is in query, and the message of a request that is refused."""
    answer = send(server, operation, request)
    assert answer.status == 400 or (answer.status, answer.headers["x-amzn-query-error"]) == (
        404,
        "ResourceNotFound;Sender",
    )
    code, fault = answer.headers["x-amzn-query-error"].split(";")
    assert fault == "Sender"
    return code, answer.json()["message"]


def whole_minute(minutes_ago: int) -> int:
    """The start of a minute in the past, in epoch seconds."""
    return int(time.time()) // 60 * 60 - 60 * minutes_ago


def stat(namespace: str, name: str, statistic: str, period: int = 60, **members: Any) -> dict[str, Any]:
    """The MetricStat of a query."""
    return {"Metric": {"Namespace": namespace, "MetricName": name} | members, "Period": period, "Stat": statistic}


def dimensions(**values: str) -> list[dict[str, str]]:
    return [{"Name": name, "Value": value} for name, value in values.items()]


def alarm_request(name: str, **members: Any) -> dict[str, Any]:
    """A PutMetricAlarm request for errors of an endpoint: more than one in a minute."""
    return {
        "AlarmName": name,
        "Namespace": "T/Alarms",
        "MetricName": "Errors",
        "Statistic": "Sum",
        "Period": 60,
        "EvaluationPeriods": 1,
        "Threshold": 1.0,
        "ComparisonOperator": "GreaterThanThreshold",
    } | members
