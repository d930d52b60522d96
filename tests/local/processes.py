"""The processes that a server starts, found by a mark in the environment, which they inherit from whoever."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.waiting import until

MARK = "SAGEDECK_TEST"
"""The name of the environment variable."""

needs_proc = pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="reads the process table from /proc")


class Marked:
    """The processes that have a value of the mark."""

    def __init__(self, value: str) -> None:
        self._entry = f"{MARK}={value}".encode()

    def alive(self) -> set[int]:
        """Those that live; the dead whose parents have not noticed yet have no environment any more."""
        return {int(path.parent.name) for path in Path("/proc").glob("[0-9]*/environ") if self._entry in _entries(path)}

    def fork_server(self) -> int | None:
        """The one that starts the hosts of training jobs, the oldest of its like: hosts are forks of it."""
        alike = [process for process in self.alive() if b"forkserver" in _read(Path(f"/proc/{process}/cmdline"))]
        return min(alike, default=None)

    def wait_until_gone(self) -> None:
        until(self.alive, "the processes to end", holds=lambda left: not left)


def _entries(environ: Path) -> list[bytes]:
    return _read(environ).split(b"\0")


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError:
        return b""
