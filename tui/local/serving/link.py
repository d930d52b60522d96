"""The server's end of one socket to the model host: requests and their answers, many at once."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Mapping, Sequence
from itertools import count
from typing import Any

from tui.local.serving.frames import FrameReader, Header, encode

OnLines = Callable[[int, Sequence[str]], None]
"""Gets a model's number and lines of its container's log."""


class HostLost(Exception):
    """The model host died before it answered; the text says so to whoever reads an endpoint's log."""


class HostLink(asyncio.Protocol):
    """One socket to a model host; all methods belong to the thread of its event loop."""

    def __init__(self, on_lines: OnLines, on_lost: Callable[[], None] | None = None) -> None:
        self._on_lines = on_lines
        self._on_lost = on_lost
        self._frames = FrameReader()
        self._numbers = count()
        self._answers: dict[int, asyncio.Future[tuple[Header, bytes]]] = {}
        self._transport: asyncio.Transport | None = None
        self.lost = False
        """Whether the other end has closed."""

    @classmethod
    async def connect(
        cls, end: socket.socket, on_lines: OnLines, on_lost: Callable[[], None] | None = None
    ) -> HostLink:
        """Take a socket over for the running event loop; `on_lost` is called when its other end has closed."""
        link = cls(on_lines, on_lost)
        await asyncio.get_running_loop().create_connection(lambda: link, sock=end)
        return link

    async def ask(self, request: Mapping[str, Any], body: bytes = b"") -> tuple[Header, bytes]:
        """The answer to a request. Raises HostLost when the host dies first."""
        if self._transport is None or self.lost:
            raise _lost()
        number = next(self._numbers)
        answer: asyncio.Future[tuple[Header, bytes]] = asyncio.get_running_loop().create_future()
        self._answers[number] = answer
        self._transport.write(encode({**request, "id": number}, body))
        try:
            return await answer
        finally:
            del self._answers[number]

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Remember where to write (called by the event loop)."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Hand out answers and log lines (called by the event loop)."""
        for header, body in self._frames.feed(data):
            if "lines" in header:
                self._on_lines(header["model"], header["lines"])
            answer = self._answers.get(header.get("id", -1))
            if answer is not None and not answer.done():
                answer.set_result((header, body))

    def connection_lost(self, error: Exception | None) -> None:
        """Fail what has not been answered (called by the event loop)."""
        self.lost = True
        for answer in self._answers.values():
            if not answer.done():
                answer.set_exception(_lost())
        if self._on_lost is not None:
            self._on_lost()


def _lost() -> HostLost:
    return HostLost("The process that holds the models of all endpoints was killed. It is started again.")
