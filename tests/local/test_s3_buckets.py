"""Buckets, their listings and batch deletes, where moto is no oracle."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.local.s3_requests import failure, raw
from tests.local.server import LocalServer


def test_the_first_version_of_list_goes_on_from_its_next_marker(s3: Any, bucket: str) -> None:
    for key in ("a", "b/1", "b/2", "c", "d/1"):
        s3.put_object(Bucket=bucket, Key=key, Body=b"")
    pages = s3.get_paginator("list_objects").paginate(Bucket=bucket, Delimiter="/", PaginationConfig={"PageSize": 2})
    entries = [
        [entry["Key"] for entry in page.get("Contents", [])]
        + [entry["Prefix"] for entry in page.get("CommonPrefixes", [])]
        for page in pages
    ]
    assert entries == [["a", "b/"], ["c", "d/"]]


def test_a_page_goes_on_where_it_stopped_whatever_was_written_meanwhile(s3: Any, bucket: str) -> None:
    for key in ("b", "d", "f"):
        s3.put_object(Bucket=bucket, Key=key, Body=b"")
    first = s3.list_objects_v2(Bucket=bucket, MaxKeys=2)
    s3.put_object(Bucket=bucket, Key="a", Body=b"")
    s3.delete_object(Bucket=bucket, Key="f")
    s3.put_object(Bucket=bucket, Key="g", Body=b"")
    second = s3.list_objects_v2(Bucket=bucket, ContinuationToken=first["NextContinuationToken"])
    assert [entry["Key"] for entry in second["Contents"]] == ["g"]
    with pytest.raises(ClientError) as caught:
        s3.list_objects_v2(Bucket=bucket, ContinuationToken="not one of ours")
    assert failure(caught) == ("InvalidArgument", 400)


def test_no_keys_asked_for_is_a_whole_answer(s3: Any, bucket: str) -> None:
    s3.put_object(Bucket=bucket, Key="x", Body=b"")
    page = s3.list_objects_v2(Bucket=bucket, MaxKeys=0)
    assert (page["KeyCount"], page["IsTruncated"], "Contents" in page) == (0, False, False)


def test_keys_come_in_the_order_of_their_bytes(s3: Any, bucket: str) -> None:
    keys = ["\U0001f600", "\uff5e", "z", "a\x01b", "Z", "é" * 512]
    for key in keys:
        s3.put_object(Bucket=bucket, Key=key, Body=b"")
    listed = [entry["Key"] for entry in s3.list_objects_v2(Bucket=bucket)["Contents"]]
    assert listed == sorted(keys, key=lambda key: key.encode())
    with pytest.raises(ClientError) as caught:
        s3.put_object(Bucket=bucket, Key="é" * 512 + "x", Body=b"")
    assert failure(caught) == ("KeyTooLongError", 400)


@pytest.mark.parametrize("name", ["Upper-case", "under_score", "192.168.0.1", "a..b", "xn--a", "b-s3alias", "-ab"])
def test_names_that_are_no_bucket_names(s3: Any, name: str) -> None:
    with pytest.raises(ClientError) as caught:
        s3.create_bucket(Bucket=name)
    assert failure(caught) == ("InvalidBucketName", 400)


def test_a_bucket_of_another_region_is_refused(s3: Any) -> None:
    with pytest.raises(ClientError) as caught:
        s3.create_bucket(Bucket="elsewhere", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    assert failure(caught) == ("IllegalLocationConstraintException", 400)


def test_a_quiet_batch_delete_answers_errors_only(s3: Any, bucket: str) -> None:
    s3.put_object(Bucket=bucket, Key="a\r<b>", Body=b"")
    assert "Deleted" not in s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": "x"}], "Quiet": True})


@pytest.mark.parametrize("document", [b"", b"<Delete>", b"<Other/>", b"<Delete/>", b"<Delete><Object/></Delete>"])
def test_a_document_that_is_none(server: LocalServer, bucket: str, document: bytes) -> None:
    answer = raw(server, "POST", f"/{bucket}?delete", document)
    assert (answer.status, b"<Code>MalformedXML</Code>" in answer.body) == (400, True)
