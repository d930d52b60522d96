"""Following the log of a job: every line once, by time, from all hosts."""

from __future__ import annotations

import threading
import time
from contextlib import suppress
from itertools import pairwise

import pytest

from tests.local.server import LocalServer
from tests.service.cloudwatch import FIRST, JOB, SECOND, CloudWatch, Event, Job, batches, follow, lines, texts
from tests.service.stub_aws import Refused, StubAws
from tui.resources.logs import TRAINING_JOBS, LogBatch, LogLine, Writing
from tui.service.errors import AccessDenied, NotFound
from tui.service.gateway import Gateway
from tui.service.log_reading import ROUNDS_PER_POLL

pytestmark = pytest.mark.asyncio(loop_scope="session")


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
    aws.answers["GetLogEvents"] = cloudwatch.events
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
