"""The model host as the server sees it: always there when it is needed, whatever happens to the process."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Coroutine, Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from tui.local.serving.frames import Header
from tui.local.serving.host_process import HostProcess
from tui.local.serving.link import HostLink, HostLost, OnLines

_T = TypeVar("_T")

_ATTEMPTS = 3
"""How often a model is loaded into a new host before it is taken for what killed the last ones."""

_CLOSE_SECONDS = 2.0

_ENDED = (
    "The process that holds the models of all endpoints ended with {}. It is started again, with this model in it; "
    "what it was asked meanwhile fails."
)
_CLOSED = "The server stops, and the process that holds the models of all endpoints with it."


class LoadRefused(Exception):
    """The container of a model does not come up; the text is its own."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a container answered to an invocation."""

    status: int
    content_type: str
    body: bytes
    cpu_seconds: float
    """Time its thread spent on a core."""


@dataclass(slots=True)
class _Placed:
    """A model that is to be in the host."""

    request: dict[str, Any]
    failures: int = 0
    """How many hosts in a row died while they loaded it."""


class ModelHost:
    """The one process of all models: started with the first, started again with all of them when it dies.

    An event loop in a thread of its own starts it and has it load models, for callers in any thread. Invocations go
    from the event loop in which they are asked straight to the process.
    """

    def __init__(self, on_lines: OnLines) -> None:
        """`on_lines` gets a model's number, and lines of its container's log or what befell its host."""
        self._on_lines = on_lines
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="model host", daemon=True)
        self._process: HostProcess | None = None
        self._orders: HostLink | None = None
        self._placed: dict[int, _Placed] = {}
        self._starting: asyncio.Task[None] | None = None
        self._closed = False

    @property
    def pid(self) -> int | None:
        """The process id of the host; None before the first model was loaded."""
        return None if self._process is None else self._process.pid

    def start(self) -> None:
        """Get ready; no process is started before the first model is loaded."""
        self._thread.start()

    def close(self) -> None:
        """Kill the process; what waits for it is told that it is lost."""
        self._submit(self._close()).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def load(self, number: int, folder: Path, image: str, environment: Mapping[str, str]) -> None:
        """Load a model under a number of its own; blocks. Raises LoadRefused or HostLost."""
        request = {"do": "load", "model": number, "folder": str(folder), "image": image, "environment": {**environment}}
        self._submit(self._load(number, request)).result()

    def unload(self, number: int) -> None:
        """Forget a model; blocks."""
        self._submit(self._unload(number)).result()

    async def invoke(self, number: int, body: bytes, content_type: str, accept: str) -> Answer:
        """What the model answers. Raises HostLost when the host dies meanwhile or cannot hold the model."""
        process = self._process
        if process is None or not process.ready or process.invocations_lost:
            process = await asyncio.wrap_future(self._submit(self._running()))
        if number not in self._placed:
            raise HostLost("The model could not be loaded again after the process that held it had ended.")
        request = {"model": number, "content_type": content_type, "accept": accept}
        answer, reply = await (await process.invocations()).ask(request, body)
        if "error" in answer:
            raise HostLost(answer["error"])
        return Answer(answer["status"], answer["content_type"], reply, answer["cpu"])

    def _submit(self, work: Coroutine[Any, Any, _T]) -> Future[_T]:
        if self._closed:
            work.close()
            raise HostLost(_CLOSED)
        return asyncio.run_coroutine_threadsafe(work, self._loop)

    async def _load(self, number: int, request: dict[str, Any]) -> None:
        answer = await self._order(request)
        if "error" in answer:
            raise LoadRefused(answer["error"])
        self._placed[number] = _Placed(request)

    async def _unload(self, number: int) -> None:
        if self._placed.pop(number, None) is not None:
            with contextlib.suppress(HostLost):
                await self._order({"do": "unload", "model": number})

    async def _order(self, request: dict[str, Any]) -> Header:
        await self._running()
        if self._orders is None:
            raise HostLost(_CLOSED)
        answer, _ = await self._orders.ask(request)
        return answer

    async def _running(self) -> HostProcess:
        """The process, with all models in it."""
        if self._process is not None and self._process.invocations_lost:
            self._process.end()
            self._buried(self._process)
        if self._starting is None and self._process is None:
            self._starting = self._loop.create_task(self._start())
        if self._starting is not None:
            await asyncio.shield(self._starting)
        if self._process is None:
            raise HostLost(_CLOSED)
        return self._process

    async def _start(self) -> None:
        try:
            while self._process is None or not self._process.ready:
                if self._closed:
                    raise HostLost(_CLOSED)
                process = self._process = HostProcess(self._on_lines)
                self._orders = await process.orders(partial(self._buried, process))
                process.ready = await self._reload(self._orders)
        finally:
            self._starting = None

    async def _reload(self, orders: HostLink) -> bool:
        """Load every model into a new host; False when it dies of one."""
        for number, placed in list(self._placed.items()):
            try:
                answer, _ = await orders.ask(placed.request)
            except HostLost as lost:
                placed.failures += 1
                if placed.failures == _ATTEMPTS:
                    self._give_up(number, str(lost))
                return False
            placed.failures = 0
            if "error" in answer:
                self._give_up(number, answer["error"])
        return True

    def _give_up(self, number: int, reason: str) -> None:
        self._placed.pop(number, None)
        self._on_lines(number, [f"The model could not be loaded again: {reason}"])

    def _buried(self, process: HostProcess) -> None:
        """Note the end of a process, once, and start the next one if there are models for it."""
        how = process.end()
        if process is not self._process:
            return
        self._process = None
        if self._closed or self._starting is not None:
            return
        for number in self._placed:
            self._on_lines(number, [_ENDED.format(how)])
        if self._placed:
            self._starting = self._loop.create_task(self._start())

    async def _close(self) -> None:
        self._closed = True
        if self._process is not None:
            self._process.end()
        waiting = asyncio.all_tasks() - {asyncio.current_task()}
        if waiting:
            await asyncio.wait(waiting, timeout=_CLOSE_SECONDS)
