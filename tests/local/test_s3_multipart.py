"""Multipart uploads: whole transfers, checksums, mistakes, and what is under way."""

from __future__ import annotations

import hashlib
import io
import zlib
from typing import Any

import pytest
from boto3.s3.transfer import TransferConfig
from botocore.exceptions import ClientError

from tests.local.s3_requests import PART, crc32, failure


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
