"""The world of every test: no AWS settings, a home folder of its own, and no network but this machine's loopback."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from ipaddress import ip_address
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

_FOREIGN_PREFIXES = ("AWS_", "SAGEDECK_", "SAGEMAKER_", "XDG_")

_NOBODY = "http://127.0.0.1:9"
"""Nothing listens there: where the child processes of the tests look for the rest of the world."""

_homes = count(1)


def pytest_configure() -> None:
    """Before any test module is imported: some libraries read their settings when they are."""
    for name in [name for name in os.environ if name.startswith(_FOREIGN_PREFIXES) or name.lower().endswith("_proxy")]:
        del os.environ[name]
    for scheme in ("http", "https"):
        os.environ[f"{scheme}_proxy"] = _NOBODY
    os.environ["no_proxy"] = "127.0.0.1,localhost"
    os.environ["TEXTUAL_ANIMATIONS"] = "none"
    # The same examples everywhere, however slow the machine is: a change is blamed for what it did, not for its luck.
    settings.register_profile(
        "same", derandomize=True, deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow]
    )
    settings.load_profile("same")


@pytest.fixture(scope="session", autouse=True)
def _loopback_only() -> Iterator[None]:
    """Any other address fails the test, past every `except Exception` on the way."""
    connect, connect_ex, getaddrinfo = socket.socket.connect, socket.socket.connect_ex, socket.getaddrinfo

    def guarded_connect(self: socket.socket, address: Any) -> None:
        _check(self.family, address)
        connect(self, address)

    def guarded_connect_ex(self: socket.socket, address: Any) -> int:
        _check(self.family, address)
        return connect_ex(self, address)

    def guarded_getaddrinfo(host: Any, *arguments: Any, **named: Any) -> Any:
        _check(socket.AF_INET, (host,))
        return getaddrinfo(host, *arguments, **named)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", guarded_connect)
        patch.setattr(socket.socket, "connect_ex", guarded_connect_ex)
        patch.setattr(socket, "getaddrinfo", guarded_getaddrinfo)
        yield


def _check(family: int, address: Any) -> None:
    if family in (socket.AF_INET, socket.AF_INET6) and not _is_loopback(address[0]):
        pytest.fail(f"a test reached out to {address}")


def _is_loopback(host: object) -> bool:
    name = host.decode() if isinstance(host, bytes) else host
    if name in (None, "", "localhost"):
        return True
    try:
        return ip_address(str(name)).is_loopback
    except ValueError:
        return False


@pytest.fixture(scope="session", autouse=True)
def _session_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """For the fixtures that live longer than a test."""
    with pytest.MonkeyPatch.context() as patch:
        _move_in(tmp_path_factory.getbasetemp() / "home", patch)
        yield


@pytest.fixture(autouse=True)
def _own_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A home that no other test has seen."""
    with pytest.MonkeyPatch.context() as patch:
        _move_in(tmp_path_factory.getbasetemp() / f"home-{next(_homes)}", patch)
        yield


def _move_in(home: Path, patch: pytest.MonkeyPatch) -> None:
    home.mkdir()
    patch.setenv("HOME", str(home))
    for name, folder in (
        ("CONFIG", ".config"),
        ("DATA", ".local/share"),
        ("STATE", ".local/state"),
        ("CACHE", ".cache"),
    ):
        patch.setenv(f"XDG_{name}_HOME", str(home / folder))
