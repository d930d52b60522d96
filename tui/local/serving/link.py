"""The server's end of the model host: one life of the process, and its requests and answers over a socket."""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
from collections.abc import Callable, Mapping
from itertools import count
from typing import Any

from tui.local.serving.frames import FrameReader, Header, encode

_WHAT = "The process that holds the models of all endpoints"


class HostLost(Exception):
    """The model host died before it answered; the text says so for the log of an endpoint."""


class HostLink(asyncio.Protocol):
    """A running model host; all methods belong to the thread of its event loop."""

    def __init__(
        self,
        process: subprocess.Popen[bytes],
        on_line: Callable[[int, str], None],
        on_lost: Callable[[HostLink, HostLost], None],
    ) -> None:
        self._process = process
        self._on_line = on_line
        self._on_lost = on_lost
        self._frames = FrameReader()
        self._numbers = count()
        self._answers: dict[int, asyncio.Future[tuple[Header, bytes]]] = {}
        self._transport: asyncio.Transport | None = None
        self._lost: HostLost | None = None

    @property
    def pid(self) -> int:
        """The process id of the host."""
        return self._process.pid

    @property
    def lost(self) -> bool:
        """Whether the host has died."""
        return self._lost is not None

    async def ask(self, request: Mapping[str, Any], body: bytes = b"") -> tuple[Header, bytes]:
        """The answer to a request. Raises HostLost when the host dies first."""
        if self._transport is None or self._lost is not None:
            raise self._lost or HostLost("The model host is not connected.")
        number = next(self._numbers)
        answer: asyncio.Future[tuple[Header, bytes]] = asyncio.get_running_loop().create_future()
        self._answers[number] = answer
        self._transport.write(encode({**request, "id": number}, body))
        try:
            return await answer
        finally:
            del self._answers[number]

    def close(self) -> None:
        """Kill the host and wait until it is gone."""
        if self._transport is not None:
            self._transport.abort()
        self._process.kill()
        self._process.wait()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Remember where to write (called by the event loop)."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Hand out answers and log lines (called by the event loop)."""
        for header, body in self._frames.feed(data):
            if "line" in header:
                self._on_line(header["model"], header["line"])
            elif (answer := self._answers.get(header["id"])) is not None and not answer.done():
                answer.set_result((header, body))

    def connection_lost(self, error: Exception | None) -> None:
        """Fail what has not been answered (called by the event loop when the process has ended)."""
        self._process.kill()
        code = self._process.wait()
        how = f"signal {-code}" if code < 0 else f"exit code {code}"
        self._lost = HostLost(f"{_WHAT} ended with {how}.")
        for answer in self._answers.values():
            if not answer.done():
                answer.set_exception(self._lost)
        self._on_lost(self, self._lost)


async def start_host(on_line: Callable[[int, str], None], on_lost: Callable[[HostLink, HostLost], None]) -> HostLink:
    """Start a model host.

    Call it from a thread that lives as long as the server: the kernel kills the host when that thread ends.
    Raises HostLost when there is no room for another process.
    """
    ours, theirs = socket.socketpair()
    with theirs:
        try:
            process = _spawn(theirs)
        except OSError as error:
            ours.close()
            raise HostLost(f"{_WHAT} could not be started: {error}.") from error
    _, link = await asyncio.get_running_loop().create_connection(lambda: HostLink(process, on_line, on_lost), sock=ours)
    return link


def _spawn(link: socket.socket) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "tui.local.serving.host", str(link.fileno())],
        pass_fds=[link.fileno()],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        # Several threads per invocation only slow each other down; OpenMP reads this when it is loaded.
        env=os.environ | {"OMP_NUM_THREADS": "1"},
        # A session of its own, so that Ctrl-C and a closed terminal reach the server alone.
        start_new_session=True,
    )
