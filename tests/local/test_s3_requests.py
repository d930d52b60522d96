"""Requests to the small S3 where moto is no oracle: errors, presigned URLs, conditions."""

from __future__ import annotations

import urllib.error
import urllib.request
from typing import Any

import pytest
from botocore import xform_name
from botocore.exceptions import ClientError

from tests.local.s3_requests import failure, raw
from tests.local.server import LocalServer


@pytest.fixture(scope="module")
def retrying(server: LocalServer) -> Any:
    """A client that would try four times."""
    return server.new_client("s3", server.access_key, retries={"total_max_attempts": 4, "mode": "standard"})


def test_an_error_names_what_it_is_about(server: LocalServer, bucket: str) -> None:
    answer = raw(server, "GET", f"/{bucket}/a%20%3Cb%3E")
    assert answer.status == 404
    assert b"<Code>NoSuchKey</Code>" in answer.body
    assert f"<BucketName>{bucket}</BucketName><Key>a &lt;b&gt;</Key>".encode() in answer.body
    assert f"<RequestId>{answer.headers['x-amz-request-id']}</RequestId>".encode() in answer.body


def test_head_answers_have_no_body(server: LocalServer, s3: Any, bucket: str) -> None:
    s3.put_object(Bucket=bucket, Key="x", Body=b"12345")
    found = raw(server, "HEAD", f"/{bucket}/x")
    assert (found.status, found.headers["content-length"], found.body) == (200, "5", b"")
    missing = raw(server, "HEAD", f"/{bucket}/missing")
    assert (missing.status, missing.body) == (404, b"")


@pytest.mark.parametrize(
    ("operation", "arguments"),
    [
        ("GetBucketVersioning", {}),
        ("ListObjectVersions", {}),
        ("GetBucketPolicy", {}),
        ("PutBucketAcl", {"ACL": "private"}),
        ("GetObjectTagging", {"Key": "x"}),
        ("GetObjectAttributes", {"Key": "x", "ObjectAttributes": ["ETag"]}),
        ("RestoreObject", {"Key": "x"}),
    ],
)
def test_what_is_not_implemented_is_named_and_not_retried(
    retrying: Any, bucket: str, operation: str, arguments: dict[str, Any]
) -> None:
    with pytest.raises(ClientError) as caught:
        getattr(retrying, xform_name(operation))(Bucket=bucket, **arguments)
    assert failure(caught) == ("NotImplemented", 501)
    assert caught.value.response["Error"]["Message"] == f"The embedded S3 does not implement {operation}."
    assert caught.value.response["ResponseMetadata"]["RetryAttempts"] == 0


@pytest.mark.parametrize("signature", ["s3v4", None], ids=["version 4", "version 2"])
def test_presigned_urls_work_with_plain_urllib(server: LocalServer, bucket: str, signature: str | None) -> None:
    client = server.new_client("s3", server.access_key, **({"signature_version": signature} if signature else {}))
    address = {"Bucket": bucket, "Key": "pre signed/ü"}
    put = urllib.request.Request(client.generate_presigned_url("put_object", address), b"content", method="PUT")
    put.add_header("Content-Type", "")
    with urllib.request.urlopen(put) as answer:
        assert answer.status == 200
    disposition = {"ResponseContentDisposition": 'attachment; filename="a.csv"'}
    with urllib.request.urlopen(client.generate_presigned_url("get_object", address | disposition)) as answer:
        assert answer.read() == b"content"
        assert answer.headers["Content-Disposition"] == 'attachment; filename="a.csv"'


_EXPIRED = (403, b"<Code>AccessDenied</Code><Message>Request has expired</Message>")
_MALFORMED = (400, b"<Code>AuthorizationQueryParametersError</Code>")


@pytest.mark.parametrize(
    ("parameters", "refusal"),
    [
        ("X-Amz-Credential={scope}&X-Amz-Date=20260101T000000Z&X-Amz-Expires=604800", _EXPIRED),
        ("AWSAccessKeyId={key}&Signature=x&Expires=1767225600", _EXPIRED),
        ("X-Amz-Credential={scope}&X-Amz-Date=20260101T000000Z&X-Amz-Expires=604801", _MALFORMED),
        ("X-Amz-Credential={scope}&X-Amz-Date=20260101T000000Z&X-Amz-Expires=0", _MALFORMED),
        ("X-Amz-Credential={scope}&X-Amz-Date=yesterday&X-Amz-Expires=60", _MALFORMED),
        ("X-Amz-Credential={scope}", _MALFORMED),
        ("AWSAccessKeyId={key}&Signature=x&Expires=tomorrow", _MALFORMED),
        ("AWSAccessKeyId={key}&Signature=x", _MALFORMED),
    ],
)
def test_a_presigned_url_that_is_past_its_time_or_does_not_state_it(
    server: LocalServer, bucket: str, parameters: str, refusal: tuple[int, bytes]
) -> None:
    scope = f"{server.access_key}/20260101/us-east-1/s3/aws4_request"
    answer = server.send("GET", f"/{bucket}/x?" + parameters.format(scope=scope, key=server.access_key), {})
    status, words = refusal
    assert (answer.status, words in answer.body) == (status, True), answer.body


def test_a_response_header_cannot_be_split(server: LocalServer, s3: Any, bucket: str) -> None:
    s3.put_object(Bucket=bucket, Key="x", Body=b"x")
    answer = raw(server, "GET", f"/{bucket}/x?response-content-type=a%0D%0Ab:c")
    assert (answer.status, b"InvalidArgument" in answer.body) == (400, True)


def test_conditions_of_writes_and_deletes(s3: Any, bucket: str) -> None:
    etag = s3.put_object(Bucket=bucket, Key="x", Body=b"1")["ETag"]
    with pytest.raises(ClientError) as caught:
        s3.put_object(Bucket=bucket, Key="x", Body=b"2", IfMatch='"other"')
    assert failure(caught) == ("PreconditionFailed", 412)
    with pytest.raises(ClientError) as caught:
        s3.put_object(Bucket=bucket, Key="missing", Body=b"2", IfMatch=etag)
    assert failure(caught) == ("NoSuchKey", 404)
    with pytest.raises(ClientError) as caught:
        s3.delete_object(Bucket=bucket, Key="x", IfMatch='"other"')
    assert failure(caught) == ("PreconditionFailed", 412)
    s3.put_object(Bucket=bucket, Key="x", Body=b"2", IfMatch=etag)
    assert s3.get_object(Bucket=bucket, Key="x")["Body"].read() == b"2"
