"""A terminal for the benchmarks: a program runs in it, keys are pressed, and their answers are timed from outside."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import termios
import time
from collections.abc import Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Self

COLUMNS, ROWS = 120, 40
GAP_SECONDS = 0.012
"""Silence after which a frame counts as complete, where the program does not say so itself."""
QUIET_SECONDS = 0.06
"""Silence after which the screen stands still."""

_FRAME_END = b"\x1b[?2026l"
_ANSWERS = {b"\x1b[?2026$p": b"\x1b[?2026;2$y", b"\x1b[c": b"\x1b[?62;22c", b"\x1b[6n": b"\x1b[1;1R"}
"""What a modern terminal says: it can hold back a frame until that is complete."""
_ESCAPES = re.compile(rb"\x1b\[[0-9;?<>=$ ]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[()][A-Z0-9]|\x1b[=>78DEHM]")


@dataclass(frozen=True, slots=True)
class Answer:
    """How a key was answered, in seconds from the key."""

    frame: float
    """Until its first whole frame."""
    still: float
    """Until the last byte of all that followed, scrolling in steps among it."""


class PtyProgram:
    """A program in a terminal of its own for the length of a block; it is killed at its end."""

    def __init__(self, command: Sequence[str]) -> None:
        self._command = command
        self._pid = self._terminal = -1
        self._seen = b""
        self.written = 0
        """Bytes so far."""

    def __enter__(self) -> Self:
        self._pid, self._terminal = pty.fork()
        if not self._pid:
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
            environment = {**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor", "LANG": "C.UTF-8"}
            os.execvpe(self._command[0], list(self._command), environment)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        os.kill(self._pid, signal.SIGKILL)
        os.waitpid(self._pid, 0)
        os.close(self._terminal)

    def wait_for(self, text: str, seconds: float = 60) -> None:
        """Read until a text was written.

        Raises:
            TimeoutError: If it was not; with what was written last.
        """
        deadline = time.perf_counter() + seconds
        while text not in _ESCAPES.sub(b"", self._seen).decode(errors="replace"):
            if time.perf_counter() > deadline or self._read(min(1, seconds)) is None:
                raise TimeoutError(f"{self._command} did not write {text!r} but {self._seen[-300:]!r}")

    def settle(self, quiet: float = 1.0, seconds: float = 60) -> None:
        """Read until nothing was written for a while."""
        deadline = time.perf_counter() + seconds
        while time.perf_counter() < deadline and self._read(quiet):
            pass

    def press(self, keys: str) -> None:
        """Send keys and wait for no answer."""
        os.write(self._terminal, keys.encode())

    def time(self, key: str, seconds: float = 5) -> Answer | None:
        """How long a key takes to be answered; None when it is not."""
        frame = last = 0.0
        start = self._begin(key)
        while time.perf_counter() - start < seconds:
            if not self._read(QUIET_SECONDS if last else seconds):
                break
            if not frame and last and time.perf_counter() - last > GAP_SECONDS:
                frame = last
            last = time.perf_counter()
            if not frame and _FRAME_END in self._seen:
                frame = last
        return Answer((frame or last) - start, last - start) if last else None

    def time_until(self, key: str, text: str, seconds: float = 5) -> float:
        """Seconds from a key until a text is written.

        Raises:
            TimeoutError: If it is not.
        """
        start = self._begin(key)
        self.wait_for(text, seconds)
        return time.perf_counter() - start

    def _begin(self, key: str) -> float:
        while self._read(0):
            pass
        self._seen = b""
        start = time.perf_counter()
        self.press(key)
        return start

    def _read(self, seconds: float) -> bytes | None:
        """What is written next; empty when that is nothing for so long, None at its end."""
        if not select.select([self._terminal], [], [], max(0.0, seconds))[0]:
            return b""
        try:
            data = os.read(self._terminal, 1 << 20)
        except OSError:
            return None
        self.written += len(data)
        self._seen = (self._seen + data)[-1_000_000:]
        for question, answer in _ANSWERS.items():
            if question in data:
                os.write(self._terminal, answer)
        return data
