"""The world of the tests themselves: nothing of the machine's settings, and no way out of it."""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

OUTSIDE = "192.0.2.1"
"""An address that the standards keep for documentation."""


def test_there_are_no_settings_of_aws_and_none_of_ours() -> None:
    assert not [name for name in os.environ if name.startswith(("AWS_", "SAGEDECK_", "SAGEMAKER_"))]
    assert os.environ["TEXTUAL_ANIMATIONS"] == "none"


def test_the_home_folder_is_fresh(tmp_path_factory: pytest.TempPathFactory) -> None:
    home = Path.home()
    assert home.is_relative_to(tmp_path_factory.getbasetemp())
    assert list(home.iterdir()) == []
    folders = [Path(value) for name, value in os.environ.items() if name.startswith("XDG_")]
    assert len(folders) == 4
    assert all(folder.is_relative_to(home) for folder in folders)


def test_no_test_reaches_out() -> None:
    with socket.socket() as probe:
        with pytest.raises(pytest.fail.Exception, match=OUTSIDE):
            probe.connect((OUTSIDE, 443))
        with pytest.raises(pytest.fail.Exception, match=OUTSIDE):
            probe.connect_ex((OUTSIDE, 443))
    with pytest.raises(pytest.fail.Exception, match=r"sts\.amazonaws\.com"):
        socket.getaddrinfo("sts.amazonaws.com", 443)


async def test_no_coroutine_reaches_out() -> None:
    with pytest.raises(pytest.fail.Exception, match=OUTSIDE):
        await asyncio.open_connection(OUTSIDE, 443)


def test_child_processes_find_nobody_outside() -> None:
    code = "import urllib.request; urllib.request.urlopen('http://sts.amazonaws.com/', timeout=5)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert "Connection refused" in done.stderr


def test_the_loopback_interface_is_open() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener, socket.create_connection(listener.getsockname()) as client:
        client.sendall(b"x")
        with listener.accept()[0] as accepted:
            assert accepted.recv(1) == b"x"
