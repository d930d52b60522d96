"""Where a log is opened: at its end, at one of its hosts, or only the last lines of each host."""

from __future__ import annotations

import time
from typing import Any

import pytest

from tests.local.server import LocalServer
from tests.service.cloudwatch import (
    FIRST,
    JOB,
    POLL_SECONDS,
    SECOND,
    CloudWatch,
    Job,
    batches,
    lines,
    texts,
    write_at_once,
)
from tests.service.stub_aws import StubAws
from tui.resources.logs import LogLine, endpoint_log, training_log, transform_log
from tui.service.gateway import Gateway
from tui.service.logs import Logs

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_the_newest_lines_of_a_stream(gateway: Gateway, aws: StubAws) -> None:
    CloudWatch(aws)
    aws.answers["GetLogEvents"] = lambda _: {"events": [{"timestamp": 1, "message": "last"}], "nextForwardToken": "f"}
    assert await Logs(gateway, 1).newest(training_log(JOB), FIRST, 20) == ["last"]
    (request,) = aws.asked("GetLogEvents")
    assert (request["logStreamName"], request["limit"], request["startFromHead"]) == (FIRST, 20, False)


async def test_the_end_of_a_log_is_read_host_by_host_from_the_last_stream_of_each(
    gateway: Gateway, aws: StubAws
) -> None:
    streams = {"algo-1-1760000000": 1, "algo-10-1760000000": 3, "algo-2-1760000000": 2, "algo-1-1760000999": 4}
    asked: list[dict[str, Any]] = []

    def events(request: dict[str, Any]) -> dict[str, Any]:
        asked.append(request)
        message = f"last of {request['logStreamName']}"
        return {"events": [{"timestamp": 1, "message": message}], "nextForwardToken": "f", "nextBackwardToken": "b"}

    aws.answers |= {
        "DescribeLogStreams": lambda _: {
            "logStreams": [{"logStreamName": f"{JOB}/{name}", "lastEventTimestamp": at} for name, at in streams.items()]
        },
        "GetLogEvents": events,
    }
    logs, source = Logs(gateway, 1), transform_log(JOB)
    ends = [end async for end in logs.last_lines(source, 7)]
    assert ends == [
        ("algo-1", [f"last of {JOB}/algo-1-1760000999"]),
        ("algo-2", [f"last of {JOB}/algo-2-1760000000"]),
        ("algo-10", [f"last of {JOB}/algo-10-1760000000"]),
    ]
    assert {(request["logGroupName"], request["limit"], request["startFromHead"]) for request in asked} == {
        (source.group, 7, False)
    }
    assert [host async for host, _ in logs.last_lines(source, most=2)] == ["algo-1", "algo-10"]
    others = logs.last_lines(source, wanted=lambda stream: stream.host != "algo-1")
    assert [host async for host, _ in others] == ["algo-2", "algo-10"]


async def test_what_has_no_log_has_no_last_lines(gateway: Gateway, aws: StubAws) -> None:
    aws.answers["DescribeLogStreams"] = lambda _: {"logStreams": []}
    assert [end async for end in Logs(gateway, 1).last_lines(training_log("silent"))] == []


async def test_a_long_log_opens_at_its_end_and_is_read_back_to_its_beginning(
    embedded: Gateway, server: LocalServer
) -> None:
    job, count = "longer-than-a-page", 12_000
    write_at_once(server, f"{job}/algo-1-1760000000", count)
    write_at_once(server, f"{job}/algo-2-1760000000", 10)
    reading = Logs(embedded, 0.01).open(training_log(job), Job())
    newest = [line.text for line in lines(await batches(reading.follow())) if line.host == "algo-1"]
    assert newest == [str(n) for n in range(count - len(newest), count)]
    assert 0 < len(newest) <= 10_000
    assert not reading.at_head
    history: list[LogLine] = []
    while older := await reading.older():
        history[:0] = older
    assert reading.at_head
    assert [line.text for line in history if line.host == "algo-1"] == [str(n) for n in range(count - len(newest))]
    assert [stream.host for stream in reading.streams] == ["algo-1", "algo-2"]


async def test_one_host_is_read_alone(gateway: Gateway, aws: StubAws) -> None:
    cloudwatch = CloudWatch(aws)
    restarted = f"{JOB}/algo-1-1760009999"
    cloudwatch.pages = {FIRST: [[(1, "a")]], SECOND: [[(2, "b")]], restarted: [[(3, "c")]]}
    reading = Logs(gateway, POLL_SECONDS).open(training_log(JOB), Job(), only=frozenset({"algo-1"}), newest_first=False)
    assert texts(await batches(reading.follow())) == ["a", "c"]
    assert {request["logStreamName"] for request in aws.asked("GetLogEvents")} == {FIRST, restarted}
    assert [stream.host for stream in reading.streams] == ["algo-1", "algo-1", "algo-2"]


@pytest.mark.parametrize(
    ("window", "operation"),
    [(None, "GetLogEvents"), (3600.0, "FilterLogEvents")],
    ids=["all of it", "its last hour"],
)
async def test_many_streams_from_before_2024_are_read_together_when_that_time_is_not_asked_for(
    gateway: Gateway, aws: StubAws, window: float | None, operation: str
) -> None:
    # FilterLogEvents gives the newest lines first only from 2024 on: what began before is read stream by stream.
    now = int(time.time() * 1000)
    listed = [
        {"logStreamName": f"blue/i-{number}", "firstEventTimestamp": 1_700_000_000_000, "lastEventTimestamp": now}
        for number in range(8)
    ]
    event = {"timestamp": now, "message": "new", "ingestionTime": now, "logStreamName": "blue/i-1", "eventId": "1"}
    aws.answers |= {
        "DescribeLogStreams": lambda _: {"logStreams": listed},
        "GetLogEvents": lambda _: {"events": [], "nextForwardToken": "f", "nextBackwardToken": "b"},
        "FilterLogEvents": lambda _: {"events": [event]},
    }
    reading = Logs(gateway, POLL_SECONDS).open(endpoint_log("prices"), Job(), window=window)
    await batches(reading.follow())
    other = {"GetLogEvents", "FilterLogEvents"} - {operation}
    assert aws.asked(operation)
    assert not aws.asked(other.pop())
