"""The worker's boto3 clients."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.service.stub_aws import Refused, StubAws, in_turn
from tui.service.errors import ReadOnly
from tui.service.worker.aws import Aws, epoch_seconds
from tui.service.worker.context import Cancelled


def test_a_read_only_connection_refuses_writes_of_every_service(aws: StubAws) -> None:
    client = Aws(aws.connection(read_only=True))
    aws.answers["ListTrainingJobs"] = lambda _: {"TrainingJobSummaries": []}
    assert client.call("sagemaker", "ListTrainingJobs", {}, _ignore) == {"TrainingJobSummaries": []}
    with pytest.raises(ReadOnly, match="StopTrainingJob was not sent"):
        client.call("sagemaker", "StopTrainingJob", {"TrainingJobName": "boston"}, _ignore)
    s3 = client.client("s3")
    with pytest.raises(ReadOnly, match="PutObject was not sent"):
        s3.put_object(Bucket="bucket", Key="key", Body=b"1")
    with pytest.raises(ReadOnly, match="CreateBucket"):
        s3.create_bucket(Bucket="bucket")
    with pytest.raises(ReadOnly, match="PutLogEvents"):
        client.client("logs").put_log_events(
            logGroupName="g", logStreamName="s", logEvents=[{"timestamp": 1, "message": "x"}]
        )
    assert [name for name, _ in aws.requests] == ["ListTrainingJobs"]


def test_an_upload_of_boto3s_own_is_refused_read_only(aws: StubAws, tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"1" * 100)
    s3 = Aws(aws.connection(read_only=True)).client("s3")
    with pytest.raises(ReadOnly, match="PutObject was not sent"):
        s3.upload_file(str(tmp_path / "a"), "bucket", "key")
    assert aws.requests == []


def test_a_connection_that_may_write_does(aws: StubAws) -> None:
    aws.answers["StopTrainingJob"] = lambda _: {}
    assert Aws(aws.connection()).call("sagemaker", "StopTrainingJob", {"TrainingJobName": "boston"}, _ignore) == {}


def test_nothing_is_sent_again_for_somebody_who_has_given_up(aws: StubAws) -> None:
    aws.answers["StopTrainingJob"] = in_turn(Refused("ThrottlingException", "Rate exceeded"))
    attempts = 0

    def check() -> None:
        nonlocal attempts
        attempts += 1
        if attempts > 1:
            raise Cancelled

    client = Aws(aws.connection())
    with pytest.raises(Cancelled):
        client.call("sagemaker", "StopTrainingJob", {"TrainingJobName": "boston"}, check)
    assert len(aws.requests) == 1


def test_timestamps_are_epoch_seconds_in_every_protocol(aws: StubAws) -> None:
    client = Aws(aws.connection())
    aws.answers["ListTrainingJobs"] = lambda _: {
        "TrainingJobSummaries": [{"CreationTime": 1767225600.123, "TrainingEndTime": 1767225601}]
    }
    (job,) = client.call("sagemaker", "ListTrainingJobs", {}, _ignore)["TrainingJobSummaries"]
    assert job == {"CreationTime": 1767225600.123, "TrainingEndTime": 1767225601.0}
    aws.answers["GET /"] = lambda _: (
        "<ListAllMyBucketsResult><Buckets><Bucket><Name>b</Name><CreationDate>2026-01-01T00:00:00.000Z</CreationDate>"
        "</Bucket></Buckets></ListAllMyBucketsResult>"
    )
    assert client.call("s3", "ListBuckets", {}, _ignore)["Buckets"] == [{"Name": "b", "CreationDate": 1767225600.0}]


@pytest.mark.parametrize(
    "value",
    [
        1767225600,
        1767225600.0,
        "1767225600",
        "1.7672256E9",
        "2026-01-01T00:00:00Z",
        "2026-01-01T00:00:00",
        "2026-01-01T01:00:00+01:00",
        "2026-01-01T00:00:00.000Z",
        "Thu, 01 Jan 2026 00:00:00 GMT",
    ],
)
def test_a_timestamp_in_any_notation(value: str | float) -> None:
    assert epoch_seconds(value) == 1767225600.0


def test_the_body_of_an_object_is_read(aws: StubAws) -> None:
    aws.answers["GET /bucket/key"] = lambda _: "<what was put there>"
    answer = Aws(aws.connection()).call("s3", "GetObject", {"Bucket": "bucket", "Key": "key"}, _ignore)
    assert answer["Body"] == b"<what was put there>"


def _ignore() -> None:
    """Nobody gives up."""
