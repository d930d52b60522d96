"""CloudWatch Logs on the class itself: groups, streams, batches and their limits; every answer is checked by shape."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.local.logs_client import BAD_TOKEN, GROUP, STREAM, LogsClient
from tui.local.logs import Logs
from tui.local.store import Store

HOUR = 3_600_000
DAY = 24 * HOUR

NO_GROUP = ("ResourceNotFoundException", "The specified log group does not exist.")
NO_STREAM = ("ResourceNotFoundException", "The specified log stream does not exist.")


@pytest.fixture
def client(tmp_path: Path) -> Iterator[LogsClient]:
    """CloudWatch Logs on an empty store."""
    store = Store(tmp_path / "store.sqlite")
    yield LogsClient(Logs(store))
    store.close()


@pytest.fixture
def stream(client: LogsClient) -> LogsClient:
    """CloudWatch Logs with one empty stream."""
    client.call("CreateLogGroup", logGroupName=GROUP)
    client.call("CreateLogStream", logGroupName=GROUP, logStreamName=STREAM)
    return client


@pytest.fixture
def now() -> int:
    """The present in ms."""
    return time.time_ns() // 1_000_000


def test_a_group_is_listed_with_all_that_is_known(client: LogsClient, now: int) -> None:
    client.call("CreateLogGroup", logGroupName=GROUP, tags={"team": "houses"})
    client.call("PutRetentionPolicy", logGroupName=GROUP, retentionInDays=30)
    client.logs.append(GROUP, STREAM, [(now, "x" * 74)])
    (group,) = client.call("DescribeLogGroups")["logGroups"]
    arn = "arn:aws:logs:us-east-1:123456789012:log-group:/aws/sagemaker/TrainingJobs"
    assert abs(group.pop("creationTime") - now) < 60_000
    assert group == {
        "logGroupName": GROUP,
        "arn": f"{arn}:*",
        "logGroupArn": arn,
        "logGroupClass": "STANDARD",
        "metricFilterCount": 0,
        "retentionInDays": 30,
        "storedBytes": 100,
    }


def test_creating_twice_is_refused(stream: LogsClient) -> None:
    assert stream.error("CreateLogGroup", logGroupName=GROUP)[0] == "ResourceAlreadyExistsException"
    again = stream.error("CreateLogStream", logGroupName=GROUP, logStreamName=STREAM)
    assert again == ("ResourceAlreadyExistsException", "The specified log stream already exists")


@pytest.mark.parametrize(
    "settings",
    [{"kmsKeyId": "key"}, {"deletionProtectionEnabled": True}, {"logGroupClass": "INFREQUENT_ACCESS"}],
)
def test_groups_of_a_kind_there_is_not_are_refused(client: LogsClient, settings: dict[str, Any]) -> None:
    assert client.error("CreateLogGroup", logGroupName=GROUP, **settings)[0] == "InvalidParameterException"
    assert client.call("DescribeLogGroups")["logGroups"] == []


def test_groups_are_found_by_prefix_pattern_name_and_arn(client: LogsClient) -> None:
    for name in ("a/one", "a/two", "b/one", "aa"):
        client.call("CreateLogGroup", logGroupName=name)

    def names(**request: Any) -> list[str]:
        return [group["logGroupName"] for group in client.call("DescribeLogGroups", **request)["logGroups"]]

    assert names() == ["a/one", "a/two", "aa", "b/one"]
    assert names(logGroupNamePrefix="a/") == ["a/one", "a/two"]
    assert names(logGroupNamePattern="one") == ["a/one", "b/one"]
    arn = "arn:aws:logs:us-east-1:123456789012:log-group:b/one:*"
    assert names(logGroupIdentifiers=[arn, "aa", "nothing"]) == ["aa", "b/one"]
    assert names(logGroupClass="DELIVERY") == []
    both = client.error("DescribeLogGroups", logGroupNamePrefix="a", logGroupNamePattern="a")
    assert both[0] == "InvalidParameterException"


def test_a_search_by_pattern_answers_only_what_the_service_documents(client: LogsClient) -> None:
    client.call("CreateLogGroup", logGroupName=GROUP)
    (group,) = client.call("DescribeLogGroups", logGroupNamePattern="sagemaker")["logGroups"]
    assert set(group) == {"arn", "creationTime", "logGroupName"}


def test_pages_of_groups_survive_a_new_group(client: LogsClient) -> None:
    for number in range(120):
        client.call("CreateLogGroup", logGroupName=f"g{number:03}")
    page = client.call("DescribeLogGroups")
    names = [group["logGroupName"] for group in page["logGroups"]]
    assert len(names) == 50
    client.call("CreateLogGroup", logGroupName="a-new-one")
    while "nextToken" in page:
        page = client.call("DescribeLogGroups", nextToken=page["nextToken"], limit=30)
        names += [group["logGroupName"] for group in page["logGroups"]]
    assert names == [f"g{number:03}" for number in range(120)]


def test_retention_is_a_number_of_days_the_service_knows(client: LogsClient) -> None:
    client.call("CreateLogGroup", logGroupName=GROUP)
    code, message = client.error("PutRetentionPolicy", logGroupName=GROUP, retentionInDays=2)
    assert code == "InvalidParameterException"
    assert "Value '2' at 'retentionInDays'" in message


def test_a_stream_keeps_its_times_and_its_group_the_bytes(stream: LogsClient, now: int) -> None:
    fresh = stream.call("DescribeLogStreams", logGroupName=GROUP)["logStreams"][0]
    assert {"firstEventTimestamp", "lastEventTimestamp", "lastIngestionTime"}.isdisjoint(fresh)
    stream.put((now - 20, "second"), (now - 10, "third"))
    stream.put((now - 30, "first"))
    stream.put((now - 25, "between"))
    (listed,) = stream.call("DescribeLogStreams", logGroupIdentifier=GROUP)["logStreams"]
    assert (listed["firstEventTimestamp"], listed["lastEventTimestamp"]) == (now - 30, now - 10)
    assert listed["lastIngestionTime"] >= now
    assert listed["storedBytes"] == 0
    assert listed["arn"].endswith(f":log-group:{GROUP}:log-stream:{STREAM}")
    (group,) = stream.call("DescribeLogGroups")["logGroups"]
    assert group["storedBytes"] == len("firstbetweensecondthird") + 4 * 26


def test_streams_are_listed_by_name_or_last_event_in_both_directions(client: LogsClient, now: int) -> None:
    for name, age in (("b", 30), ("a", 10), ("c", 20), ("ab", 10)):
        client.logs.append(GROUP, name, [(now - age, "x")])
    client.call("CreateLogStream", logGroupName=GROUP, logStreamName="silent")

    def names(**request: Any) -> list[str]:
        listed: list[str] = []
        while True:
            page = client.call("DescribeLogStreams", logGroupName=GROUP, limit=2, **request)
            listed += [each["logStreamName"] for each in page["logStreams"]]
            if "nextToken" not in page:
                return listed
            request["nextToken"] = page["nextToken"]

    assert names() == ["a", "ab", "b", "c", "silent"]
    assert names(descending=True) == ["silent", "c", "b", "ab", "a"]
    assert names(logStreamNamePrefix="a") == ["a", "ab"]
    assert names(orderBy="LastEventTime") == ["silent", "b", "c", "a", "ab"]
    assert names(orderBy="LastEventTime", descending=True) == ["ab", "a", "c", "b", "silent"]
    refused = client.error("DescribeLogStreams", logGroupName=GROUP, orderBy="LastEventTime", logStreamNamePrefix="a")
    assert refused == ("InvalidParameterException", "Cannot order by LastEventTime with a logStreamNamePrefix.")


def test_what_does_not_exist_is_named(client: LogsClient) -> None:
    event = {"timestamp": 1, "message": "x"}
    assert client.error("DescribeLogStreams", logGroupName=GROUP) == NO_GROUP
    assert client.error("CreateLogStream", logGroupName=GROUP, logStreamName=STREAM) == NO_GROUP
    assert client.error("DeleteLogGroup", logGroupName=GROUP) == NO_GROUP
    assert client.error("PutRetentionPolicy", logGroupName=GROUP, retentionInDays=1) == NO_GROUP
    assert client.error("FilterLogEvents", logGroupName=GROUP) == NO_GROUP
    assert client.error("GetLogEvents", logGroupName=GROUP, logStreamName=STREAM) == NO_GROUP
    client.call("CreateLogGroup", logGroupName=GROUP)
    assert client.error("GetLogEvents", logGroupName=GROUP, logStreamName=STREAM) == NO_STREAM
    assert client.error("DeleteLogStream", logGroupName=GROUP, logStreamName=STREAM) == NO_STREAM
    assert client.error("PutLogEvents", logGroupName=GROUP, logStreamName=STREAM, logEvents=[event]) == NO_STREAM
    assert client.error("FilterLogEvents", logGroupName=GROUP, logStreamNames=[STREAM]) == NO_STREAM


def test_a_group_is_given_by_name_or_by_identifier(stream: LogsClient) -> None:
    for request in ({}, {"logGroupName": GROUP, "logGroupIdentifier": GROUP}):
        for operation in ("GetLogEvents", "FilterLogEvents", "DescribeLogStreams"):
            assert stream.error(operation, logStreamName=STREAM, **request)[0] == "InvalidParameterException"


def test_deleting_takes_the_events_along(client: LogsClient, tmp_path: Path, now: int) -> None:
    def stored() -> list[str]:
        with closing(sqlite3.connect(tmp_path / "store.sqlite")) as connection:
            return [message for (message,) in connection.execute("SELECT message FROM log_events")]

    client.logs.append(GROUP, STREAM, [(now, "old")])
    client.logs.append(GROUP, "other", [(now, "other")])
    client.logs.append("another", STREAM, [(now, "kept")])
    client.call("DeleteLogStream", logGroupName=GROUP, logStreamName=STREAM)
    assert client.found() == ["other"]
    assert sorted(stored()) == ["kept", "other"]
    client.logs.append(GROUP, STREAM, [(now, "new")])
    assert client.messages() == ["new"]
    client.call("DeleteLogGroup", logGroupName=GROUP)
    assert [group["logGroupName"] for group in client.call("DescribeLogGroups")["logGroups"]] == ["another"]
    assert stored() == ["kept"]


def test_a_token_of_a_deleted_stream_does_not_fit_its_successor(client: LogsClient, now: int) -> None:
    client.logs.append(GROUP, STREAM, [(now, "old")])
    token = client.call("GetLogEvents", logGroupName=GROUP, logStreamName=STREAM)["nextForwardToken"]
    client.call("DeleteLogStream", logGroupName=GROUP, logStreamName=STREAM)
    client.logs.append(GROUP, STREAM, [(now, "new")])
    assert client.error("GetLogEvents", logGroupName=GROUP, logStreamName=STREAM, nextToken=token) == BAD_TOKEN


def test_append_makes_group_and_stream_and_leaves_out_empty_lines(client: LogsClient, now: int) -> None:
    client.logs.append(GROUP, STREAM, [])
    assert client.messages() == []
    client.logs.append(GROUP, STREAM, [(now, "a"), (now, ""), (now, "\0b\ud800ü")])
    assert client.messages() == ["a", "\0b?ü"]


def test_the_log_survives_a_new_store(tmp_path: Path, now: int) -> None:
    before, after = Store(tmp_path / "store.sqlite"), Store(tmp_path / "store.sqlite")
    Logs(before).append(GROUP, STREAM, [(now, "kept")])
    before.close()
    assert LogsClient(Logs(after)).messages() == ["kept"]
    after.close()


def test_a_batch_must_be_in_order(stream: LogsClient, now: int) -> None:
    batch = [{"timestamp": now, "message": "b"}, {"timestamp": now - 1, "message": "a"}]
    refused = stream.error("PutLogEvents", logGroupName=GROUP, logStreamName=STREAM, logEvents=batch)
    message = "Log events in a single PutLogEvents request must be in chronological order."
    assert refused == ("InvalidParameterException", message)
    assert stream.messages() == []


def test_a_batch_spans_a_day_at_most(stream: LogsClient, now: int) -> None:
    batch = [{"timestamp": now - DAY - 1, "message": "a"}, {"timestamp": now, "message": "b"}]
    code, message = stream.error("PutLogEvents", logGroupName=GROUP, logStreamName=STREAM, logEvents=batch)
    assert code == "InvalidParameterException"
    assert message.endswith("cannot span more than 24 hours.")
    stream.put((now - DAY, "a"), (now, "b"))
    assert stream.messages() == ["a", "b"]


def test_a_batch_is_measured_in_bytes_with_26_for_each_event(stream: LogsClient, now: int) -> None:
    stream.put((now, "ü" * 262_118), (now, "x" * 524_288))
    batch = [{"timestamp": now, "message": "ü" * 262_118}, {"timestamp": now, "message": "x" * 524_289}]
    refused = stream.error("PutLogEvents", logGroupName=GROUP, logStreamName=STREAM, logEvents=batch)
    assert refused == ("InvalidParameterException", "Upload too large: 1048577 bytes exceeds limit of 1048576")


def test_events_outside_the_accepted_time_are_reported_and_left_out(stream: LogsClient, now: int) -> None:
    answer = stream.put(
        (now - 15 * DAY, "ancient"), (now - 14 * DAY - HOUR, "too old"), (now, "fine"), (now + 3 * HOUR, "too new")
    )
    assert answer["rejectedLogEventsInfo"] == {"tooOldLogEventEndIndex": 2, "tooNewLogEventStartIndex": 3}
    assert stream.messages() == ["fine"]
    assert "rejectedLogEventsInfo" not in stream.put((now, "fine"), (now + HOUR, "ahead"))


def test_events_behind_the_retention_have_expired(stream: LogsClient, now: int) -> None:
    stream.call("PutRetentionPolicy", logGroupName=GROUP, retentionInDays=3)
    answer = stream.put((now - 20 * DAY, "ancient"), (now - 4 * DAY, "expired"), (now, "fine"))
    assert answer["rejectedLogEventsInfo"] == {"tooOldLogEventEndIndex": 1, "expiredLogEventEndIndex": 2}
    assert stream.messages() == ["fine"]


def test_sequence_tokens_are_answered_and_ignored(stream: LogsClient, now: int) -> None:
    first = stream.put((now, "a"))["nextSequenceToken"]
    listed = stream.call("DescribeLogStreams", logGroupName=GROUP)["logStreams"][0]["uploadSequenceToken"]
    assert first == listed
    event = {"timestamp": now, "message": "b"}
    wrong = stream.call(
        "PutLogEvents", logGroupName=GROUP, logStreamName=STREAM, logEvents=[event], sequenceToken="wrong"
    )
    assert wrong["nextSequenceToken"] != first
    assert stream.messages() == ["a", "b"]


@pytest.mark.parametrize("operation", ["DescribeLogGroups", "DescribeLogStreams", "GetLogEvents", "FilterLogEvents"])
@pytest.mark.parametrize("token", ["x", "f/", "f/12", "x/" + "0" * 56, "f/" + "0" * 55 + "²", "ÿ", "eA==", "_w=="])
def test_a_token_the_service_did_not_issue_is_refused(stream: LogsClient, operation: str, token: str) -> None:
    request = {"logGroupName": GROUP, "logStreamName": STREAM, "nextToken": token}
    assert stream.error(operation, **request) == BAD_TOKEN
