"""The process behind a gateway, as the system sees it."""

from __future__ import annotations

import subprocess
from pathlib import Path

from tui.service.gateway import Gateway


def alive(pid: int) -> bool:
    """Whether a process runs; one that has ended and was not waited for does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def children(pid: int) -> list[int]:
    found = subprocess.run(["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True).stdout
    return [int(word) for word in found.split()]


def pid_of(gateway: Gateway) -> int:
    assert gateway._process is not None
    return gateway._process.pid


def holds_open(pid: int, path: Path) -> bool:
    """Whether a process has a file open."""
    found = set()
    for link in Path(f"/proc/{pid}/fd").iterdir():
        try:
            found.add(str(link.readlink()))
        except FileNotFoundError:  # closed meanwhile
            continue
    return str(path) in found
