"""Object bodies as they come over the wire: chunked, with digests in headers and trailers, or not what they claim."""

from __future__ import annotations

import base64
import http.client
import socket
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.local.s3_requests import chunked, crc32, failure, raw
from tests.local.server import LocalServer
from tests.waiting import DEADLINE_SECONDS


def test_a_trailing_checksum_is_verified_and_answered(server: LocalServer, s3: Any, bucket: str) -> None:
    body = chunked(b"hello ", b"world", trailer=b"x-amz-checksum-crc32:" + crc32(b"hello world").encode() + b"\r\n")
    answer = raw(
        server,
        "PUT",
        f"/{bucket}/trailer",
        body,
        x_amz_content_sha256="STREAMING-UNSIGNED-PAYLOAD-TRAILER",
        x_amz_decoded_content_length="11",
        x_amz_trailer="x-amz-checksum-crc32",
        content_encoding="gzip,aws-chunked",
    )
    assert answer.status == 200
    assert answer.headers["x-amz-checksum-crc32"] == crc32(b"hello world")
    head = s3.head_object(Bucket=bucket, Key="trailer", ChecksumMode="ENABLED")
    assert (head["ContentLength"], head["ContentEncoding"]) == (11, "gzip")
    assert head["ChecksumCRC32"] == crc32(b"hello world")


def test_a_wrong_trailing_checksum_stores_nothing(server: LocalServer, s3: Any, bucket: str) -> None:
    body = chunked(b"hello", trailer=b"x-amz-checksum-crc32:AAAAAA==\r\n")
    answer = raw(
        server,
        "PUT",
        f"/{bucket}/wrong",
        body,
        x_amz_content_sha256="STREAMING-UNSIGNED-PAYLOAD-TRAILER",
        x_amz_trailer="x-amz-checksum-crc32",
    )
    assert (answer.status, b"<Code>BadDigest</Code>" in answer.body) == (400, True)
    assert "Contents" not in s3.list_objects_v2(Bucket=bucket)


def test_a_body_shorter_than_announced_stores_nothing(server: LocalServer, s3: Any, bucket: str) -> None:
    for body in (chunked(b"hello"), chunked(b"hello world")[:-10]):
        answer = raw(
            server,
            "PUT",
            f"/{bucket}/short",
            body,
            x_amz_content_sha256="STREAMING-UNSIGNED-PAYLOAD-TRAILER",
            x_amz_decoded_content_length="11",
        )
        assert (answer.status, b"<Code>IncompleteBody</Code>" in answer.body) == (400, True)
    assert "Contents" not in s3.list_objects_v2(Bucket=bucket)


def test_chunk_signatures_are_read_over(server: LocalServer, s3: Any, bucket: str) -> None:
    body = chunked(b"a" * 70_000, b"b" * 3, signature=b";chunk-signature=" + b"0" * 64)
    answer = raw(server, "PUT", f"/{bucket}/signed", body, x_amz_content_sha256="STREAMING-AWS4-HMAC-SHA256-PAYLOAD")
    assert answer.status == 200
    assert s3.get_object(Bucket=bucket, Key="signed")["Body"].read() == b"a" * 70_000 + b"b" * 3


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({"content_md5": base64.b64encode(bytes(16)).decode()}, "BadDigest"),
        ({"content_md5": "short"}, "InvalidDigest"),
        ({"content_md5": base64.b64encode(b"short").decode()}, "InvalidDigest"),
        ({"x_amz_checksum_crc32": "AAAAAA=="}, "BadDigest"),
        ({"x_amz_checksum_sha1": base64.b64encode(bytes(20)).decode()}, "BadDigest"),
        ({"x_amz_checksum_sha256": base64.b64encode(bytes(32)).decode()}, "BadDigest"),
        ({"x_amz_content_sha256": "0" * 64}, "XAmzContentSHA256Mismatch"),
        ({"x_amz_content_sha256": "STREAMING-UNSIGNED-PAYLOAD-TRAILER"}, "InvalidRequest"),
        ({"x_amz_write_offset_bytes": "4"}, "NotImplemented"),
        ({"x_amz_expected_bucket_owner": "000000000000"}, "AccessDenied"),
        ({"x_amz_meta_long": "x" * 2048}, "MetadataTooLarge"),
    ],
)
def test_a_body_that_is_not_what_its_headers_say(
    server: LocalServer, s3: Any, bucket: str, headers: dict[str, str], code: str
) -> None:
    answer = raw(server, "PUT", f"/{bucket}/x", b"body\r\nbody", **headers)
    assert f"<Code>{code}</Code>".encode() in answer.body
    assert "Contents" not in s3.list_objects_v2(Bucket=bucket)


def test_a_checksum_this_server_cannot_compute_is_kept(server: LocalServer, s3: Any, bucket: str) -> None:
    raw(server, "PUT", f"/{bucket}/x", b"body", x_amz_checksum_crc64nvme="AAAAAAAAAAA=")
    head = raw(server, "HEAD", f"/{bucket}/x", x_amz_checksum_mode="ENABLED")
    assert head.headers["x-amz-checksum-crc64nvme"] == "AAAAAAAAAAA="


def test_expect_100_continue_is_answered_before_the_body(server: LocalServer, bucket: str) -> None:
    head = (
        f"PUT /{bucket}/expected HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\nContent-Length: 4\r\n"
        f"Authorization: {server.authorization('s3')}\r\nExpect: 100-continue\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", server.port), timeout=DEADLINE_SECONDS) as connection:
        connection.sendall(head.encode())
        assert connection.recv(4096).startswith(b"HTTP/1.1 100 "), "before the server has got anything of the body"
        connection.sendall(b"body")
        assert connection.recv(4096).startswith(b"HTTP/1.1 200 ")


def test_a_refused_upload_does_not_disturb_the_next_request(server: LocalServer, s3: Any, bucket: str) -> None:
    body = b"x" * 3_000_000
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=DEADLINE_SECONDS)
    headers = {"Authorization": server.authorization("s3")}
    for path, status in (("/no-such-bucket-here/x", 404), (f"/{bucket}/x", 200)):
        connection.request("PUT", path, body, headers)
        answer = connection.getresponse()
        answer.read()
        assert answer.status == status
    connection.close()
    with pytest.raises(ClientError) as caught:
        s3.put_object(Bucket=bucket, Key="x", Body=body, IfNoneMatch="*")
    assert failure(caught) == ("PreconditionFailed", 412)
    assert s3.head_object(Bucket=bucket, Key="x")["ContentLength"] == len(body)
