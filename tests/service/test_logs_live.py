"""Live Tail: lines within a second, and afterwards every line once."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import aclosing, suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.local.server import LocalServer
from tests.service.stub_aws import StubAws
from tests.waiting import DEADLINE_SECONDS
from tui.resources.logs import LogBatch, LogLine, LogSource, Writing, training_log
from tui.service.errors import InvalidRequest, NotFound, ReadOnly, ServiceError
from tui.service.gateway import Gateway
from tui.service.log_live_tail import live_tail
from tui.service.log_overlap import Overlap
from tui.service.log_reading import LogReading
from tui.service.logs import Logs

embedded_loop = pytest.mark.asyncio(loop_scope="session")


class Writer:
    """Writes the log of one job, and says whether it goes on."""

    def __init__(self, server: LocalServer, job: str, hosts: int = 1) -> None:
        self.source: LogSource = training_log(job)
        self.running = True
        self._client = server.client("logs")
        self._streams = [f"{job}/algo-{host}-1760000000" for host in range(1, hosts + 1)]
        with suppress(self._client.exceptions.ResourceAlreadyExistsException):
            self._client.create_log_group(logGroupName=self.source.group)
        for stream in self._streams:
            self._client.create_log_stream(logGroupName=self.source.group, logStreamName=stream)

    async def write(self, *texts: str, host: int = 1) -> None:
        now = int(time.time() * 1000)
        await asyncio.to_thread(
            self._client.put_log_events,
            logGroupName=self.source.group,
            logStreamName=self._streams[host - 1],
            logEvents=[{"timestamp": now, "message": text} for text in texts],
        )

    async def state(self) -> Writing:
        return Writing(self.running)

    def read_by(self, gateway: Gateway, **settings: Any) -> LogReading:
        return Logs(gateway, 0.01).open(self.source, self.state, **settings)


async def until(batches: AsyncIterator[LogBatch], text: str) -> list[str]:
    """The texts up to one."""
    found: list[str] = []
    async with asyncio.timeout(DEADLINE_SECONDS):
        async for batch in batches:
            found += [line.text for line in batch.lines]
            if text in found:
                return found
    raise AssertionError(f"{text} did not come, only {found}")


async def rest(reading: LogReading) -> list[str]:
    async with asyncio.timeout(DEADLINE_SECONDS):
        return [line.text async for batch in reading.follow() for line in batch.lines]


@embedded_loop
async def test_every_line_comes_once_by_whichever_way(embedded: Gateway, server: LocalServer) -> None:
    writer = Writer(server, "live-once", hosts=2)
    reading = writer.read_by(embedded)
    await writer.write("before", "same", "same")
    async with aclosing(reading.follow()) as following:
        found = await until(following, "same")
    await writer.write("between")
    async with aclosing(reading.tail()) as tail:
        found += await until(tail, "between")
        await writer.write("live 1", "same", "same")
        await writer.write("live 2\x1b[31m", host=2)
        found += await until(tail, "live 2#033[31m")
    await writer.write("after", "same")
    writer.running = False
    found += await rest(reading)
    expected = ["before", "between", "live 1", "live 2#033[31m", "after", *["same"] * 5]
    assert Counter(found) == Counter(expected)


@embedded_loop
async def test_what_was_sampled_away_is_filled_in_afterwards(embedded: Gateway, server: LocalServer) -> None:
    writer = Writer(server, "live-sampled")
    reading = writer.read_by(embedded)
    texts = [str(number) for number in range(3000)]
    written, found = 0, list[str]()
    sampled = False
    async with asyncio.timeout(DEADLINE_SECONDS), aclosing(reading.tail()) as tail:
        async for batch in tail:
            found += [line.text for line in batch.lines]
            sampled |= batch.sampled
            if written == 0:
                await writer.write("0")
                written = 1
            elif written == len(found) == 1:
                await writer.write(*texts[1:])
                written = len(texts)
            elif len(found) > 1:
                break
    assert sampled
    assert 500 <= len(found) < len(texts)
    writer.running = False
    found += await rest(reading)
    assert sorted(found, key=int) == texts


@embedded_loop
async def test_one_host_alone_is_told_of(embedded: Gateway, server: LocalServer) -> None:
    writer = Writer(server, "live-host", hosts=2)
    reading = writer.read_by(embedded, only=frozenset({"algo-2"}))
    async with aclosing(reading.follow()) as following:
        await writer.write("first", host=2)
        await until(following, "first")
    async with aclosing(reading.tail()) as tail:
        await anext(tail)
        await writer.write("theirs", host=1)
        await writer.write("ours", host=2)
        assert await until(tail, "ours") == ["ours"]


@embedded_loop
async def test_it_ends_a_little_after_the_job(embedded: Gateway, server: LocalServer) -> None:
    writer = Writer(server, "live-end")
    reading = writer.read_by(embedded)
    batches = 0
    async with asyncio.timeout(DEADLINE_SECONDS):
        async for _ in reading.tail():
            batches += 1
            writer.running = False
    assert batches >= 3


@embedded_loop
async def test_a_log_that_is_not_there_is_said(embedded: Gateway) -> None:
    source = LogSource("endpoint", "nobody", "/aws/sagemaker/Endpoints/nobody", "")
    with pytest.raises(NotFound, match="log group does not exist"):
        await anext(live_tail(embedded, source))


@embedded_loop
async def test_a_read_only_console_may_begin_a_session(gateway: Gateway, aws: StubAws) -> None:
    gateway.budget.read_only = True
    aws.answers["GetCallerIdentity"] = lambda _: (
        "<GetCallerIdentityResponse><GetCallerIdentityResult><Account>123456789012</Account>"
        "</GetCallerIdentityResult></GetCallerIdentityResponse>"
    )
    with pytest.raises(ServiceError) as caught:  # the stub streams nothing
        await anext(live_tail(gateway, training_log("boston"), ["boston/algo-1"]))
    assert not isinstance(caught.value, ReadOnly | InvalidRequest)
    [request] = aws.asked("StartLiveTail")
    assert request == {
        "logGroupIdentifiers": ["arn:aws:logs:eu-west-1:123456789012:log-group:/aws/sagemaker/TrainingJobs"],
        "logStreamNames": ["boston/algo-1"],
    }


LINES = st.lists(st.builds(LogLine, st.integers(0, 3), st.just("algo-1"), st.sampled_from("ab")), max_size=20)


@settings(max_examples=200)
@given(LINES, st.data())
def test_lines_by_two_ways_are_given_once(stream: list[LogLine], data: st.DataObject) -> None:
    # Live Tail tells of some lines after it has begun, in the order of the stream; the reading gives all of them.
    begin = data.draw(st.integers(0, len(stream)))
    told = [line for line in stream[begin:] if data.draw(st.booleans())]
    overlap = Overlap()
    given = list(overlap.read(stream[:begin]))
    overlap.begin()
    read = begin
    while told or read < len(stream):
        if told and (read == len(stream) or data.draw(st.booleans())):
            given += overlap.told([told.pop(0)])
        else:
            given += overlap.read(stream[read : read + 1])
            read += 1
    assert Counter(given) == Counter(stream)
    assert overlap.ahead == 0
