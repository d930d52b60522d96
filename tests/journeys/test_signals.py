"""The ways in which a console ends that nobody typed: it leaves no process and nothing half-written behind."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.local.processes import MARK, Marked, needs_proc
from tests.waiting import until


class Terminal:
    """A real console in a terminal of its own."""

    def __init__(self, process: subprocess.Popen[bytes], master: int) -> None:
        self.process = process
        self.master: int | None = master

    def close(self) -> None:
        """What closing the terminal's window does: the kernel sends SIGHUP, and nothing can be written any more."""
        if self.master is not None:
            os.close(self.master)
            self.master = None

    def wait(self, happened: Callable[[bytes], bool], what: str) -> None:
        """Take what the console writes until something has happened."""
        written = b""

        def so_far() -> bytes:
            nonlocal written
            written += self._read()
            return written

        until(so_far, what, holds=happened)

    def _read(self) -> bytes:
        """What the console has written since."""
        read = b""
        while self.master is not None and select.select([self.master], [], [], 0)[0]:
            try:
                read += os.read(self.master, 65536)
            except OSError:  # the other side is closed: the console has ended
                self.close()
        return read


@contextmanager
def console(folder: Path, mark: str) -> Iterator[Terminal]:
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
    process = subprocess.Popen(
        [sys.executable, "-m", "tui", "--local", "--data", str(folder)],
        stdin=slave,
        stdout=slave,
        stderr=slave,
        env={**os.environ, MARK: mark, "TERM": "xterm-256color"},
        start_new_session=True,
        preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),  # noqa: PLW1509 - an ioctl takes no lock
    )
    os.close(slave)
    terminal = Terminal(process, master)
    try:
        yield terminal
    finally:
        process.kill()
        process.wait()
        terminal.close()


def _signal(number: signal.Signals) -> Callable[[Terminal], None]:
    return lambda terminal: os.kill(terminal.process.pid, number)


_ENDS = {
    "SIGTERM": (_signal(signal.SIGTERM), 0),
    "SIGHUP": (_signal(signal.SIGHUP), 0),
    "SIGKILL": (_signal(signal.SIGKILL), -signal.SIGKILL),
    "closed terminal": (Terminal.close, None),
}


@needs_proc
@pytest.mark.parametrize("name", _ENDS)
def test_however_a_console_ends_no_process_stays_and_its_folder_is_free(name: str, tmp_path: Path) -> None:
    end, status = _ENDS[name]
    marked = Marked(str(tmp_path))
    with console(tmp_path / "data", str(tmp_path)) as terminal:
        terminal.wait(lambda written: b"us-east-1" in written, "the region in the header")
        assert len(marked.alive()) >= 3, "console, worker and server"
        end(terminal)
        terminal.wait(lambda _: terminal.process.poll() is not None, "the end of the console")
        if status is not None:  # a console whose terminal is gone may fail to flush what it still had to say
            assert terminal.process.returncode == status
        marked.wait_until_gone()
    assert not (tmp_path / "data" / "server.json").exists()
