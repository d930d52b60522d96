"""However pages are cut, tokens refused and lines late: what is read is the sorted union of all streams."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.waiting import turn
from tui.resources.logs import LogLine, Writing, training_log
from tui.service.budget import Budget
from tui.service.errors import InvalidRequest
from tui.service.gateway import Gateway
from tui.service.log_cursor import REFUSALS
from tui.service.log_memory import LogMemory
from tui.service.log_reading import MANY_STREAMS, LogReading

SOURCE = training_log("boston")
Event = tuple[int, str]

# Few different times and texts: equal lines are what is hard to tell apart.
START = 1_760_000_000_000
EVENTS = st.lists(st.tuples(st.integers(START, START + 30), st.sampled_from("ab")), max_size=12)


class CloudWatch(Gateway):
    """Streams in memory, whose pages, refusals and arrivals are drawn; a token is a direction and a place in time."""

    def __init__(self, arrivals: list[dict[str, list[Event]]], data: st.DataObject) -> None:
        super().__init__(Budget())
        self.streams: dict[str, list[tuple[int, int, str]]] = {}
        self._arrivals = arrivals
        self._data = data
        self._refusals = REFUSALS
        self.operations: set[str] = set()
        self.arrive()

    def arrive(self) -> None:
        """Let the next lines come, at whatever times."""
        for name, events in self._arrivals.pop(0).items() if self._arrivals else ():
            stream = self.streams.setdefault(name, [])
            stream += [(at, len(stream) + place, text) for place, (at, text) in enumerate(events)]
            stream.sort()

    async def pages(self, *_: object, **__: object) -> AsyncIterator[dict[str, Any]]:
        yield {"logStreams": [self._listed(name) for name in sorted(self.streams)]}

    def _listed(self, name: str) -> dict[str, Any]:
        """A stream as listed: its times may be old, or not there at all."""
        known = [at for at, _, _ in self.streams[name]][: self._data.draw(st.integers(0, 20))]
        times = {"firstEventTimestamp": known[0], "lastEventTimestamp": known[-1]} if known else {}
        return {"logStreamName": name} | times

    async def call(self, service: str, operation: str, **request: Any) -> dict[str, Any]:
        assert service == "logs"
        await turn()
        self.operations.add(operation)
        if "nextToken" in request and self._refusals and self._data.draw(st.integers(0, 5)) == 0:
            self._refusals -= 1
            raise InvalidRequest("The specified nextToken is invalid.")
        return self._filtered(request) if operation == "FilterLogEvents" else self._page(request)

    def _filtered(self, request: dict[str, Any]) -> dict[str, Any]:
        """A page of FilterLogEvents; a token is a direction and a place among all events of the group."""
        forward = request.get("startFromHead", True)
        names = request.get("logStreamNames") or [
            name for name in self.streams if name.startswith(request["logStreamNamePrefix"])
        ]
        assert len(names) <= 100
        events = sorted((at, name, number, text) for name in names for at, number, text in self.streams[name])
        low, high = request["startTime"], request.get("endTime", 2 * START)
        events = [event for event in events if low <= event[0] <= high]
        if not forward:
            events.reverse()
        token = request.get("nextToken")
        found = [event for event in events if token is None or (event > token if forward else event < token)]
        size = self._data.draw(st.integers(0 if token else 1, 5)) if found else 0
        page = found[:size]
        more = len(found) > size or (bool(found) and self._data.draw(st.booleans()))
        return {
            "timestamps": [at for at, _, _, _ in page],
            "streams": [name for _, name, _, _ in page],
            "ids": [f"{name} {number}" for _, name, number, _ in page],
            "messages": [text for _, _, _, text in page],
        } | ({"nextToken": page[-1] if page else token} if more else {})

    def _page(self, request: dict[str, Any]) -> dict[str, Any]:
        forward, token = request["startFromHead"], request.get("nextToken")
        stream = self.streams[request["logStreamName"]]
        start = request.get("startTime", 0) if forward else request.get("endTime", 2 * START)
        place, empty_pages = token or ((start, -1), 0)
        found = [event for event in stream if (event > place if forward else event < place)]
        size = self._data.draw(st.integers(0 if token else 1, 5)) if found else 0
        page = found[:size] if forward else found[len(found) - size :]
        first, last = ((page[0], 0), (page[-1], 0)) if page else [(place, empty_pages + bool(found))] * 2
        return {
            "timestamps": [at for at, _, _ in page],
            "messages": [text for _, _, text in page],
            "nextForwardToken": last,
            "nextBackwardToken": first,
        }

    def read_by(self, *, newest_first: bool) -> LogReading:
        async def state() -> Writing:
            running = bool(self._arrivals)
            self.arrive()
            return Writing(running)

        return LogReading(self, SOURCE, state, lambda: 0.0, newest_first=newest_first)

    @property
    def union(self) -> list[LogLine]:
        lines = [
            LogLine(at, SOURCE.host(name), text) for name, events in self.streams.items() for at, _, text in events
        ]
        return sorted(lines, key=order)


def order(line: LogLine) -> tuple[int, str, str]:
    return line.timestamp_ms, line.host, line.text


FEW = ["boston/algo-1-1760000000", "boston/algo-1-1760009999", "boston/algo-2-1760000000"]
MANY = [f"boston/algo-{number}-1760000000" for number in range(1, MANY_STREAMS + 3)]


def arrivals_in(names: list[str], least: int) -> st.SearchStrategy[list[dict[str, list[Event]]]]:
    """What comes into some of the streams, one part after the other; at first into `least` of them."""
    parts = st.lists(st.dictionaries(st.sampled_from(names), EVENTS), min_size=1, max_size=4)
    first = st.dictionaries(st.sampled_from(names), EVENTS, min_size=least)
    return st.tuples(first, parts).map(lambda drawn: [drawn[0], *drawn[1]])


ARRIVALS = st.one_of(arrivals_in(FEW, 0), arrivals_in(MANY, MANY_STREAMS), arrivals_in(MANY, 1))
"""Of few streams, which are read one by one; of many, read together; of some that become many."""


@settings(max_examples=40)
@given(ARRIVALS, st.data())
def test_a_log_read_from_its_head_is_the_union_of_its_streams(
    arrivals: list[dict[str, list[Event]]], data: st.DataObject
) -> None:
    cloudwatch = CloudWatch(arrivals, data)

    async def read() -> list[LogLine]:
        return [line async for batch in cloudwatch.read_by(newest_first=False).follow() for line in batch.lines]

    found = asyncio.run(read())
    assert sorted(found, key=order) == cloudwatch.union


@settings(max_examples=40)
@given(ARRIVALS, st.data())
def test_a_log_read_from_its_newest_page_is_the_union_once_the_history_is_read(
    arrivals: list[dict[str, list[Event]]], data: st.DataObject
) -> None:
    # Late lines are looked for as far back as the newest page reaches.
    parts = [
        {name: [(at + 40 * number, text) for at, text in events] for name, events in part.items()}
        for number, part in enumerate(arrivals)
    ]
    cloudwatch = CloudWatch(parts, data)

    async def read() -> tuple[list[LogLine], list[LogLine]]:
        reading = cloudwatch.read_by(newest_first=True)
        new: list[LogLine] = []
        history: list[LogLine] = []
        async for batch in reading.follow():
            new += batch.lines
            if data.draw(st.booleans()):
                history[:0] = await reading.older()
        while not reading.at_head:
            history[:0] = await reading.older()
        assert await reading.older() == ()
        return new, history

    new, history = asyncio.run(read())
    assert sorted(history + new, key=order) == cloudwatch.union
    assert [line.timestamp_ms for line in history] == sorted(line.timestamp_ms for line in history)


@settings(max_examples=40)
@given(st.lists(st.tuples(st.integers(0, 2), st.sampled_from("ab")), max_size=40), st.data())
def test_a_short_memory_neither_loses_nor_repeats_what_comes_in_order(steps: list[Event], data: st.DataObject) -> None:
    times, stream = 0, []
    for step, text in steps:
        times += step
        stream.append(LogLine(times, "algo-1", text))
    memory = LogMemory(remembered=4, look_back_ms=10)
    found: list[LogLine] = []
    place = 0
    while place < len(stream):
        if data.draw(st.integers(0, 3)) == 0:
            since = memory.begin_again()
            place = next(number for number, line in enumerate(stream) if line.timestamp_ms >= since)
        size = data.draw(st.integers(1, 5))
        found += memory.fresh(stream[place : place + size])
        place += size
    assert found == stream


def test_equal_lines_that_come_late_are_told_from_those_read_before() -> None:
    twice = [LogLine(1, "algo-1", "loss is nan")] * 2
    memory = LogMemory()
    assert list(memory.fresh(twice)) == twice
    assert memory.begin_again() == 0
    assert list(memory.fresh([*twice, twice[0]])) == [twice[0]]
    memory.caught_up()
    assert list(memory.fresh(twice)) == twice
