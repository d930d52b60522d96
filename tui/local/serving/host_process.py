"""One life of the model host: its process and the two sockets to it."""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
from collections.abc import Callable

from tui.local.serving.link import HostLink, HostLost, OnLines


class HostProcess:
    """A running model host. Its orders belong to the event loop of who starts it, its invocations to another one."""

    def __init__(self, on_lines: OnLines) -> None:
        """Start the process.

        Call it in a thread that lives as long as the server: the kernel kills the process when that thread ends.
        Raises HostLost when there is no room for another process.
        """
        self._on_lines = on_lines
        self._orders, orders = socket.socketpair()
        self._invocations, invocations = socket.socketpair()
        self._connecting: asyncio.Task[HostLink] | None = None
        with orders, invocations:
            try:
                self._process = _spawn(orders, invocations)
            except OSError as error:
                self._orders.close()
                self._invocations.close()
                raise HostLost(f"The process that holds the models of all endpoints cannot start: {error}.") from error
        self.ready = False
        """Whether all models are in it."""

        self.invocations_lost = False
        """Whether its end has been noticed where invocations are."""

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    async def orders(self, on_lost: Callable[[], None]) -> HostLink:
        """The link for loading and unloading models, for the running event loop; call it once."""
        return await HostLink.connect(self._orders, self._on_lines, on_lost)

    async def invocations(self) -> HostLink:
        """The link for invocations; the first call binds it to the running event loop."""
        if self._connecting is None:
            connection = HostLink.connect(self._invocations, self._on_lines, self._notice)
            self._connecting = asyncio.get_running_loop().create_task(connection)
        return await asyncio.shield(self._connecting)

    def end(self) -> str:
        """Kill the process if it still runs, and say how it ended."""
        self._process.kill()
        code = self._process.wait()
        if self._connecting is None:
            self._invocations.close()
        return f"signal {-code}" if code < 0 else f"exit code {code}"

    def _notice(self) -> None:
        self.invocations_lost = True


def _spawn(orders: socket.socket, invocations: socket.socket) -> subprocess.Popen[bytes]:
    descriptors = [orders.fileno(), invocations.fileno()]
    return subprocess.Popen(
        [sys.executable, "-m", "tui.local.serving.host", *map(str, descriptors)],
        pass_fds=descriptors,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        # Several threads per invocation only slow each other down; OpenMP reads this when it is loaded.
        env=os.environ | {"OMP_NUM_THREADS": "1"},
        # A session of its own, so that Ctrl-C and a closed terminal reach the server alone.
        start_new_session=True,
    )
