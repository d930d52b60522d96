"""What the small S3 keeps when a client hangs up, the disk is full, or many write at once."""

from __future__ import annotations

import http.client
import os
import resource
from concurrent.futures import ThreadPoolExecutor
from hashlib import md5
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.local.server import LocalServer, run_server
from tests.waiting import until


def bodies(data: Path) -> list[Path]:
    return list((data / "objects").iterdir())


def test_a_client_that_hangs_up_leaves_nothing(server: LocalServer) -> None:
    s3 = server.client("s3")
    s3.create_bucket(Bucket="hung-up")
    before = set(bodies(server.data))
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    connection.putrequest("PUT", "/hung-up/x")
    connection.putheader("Content-Length", str(64 << 20))
    connection.putheader("Authorization", server.authorization("s3"))
    connection.endheaders(b"new" * (4 << 20))
    until(lambda: set(bodies(server.data)) - before, "the body to arrive")
    connection.close()
    until(lambda: not set(bodies(server.data)) - before, "the body to be removed")
    assert "Contents" not in s3.list_objects_v2(Bucket="hung-up")


def test_many_writers_of_one_key_leave_one_whole_object(server: LocalServer) -> None:
    s3 = server.client("s3")
    s3.create_bucket(Bucket="contended")
    contents = [os.urandom(1 << 20) + bytes([number]) for number in range(10)]

    def put_and_get(content: bytes) -> bool:
        s3.put_object(Bucket="contended", Key="x", Body=content)
        got = s3.get_object(Bucket="contended", Key="x")
        body = got["Body"].read()
        return body in contents and got["ETag"] == f'"{md5(body).hexdigest()}"'

    with ThreadPoolExecutor(10) as pool:
        assert all(pool.map(put_and_get, contents))
    listed = s3.list_objects_v2(Bucket="contended")["Contents"]
    final = s3.get_object(Bucket="contended", Key="x")["Body"].read()
    assert [(entry["Key"], entry["ETag"]) for entry in listed] == [("x", f'"{md5(final).hexdigest()}"')]


@pytest.mark.skipif(not hasattr(resource, "prlimit"), reason="only Linux can limit the files of a running process")
def test_a_full_disk_is_said_once_and_leaves_nothing(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with run_server(data) as server:
        s3: Any = server.new_client("s3", server.access_key, retries={"total_max_attempts": 4, "mode": "standard"})
        s3.create_bucket(Bucket="full")
        s3.put_object(Bucket="full", Key="x", Body=b"old")
        resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (2 << 20, 2 << 20))
        with pytest.raises(ClientError) as caught:
            s3.put_object(Bucket="full", Key="x", Body=b"n" * (50 << 20))
        error = caught.value.response
        assert (error["Error"]["Code"], error["ResponseMetadata"]["RetryAttempts"]) == ("InsufficientStorage", 0)
        assert "no room left on the disk" in error["Error"]["Message"]
        assert s3.get_object(Bucket="full", Key="x")["Body"].read() == b"old"
        assert len(bodies(data)) == 1
