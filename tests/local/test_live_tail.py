"""Live Tail: through plain boto3 what it streams, and with a clock of its own what takes hours."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from botocore.eventstream import EventStreamBuffer, EventStreamMessage
from botocore.exceptions import ClientError
from starlette.requests import Request
from starlette.responses import StreamingResponse

from tests.local.server import LocalServer
from tests.local.shapes import mismatches
from tests.waiting import until
from tui.local.errors import AwsError
from tui.local.log_live_tail import EVENTS_PER_UPDATE, LiveTail
from tui.local.logs import Logs
from tui.local.settings import ACCOUNT, REGION
from tui.local.store import Store

HERE = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:"
GROUP = "tests/live"


def client_of(server: LocalServer) -> Any:
    return server.new_client("logs", server.access_key, inject_host_prefix=False, read_timeout=20)


def start(server: LocalServer, **request: Any) -> Any:
    """A session; a place may become free a moment after its client has left."""

    def session() -> Any:
        try:
            return client_of(server).start_live_tail(**request)["responseStream"]
        except ClientError as error:
            if error.response["Error"]["Code"] != "LimitExceededException":
                raise
            return None

    return until(session, "a free place for a session")


@contextmanager
def tail(server: LocalServer, *groups: str, **request: Any) -> Iterator[Iterator[dict[str, Any]]]:
    """The events of a session, whose first one has come."""
    with closing(start(server, logGroupIdentifiers=[HERE + group for group in groups], **request)) as stream:
        yield iter(stream)


def results(events: Iterator[dict[str, Any]], count: int) -> list[dict[str, Any]]:
    """The next log events, at least `count`."""
    found: list[dict[str, Any]] = []
    while len(found) < count:
        update = next(events)["sessionUpdate"]
        assert mismatches("logs", "StartLiveTail", {"responseStream": {"sessionUpdate": update}}) == []
        found += update["sessionResults"]
    return found


def make(server: LocalServer, group: str, *streams: str) -> Any:
    client = server.client("logs")
    client.create_log_group(logGroupName=group)
    for stream in streams:
        client.create_log_stream(logGroupName=group, logStreamName=stream)
    return client


def put(client: Any, group: str, stream: str, *messages: str) -> int:
    now = int(time.time() * 1000)
    events = [{"timestamp": now, "message": message} for message in messages]
    client.put_log_events(logGroupName=group, logStreamName=stream, logEvents=events)
    return now


def test_what_comes_in_is_streamed_and_what_was_there_is_not(server: LocalServer) -> None:
    client = make(server, "live/new", "a/1", "b/1")
    put(client, "live/new", "a/1", "before")
    with tail(server, "live/new") as events:
        start = next(events)["sessionStart"]
        assert start["logGroupIdentifiers"] == [HERE + "live/new"]
        assert len(start["sessionId"]) == 36
        at = put(client, "live/new", "a/1", "first", "second é")
        put(client, "live/new", "b/1", "third")
        found = results(events, 3)
    assert [(event["logStreamName"], event["message"]) for event in found] == [
        ("a/1", "first"),
        ("a/1", "second é"),
        ("b/1", "third"),
    ]
    assert found[0]["timestamp"] == at
    assert found[0]["ingestionTime"] >= at
    assert found[0]["logGroupIdentifier"] == HERE + "live/new"


def test_streams_prefixes_and_a_pattern_choose(server: LocalServer) -> None:
    client = make(server, "live/some", "a/1", "a/2", "b/1")
    chosen: tuple[tuple[dict[str, Any], list[str]], ...] = (
        ({"logStreamNames": ["a/2", "b/1"]}, ["good 2", "bad 3"]),
        ({"logStreamNamePrefixes": ["a/"]}, ["good 1", "good 2"]),
        ({"logEventFilterPattern": "bad"}, ["bad 3"]),
    )
    for request, expected in chosen:
        with tail(server, "live/some", **request) as events:
            start = next(events)["sessionStart"]
            assert {name: start[name] for name in request} == request
            for stream, message in (("a/1", "good 1"), ("a/2", "good 2"), ("b/1", "bad 3")):
                put(client, "live/some", stream, message)
            assert [event["message"] for event in results(events, len(expected))] == expected


def test_lines_that_a_job_writes_are_streamed_too(tmp_path: Path) -> None:
    with session(tmp_path) as (logs, live):
        updates = asyncio.run(updates_of(live, lambda: logs.append(GROUP, "job/algo-1", [(1, "line"), (2, "")])))
    assert [event["message"] for update in updates for event in update["sessionResults"]] == ["line"]


def test_more_than_five_hundred_events_are_sampled_in_their_order(tmp_path: Path) -> None:
    many = [(number, str(number)) for number in range(EVENTS_PER_UPDATE * 3)]
    with session(tmp_path, seed=1) as (logs, live):
        updates = asyncio.run(updates_of(live, lambda: logs.append(GROUP, "s", many)))
        few = asyncio.run(updates_of(live, lambda: logs.append(GROUP, "s", many[:EVENTS_PER_UPDATE])))
    [sampled] = [update for update in updates if update["sessionResults"]]
    times = [event["timestamp"] for event in sampled["sessionResults"]]
    assert sampled["sessionMetadata"] == {"sampled": True}
    assert len(times) == EVENTS_PER_UPDATE
    assert times == sorted(set(times))
    [whole] = [update for update in few if update["sessionResults"]]
    assert whole["sessionMetadata"] == {"sampled": False}
    assert len(whole["sessionResults"]) == EVENTS_PER_UPDATE


def test_a_session_ends_after_its_three_hours(tmp_path: Path) -> None:
    with session(tmp_path, session_seconds=0.05) as (_, live):
        messages = asyncio.run(messages_of(live))
    assert [message.headers.get(":event-type") for message in messages[:2]] == ["initial-response", "sessionStart"]
    assert messages[-1].headers[":exception-type"] == "SessionTimeoutException"
    assert messages[-1].headers[":message-type"] == "exception"
    assert "three hours" in json.loads(messages[-1].payload)["message"]


def test_a_client_that_leaves_ends_its_session(server: LocalServer) -> None:
    make(server, "live/left", "a")
    for _ in range(16):  # one more than may run at once
        with tail(server, "live/left") as events:
            assert "sessionStart" in next(events)


def test_sixteen_sessions_are_one_too_many(tmp_path: Path) -> None:
    async def begin(live: LiveTail) -> None:
        streams = [await answer_of(live) for _ in range(15)]
        for stream in streams:
            started: Any = stream.body_iterator
            await anext(started)
        with pytest.raises(AwsError, match="LimitExceededException"):
            await answer_of(live)
        iterator: Any = streams[0].body_iterator
        await iterator.aclose()
        await answer_of(live)

    with session(tmp_path) as (_, live):
        asyncio.run(begin(live))


@pytest.mark.parametrize(
    ("request_members", "code", "message"),
    [
        ({"logGroupIdentifiers": [HERE + "nowhere"]}, "ResourceNotFoundException", "does not exist"),
        ({"logGroupIdentifiers": [HERE + "live/wrong:*"]}, "InvalidParameterException", "regular expression pattern"),
        ({"logGroupIdentifiers": ["live/wrong"]}, "InvalidParameterException", "not the ARN"),
        ({"logGroupIdentifiers": []}, "InvalidParameterException", "greater than or equal to 1"),
        (
            {"logGroupIdentifiers": [HERE + "live/wrong"], "logStreamNames": ["a"], "logStreamNamePrefixes": ["a"]},
            "InvalidParameterException",
            "mutually exclusive",
        ),
        (
            {"logGroupIdentifiers": [HERE + "live/wrong", HERE + "live/other"], "logStreamNames": ["a"]},
            "InvalidParameterException",
            "exactly one log group",
        ),
        (
            {"logGroupIdentifiers": [HERE + "live/wrong"], "logEventFilterPattern": "{ $.a"},
            "InvalidParameterException",
            "filter pattern",
        ),
    ],
)
def test_a_session_that_cannot_be_is_refused(
    server: LocalServer, request_members: dict[str, Any], code: str, message: str
) -> None:
    for group in ("live/wrong", "live/other"):
        try:
            make(server, group)
        except server.client("logs").exceptions.ResourceAlreadyExistsException:
            continue
    with pytest.raises(ClientError, match=message) as caught:
        server.new_client(
            "logs", server.access_key, inject_host_prefix=False, parameter_validation=False
        ).start_live_tail(**request_members)
    assert caught.value.response["Error"]["Code"] == code


@contextmanager
def session(folder: Path, **settings: Any) -> Iterator[tuple[Logs, LiveTail]]:
    """Live Tail without the wire, with a group, whose updates come every few milliseconds."""
    store = Store(folder / "store.sqlite")
    logs = Logs(store)
    logs.create_log_group({"logGroupName": GROUP})
    yield logs, LiveTail(logs, update_seconds=0.01, **settings)
    store.close()


async def answer_of(live: LiveTail) -> StreamingResponse:
    body = json.dumps({"logGroupIdentifiers": [HERE + GROUP]}).encode()

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    answer = await live.handle(Request({"type": "http", "headers": []}, receive), "request-1")
    assert isinstance(answer, StreamingResponse)
    assert answer.media_type == "application/vnd.amazon.eventstream"
    return answer


async def messages_of(live: LiveTail) -> list[EventStreamMessage]:
    """All messages of a session, decoded as botocore does, checksums included."""
    buffer = EventStreamBuffer()
    answer = await answer_of(live)
    async for chunk in answer.body_iterator:
        buffer.add_data(chunk)
    return list(buffer)


async def updates_of(live: LiveTail, write: Any) -> list[dict[str, Any]]:
    """The first updates of a session during which something is written."""
    answer = await answer_of(live)
    buffer = EventStreamBuffer()
    updates: list[dict[str, Any]] = []
    async for chunk in answer.body_iterator:
        buffer.add_data(chunk)
        for message in buffer:
            if message.headers[":event-type"] == "sessionStart":
                await asyncio.to_thread(write)
            elif message.headers[":event-type"] == "sessionUpdate":
                updates.append(json.loads(message.payload))
        if len(updates) >= 3 and any(update["sessionResults"] for update in updates):
            break
    iterator: Any = answer.body_iterator
    await iterator.aclose()
    return updates
