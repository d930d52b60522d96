"""Reading log events in pages: whatever the limits and directions, every event comes once and in order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain, count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.local.logs_client import GROUP, STREAM, LogsClient
from tui.local.logs import Logs
from tui.local.store import Store

T0 = 1_760_000_000_000

TIMES = st.lists(st.integers(0, 6), max_size=25)
"""Times with many ties, in any order."""

LIMITS = st.lists(st.integers(1, 9), min_size=1, max_size=5)

STREAMS = st.dictionaries(st.sampled_from(["a/1", "a/2", "b/1", "c"]), TIMES, max_size=4)

_groups = count()


@pytest.fixture(scope="module")
def logs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Logs]:
    """One CloudWatch Logs for all examples; each takes a group of its own."""
    folder = tmp_path_factory.mktemp("logs")
    store = Store(folder / "store.sqlite")
    yield Logs(store)
    store.close()


@pytest.fixture
def client(tmp_path: Path) -> Iterator[LogsClient]:
    """CloudWatch Logs on an empty store."""
    store = Store(tmp_path / "store.sqlite")
    yield LogsClient(Logs(store))
    store.close()


def in_order(times: list[int], start: int = 0) -> list[str]:
    """The messages, which are the numbers of arrival, in the order of their times; ties stay in order of arrival."""
    return [str(number) for number in sorted(range(start, start + len(times)), key=lambda each: times[each - start])]


def append(logs: Logs, group: str, times: list[int], stream: str = STREAM, start: int = 0) -> None:
    logs.append(group, stream, [(T0 + each, str(number)) for number, each in enumerate(times, start)])


def messages(page: dict[str, Any]) -> list[str]:
    return [event["message"] for event in page["events"]]


def joined(pages: Iterable[list[str]]) -> list[str]:
    return list(chain.from_iterable(pages))


def walk(logs: Logs, group: str, limits: list[int], *, forward: bool, **request: Any) -> list[list[str]]:
    """The pages from one end of the stream to the other, until the token repeats."""
    pages: list[list[str]] = []
    request |= {"logGroupName": group, "logStreamName": STREAM, "startFromHead": forward}
    for turn in count():
        page = logs.get_log_events(request | {"limit": limits[turn % len(limits)]})
        token = page["nextForwardToken" if forward else "nextBackwardToken"]
        if token == request.get("nextToken"):
            assert page["events"] == []
            return pages
        pages.append(messages(page))
        request["nextToken"] = token
    raise AssertionError


def filter_pages(logs: Logs, group: str, **request: Any) -> list[list[str]]:
    """The pages of FilterLogEvents until there is no token."""
    pages: list[list[str]] = []
    request["logGroupName"] = group
    while True:
        page = logs.filter_log_events(request)
        pages.append(messages(page))
        if "nextToken" not in page:
            return pages
        request["nextToken"] = page["nextToken"]


@given(times=TIMES, limits=LIMITS, batch=st.integers(1, 10))
def test_pages_forward_and_backward_hold_every_event_in_order(
    logs: Logs, times: list[int], limits: list[int], batch: int
) -> None:
    group = f"walk-{next(_groups)}"
    append(logs, group, [])
    for start in range(0, len(times), batch):
        append(logs, group, times[start : start + batch], start=start)
    expected = in_order(times)
    assert joined(walk(logs, group, limits, forward=True)) == expected
    assert joined(reversed(walk(logs, group, limits, forward=False))) == expected


@given(times=TIMES, limits=LIMITS, start=st.integers(0, 7), end=st.integers(0, 7))
def test_pages_within_a_time_range(logs: Logs, times: list[int], limits: list[int], start: int, end: int) -> None:
    group = f"range-{next(_groups)}"
    append(logs, group, times)
    expected = [message for message in in_order(times) if start <= times[int(message)] < end]
    window = {"startTime": T0 + start, "endTime": T0 + end}
    assert joined(walk(logs, group, limits, forward=True, **window)) == expected
    assert joined(reversed(walk(logs, group, limits, forward=False, **window))) == expected


@given(steps=st.lists(st.tuples(st.sampled_from(["write", "forward", "back"]), st.integers(1, 6)), max_size=25))
def test_a_reader_that_turns_around_while_a_writer_appends(logs: Logs, steps: list[tuple[str, int]]) -> None:
    group = f"turn-{next(_groups)}"
    append(logs, group, [])
    request = {"logGroupName": group, "logStreamName": STREAM}
    page = logs.get_log_events(request | {"startFromHead": True})
    written = low = high = 0
    for action, number in steps:
        match action:
            case "write":
                append(logs, group, [each // 3 for each in range(written, written + number)], start=written)
                written += number
                continue
            case "forward":
                token = page["nextForwardToken"]
                low, high = high, min(high + number, written)
            case _:
                token = page["nextBackwardToken"]
                low, high = max(low - number, 0), low
        page = logs.get_log_events(request | {"nextToken": token, "limit": number})
        assert messages(page) == [str(each) for each in range(low, high)]


def test_the_newest_page_comes_first_without_start_from_head(client: LogsClient) -> None:
    append(client.logs, GROUP, list(range(10)))
    request = {"logGroupName": GROUP, "logStreamName": STREAM, "limit": 4}
    newest = client.call("GetLogEvents", **request)
    assert messages(newest) == ["6", "7", "8", "9"]
    older = client.call("GetLogEvents", nextToken=newest["nextBackwardToken"], **request)
    assert messages(older) == ["2", "3", "4", "5"]
    append(client.logs, GROUP, [10], start=10)
    again = client.call("GetLogEvents", nextToken=older["nextForwardToken"], startFromHead=True, **request)
    assert messages(again) == ["6", "7", "8", "9"]
    assert messages(client.call("GetLogEvents", nextToken=newest["nextForwardToken"], **request)) == ["10"]


def test_a_token_of_an_empty_stream_finds_what_comes_later(client: LogsClient) -> None:
    append(client.logs, GROUP, [])
    empty = client.call("GetLogEvents", logGroupName=GROUP, logStreamName=STREAM)
    assert empty["events"] == []
    token = empty["nextForwardToken"]
    assert token.startswith("f/")
    assert empty["nextBackwardToken"].startswith("b/")
    append(client.logs, GROUP, [5])
    assert client.messages(nextToken=token) == ["0"]


def test_a_token_does_not_lift_the_time_range(client: LogsClient) -> None:
    append(client.logs, GROUP, list(range(10)))
    request = {"logGroupName": GROUP, "logStreamName": STREAM, "limit": 1}
    oldest = client.call("GetLogEvents", startFromHead=True, **request)
    newest = client.call("GetLogEvents", **request)
    assert client.messages(nextToken=oldest["nextForwardToken"], startTime=T0 + 8) == ["8", "9"]
    assert client.messages(nextToken=newest["nextBackwardToken"], endTime=T0 + 2) == ["0", "1"]
    found = client.call("FilterLogEvents", logGroupName=GROUP, limit=1)
    assert client.found(nextToken=found["nextToken"], startTime=T0 + 8) == ["8", "9"]


def test_times_beyond_all_events_are_no_error(client: LogsClient) -> None:
    append(client.logs, GROUP, [5])
    forever = 2**63 - 1
    assert client.messages(startTime=0, endTime=forever) == ["0"]
    assert client.messages(startTime=forever) == []
    assert client.found(endTime=forever) == ["0"]
    assert client.found(startTime=forever) == []


def test_a_page_holds_a_megabyte_and_at_least_one_event(client: LogsClient) -> None:
    sizes = [1_048_550, 1, 500_000, 548_524, 3_000_000, 1]
    client.logs.append(GROUP, STREAM, [(T0, "x" * size) for size in sizes])
    request: dict[str, Any] = {"logGroupName": GROUP, "logStreamName": STREAM, "startFromHead": True}
    pages = []
    while True:
        page = client.call("GetLogEvents", **request)
        if page["nextForwardToken"] == request.get("nextToken"):
            break
        pages.append([len(message) for message in messages(page)])
        request["nextToken"] = page["nextForwardToken"]
    assert pages == [[1_048_550], [1, 500_000], [548_524], [3_000_000], [1]]
    assert filter_pages(client.logs, GROUP) == [["x" * size for size in sizes] for sizes in pages]


def test_a_page_holds_ten_thousand_events(client: LogsClient) -> None:
    append(client.logs, GROUP, [0] * 10_001)
    assert [len(page) for page in walk(client.logs, GROUP, [10_000], forward=True)] == [10_000, 1]
    assert len(client.messages()) == 10_000
    assert [len(page) for page in filter_pages(client.logs, GROUP)] == [10_000, 1]


@given(streams=STREAMS, limit=st.integers(1, 9), prefix=st.sampled_from([None, "a/", "c", "none"]))
def test_filtered_pages_interleave_the_streams_in_both_directions(
    logs: Logs, streams: dict[str, list[int]], limit: int, prefix: str | None
) -> None:
    group = f"filter-{next(_groups)}"
    append(logs, group, [])
    for number, (stream, times) in enumerate(streams.items()):
        append(logs, group, times, stream, start=100 * number)
    expected = [
        str(100 * number + index)
        for _, number, index in sorted(
            (time, number, index)
            for number, (stream, times) in enumerate(streams.items())
            for index, time in enumerate(times)
            if stream.startswith(prefix or "")
        )
    ]
    chosen: dict[str, Any] = {"limit": limit, "startTime": T0} | ({"logStreamNamePrefix": prefix} if prefix else {})
    assert joined(filter_pages(logs, group, **chosen)) == expected
    assert joined(filter_pages(logs, group, startFromHead=False, **chosen)) == expected[::-1]


def test_a_search_takes_times_streams_and_a_pattern(client: LogsClient) -> None:
    client.logs.append(GROUP, "a", [(T0 + 1, "ERROR one"), (T0 + 3, "ERROR three")])
    client.logs.append(GROUP, "b", [(T0 + 2, "ERROR two"), (T0 + 4, "fine")])
    assert client.found(filterPattern="ERROR") == ["ERROR one", "ERROR two", "ERROR three"]
    assert client.found(logStreamNames=["b", "b"]) == ["ERROR two", "fine"]
    # Unlike that of GetLogEvents, this endTime is inclusive.
    assert client.found(startTime=T0 + 2, endTime=T0 + 3) == ["ERROR two", "ERROR three"]
    both = client.error("FilterLogEvents", logGroupName=GROUP, logStreamNames=["a"], logStreamNamePrefix="a")
    assert both[0] == "InvalidParameterException"
    old = client.error("FilterLogEvents", logGroupName=GROUP, startFromHead=False, startTime=1_700_000_000_000)
    assert old[0] == "InvalidParameterException"
    malformed = client.error("FilterLogEvents", logGroupName=GROUP, filterPattern="a:b")
    assert malformed == ("InvalidParameterException", "Invalid character(s) in term 'a:b'")


def test_found_events_have_an_id_each(client: LogsClient) -> None:
    client.logs.append(GROUP, "a", [(T0, "x"), (T0, "x")])
    client.logs.append(GROUP, "b", [(T0, "x")])
    answer = client.call("FilterLogEvents", logGroupName=GROUP)
    assert answer["searchedLogStreams"] == []
    assert [event["logStreamName"] for event in answer["events"]] == ["a", "a", "b"]
    assert len({event["eventId"] for event in answer["events"]}) == 3


def test_a_search_that_finds_little_answers_empty_pages_with_a_token(client: LogsClient) -> None:
    append(client.logs, GROUP, [0] * 200_001)
    assert filter_pages(client.logs, GROUP, filterPattern='"200000"') == [[], [], ["200000"]]
