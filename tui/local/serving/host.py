"""The model host: one process that holds the models of all endpoints and answers their invocations.

It speaks frames over the socket whose number is its one argument. Requests carry an `id`, which their answer repeats:

    {"id", "do": "load", "model", "folder", "image", "environment"}      {"id"} or {"id", "error"}
    {"id", "do": "invoke", "model", "content_type", "accept"} + body     {"id", "status", "content_type", "cpu"} + body
    {"id", "do": "unload", "model"}                                      {"id"}

and in between go the containers' log lines, `{"model", "line"}`. The process ends with its server, however that ends.
"""

from __future__ import annotations

import ctypes
import logging
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from tui.local.algorithms.inference import ModelLoadError, ServedModel, load_model
from tui.local.serving.frames import FrameReader, Header, encode

_PR_SET_PDEATHSIG = 1
_READ_SIZE = 256 * 1024
_SWITCH_SECONDS = 0.0005
"""How long one thread keeps the interpreter when others want it: a large request must not hold up the small ones."""

_logger = logging.getLogger(__name__)


class ModelHost:
    """Loads models one after the other and answers as many invocations at once as there are cores."""

    def __init__(self, link: socket.socket) -> None:
        self._link = link
        self._sending = threading.Lock()
        self._models: dict[int, ServedModel] = {}
        self._loader = ThreadPoolExecutor(1, "load")
        self._workers = ThreadPoolExecutor(max(2, os.cpu_count() or 1), "invoke")

    def run(self) -> None:
        """Serve until the server closes its end."""
        frames = FrameReader()
        while data := self._link.recv(_READ_SIZE):
            for header, body in frames.feed(data):
                self._take(header, body)

    def _take(self, request: Header, body: bytes) -> None:
        match request["do"]:
            case "load":
                self._loader.submit(self._answer, request, partial(self._load, request))
            case "invoke":
                self._workers.submit(self._answer, request, partial(self._invoke, request, body))
            case "unload":
                self._loader.submit(self._answer, request, partial(self._unload, request))

    def _answer(self, request: Header, act: Callable[[], tuple[Header, bytes]]) -> None:
        try:
            answer, body = act()
        except Exception as error:
            _logger.exception("the model host failed to %s", request["do"])
            answer, body = {"error": f"{type(error).__name__}: {error}"}, b""
        self._send(answer | {"id": request["id"]}, body)

    def _load(self, request: Header) -> tuple[Header, bytes]:
        number: int = request["model"]
        log = partial(self._log, number)
        try:
            model = load_model(Path(request["folder"]), request["image"], request["environment"], log)
        except ModelLoadError as error:
            return {"error": str(error)}, b""
        self._models[number] = model
        return {}, b""

    def _invoke(self, request: Header, body: bytes) -> tuple[Header, bytes]:
        model = self._models[request["model"]]
        started = time.thread_time()
        reply = model.invoke(body, request["content_type"], request["accept"])
        cpu = time.thread_time() - started
        return {"status": reply.status, "content_type": reply.content_type, "cpu": cpu}, reply.body

    def _unload(self, request: Header) -> tuple[Header, bytes]:
        self._models.pop(request["model"], None)
        return {}, b""

    def _log(self, number: int, line: str) -> None:
        self._send({"model": number, "line": line})

    def _send(self, header: Header, body: bytes = b"") -> None:
        frame = encode(header, body)
        with self._sending:
            self._link.sendall(frame)


def main(descriptor: int) -> None:
    """The body of the process."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    logging.basicConfig(stream=sys.stderr, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    sys.setswitchinterval(_SWITCH_SECONDS)
    try:
        ModelHost(socket.socket(fileno=descriptor)).run()
    except OSError:
        _logger.debug("the server hung up", exc_info=True)
    # Invocations may still be running; nobody waits for their answers any more.
    os._exit(0)


if __name__ == "__main__":
    main(int(sys.argv[1]))
