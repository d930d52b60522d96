"""The AWS CLI moves folders through the small S3."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.local.server import LocalServer

AWS = Path(sys.executable).with_name("aws")


def aws(server: LocalServer, home: Path, *arguments: str) -> str:
    environment = {"PATH": os.environ["PATH"], "HOME": str(home)} | server.environment()
    done = subprocess.run(
        [sys.executable, AWS, "s3", *arguments], env=environment, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.skipif(not AWS.exists(), reason="the AWS CLI is not installed beside this Python")
def test_a_folder_goes_up_and_comes_back(server: LocalServer, tmp_path: Path) -> None:
    files = {"a.csv": b"1,2\n", "deep/b [1].csv": b"\x00" * 100, "deep/er/big.bin": os.urandom(9 << 20), "ü.txt": b""}
    for name, content in files.items():
        path = tmp_path / "up" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    server.client("s3").create_bucket(Bucket="cli-folder")
    aws(server, tmp_path, "cp", "--recursive", "--no-progress", str(tmp_path / "up"), "s3://cli-folder/data")
    listed = aws(server, tmp_path, "ls", "s3://cli-folder/data/deep/")
    assert "PRE er/" in listed
    assert "100 b [1].csv" in listed
    aws(server, tmp_path, "cp", "--recursive", "--no-progress", "s3://cli-folder/data", str(tmp_path / "down"))
    down = tmp_path / "down"
    assert {str(path.relative_to(down)): path.read_bytes() for path in down.rglob("*") if path.is_file()} == files
