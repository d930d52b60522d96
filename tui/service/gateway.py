"""The only door to AWS: requests to the worker process, with paging, time-outs and cancellation."""

from __future__ import annotations

import asyncio
import itertools
import pickle
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

from tui.service.budget import MUTATING_TASKS, Budget, cli_line, is_read
from tui.service.errors import ServiceError, Throttled, Unreachable, WorkerLost
from tui.service.wire import (
    HEADER,
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

IN_FLIGHT = 32
"""Requests handed to the worker at once; more wait here, where they can still be cancelled for nothing."""

_TURN_BYTES = 256 * 1024
"""What the console takes from the pipe before its event loop gets another turn."""

_RESTARTS = 3
"""Workers lost one after the other, none of which answered anything, before the console stops starting new ones."""


def spawn_worker(log: Path | None) -> subprocess.Popen[bytes]:
    """Start a worker process; `log` takes what its libraries write to standard error.

    It has a session of its own, so that Ctrl-C and a closed terminal reach the console alone.
    """
    stderr: IO[bytes] | int = log.open("ab") if log else subprocess.DEVNULL
    try:
        return subprocess.Popen(
            [sys.executable, "-m", "tui.service.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=stderr,
            start_new_session=True,
        )
    finally:
        if not isinstance(stderr, int):
            stderr.close()


class Gateway:
    """Sends requests to the worker and hands out their answers; one for a console.

    `process` is a worker started early, before Textual was imported; without one, `open` starts it. What is asked
    before `open` waits for it, within its time limit.
    """

    def __init__(
        self,
        budget: Budget,
        *,
        process: subprocess.Popen[bytes] | None = None,
        log: Path | None = None,
        timeout: float = 60.0,
    ) -> None:
        self.budget = budget
        self.timeout = timeout
        """Seconds an AWS call may take, waiting and retries included."""
        self.on_worker_lost: Callable[[ServiceError], None] | None = None
        self._connection = Connection()
        self._opened = asyncio.Event()
        self._process = process
        self._log = log
        self._ids = itertools.count(1)
        self._waiting: dict[int, asyncio.Future[Any]] = {}
        self._progress: dict[int, Callable[[Any], None]] = {}
        self._slots = asyncio.Semaphore(IN_FLIGHT)
        self._writer: asyncio.StreamWriter | None = None
        self._reading: asyncio.Task[None] | None = None
        self._losses = 0
        self._closing = False

    async def open(self, connection: Connection) -> None:
        """Take up the pipe to the worker and tell it the connection; again, to use another one from now on."""
        self._connection = connection
        if self._writer is None:
            await self._take_up()
        else:
            self._send(Connect(connection))
        self._opened.set()

    async def _take_up(self) -> None:
        if self._process is None:
            self._process = spawn_worker(self._log)
        reader, self._writer = await _streams(self._process)
        self._reading = asyncio.create_task(self._read(reader))
        self._send(Connect(self._connection))

    def close(self) -> None:
        """Leave at once: the worker ends by itself when its pipe closes, even with sockets hanging."""
        self._closing = True
        if self._reading:
            self._reading.cancel()
        if self._writer:
            self._writer.close()
        if self._process:
            self._process.kill()
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(1)
        self._fail_all(WorkerLost("The console is closing"))

    async def call(self, service: str, operation: str, **parameters: Any) -> dict[str, Any]:
        """One AWS operation; the answer has timestamps as epoch seconds. Raises a `ServiceError`."""
        await self.budget.admit(service, operation)
        command = "" if is_read(operation) else cli_line(service, operation, parameters)
        try:
            async with asyncio.timeout(self.timeout):
                answer = await self._request(lambda identifier: Call(identifier, service, operation, parameters))
        except TimeoutError:
            failure = Unreachable(
                f"{service} {operation} did not answer within {self.timeout:.0f} s",
                next_step="Check the network; the console tries again where it polls",
                operation=operation,
            )
            self._record(command, str(failure))
            raise failure from None
        except ServiceError as error:
            self.budget.throttled += isinstance(error, Throttled)
            self._record(command, str(error))
            raise
        self._record(command, "done")
        result: dict[str, Any] = answer
        return result

    async def pages(
        self, service: str, operation: str, *, limit: int | None = None, **parameters: Any
    ) -> AsyncIterator[dict[str, Any]]:
        """The pages of a list operation, at most `limit` of them; an empty page with a token is not the end."""
        token_name = "nextToken" if service == "logs" else "NextToken"
        for _ in range(limit) if limit else itertools.count():
            page = await self.call(service, operation, **parameters)
            yield page
            token = page.get(token_name)
            if not token:
                return
            parameters[token_name] = token

    async def task(self, name: str, /, *, on_progress: Callable[[Any], None] | None = None, **arguments: Any) -> Any:
        """One task of the worker, without a time limit; cancelling the awaiting coroutine cancels the task."""
        self.budget.guard(name, reads=name not in MUTATING_TASKS)
        return await self._request(lambda identifier: Task(identifier, name, arguments), on_progress)

    async def _request(
        self, message: Callable[[int], Call | Task], on_progress: Callable[[Any], None] | None = None
    ) -> Any:
        await self._opened.wait()
        async with self._slots:
            identifier = next(self._ids)
            answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
            self._waiting[identifier] = answer
            if on_progress:
                self._progress[identifier] = on_progress
            try:
                self._send(message(identifier))
                return await answer
            except asyncio.CancelledError:
                with suppress(WorkerLost):
                    self._send(Cancel(identifier))
                raise
            finally:
                self._waiting.pop(identifier, None)
                self._progress.pop(identifier, None)

    def _record(self, command: str, outcome: str) -> None:
        if command:
            self.budget.record(command, outcome)

    def _send(self, message: ToWorker) -> None:
        if self._writer is None or self._writer.is_closing():
            raise WorkerLost(
                "The worker process is not running", next_step="The console is starting another one; try again"
            )
        self._writer.write(frame(message))

    async def _read(self, reader: asyncio.StreamReader) -> None:
        taken = 0
        try:
            while True:
                (size,) = HEADER.unpack(await reader.readexactly(HEADER.size))
                self._deliver(pickle.loads(await reader.readexactly(size)))
                taken += size
                if taken > _TURN_BYTES:
                    taken = 0
                    await asyncio.sleep(0)
        except (asyncio.IncompleteReadError, ConnectionError):
            if not self._closing:
                await self._recover()

    def _deliver(self, message: ToConsole) -> None:
        self._losses = 0
        answer = self._waiting.get(message.id)
        if isinstance(message, Progress):
            if message.id in self._progress:
                self._progress[message.id](message.value)
            self._send(Taken(message.id))
        elif answer is None or answer.done():
            return
        elif isinstance(message, Done):
            answer.set_result(message.value)
        else:
            assert isinstance(message, Failed)
            answer.set_exception(message.error)

    async def _recover(self) -> None:
        """The worker is gone: fail what it worked on, start another one, and say so."""
        self._losses += 1
        self._writer = None
        process, self._process = self._process, None
        code = process.wait() if process else 0
        lost = WorkerLost(
            f"The worker process ended unexpectedly (exit status {code})",
            next_step="It was started again; repeat what was under way",
        )
        if self._losses > _RESTARTS:
            lost = WorkerLost(
                f"The worker process ended {self._losses} times without an answer (exit status {code})",
                next_step=f"Quit and start again; its messages are in {self._log}"
                if self._log
                else "Quit and start again",
            )
        else:
            await self._take_up()
        self._fail_all(lost)
        if self.on_worker_lost:
            self.on_worker_lost(lost)

    def _fail_all(self, error: ServiceError) -> None:
        for answer in self._waiting.values():
            if not answer.done():
                answer.set_exception(error)


async def _streams(process: subprocess.Popen[bytes]) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    assert process.stdin is not None
    assert process.stdout is not None
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader(limit=4 * _TURN_BYTES)
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), process.stdout)
    transport, protocol = await loop.connect_write_pipe(asyncio.streams.FlowControlMixin, process.stdin)
    return reader, asyncio.StreamWriter(transport, protocol, None, loop)
