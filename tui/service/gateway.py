"""The only door to AWS: requests to the worker process, with paging, time-outs and cancellation."""

from __future__ import annotations

import asyncio
import itertools
import os
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
    RESUMED,
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

_TOKEN_NAMES = {"logs": "nextToken", "iam": "Marker"}
"""What the services call the place where the next page begins, in requests and answers, if not `NextToken`."""


GIVING_WAY = ("nice", "-n", "5")
"""How a child of the console is started: on a machine of two cores three processes that load at once would each get two
thirds of one, and a page that is parsed would delay a key."""


_ONE_HEAP = {"MALLOC_ARENA_MAX": "1"}
"""With a heap for each of its threads, as glibc has it, what one has freed of a large file is of no use to the next."""


def spawn_worker(log: Path | None) -> subprocess.Popen[bytes]:
    """Start a worker process; `log` takes what its libraries write to standard error.

    It has a session of its own, so that Ctrl-C and a closed terminal reach the console alone.
    """
    stderr: IO[bytes] | int = log.open("ab") if log else subprocess.DEVNULL
    try:
        return subprocess.Popen(
            [*GIVING_WAY, sys.executable, "-m", "tui.service.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=stderr,
            start_new_session=True,
            env=os.environ | _ONE_HEAP,
        )
    finally:
        if not isinstance(stderr, int):
            stderr.close()


class Gateway:
    """Sends requests to the worker and hands out their answers; one for a console.

    `process` is a worker started early, before Textual was imported; without one, `open` starts it. What is asked
    before `open` waits for it, however long a person takes to choose a connection.
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
        """Seconds an AWS call may take, retries and the wait for a free place included."""
        self.leaving = False
        """What ends because the console does was not cancelled by anybody, and can go on in the next one."""

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
        self._lost: WorkerLost | None = None
        """Why there is no worker and will be none; None while there is one, or another one is on its way."""

    async def open(self, connection: Connection) -> None:
        """Take up the pipe to the worker and tell it the connection; again, to use another one from now on."""
        self._connection = connection
        if self._reading is None:
            await self._take_up()
        else:  # a worker that is only being started is told by whoever starts it
            self._send_if_possible(Connect(connection))

    async def _take_up(self) -> None:
        if self._process is None:
            self._process = spawn_worker(self._log)
        reader, self._writer = await _streams(self._process)
        self._reading = asyncio.create_task(self._read(reader))
        self._send(Connect(self._connection))
        self._opened.set()

    def close(self) -> None:
        """Leave at once: the worker ends by itself when its pipe closes, even with sockets hanging."""
        self._lost = WorkerLost("The console is closing")
        self._opened.set()
        if self._reading:
            self._reading.cancel()
        if self._writer:
            self._writer.close()
        if self._process:
            self._process.kill()
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(1)
        self._fail_all(self._lost)

    async def call(self, service: str, operation: str, **parameters: Any) -> dict[str, Any]:
        """One AWS operation; the answer has timestamps as epoch seconds. Raises a `ServiceError`."""
        command = "" if is_read(operation) else cli_line(service, operation, parameters)
        await self._opened.wait()
        await self.budget.admit(service, operation)
        try:
            async with asyncio.timeout(self.timeout):
                answer = await self._request(lambda identifier: Call(identifier, service, operation, parameters))
        except TimeoutError:
            failure = Unreachable(
                f"{service} {operation} did not answer within {self.timeout:g} s",
                next_step="Check the network; the console tries again where it polls",
                operation=operation,
            )
            self._record(command, str(failure))
            raise failure from None
        except asyncio.CancelledError:
            self._record(command, "given up before the answer came; it may have been done")
            raise
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
        token_name = _TOKEN_NAMES.get(service, "NextToken")
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
        async with self._slots:
            await self._opened.wait()
            identifier = next(self._ids)
            answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
            self._waiting[identifier] = answer
            if on_progress:
                self._progress[identifier] = on_progress
            try:
                self._send(asked := message(identifier))
                return await answer
            except asyncio.CancelledError:
                if not (self.leaving and isinstance(asked, Task) and asked.name in RESUMED):
                    self._send_if_possible(Cancel(identifier))
                raise
            finally:
                self._waiting.pop(identifier, None)
                self._progress.pop(identifier, None)

    def _record(self, command: str, outcome: str) -> None:
        if command:
            self.budget.record(command, outcome)

    def _send(self, message: ToWorker) -> None:
        if self._lost:
            raise self._lost
        if self._writer is None or self._writer.is_closing():
            raise WorkerLost("The worker process has just ended", next_step="Another one is being started; try again")
        self._writer.write(frame(message))

    def _send_if_possible(self, message: ToWorker) -> None:
        with suppress(WorkerLost):  # reading the pipe comes upon its end as well, and says so
            self._send(message)

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
            await self._recover()

    def _deliver(self, message: ToConsole) -> None:
        self._losses = 0
        answer = self._waiting.get(message.id)
        if answer is None or answer.done():
            return
        if isinstance(message, Done):
            answer.set_result(message.value)
        elif isinstance(message, Failed):
            answer.set_exception(message.error)
        else:
            self._pass_on(message, answer)

    def _pass_on(self, progress: Progress, answer: asyncio.Future[Any]) -> None:
        try:
            if callback := self._progress.get(progress.id):
                callback(progress.value)
        except Exception as error:  # noqa: BLE001 - it belongs to whoever asked, and the pipe must be read on
            answer.set_exception(error)
            self._send_if_possible(Cancel(progress.id))
        else:
            self._send_if_possible(Taken(progress.id))

    async def _recover(self) -> None:
        """The worker is gone: fail what it worked on, start another one, and say so."""
        self._losses += 1
        self._opened.clear()  # what is asked from now on waits for the next worker
        self._writer = None
        process, self._process = self._process, None
        code = await asyncio.to_thread(process.wait) if process else 0
        lost = WorkerLost(
            f"The worker process ended unexpectedly (exit status {code})",
            next_step="It was started again; repeat what was under way",
        )
        try:
            if self._losses <= _RESTARTS:
                await self._take_up()
            else:
                self._give_up(f"It ended {self._losses} times without an answer (exit status {code})")
        except OSError as error:
            self._give_up(f"It could not be started again: {error}")
        self._fail_all(self._lost or lost)
        if self.on_worker_lost:
            self.on_worker_lost(self._lost or lost)

    def _give_up(self, why: str) -> None:
        messages = f"; its messages are in {self._log}" if self._log else ""
        self._lost = WorkerLost("There is no worker process any more", why, f"Quit and start again{messages}")
        self._opened.set()

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
