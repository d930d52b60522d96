"""The AWS CLI as a person's shell runs it, after `eval` of what the server printed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.local.server import LocalServer

_AWS = Path(sys.executable).with_name("aws")
_SHELL = 'eval "$PRINTED" && exec "$@"'

needs_aws_cli = pytest.mark.skipif(not _AWS.exists(), reason="the AWS CLI is not installed beside this Python")


def aws(server: LocalServer, home: Path, *arguments: str) -> str:
    """What a command of the AWS CLI prints; `home` keeps it from the settings of whoever runs the tests."""
    done = subprocess.run(
        ["sh", "-c", _SHELL, "sh", sys.executable, _AWS, *arguments],
        env={"PATH": os.environ["PATH"], "HOME": str(home), "PRINTED": server.exports},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
