"""The model host as the server sees it: always there when it is needed, whatever happens to the process."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable, Coroutine, Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from tui.local.serving.link import HostLink, HostLost, start_host

_T = TypeVar("_T")

_ATTEMPTS = 3
"""How often a model is loaded into a new host before it is taken for what killed the last ones."""

_CLOSE_SECONDS = 2.0

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

    An event loop in a thread of its own speaks to it. Loads wait for it from any thread, invocations from any event
    loop, and neither the server's other work nor the end of a caller's thread touches it.
    """

    def __init__(self, on_line: Callable[[int, str], None], on_restart: Callable[[int, str], None]) -> None:
        """`on_line` gets a model's number and a line of its container's log, `on_restart` what befell its host."""
        self._on_line = on_line
        self._on_restart = on_restart
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="model host", daemon=True)
        self._link: HostLink | None = None
        self._placed: dict[int, _Placed] = {}
        self._starting: asyncio.Task[None] | None = None
        self._closed = False

    @property
    def pid(self) -> int | None:
        """The process id of the host; None before the first model was loaded."""
        return None if self._link is None else self._link.pid

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
        return await asyncio.wrap_future(self._submit(self._invoke(number, body, content_type, accept)))

    def _submit(self, work: Coroutine[Any, Any, _T]) -> Future[_T]:
        if self._closed:
            work.close()
            raise HostLost(_CLOSED)
        return asyncio.run_coroutine_threadsafe(work, self._loop)

    async def _load(self, number: int, request: dict[str, Any]) -> None:
        link = await self._connected()
        answer, _ = await link.ask(request)
        if "error" in answer:
            raise LoadRefused(answer["error"])
        self._placed[number] = _Placed(request)

    async def _unload(self, number: int) -> None:
        if self._placed.pop(number, None) is not None:
            with contextlib.suppress(HostLost):
                await (await self._connected()).ask({"do": "unload", "model": number})

    async def _invoke(self, number: int, body: bytes, content_type: str, accept: str) -> Answer:
        link = await self._connected()
        if number not in self._placed:
            raise HostLost("The model could not be loaded again after the process that held it had ended.")
        request = {"do": "invoke", "model": number, "content_type": content_type, "accept": accept}
        answer, reply = await link.ask(request, body)
        if "error" in answer:
            raise HostLost(answer["error"])
        return Answer(answer["status"], answer["content_type"], reply, answer["cpu"])

    async def _connected(self) -> HostLink:
        """The running host, with all models in it."""
        if self._starting is None and (self._link is None or self._link.lost):
            self._starting = self._loop.create_task(self._start())
        if self._starting is not None:
            await asyncio.shield(self._starting)
        if self._link is None:
            raise HostLost(_CLOSED)
        return self._link

    async def _start(self) -> None:
        try:
            reloaded = False
            while not reloaded:
                self._link = await start_host(self._on_line, self._lost)
                if self._closed:
                    self._link.close()
                    raise HostLost(_CLOSED)
                reloaded = await self._reload(self._link)
        finally:
            self._starting = None

    async def _reload(self, link: HostLink) -> bool:
        """Load every model into a new host; False when it dies of one."""
        for number, placed in list(self._placed.items()):
            try:
                answer, _ = await link.ask(placed.request)
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
        self._on_restart(number, f"The model could not be loaded again: {reason}")

    def _lost(self, link: HostLink, lost: HostLost) -> None:
        if self._closed or self._starting is not None or link is not self._link:
            return
        for number in self._placed:
            self._on_restart(number, f"{lost} It is started again, and this model loaded into it.")
        if self._placed:
            self._starting = self._loop.create_task(self._start())

    async def _close(self) -> None:
        self._closed = True
        if self._link is not None:
            self._link.close()
        waiting = asyncio.all_tasks() - {asyncio.current_task()}
        if waiting:
            await asyncio.wait(waiting, timeout=_CLOSE_SECONDS)
