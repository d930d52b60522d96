"""The small S3 through plain boto3 and raw HTTP, where moto is no oracle."""

from __future__ import annotations

import base64
import hashlib
import http.client
import io
import socket
import time
import urllib.error
import urllib.request
import zlib
from typing import Any

import pytest
from boto3.s3.transfer import TransferConfig
from botocore import xform_name
from botocore.exceptions import ClientError

from tests.local.server import Answer, LocalServer

PART = 5 << 20


@pytest.fixture
def s3(server: LocalServer) -> Any:
    return server.client("s3")


@pytest.fixture
def bucket(s3: Any, request: pytest.FixtureRequest) -> str:
    """A bucket of the test's own."""
    name = "t-" + hashlib.sha256(request.node.nodeid.encode()).hexdigest()[:20]
    s3.create_bucket(Bucket=name)
    return name


@pytest.fixture(scope="module")
def retrying(server: LocalServer) -> Any:
    """A client that would try four times."""
    return server.new_client("s3", server.access_key, retries={"total_max_attempts": 4, "mode": "standard"})


def failure(caught: pytest.ExceptionInfo[ClientError]) -> tuple[str, int]:
    response = caught.value.response
    return response["Error"]["Code"], response["ResponseMetadata"]["HTTPStatusCode"]


def raw(server: LocalServer, method: str, path: str, body: bytes = b"", **headers: str) -> Answer:
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    return server.send(method, path, {"Authorization": server.authorization("s3")} | given, body)


def crc32(data: bytes) -> str:
    return base64.b64encode(zlib.crc32(data).to_bytes(4, "big")).decode()


def chunked(*chunks: bytes, trailer: bytes = b"", signature: bytes = b"") -> bytes:
    coded = b"".join(b"%x%s\r\n%s\r\n" % (len(chunk), signature, chunk) for chunk in chunks)
    return coded + b"0" + signature + b"\r\n" + trailer + b"\r\n"


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


@pytest.mark.parametrize("signature", ["s3v4", None], ids=["version 4", "version 2"])
def test_a_presigned_url_expires(server: LocalServer, bucket: str, signature: str | None) -> None:
    client = server.new_client("s3", server.access_key, **({"signature_version": signature} if signature else {}))
    url = client.generate_presigned_url("get_object", {"Bucket": bucket, "Key": "x"}, ExpiresIn=-5)
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(url)
    with caught.value as answer:
        assert answer.code == 403
        assert b"<Code>AccessDenied</Code><Message>Request has expired</Message>" in answer.read()


def test_a_response_header_cannot_be_split(server: LocalServer, s3: Any, bucket: str) -> None:
    s3.put_object(Bucket=bucket, Key="x", Body=b"x")
    answer = raw(server, "GET", f"/{bucket}/x?response-content-type=a%0D%0Ab:c")
    assert (answer.status, b"InvalidArgument" in answer.body) == (400, True)


