"""Versions, and objects that others sent in parts, which the embedded S3 does not have; moto stands for S3."""

from __future__ import annotations

import hashlib
import os
import random
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import boto3
import pytest
import pytest_asyncio

from tests.service.conftest import UNHURRIED
from tui.resources.datasets import DataError
from tui.resources.s3_objects import S3Place
from tui.service.budget import Budget
from tui.service.gateway import Gateway
from tui.service.s3 import S3Files
from tui.service.wire import Connection

PART = 5 << 20
"""Not the size in which we send."""


@pytest.fixture
def s3(moto: str) -> Any:
    session: Any = boto3.session.Session()
    return session.client(
        "s3",
        region_name="us-east-1",
        endpoint_url=moto,
        aws_access_key_id="key",
        aws_secret_access_key="secret",
    )


@pytest.fixture
def bucket(s3: Any, request: pytest.FixtureRequest) -> str:
    name = "test-" + hashlib.sha256(request.node.name.encode()).hexdigest()[:20]
    s3.create_bucket(Bucket=name)
    return name


@pytest_asyncio.fixture
async def files(moto: str, tmp_path: Path) -> AsyncIterator[S3Files]:
    gateway = Gateway(Budget(UNHURRIED))
    await gateway.open(Connection(None, "us-east-1", moto, "key", "secret"))
    yield S3Files(gateway, tmp_path / "transfers")
    gateway.close()


async def test_versions_are_listed_newest_first_and_an_older_one_is_downloaded(
    s3: Any, bucket: str, files: S3Files, tmp_path: Path
) -> None:
    s3.put_object(Bucket=bucket, Key="data/a.csv", Body=b"before there were versions")
    assert await files.versions(bucket, "data/a.csv") == ()
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    ids = [
        s3.put_object(Bucket=bucket, Key="data/a.csv", Body=body)["VersionId"] for body in (b"one", b"the second one")
    ]
    s3.put_object(Bucket=bucket, Key="data/a.csv.bak", Body=b"another object")
    s3.delete_object(Bucket=bucket, Key="data/a.csv")
    found = await files.versions(bucket, "data/a.csv")
    assert (found[0].deleted, found[0].latest, found[0].size) == (True, True, 0)
    sizes = {version.id: version.size for version in found if not version.deleted}
    assert sizes == {ids[0]: 3, ids[1]: 14, "null": 26}
    done = await files.download(S3Place(bucket, "data/"), ["a.csv"], tmp_path, version=ids[0])
    assert (done.files, done.unchecked) == (1, 0)
    assert (tmp_path / f"a.csv.{ids[0][:8]}").read_bytes() == b"one"


async def test_an_object_in_parts_of_another_size_is_checked_part_by_part(
    s3: Any, bucket: str, files: S3Files, tmp_path: Path
) -> None:
    body = random.Random(3).randbytes(2 * PART + 1000)
    etag = put_in_parts(s3, bucket, "big", body)
    place = S3Place(bucket)
    done = await files.download(place, ["big"], tmp_path)
    assert (done.size, done.unchecked) == (len(body), 0)
    assert (tmp_path / "big").read_bytes() == body
    os.utime(tmp_path / "big")
    assert (await files.plan_download(place, ["big"], tmp_path)).taken == (), "recognised by its parts"
    (tmp_path / "other").mkdir()
    part = tmp_path / "other" / f".{hashlib.sha256(f'big {etag}'.encode()).hexdigest()[:16]}.part"
    part.write_bytes(b"wrong" + body[5:8_000_000])
    with pytest.raises(DataError, match="what arrived is not what was sent"):
        await files.download(place, ["big"], tmp_path / "other")
    assert list((tmp_path / "other").iterdir()) == []


def put_in_parts(s3: Any, bucket: str, key: str, body: bytes) -> str:
    """Send an object in parts; its ETag."""
    upload = {"Bucket": bucket, "Key": key, "UploadId": s3.create_multipart_upload(Bucket=bucket, Key=key)["UploadId"]}
    parts = [
        {"PartNumber": number, "ETag": s3.upload_part(**upload, PartNumber=number, Body=body[at : at + PART])["ETag"]}
        for number, at in enumerate(range(0, len(body), PART), 1)
    ]
    etag: str = s3.complete_multipart_upload(**upload, MultipartUpload={"Parts": parts})["ETag"]
    return etag.strip('"')
