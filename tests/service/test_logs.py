"""Following the log of a job: every line once, by time, from all hosts."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncIterator
from contextlib import suppress
from itertools import pairwise
from typing import Any

import pytest

from tests.local.server import LocalServer
from tests.service.stub_aws import Refused, StubAws
from tui.resources.logs import TRAINING_JOBS, LogBatch, LogLine, Writing, training_log, transform_log
from tui.service.errors import AccessDenied, NotFound
from tui.service.gateway import Gateway
from tui.service.log_reading import ROUNDS_PER_POLL, State
from tui.service.logs import Logs

pytestmark = pytest.mark.asyncio(loop_scope="session")

POLL_SECONDS = 0.002
JOB = "boston"
FIRST, SECOND = f"{JOB}/algo-1-1760000000", f"{JOB}/algo-2-1760000000"

Event = tuple[int, str]


class CloudWatch:
    """A log group that is scripted page by page; a token is the number of the next page."""

    def __init__(self, aws: StubAws, **streams: list[list[Event]]) -> None:
        self.pages: dict[str, list[list[Event]]] = {f"{JOB}/{name}": pages for name, pages in streams.items()}
        self.refusals: dict[str, list[Refused | None]] = {}
        """What the next reads of a stream are refused with; None lets one pass."""

        aws.answers["DescribeLogStreams"] = self._streams
        aws.answers["GetLogEvents"] = self._events

    def _streams(self, request: dict[str, Any]) -> dict[str, Any]:
        assert request["logGroupName"] == TRAINING_JOBS
        if not self.pages:
            raise Refused("ResourceNotFoundException", "The specified log group does not exist.")
        found = [name for name in sorted(self.pages) if name.startswith(request["logStreamNamePrefix"])]
        return {"logStreams": [{"logStreamName": name} for name in found]}

    def _events(self, request: dict[str, Any]) -> dict[str, Any]:
        refusals = self.refusals.get(request["logStreamName"])
        if refusals and (refused := refusals.pop(0)):
            raise refused
        pages = self.pages[request["logStreamName"]]
        page = int(request.get("nextToken", "0"))
        events = pages[page] if page < len(pages) else []
        return {
            "events": [{"timestamp": at, "message": message, "ingestionTime": at} for at, message in events],
            "nextForwardToken": str(min(page + 1, len(pages))),
        }


class Job:
    """The status that a follower asks for: running for some polls, then over."""

    def __init__(self, polls: int = 0) -> None:
        self.polls = polls

    async def __call__(self) -> Writing:
        self.polls -= 1
        return Writing(self.polls >= 0, "It is being prepared.")


def follow(gateway: Gateway, state: State, pause: float = POLL_SECONDS, job: str = JOB) -> AsyncIterator[LogBatch]:
    return Logs(gateway, pause).open(training_log(job), state, newest_first=False).follow()


async def batches(following: AsyncIterator[LogBatch]) -> list[LogBatch]:
    async with asyncio.timeout(20):
        return [batch async for batch in following]


def lines(found: list[LogBatch]) -> list[LogLine]:
    return [line for batch in found for line in batch.lines]


def texts(found: list[LogBatch]) -> list[str]:
    return [line.text for line in lines(found)]


async def test_the_streams_of_all_hosts_are_merged_by_time(gateway: Gateway, aws: StubAws) -> None:
    cloudwatch = CloudWatch(aws)
    cloudwatch.pages = {FIRST: [[(1, "a"), (4, "d"), (4, "e")]], SECOND: [[(2, "b")], [(3, "c"), (5, "f")]]}
    found = await batches(follow(gateway, Job()))
    assert lines(found) == [
        LogLine(1, "algo-1", "a"),
        LogLine(2, "algo-2", "b"),
        LogLine(3, "algo-2", "c"),
        LogLine(4, "algo-1", "d"),
        LogLine(4, "algo-1", "e"),
        LogLine(5, "algo-2", "f"),
    ]
    assert found[-1] == LogBatch((), ended=True)
    assert aws.asked("GetLogEvents")[0]["startFromHead"]


async def test_other_jobs_whose_names_begin_the_same_are_left_out(gateway: Gateway, aws: StubAws) -> None:
    cloudwatch = CloudWatch(aws)
    cloudwatch.pages = {FIRST: [[(1, "ours")]], f"{JOB}-2/algo-1-1760000000": [[(1, "theirs")]]}
    assert texts(await batches(follow(gateway, Job()))) == ["ours"]


async def test_a_job_without_a_log_says_why_until_it_has_one(gateway: Gateway, aws: StubAws) -> None:
    cloudwatch = CloudWatch(aws)
    following = follow(gateway, Job(100))
    assert await anext(following) == LogBatch((), waiting="It is being prepared.")
    cloudwatch.pages = {FIRST: [[(1, "at last")]]}
    async for batch in following:
        if batch.lines:
            assert batch == LogBatch((LogLine(1, "algo-1", "at last"),))
            break


async def test_a_job_that_ended_without_a_log_ends_with_the_reason(gateway: Gateway, aws: StubAws) -> None:
    CloudWatch(aws)
    found = await batches(follow(gateway, Job()))
    assert found[-1] == LogBatch((), waiting="It is being prepared.", ended=True)


async def test_a_stream_that_appears_late_is_read_from_its_beginning(gateway: Gateway, aws: StubAws) -> None:
    cloudwatch = CloudWatch(aws)
    cloudwatch.pages = {FIRST: [[(10, "first")]]}
    following = follow(gateway, Job(2))
    found = [await anext(following)]
    cloudwatch.pages[SECOND] = [[(5, "second")], [(20, "third")]]
    found += await batches(following)
    assert texts(found) == ["first", "second", "third"]


async def test_empty_pages_in_the_middle_are_not_the_end(gateway: Gateway, aws: StubAws) -> None:
    cloudwatch = CloudWatch(aws)
    holes: list[list[Event]] = [[]] * (ROUNDS_PER_POLL * 4)
    cloudwatch.pages = {FIRST: [[(1, "a")], *holes, [(2, "b")], [], [], [(3, "c")]]}
    assert texts(await batches(follow(gateway, Job()))) == ["a", "b", "c"]


async def test_a_stream_may_begin_with_empty_pages(gateway: Gateway, aws: StubAws) -> None:
    cloudwatch = CloudWatch(aws)
    cloudwatch.pages = {FIRST: [[], [], [], [(1, "a")]]}
    assert texts(await batches(follow(gateway, Job()))) == ["a"]


async def test_a_long_log_is_read_to_its_end_although_the_job_is_over(gateway: Gateway, aws: StubAws) -> None:
    pages = [[(page * 10 + n, f"{page}.{n}") for n in range(10)] for page in range(ROUNDS_PER_POLL * 3 + 1)]
    cloudwatch = CloudWatch(aws)
    cloudwatch.pages = {FIRST: pages}
    found = await batches(follow(gateway, Job()))
    assert texts(found) == [message for page in pages for _, message in page]
    assert [len(batch.lines) for batch in found] == [10] * len(pages) + [0], "shown as it is read"


async def test_lines_that_come_after_the_end_of_the_job_are_waited_for(gateway: Gateway, aws: StubAws) -> None:
    cloudwatch = CloudWatch(aws)
    cloudwatch.pages = {FIRST: [[(1, "a")]]}
    following = follow(gateway, Job())
    found = [await anext(following)]
    cloudwatch.pages[FIRST].append([(2, "late")])
    found += await batches(following)
    assert texts(found) == ["a", "late"]
    assert [batch.ended for batch in found] == [False, False, True]


async def test_errors_that_pass_are_said_and_tried_again(gateway: Gateway, aws: StubAws) -> None:
    cloudwatch = CloudWatch(aws)
    cloudwatch.pages = {FIRST: [[(1, "a")], [(3, "c")]], SECOND: [[(2, "b")], [(4, "d")]]}
    # botocore tries three times by itself: refused are the first stream at its beginning, the second in its middle.
    refused = [Refused("ThrottlingException", "Rate exceeded")] * 3
    cloudwatch.refusals = {FIRST: [*refused], SECOND: [None, *refused]}
    found = await batches(follow(gateway, Job(4)))
    assert texts(found) == ["b", "a", "c", "d"]
    assert "Rate exceeded" in found[1].waiting
    assert not any(batch.waiting for batch in found if batch.lines)
    assert cloudwatch.refusals == {FIRST: [], SECOND: []}


async def test_a_far_side_that_does_not_answer_is_said(gateway: Gateway, aws: StubAws) -> None:
    cloudwatch = CloudWatch(aws)
    cloudwatch.pages = {FIRST: [[(1, "a")]]}
    aws.answers["GetLogEvents"] = aws.never
    following = follow(gateway, Job(3))
    gateway.timeout = 0.2
    assert "did not answer" in (await anext(following)).waiting
    gateway.timeout = 20
    aws.answers["GetLogEvents"] = cloudwatch._events
    assert texts(await batches(following)) == ["a"]


async def test_a_stream_that_is_listed_and_not_there_yet_is_read_later(gateway: Gateway, aws: StubAws) -> None:
    cloudwatch = CloudWatch(aws)
    cloudwatch.pages = {FIRST: [[(1, "a")]]}
    cloudwatch.refusals = {FIRST: [Refused("ResourceNotFoundException", "The specified log stream does not exist.")]}
    assert texts(await batches(follow(gateway, Job(2)))) == ["a"]


async def test_errors_that_stay_end_the_following(gateway: Gateway, aws: StubAws) -> None:
    cloudwatch = CloudWatch(aws)
    cloudwatch.pages = {FIRST: [[(1, "a")]]}
    cloudwatch.refusals = {FIRST: [Refused("AccessDeniedException", "not authorized to perform: logs:GetLogEvents")]}
    with pytest.raises(AccessDenied, match="logs:GetLogEvents"):
        await batches(follow(gateway, Job()))


async def test_a_job_that_is_gone_ends_the_following(gateway: Gateway, aws: StubAws) -> None:
    CloudWatch(aws)

    async def gone() -> Writing:
        raise NotFound("There is no such job")

    with pytest.raises(NotFound):
        await batches(follow(gateway, gone))


async def test_a_job_that_never_stops_talking_is_not_polled_without_a_pause(gateway: Gateway, aws: StubAws) -> None:
    cloudwatch = CloudWatch(aws)
    cloudwatch.pages = {FIRST: [[(0, "0")]]}
    polls: list[float] = []

    async def talking() -> Writing:
        polls.append(time.monotonic())
        talks = len(polls) < 4
        if talks:
            cloudwatch.pages[FIRST].append([(len(polls), str(len(polls)))])
        return Writing(talks)

    pause = 0.05
    await batches(follow(gateway, talking, pause))
    gaps = [after - before for before, after in pairwise(polls[:4])]
    assert min(gaps) >= pause * 0.9


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


async def test_every_line_arrives_once_while_two_hosts_write(embedded: Gateway, server: LocalServer) -> None:
    job, per_host = "written-while-read", 3000
    writing = threading.Event()
    writing.set()

    def write() -> None:
        logs = server.new_client("logs", server.access_key)
        with suppress(logs.exceptions.ResourceAlreadyExistsException):
            logs.create_log_group(logGroupName=TRAINING_JOBS)
        start = int(time.time() * 1000)
        for part in range(30):
            for host in (1, 2):
                stream = f"{job}/algo-{host}-1760000000"
                if part == 0:
                    logs.create_log_stream(logGroupName=TRAINING_JOBS, logStreamName=stream)
                events = [
                    {"timestamp": start + part, "message": f"{host}:{part * per_host // 30 + n}"}
                    for n in range(per_host // 30)
                ]
                logs.put_log_events(logGroupName=TRAINING_JOBS, logStreamName=stream, logEvents=events)
        writing.clear()

    async def status() -> Writing:
        return Writing(writing.is_set(), "It is being prepared.")

    thread = threading.Thread(target=write)
    thread.start()
    found = await batches(follow(embedded, status, 0.01, job))
    thread.join()
    by_host = {host: [line.text for line in lines(found) if line.host == f"algo-{host}"] for host in (1, 2)}
    assert by_host == {host: [f"{host}:{n}" for n in range(per_host)] for host in (1, 2)}
    assert found[-1].ended
    for batch in found:
        assert [line.timestamp_ms for line in batch.lines] == sorted(line.timestamp_ms for line in batch.lines)


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


def write_at_once(server: LocalServer, stream: str, count: int) -> None:
    """Lines with their numbers, a millisecond apart."""
    logs = server.client("logs")
    with suppress(logs.exceptions.ResourceAlreadyExistsException):
        logs.create_log_group(logGroupName=TRAINING_JOBS)
    logs.create_log_stream(logGroupName=TRAINING_JOBS, logStreamName=stream)
    start = int(time.time() * 1000) - count
    for first in range(0, count, 6000):
        events = [{"timestamp": start + n, "message": str(n)} for n in range(first, min(count, first + 6000))]
        logs.put_log_events(logGroupName=TRAINING_JOBS, logStreamName=stream, logEvents=events)
