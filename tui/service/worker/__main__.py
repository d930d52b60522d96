"""The AWS worker process: takes requests from the console on its standard input, answers on its standard output.

It ends when the console does: its standard input then reads end-of-file, however the console ended.
"""

from __future__ import annotations

import os
import sys
import threading
from typing import TYPE_CHECKING, Any, BinaryIO

from tui.service.wire import (
    HEADER,
    WINDOW,
    Call,
    Cancel,
    Connect,
    Connection,
    Done,
    Failed,
    Progress,
    Taken,
    Task,
    ToConsole,
    ToWorker,
    frame,
)
from tui.service.worker.context import Cancelled

if TYPE_CHECKING:
    from tui.service.worker.aws import Aws


class Request:
    """One request while it is worked on: what a task sees as its `TaskContext`."""

    def __init__(self, worker: Worker, identifier: int) -> None:
        self._worker = worker
        self.id = identifier
        self.cancelled = threading.Event()
        self._window = threading.Semaphore(WINDOW)

    def report(self, progress: object) -> None:
        """Send an intermediate value, at the pace at which the console takes them."""
        self._window.acquire()
        self.check()
        self._worker.send(Progress(self.id, progress))

    def check(self) -> None:
        """Raise `Cancelled` when the console cancelled the request."""
        if self.cancelled.is_set():
            raise Cancelled

    def taken(self) -> None:
        """The console took one progress value."""
        self._window.release()

    def cancel(self) -> None:
        """Make the next `check` or `report` raise."""
        self.cancelled.set()
        self._window.release()

    def client(self, service: str) -> Any:
        """The boto3 client of a service."""
        return self._worker.aws().client(service)

    def identity(self) -> tuple[str, str]:
        """The account number and the region of the connection."""
        return self._worker.aws().identity()


class Worker:
    """Reads requests, runs each in a thread, writes answers; keeps the connection they use.

    The console bounds how many requests are under way. A pool would bound them once more, and fill up with threads
    whose sockets hang although nobody waits for their answers any more.
    """

    def __init__(self, source: BinaryIO, sink: BinaryIO) -> None:
        self._source = source
        self._sink = sink
        self._writing = threading.Lock()
        self._requests: dict[int, Request] = {}
        self._connection = Connection()
        self._aws: Aws | None = None
        self._connecting = threading.Lock()

    def run(self) -> None:
        """Serve until the console closes the pipe."""
        while (message := self._receive()) is not None:
            match message:
                case Connect(connection):
                    with self._connecting:
                        self._connection, self._aws = connection, None
                    threading.Thread(target=_warm, daemon=True).start()
                case Cancel(identifier):
                    if request := self._requests.get(identifier):
                        request.cancel()
                case Taken(identifier):
                    if request := self._requests.get(identifier):
                        request.taken()
                case Call() | Task():
                    request = self._requests[message.id] = Request(self, message.id)
                    threading.Thread(target=self._serve, args=(request, message), daemon=True).start()

    def aws(self) -> Aws:
        """The clients of the present connection; boto3 is imported by the first request that needs it."""
        with self._connecting:
            if self._aws is None:
                from tui.service.worker.aws import Aws  # noqa: PLC0415

                self._aws = Aws(self._connection)
            return self._aws

    def send(self, message: ToConsole) -> None:
        """Write one answer."""
        data = frame(message)
        with self._writing:
            self._sink.write(data)
            self._sink.flush()

    def _receive(self) -> ToWorker | None:
        import pickle  # noqa: PLC0415

        header = self._source.read(HEADER.size)
        if len(header) < HEADER.size:
            return None
        (size,) = HEADER.unpack(header)
        body = self._source.read(size)
        if len(body) < size:
            return None
        message: ToWorker = pickle.loads(body)
        return message

    def _serve(self, request: Request, message: Call | Task) -> None:
        try:
            answer: ToConsole = Done(request.id, self._work(request, message))
        except Cancelled:
            answer = Failed(request.id, Cancelled())
        except Exception as error:  # noqa: BLE001 - every failure is an answer
            answer = Failed(request.id, _presentable(error, message))
        finally:
            del self._requests[request.id]
        try:
            self.send(answer)
        except BrokenPipeError:
            os._exit(0)
        except Exception as error:  # noqa: BLE001 - an answer that cannot be pickled is still owed
            self.send(Failed(request.id, _presentable(error, message)))

    def _work(self, request: Request, message: Call | Task) -> Any:
        request.check()
        if isinstance(message, Call):
            return self.aws().call(message.service, message.operation, message.parameters, request.check)
        from tui.service.worker.tasks import TASKS  # noqa: PLC0415

        return TASKS[message.name](request, **message.arguments)


def _presentable(error: Exception, message: Call | Task) -> Exception:
    from tui.resources.datasets import DataError  # noqa: PLC0415
    from tui.service.errors import ServiceError, translate  # noqa: PLC0415

    if isinstance(error, ServiceError | DataError):
        return error
    if isinstance(message, Call):
        return translate(error, message.service, message.operation)
    return translate(error, "the task", message.name)


def main() -> None:
    """Run a worker on the process's standard streams; whatever a library prints goes to standard error."""
    source = os.fdopen(os.dup(0), "rb")
    sink = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    sys.stdin = open(os.devnull)  # noqa: PTH123, SIM115 - stays open for the life of the process
    worker = Worker(source, sink)
    worker.run()
    os._exit(0)


def _warm() -> None:
    """Import boto3 before the first call needs it; not sooner, or it would slow down the console's first paint."""
    import tui.service.worker.aws  # noqa: F401, PLC0415


if __name__ == "__main__":
    main()
