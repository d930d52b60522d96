"""The log of many hosts: read together, with one call for each poll; and windows on logs."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress

import pytest

from tests.local.server import LocalServer
from tests.waiting import DEADLINE_SECONDS
from tui.resources.logs import LogLine, LogSource, Writing, endpoint_log, training_log
from tui.service.gateway import Gateway
from tui.service.logs import Logs

pytestmark = pytest.mark.asyncio(loop_scope="session")

HOSTS = 64


@pytest.fixture
def calls(embedded: Gateway, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The operations that the gateway is asked for."""
    asked: list[str] = []
    admit = embedded.budget.admit

    async def counted(service: str, operation: str) -> None:
        asked.append(operation)
        await admit(service, operation)

    monkeypatch.setattr(type(embedded.budget), "admit", lambda _, service, operation: counted(service, operation))
    return asked


def write(server: LocalServer, source: LogSource, stream: str, *lines: tuple[float, str]) -> None:
    """Lines with their ages in seconds, the oldest first."""
    logs = server.client("logs")
    with suppress(logs.exceptions.ResourceAlreadyExistsException):
        logs.create_log_group(logGroupName=source.group)
    with suppress(logs.exceptions.ResourceAlreadyExistsException):
        logs.create_log_stream(logGroupName=source.group, logStreamName=stream)
    now = time.time()
    events = [{"timestamp": int((now - age) * 1000), "message": text} for age, text in lines]
    logs.put_log_events(logGroupName=source.group, logStreamName=stream, logEvents=events)


async def test_a_quiet_poll_of_64_hosts_costs_one_call_and_brings_every_line_once(
    embedded: Gateway, server: LocalServer, calls: list[str]
) -> None:
    source, polls = training_log("sixty-four"), 0
    names = [f"sixty-four/algo-{host}-1760000000" for host in range(1, HOSTS + 1)]

    def write_all(part: str) -> None:
        for name in names:
            write(server, source, name, (20.0, f"{name} {part} early"), (0.0, f"{name} {part} late"))

    async def state() -> Writing:
        nonlocal polls
        polls += 1
        if polls == 3:  # what was written before has been read; half of this is older than that
            await asyncio.to_thread(write_all, "second")
        return Writing(polls < 16)

    await asyncio.to_thread(write_all, "first")
    found: list[LogLine] = []
    async with asyncio.timeout(60):
        async for batch in Logs(embedded, 0.01).open(source, state).follow():
            found += batch.lines
    expected = [f"{name} {part} {when}" for name in names for part in ("first", "second") for when in ("early", "late")]
    assert sorted(line.text for line in found) == sorted(expected)
    assert calls.count("GetLogEvents") == 0
    assert calls.count("FilterLogEvents") <= polls + 3
    assert {line.host for line in found} == {f"algo-{host}" for host in range(1, HOSTS + 1)}


async def test_a_long_log_of_many_hosts_opens_at_its_end_and_is_read_back(
    embedded: Gateway, server: LocalServer
) -> None:
    source = training_log("many-and-long")
    for host in range(1, 7):
        lines = [(100.0 - number / 100, f"{host} {number}") for number in range(3000)]
        await asyncio.to_thread(write, server, source, f"many-and-long/algo-{host}-1760000000", *lines)

    async def state() -> Writing:
        return Writing(False)

    reading = Logs(embedded, 0.01).open(source, state)
    newest = [line async for batch in reading.follow() for line in batch.lines]
    assert len(newest) == 10_000
    assert not reading.at_head
    history: list[LogLine] = []
    while older := await reading.older():
        history[:0] = older
    both = history + newest
    assert reading.at_head
    assert sorted(line.text for line in both) == sorted(f"{host} {n}" for host in range(1, 7) for n in range(3000))
    assert [line.timestamp_ms for line in both] == sorted(line.timestamp_ms for line in both)


@pytest.mark.parametrize("instances", [2, 6], ids=["one by one", "together"])
async def test_a_window_leaves_out_what_is_older(embedded: Gateway, server: LocalServer, instances: int) -> None:
    source = endpoint_log(f"windowed-{instances}")
    for number in range(instances):
        ages = [(9000.0, "very old"), (5000.0, "old"), (10.0, "new")]
        await asyncio.to_thread(write, server, source, f"blue/i-{number}", *ages)

    async def state() -> Writing:
        return Writing(False)

    for window, texts in ((3600.0, ["new"]), (6000.0, ["old", "new"]), (None, ["very old", "old", "new"])):
        reading = Logs(embedded, 0.01).open(source, state, window=window)
        found = [line.text async for batch in reading.follow() for line in batch.lines]
        assert await reading.older() == ()
        assert sorted(found) == sorted(texts * instances)


async def test_the_window_of_a_job_ends_with_the_job(embedded: Gateway, server: LocalServer) -> None:
    source = training_log("over-since-yesterday")
    ages = [(20_000.0, "first"), (9000.0, "last"), (8999.0, "very last")]
    await asyncio.to_thread(write, server, source, "over-since-yesterday/algo-1-1760000000", *ages)

    async def state() -> Writing:
        return Writing(False, ended=time.time() - 8999)

    reading = Logs(embedded, 0.01).open(source, state, window=900.0)
    assert [line.text async for batch in reading.follow() for line in batch.lines] == ["last", "very last"]


async def test_a_window_without_lines_says_so_by_an_empty_batch(embedded: Gateway, server: LocalServer) -> None:
    source = endpoint_log("silent")
    await asyncio.to_thread(write, server, source, "blue/i-1", (9000.0, "old"))

    async def state() -> Writing:
        return Writing(True, "It has no log.")

    async with asyncio.timeout(DEADLINE_SECONDS):
        batch = await anext(Logs(embedded, 0.01).open(source, state, window=3600.0).follow())
    assert (batch.lines, batch.waiting) == ((), "")


async def test_a_variant_is_looked_at_alone(embedded: Gateway, server: LocalServer) -> None:
    source = endpoint_log("two-variants")
    for stream in ("blue/i-1", "blue/i-2", "green/i-3"):
        await asyncio.to_thread(write, server, source, stream, (1.0, stream))

    async def state() -> Writing:
        return Writing(False)

    reading = Logs(embedded, 0.01).open(source, state, only=frozenset({"blue"}))
    found = [line async for batch in reading.follow() for line in batch.lines]
    assert sorted((line.host, line.text) for line in found) == [("blue/i-1", "blue/i-1"), ("blue/i-2", "blue/i-2")]
    assert [stream.name for stream in reading.streams] == ["blue/i-1", "blue/i-2", "green/i-3"]
