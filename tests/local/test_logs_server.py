"""CloudWatch Logs through plain boto3, over HTTP."""

from __future__ import annotations

import json
import threading
import time
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.local.server import LocalServer
from tests.local.shapes import mismatches
from tests.waiting import DEADLINE_SECONDS


def make_stream(server: LocalServer, group: str, stream: str = "algo-1") -> Any:
    """A client, and the group and stream for it to use."""
    client = server.client("logs")
    client.create_log_group(logGroupName=group)
    client.create_log_stream(logGroupName=group, logStreamName=stream)
    return client


def put(client: Any, group: str, messages: list[str], stream: str = "algo-1") -> None:
    now = time.time_ns() // 1_000_000
    events = [{"timestamp": now, "message": message} for message in messages]
    client.put_log_events(logGroupName=group, logStreamName=stream, logEvents=events)


def test_reading_until_the_token_repeats_while_a_writer_appends(server: LocalServer) -> None:
    client = make_stream(server, "tests/logs/follow")
    total, batch = 300, 20
    halfway, failures = threading.Event(), []

    def write() -> None:
        try:
            for start in range(0, total, batch):
                put(client, "tests/logs/follow", [f"line {number}" for number in range(start, start + batch)])
                if start + batch >= total // 2:
                    halfway.set()
        except ClientError as error:
            failures.append(error)
        finally:
            halfway.set()

    writer = threading.Thread(target=write)
    writer.start()
    assert halfway.wait(DEADLINE_SECONDS)
    seen: list[str] = []
    token: dict[str, str] = {}
    while True:
        finished = not writer.is_alive()
        page = client.get_log_events(
            logGroupName="tests/logs/follow", logStreamName="algo-1", startFromHead=True, limit=17, **token
        )
        seen += [event["message"] for event in page["events"]]
        if page["nextForwardToken"] == token.get("nextToken") and finished:
            break
        token = {"nextToken": page["nextForwardToken"]}
    writer.join()
    assert failures == []
    assert seen == [f"line {number}" for number in range(total)]


def test_the_newest_page_first_and_then_back(server: LocalServer) -> None:
    client = make_stream(server, "tests/logs/back")
    put(client, "tests/logs/back", [str(number) for number in range(100)])
    request = {"logGroupName": "tests/logs/back", "logStreamName": "algo-1", "limit": 30}
    pages = [client.get_log_events(**request)]
    while True:
        token = pages[-1]["nextBackwardToken"]
        page = client.get_log_events(**request, nextToken=token)
        if page["nextBackwardToken"] == token:
            break
        pages.append(page)
    assert [event["message"] for event in pages[0]["events"]] == [str(number) for number in range(70, 100)]
    seen = [event["message"] for page in reversed(pages) for event in page["events"]]
    assert seen == [str(number) for number in range(100)]


def test_the_paginator_of_filter_log_events(server: LocalServer) -> None:
    client = make_stream(server, "tests/logs/filter")
    client.create_log_stream(logGroupName="tests/logs/filter", logStreamName="algo-2")
    for number in range(10):
        stream = f"algo-{1 + number % 2}"
        put(client, "tests/logs/filter", [f"[{number}]#011train-rmse:{number}.5", "noise"], stream)
    pages = client.get_paginator("filter_log_events").paginate(
        logGroupName="tests/logs/filter", filterPattern='"train-rmse"', PaginationConfig={"PageSize": 3}
    )
    found = [event for page in pages for event in page["events"]]
    assert sorted(event["message"] for event in found) == [
        f"[{number}]#011train-rmse:{number}.5" for number in range(10)
    ]
    assert [event["timestamp"] for event in found] == sorted(event["timestamp"] for event in found)
    assert {event["logStreamName"] for event in found} == {"algo-1", "algo-2"}


def test_the_paginators_of_groups_and_streams(server: LocalServer) -> None:
    client = make_stream(server, "tests/logs/many", "stream-00")
    for number in range(1, 60):
        client.create_log_stream(logGroupName="tests/logs/many", logStreamName=f"stream-{number:02}")
    pages = client.get_paginator("describe_log_streams").paginate(logGroupName="tests/logs/many")
    names = [stream["logStreamName"] for page in pages for stream in page["logStreams"]]
    assert names == [f"stream-{number:02}" for number in range(60)]
    groups = client.get_paginator("describe_log_groups").paginate(logGroupNamePrefix="tests/logs/many")
    assert [group["logGroupName"] for page in groups for group in page["logGroups"]] == ["tests/logs/many"]


def test_errors_are_the_exceptions_of_the_client(server: LocalServer) -> None:
    client = make_stream(server, "tests/logs/errors")
    with pytest.raises(client.exceptions.ResourceAlreadyExistsException):
        client.create_log_group(logGroupName="tests/logs/errors")
    with pytest.raises(client.exceptions.ResourceNotFoundException) as missing:
        client.get_log_events(logGroupName="tests/logs/errors", logStreamName="none")
    assert missing.value.response["Error"]["Message"] == "The specified log stream does not exist."
    with pytest.raises(client.exceptions.InvalidParameterException) as malformed:
        client.filter_log_events(logGroupName="tests/logs/errors", filterPattern="a:b")
    assert malformed.value.response["Error"]["Message"] == "Invalid character(s) in term 'a:b'"
    with pytest.raises(client.exceptions.InvalidParameterException):
        client.get_log_events(logGroupName="tests/logs/errors", logStreamName="algo-1", limit=10_001)


@pytest.mark.parametrize(
    "operation", ["DescribeLogGroups", "DescribeLogStreams", "GetLogEvents", "FilterLogEvents", "PutLogEvents"]
)
def test_answers_have_the_shape_of_the_model(server: LocalServer, operation: str) -> None:
    group = f"tests/logs/shape/{operation}"
    put(make_stream(server, group), group, ["one", "zwei ü"])
    event = {"timestamp": time.time_ns() // 1_000_000, "message": "three"}
    fields = {
        "DescribeLogGroups": {},
        "DescribeLogStreams": {"logGroupName": group},
        "GetLogEvents": {"logGroupName": group, "logStreamName": "algo-1"},
        "FilterLogEvents": {"logGroupName": group},
        "PutLogEvents": {"logGroupName": group, "logStreamName": "algo-1", "logEvents": [event]},
    }
    answer = server.send_json("logs", f"Logs_20140328.{operation}", json.dumps(fields[operation]).encode())
    assert answer.status == 200
    assert mismatches("logs", operation, answer.json()) == []