def test_expect_100_continue_is_answered_at_once(server: LocalServer, bucket: str) -> None:
    head = (
        f"PUT /{bucket}/expected HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\nContent-Length: 4\r\n"
        f"Authorization: {server.authorization('s3')}\r\nExpect: 100-continue\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as connection:
        start = time.monotonic()
        connection.sendall(head.encode())
        assert connection.recv(4096).startswith(b"HTTP/1.1 100 ")
        assert time.monotonic() - start < 0.9, "a client would have given up waiting after a second"
        connection.sendall(b"body")
        assert connection.recv(4096).startswith(b"HTTP/1.1 200 ")


def test_a_refused_upload_does_not_disturb_the_next_request(server: LocalServer, s3: Any, bucket: str) -> None:
    body = b"x" * 3_000_000
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
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


def test_a_managed_transfer_in_parts_and_back(s3: Any, bucket: str) -> None:
    content = bytes(range(256)) * (12 << 12)
    config = TransferConfig(multipart_threshold=PART, multipart_chunksize=PART)
    s3.upload_fileobj(io.BytesIO(content), bucket, "parts", Config=config)
    head = s3.head_object(Bucket=bucket, Key="parts", ChecksumMode="ENABLED")
    parts = [content[start : start + PART] for start in range(0, len(content), PART)]
    etag = hashlib.md5(b"".join(hashlib.md5(part).digest() for part in parts)).hexdigest()
    composed = b"".join(zlib.crc32(part).to_bytes(4, "big") for part in parts)
    assert head["ETag"] == f'"{etag}-{len(parts)}"'
    assert (head["ChecksumCRC32"], head["ChecksumType"]) == (f"{crc32(composed)}-{len(parts)}", "COMPOSITE")
    back = io.BytesIO()
    s3.download_fileobj(bucket, "parts", back, Config=config)
    assert back.getvalue() == content
    s3.copy({"Bucket": bucket, "Key": "parts"}, bucket, "copy", Config=config)
    assert s3.get_object(Bucket=bucket, Key="copy")["Body"].read() == content


def test_a_checksum_of_the_whole_object_of_parts(s3: Any, bucket: str) -> None:
    upload = s3.create_multipart_upload(
        Bucket=bucket, Key="whole", ChecksumAlgorithm="CRC32", ChecksumType="FULL_OBJECT"
    )["UploadId"]
    address = {"Bucket": bucket, "Key": "whole", "UploadId": upload}
    part = s3.upload_part(**address, PartNumber=1, Body=b"one part", ChecksumAlgorithm="CRC32")
    listed = {"PartNumber": 1, "ETag": part["ETag"], "ChecksumCRC32": part["ChecksumCRC32"]}
    done = s3.complete_multipart_upload(**address, MultipartUpload={"Parts": [listed]})
    assert (done["ChecksumCRC32"], done["ChecksumType"]) == (crc32(b"one part"), "FULL_OBJECT")


def test_mistakes_with_uploads(s3: Any, bucket: str) -> None:
    upload = s3.create_multipart_upload(Bucket=bucket, Key="x")["UploadId"]
    address = {"Bucket": bucket, "Key": "x", "UploadId": upload}
    etags = [s3.upload_part(**address, PartNumber=number, Body=b"x")["ETag"] for number in (1, 2)]
    parts = [{"PartNumber": number, "ETag": etag} for number, etag in enumerate(etags, 1)]

    def refusal(call: Any, **arguments: Any) -> tuple[str, int]:
        with pytest.raises(ClientError) as caught:
            call(**arguments)
        return failure(caught)

    disorder = {"Parts": parts[::-1]}
    assert refusal(s3.complete_multipart_upload, **address, MultipartUpload=disorder) == ("InvalidPartOrder", 400)
    unlike = {"Parts": [parts[0] | {"ChecksumCRC32": "AAAAAA=="}]}
    assert refusal(s3.complete_multipart_upload, **address, MultipartUpload=unlike) == ("InvalidPart", 400)
    assert refusal(s3.upload_part, **address, PartNumber=10_001, Body=b"x") == ("InvalidArgument", 400)
    assert refusal(s3.delete_bucket, Bucket=bucket) == ("BucketNotEmpty", 409)
    s3.abort_multipart_upload(**address)
    assert refusal(s3.list_parts, **address) == ("NoSuchUpload", 404)
    assert refusal(s3.upload_part, **address, PartNumber=1, Body=b"x") == ("NoSuchUpload", 404)
    assert refusal(s3.complete_multipart_upload, **address, MultipartUpload={"Parts": parts}) == ("NoSuchUpload", 404)


def test_uploads_under_way_in_pages(s3: Any, bucket: str) -> None:
    started = sorted(
        (key, s3.create_multipart_upload(Bucket=bucket, Key=key)["UploadId"]) for key in ("a", "a", "b", "c/1", "c/2")
    )
    pages = list(s3.get_paginator("list_multipart_uploads").paginate(Bucket=bucket, PaginationConfig={"PageSize": 2}))
    listed = [(entry["Key"], entry["UploadId"]) for page in pages for entry in page["Uploads"]]
    assert (listed, len(pages)) == (started, 3)
    rolled = s3.list_multipart_uploads(Bucket=bucket, Delimiter="/")
    assert [entry["Prefix"] for entry in rolled["CommonPrefixes"]] == ["c/"]
    assert len(rolled["Uploads"]) == 3


def test_listed_parts_in_pages(s3: Any, bucket: str) -> None:
    upload = s3.create_multipart_upload(Bucket=bucket, Key="x")["UploadId"]
    for number in (3, 1, 7):
        s3.upload_part(Bucket=bucket, Key="x", UploadId=upload, PartNumber=number, Body=b"x" * number)
    pages = s3.get_paginator("list_parts").paginate(
        Bucket=bucket, Key="x", UploadId=upload, PaginationConfig={"PageSize": 2}
    )
    assert [[part["PartNumber"] for part in page["Parts"]] for page in pages] == [[1, 3], [7]]
