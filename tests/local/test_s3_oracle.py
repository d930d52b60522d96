"""The same operations against moto's S3 and ours: the answers agree."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from moto.server import ThreadedMotoServer

from tests.local.server import LocalServer

PART = 5 << 20

_numbers = itertools.count()


@pytest.fixture(scope="session")
def oracle() -> Iterator[Any]:
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield boto3.session.Session().client(
        "s3",
        endpoint_url=f"http://{host}:{port}",
        aws_access_key_id="oracle",
        aws_secret_access_key="oracle",
        region_name="us-east-1",
        config=Config(retries={"total_max_attempts": 1}),
    )
    server.stop()


def code(call: Callable[..., Any], **arguments: Any) -> tuple[str, int]:
    """The error code and status of a call that is expected to fail."""
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    response = caught.value.response
    return response["Error"]["Code"], response["ResponseMetadata"]["HTTPStatusCode"]


def essence(answer: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: answer[name] for name in names if name in answer}


def fill(s3: Any, bucket: str, *keys: str) -> None:
    for key in keys:
        s3.put_object(Bucket=bucket, Key=key, Body=key.encode())


def put_get_head(s3: Any, bucket: str) -> Any:
    put = s3.put_object(
        Bucket=bucket,
        Key="data.csv",
        Body=b"1,2\n3,4\n",
        ContentType="text/csv",
        Metadata={"rows": "2"},
        CacheControl="no-cache",
    )
    got = s3.get_object(Bucket=bucket, Key="data.csv")
    head = s3.head_object(Bucket=bucket, Key="data.csv")
    names = ("ETag", "ContentLength", "ContentType", "Metadata", "CacheControl")
    return put["ETag"], got["Body"].read(), essence(got, *names), essence(head, *names)


def empty_object(s3: Any, bucket: str) -> Any:
    s3.put_object(Bucket=bucket, Key="folder/")
    got = s3.get_object(Bucket=bucket, Key="folder/")
    return got["Body"].read(), got["ETag"], got["ContentLength"], got["ContentType"]


def pages_with_delimiter(s3: Any, bucket: str) -> Any:
    fill(s3, bucket, "a", "b/1", "b/2", "b/c/3", "d", "e/1", "f")
    pages = []
    for page in s3.get_paginator("list_objects_v2").paginate(
        Bucket=bucket, Delimiter="/", PaginationConfig={"PageSize": 2}
    ):
        keys = [entry["Key"] for entry in page.get("Contents", [])]
        prefixes = [entry["Prefix"] for entry in page.get("CommonPrefixes", [])]
        pages.append((keys, prefixes, page["KeyCount"], page["IsTruncated"], page["MaxKeys"]))
    return pages


def pages_under_a_prefix(s3: Any, bucket: str) -> Any:
    fill(s3, bucket, *(f"logs/{number:02}" for number in range(7)), "logs", "logt")
    pages = s3.get_paginator("list_objects_v2").paginate(
        Bucket=bucket, Prefix="logs/", PaginationConfig={"PageSize": 3}
    )
    return [[(entry["Key"], entry["Size"], entry["ETag"]) for entry in page["Contents"]] for page in pages]


def list_start_after(s3: Any, bucket: str) -> Any:
    fill(s3, bucket, "a", "b", "c")
    page = s3.list_objects_v2(Bucket=bucket, StartAfter="a")
    return [entry["Key"] for entry in page["Contents"]], page["StartAfter"], page["IsTruncated"]


def first_version_of_list(s3: Any, bucket: str) -> Any:
    fill(s3, bucket, "a", "b/1", "b/2", "c", "d/1")
    first = s3.list_objects(Bucket=bucket, Delimiter="/")
    second = s3.list_objects(Bucket=bucket, Marker="b/1")
    return [
        (
            [entry["Key"] for entry in page.get("Contents", [])],
            [entry["Prefix"] for entry in page.get("CommonPrefixes", [])],
            page["IsTruncated"],
        )
        for page in (first, second)
    ]


def strange_keys(s3: Any, bucket: str) -> Any:
    keys = ["../up", "a b+c%20", "[/x]", "ü/日本語.csv", "a//b", "q?x=1&y#z", "\U0001f600", "<tag>&amp;"]
    fill(s3, bucket, *keys)
    listed = [entry["Key"] for entry in s3.list_objects_v2(Bucket=bucket)["Contents"]]
    return listed, [s3.get_object(Bucket=bucket, Key=key)["Body"].read() for key in keys]


def ranges(s3: Any, bucket: str) -> Any:
    s3.put_object(Bucket=bucket, Key="ten", Body=b"0123456789")
    answers = []
    for asked in ("bytes=2-4", "bytes=7-", "bytes=-3", "bytes=0-99", "bytes=0-0"):
        got = s3.get_object(Bucket=bucket, Key="ten", Range=asked)
        status = got["ResponseMetadata"]["HTTPStatusCode"]
        answers.append((got["Body"].read(), got["ContentRange"], got["ContentLength"], status))
    return answers, code(s3.get_object, Bucket=bucket, Key="ten", Range="bytes=10-")


def conditional_gets(s3: Any, bucket: str) -> Any:
    etag = s3.put_object(Bucket=bucket, Key="x", Body=b"x")["ETag"]
    modified = s3.head_object(Bucket=bucket, Key="x")["LastModified"]
    return (
        s3.get_object(Bucket=bucket, Key="x", IfMatch=etag)["Body"].read(),
        s3.get_object(Bucket=bucket, Key="x", IfNoneMatch='"other"')["Body"].read(),
        code(s3.get_object, Bucket=bucket, Key="x", IfMatch='"other"'),
        code(s3.get_object, Bucket=bucket, Key="x", IfNoneMatch=etag),
        code(s3.get_object, Bucket=bucket, Key="x", IfModifiedSince=modified),
        code(s3.head_object, Bucket=bucket, Key="x", IfNoneMatch=etag),
    )


def put_only_if_absent(s3: Any, bucket: str) -> Any:
    s3.put_object(Bucket=bucket, Key="once", Body=b"first", IfNoneMatch="*")
    refused = code(s3.put_object, Bucket=bucket, Key="once", Body=b"second", IfNoneMatch="*")
    return refused, s3.get_object(Bucket=bucket, Key="once")["Body"].read()


def copies(s3: Any, bucket: str) -> Any:
    s3.put_object(Bucket=bucket, Key="from ü", Body=b"x", Metadata={"a": "1"}, ContentType="text/csv")
    copied = s3.copy_object(Bucket=bucket, Key="kept", CopySource={"Bucket": bucket, "Key": "from ü"})
    s3.copy_object(
        Bucket=bucket,
        Key="replaced",
        CopySource={"Bucket": bucket, "Key": "from ü"},
        MetadataDirective="REPLACE",
        Metadata={"b": "2"},
        ContentType="text/plain",
    )
    heads = [s3.head_object(Bucket=bucket, Key=key) for key in ("kept", "replaced")]
    return (
        copied["CopyObjectResult"]["ETag"],
        [essence(head, "Metadata", "ContentType", "ETag") for head in heads],
        code(s3.copy_object, Bucket=bucket, Key="y", CopySource={"Bucket": bucket, "Key": "missing"}),
        code(s3.copy_object, Bucket=bucket, Key="from ü", CopySource={"Bucket": bucket, "Key": "from ü"}),
    )


def deletes(s3: Any, bucket: str) -> Any:
    fill(s3, bucket, "a", "b", "c", "d")
    batch = s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": "a"}, {"Key": "missing"}]})
    single = s3.delete_object(Bucket=bucket, Key="never-there")["ResponseMetadata"]["HTTPStatusCode"]
    left = [entry["Key"] for entry in s3.list_objects_v2(Bucket=bucket)["Contents"]]
    return sorted(entry["Key"] for entry in batch["Deleted"]), single, left


def multipart(s3: Any, bucket: str) -> Any:
    upload = s3.create_multipart_upload(Bucket=bucket, Key="big", ContentType="text/csv", Metadata={"a": "1"})[
        "UploadId"
    ]
    parts = []
    for number, content in ((1, b"a" * PART), (2, b"b" * 10)):
        answer = s3.upload_part(Bucket=bucket, Key="big", UploadId=upload, PartNumber=number, Body=content)
        parts.append({"PartNumber": number, "ETag": answer["ETag"]})
    listed = s3.list_parts(Bucket=bucket, Key="big", UploadId=upload)
    under_way = s3.list_multipart_uploads(Bucket=bucket)["Uploads"]
    done = s3.complete_multipart_upload(Bucket=bucket, Key="big", UploadId=upload, MultipartUpload={"Parts": parts})
    head = s3.head_object(Bucket=bucket, Key="big")
    tail = s3.get_object(Bucket=bucket, Key="big", Range=f"bytes={PART - 2}-{PART + 1}")["Body"].read()
    return (
        [(part["PartNumber"], part["Size"], part["ETag"]) for part in listed["Parts"]],
        [(entry["Key"], entry["UploadId"] == upload) for entry in under_way],
        essence(done, "ETag", "Bucket", "Key"),
        essence(head, "ETag", "ContentLength", "ContentType", "Metadata"),
        tail,
    )


def multipart_mistakes(s3: Any, bucket: str) -> Any:
    upload = s3.create_multipart_upload(Bucket=bucket, Key="big")["UploadId"]
    parts = [
        {
            "PartNumber": number,
            "ETag": s3.upload_part(Bucket=bucket, Key="big", UploadId=upload, PartNumber=number, Body=b"x")["ETag"],
        }
        for number in (1, 2)
    ]

    def complete(*chosen: dict[str, Any]) -> tuple[str, int]:
        return code(
            s3.complete_multipart_upload,
            Bucket=bucket,
            Key="big",
            UploadId=upload,
            MultipartUpload={"Parts": list(chosen)},
        )

    small = complete(*parts)
    wrong = complete({"PartNumber": 1, "ETag": '"0123456789abcdef0123456789abcdef"'})
    s3.abort_multipart_upload(Bucket=bucket, Key="big", UploadId=upload)
    return small, wrong, code(s3.head_object, Bucket=bucket, Key="big")


def part_copies(s3: Any, bucket: str) -> Any:
    s3.put_object(Bucket=bucket, Key="source", Body=b"0123456789")
    upload = s3.create_multipart_upload(Bucket=bucket, Key="target")["UploadId"]
    part = s3.upload_part_copy(
        Bucket=bucket,
        Key="target",
        UploadId=upload,
        PartNumber=1,
        CopySource={"Bucket": bucket, "Key": "source"},
        CopySourceRange="bytes=2-5",
    )["CopyPartResult"]["ETag"]
    s3.complete_multipart_upload(
        Bucket=bucket, Key="target", UploadId=upload, MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": part}]}
    )
    return part, s3.get_object(Bucket=bucket, Key="target")["Body"].read()


def missing_things(s3: Any, bucket: str) -> Any:
    return (
        code(s3.get_object, Bucket=bucket, Key="missing"),
        code(s3.head_object, Bucket=bucket, Key="missing"),
        code(s3.get_object, Bucket="no-such-bucket-here", Key="x"),
        code(s3.put_object, Bucket="no-such-bucket-here", Key="x", Body=b"x" * 100_000),
        code(s3.list_objects_v2, Bucket="no-such-bucket-here"),
        code(s3.head_bucket, Bucket="no-such-bucket-here"),
        code(s3.delete_bucket, Bucket="no-such-bucket-here"),
    )


def buckets(s3: Any, bucket: str) -> Any:
    fill(s3, bucket, "x")
    full = code(s3.delete_bucket, Bucket=bucket)
    s3.delete_object(Bucket=bucket, Key="x")
    s3.delete_bucket(Bucket=bucket)
    gone = code(s3.head_bucket, Bucket=bucket)
    s3.create_bucket(Bucket=bucket)
    again = s3.create_bucket(Bucket=bucket)["ResponseMetadata"]["HTTPStatusCode"]
    location = s3.get_bucket_location(Bucket=bucket)["LocationConstraint"]
    present = bucket in [entry["Name"] for entry in s3.list_buckets()["Buckets"]]
    return full, gone, again, location, present, code(s3.create_bucket, Bucket="ab")


SCENARIOS = [
    put_get_head,
    empty_object,
    pages_with_delimiter,
    pages_under_a_prefix,
    list_start_after,
    first_version_of_list,
    strange_keys,
    ranges,
    conditional_gets,
    put_only_if_absent,
    copies,
    deletes,
    multipart,
    multipart_mistakes,
    part_copies,
    missing_things,
    buckets,
]


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.__name__)
def test_moto_agrees(server: LocalServer, oracle: Any, scenario: Callable[[Any, str], Any]) -> None:
    bucket = f"oracle-{next(_numbers)}-{scenario.__name__.replace('_', '-')}"
    answers = []
    for s3 in (server.client("s3"), oracle):
        s3.create_bucket(Bucket=bucket)
        answers.append(scenario(s3, bucket))
    assert answers[0] == answers[1]
