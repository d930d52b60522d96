"""The model host: one process that holds the models of all endpoints and answers their invocations.

Its arguments are the numbers of two sockets, over which it speaks frames; every answer repeats the `id` of its request.
One brings the orders of the fleet, carried out one after the other:

    {"id", "do": "load", "model", "folder", "image", "environment"}    {"id"} or {"id", "error"}
    {"id", "do": "unload", "model"}                                    {"id"}

the other the invocations, of which several are answered at once:

    {"id", "model", "content_type", "accept"} + body                   {"id", "status", "content_type", "cpu"} + body

Log lines of a model's container, `{"model", "lines"}`, come with the answer to the invocation that made them, or on the
first socket. The process ends when that one does, which is when its server ends, however that came about.
"""

from __future__ import annotations

import contextlib
import ctypes
import logging
import os
import signal
import socket
import sys
import threading
import time
from collections import deque
from functools import partial
from pathlib import Path

from tui.local.algorithms.inference import ModelLoadError, ServedModel, load_model
from tui.local.serving.frames import FrameReader, Header, encode

_PR_SET_PDEATHSIG = 1
_READ_SIZE = 256 * 1024
_SWITCH_SECONDS = 0.0005
"""How long one thread keeps the interpreter when others want it: a large request must not hold up the small ones."""

_logger = logging.getLogger(__name__)


class Channel:
    """Frames over a socket, for several threads."""

    def __init__(self, link: socket.socket) -> None:
        self._link = link
        self._reader = FrameReader()
        self._received: deque[tuple[Header, bytes]] = deque()
        self._receiving = threading.Lock()
        self._sending = threading.Lock()

    def receive(self) -> tuple[Header, bytes] | None:
        """The next frame; None when the other end has closed."""
        with self._receiving:
            while not self._received:
                try:
                    data = self._link.recv(_READ_SIZE)
                except ConnectionError:
                    return None
                if not data:
                    return None
                self._received.extend(self._reader.feed(data))
            return self._received.popleft()

    def send(self, header: Header, body: bytes = b"") -> None:
        """Send a frame; to nobody when the other end has closed."""
        frame = encode(header, body)
        with self._sending, contextlib.suppress(ConnectionError):
            self._link.sendall(frame)


class ModelHost:
    """The models, and what their containers do."""

    def __init__(self, orders: Channel, invocations: Channel) -> None:
        self._orders = orders
        self._invocations = invocations
        self._models: dict[int, ServedModel] = {}
        self._invoked = threading.local()

    def run(self) -> None:
        """Serve until the server closes its end."""
        for _ in range(max(2, os.cpu_count() or 1)):
            threading.Thread(target=self._answer_invocations, daemon=True).start()
        while (frame := self._orders.receive()) is not None:
            request, _ = frame
            try:
                answer = self._load(request) if request["do"] == "load" else self._unload(request)
            except Exception as error:
                _logger.exception("the model host could not %s a model", request["do"])
                answer = {"error": f"{type(error).__name__}: {error}"}
            self._orders.send(answer | {"id": request["id"]})

    def _load(self, request: Header) -> Header:
        number: int = request["model"]
        folder, image, environment = Path(request["folder"]), request["image"], request["environment"]
        try:
            self._models[number] = load_model(folder, image, environment, partial(self._log, number))
        except ModelLoadError as error:
            return {"error": str(error)}
        return {}

    def _unload(self, request: Header) -> Header:
        self._models.pop(request["model"], None)
        return {}

    def _answer_invocations(self) -> None:
        """Read a request and answer it, in turns with other threads: it need not be handed from one to another."""
        while (frame := self._invocations.receive()) is not None:
            request, body = frame
            lines = self._invoked.lines = []
            try:
                answer, reply = self._invoke(request, body)
            except Exception as error:
                _logger.exception("the model host could not answer an invocation")
                answer, reply = {"error": f"{type(error).__name__}: {error}"}, b""
            del self._invoked.lines
            self._invocations.send(answer | {"id": request["id"], "model": request["model"], "lines": lines}, reply)

    def _invoke(self, request: Header, body: bytes) -> tuple[Header, bytes]:
        started = time.thread_time()
        reply = self._models[request["model"]].invoke(body, request["content_type"], request["accept"])
        cpu = time.thread_time() - started
        return {"status": reply.status, "content_type": reply.content_type, "cpu": cpu}, reply.body

    def _log(self, number: int, line: str) -> None:
        lines: list[str] | None = getattr(self._invoked, "lines", None)
        if lines is None:
            self._orders.send({"model": number, "lines": [line]})
        else:
            lines.append(line)


def main(orders: int, invocations: int) -> None:
    """The body of the process."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    logging.basicConfig(stream=sys.stderr, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    sys.setswitchinterval(_SWITCH_SECONDS)
    ModelHost(Channel(socket.socket(fileno=orders)), Channel(socket.socket(fileno=invocations))).run()
    # Invocations may still be running; nobody waits for their answers any more.
    os._exit(0)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
