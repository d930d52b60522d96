"""A worker in this process, and the console at the other end of its pipes."""

from __future__ import annotations

import os
import pickle
import threading
from typing import IO

from tui.service.wire import (
    HEADER,
    ToConsole,
    ToWorker,
    frame,
)
from tui.service.worker.__main__ import Worker

DEADLINE_SECONDS = 60


class Console:
    """The other end of a worker's pipes, one message at a time."""

    def __init__(self, to_worker: IO[bytes], from_worker: IO[bytes]) -> None:
        self._to_worker = to_worker
        self._from_worker = from_worker

    def send(self, message: ToWorker) -> None:
        self._to_worker.write(frame(message))
        self._to_worker.flush()

    def receive(self) -> ToConsole:
        (size,) = HEADER.unpack(self._from_worker.read(HEADER.size))
        message: ToConsole = pickle.loads(self._from_worker.read(size))
        return message

    def close(self) -> None:
        self._to_worker.close()


class Pipes:
    """A worker in a thread, as a process would have it."""

    def __init__(self) -> None:
        requests, answers = os.pipe(), os.pipe()
        self.to_worker = os.fdopen(requests[1], "wb")
        self.from_worker = os.fdopen(answers[0], "rb")
        self._source = os.fdopen(requests[0], "rb")
        self._sink = os.fdopen(answers[1], "wb")
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def _run(self) -> None:
        Worker(self._source, self._sink).run()
