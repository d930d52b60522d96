"""The AWS CLI moves folders through the small S3."""

from __future__ import annotations

import os
from pathlib import Path

from tests.local.aws_cli import aws, needs_aws_cli
from tests.local.server import LocalServer


@needs_aws_cli
def test_a_folder_goes_up_and_comes_back(server: LocalServer, tmp_path: Path) -> None:
    files = {"a.csv": b"1,2\n", "deep/b [1].csv": b"\x00" * 100, "deep/er/big.bin": os.urandom(9 << 20), "ü.txt": b""}
    for name, content in files.items():
        path = tmp_path / "up" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    server.client("s3").create_bucket(Bucket="cli-folder")
    aws(server, tmp_path, "s3", "cp", "--recursive", "--no-progress", str(tmp_path / "up"), "s3://cli-folder/data")
    listed = aws(server, tmp_path, "s3", "ls", "s3://cli-folder/data/deep/")
    assert "PRE er/" in listed
    assert "100 b [1].csv" in listed
    aws(server, tmp_path, "s3", "cp", "--recursive", "--no-progress", "s3://cli-folder/data", str(tmp_path / "down"))
    down = tmp_path / "down"
    assert {str(path.relative_to(down)): path.read_bytes() for path in down.rglob("*") if path.is_file()} == files
