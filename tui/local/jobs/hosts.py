"""One host of a job, training or batch transform: a process forked from a preloaded server, its output a pipe.

Importing the algorithms takes seconds; a fork server that has imported them starts a host in a tenth of a second.
A host never outlives this process: the kernel kills it with the fork server (Linux), which ends with this process,
and its own lifeline thread ends it when the pipe from here closes, however that came about.
"""

from __future__ import annotations

import ctypes
import multiprocessing
import os
import signal
import sys
import tempfile
import threading
from collections.abc import Callable
from multiprocessing import forkserver, resource_tracker, util
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerContext
from pathlib import Path
from typing import Any

from tui.local.algorithms import PRELOAD
from tui.local.jobs.states import JobFailed

_PR_SET_PDEATHSIG = 1
_NOT_STARTED = "InternalServerError: The process that starts training hosts was killed. Start the job again."
_READ_SIZE = 64 * 1024
_GROUP_SIGNALS = frozenset({signal.SIGHUP, signal.SIGINT, signal.SIGTERM})
"""What a closed terminal, Ctrl-C or a service manager sends to all processes of the group.

The fork server does not listen to them: the jobs end because this process ends them, with the true reason.
"""

_MAX_LINE = 200_000
"""Bytes after which a line without an end is cut: a log event holds at most 256 KiB."""


_SHORT_TEMPORARY_FOLDER = "/tmp"
_LONGEST_TEMPORARY_FOLDER = 71
"""Bytes: the path of the fork server's socket is 32 longer, and a socket's address holds 103 on some systems."""


def _have_room_for_sockets() -> None:
    """Have multiprocessing make its own folder now, and elsewhere if a socket in the temporary folder is impossible."""
    folder = tempfile.gettempdir()
    if len(os.fsencode(folder)) > _LONGEST_TEMPORARY_FOLDER:
        tempfile.tempdir = _SHORT_TEMPORARY_FOLDER
        try:
            util.get_temp_dir()
        finally:
            tempfile.tempdir = folder


class HostServer:
    """Starts host processes."""

    def __init__(self) -> None:
        _have_room_for_sockets()
        self._context: ForkServerContext = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload(["tui.local.jobs.background", *PRELOAD])
        self._lifeline, self._held = self._context.Pipe(duplex=False)

    def warm(self) -> None:
        """Start the fork server, if it does not run yet, without waiting for its imports."""
        # Several threads per process only slow jobs down that share the cores; OpenMP reads this when it is loaded.
        os.environ["OMP_NUM_THREADS"] = "1"
        resource_tracker.ensure_running()  # started by the fork server otherwise, and it lifts the block
        before = signal.pthread_sigmask(signal.SIG_BLOCK, _GROUP_SIGNALS)
        try:
            forkserver.ensure_running()
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)

    def start(self, body: Callable[..., int], *arguments: Any) -> Host:
        """Run a function of a module as a host's container, in a process of its own; it answers the exit code.

        Function and arguments are pickled. What the function imports itself, if the fork server has imported it
        before, costs neither this process nor the host anything.

        Raises JobFailed when the fork server is killed just then.
        """
        self.warm()
        reader, writer = self._context.Pipe(duplex=False)
        process = self._context.Process(target=_run, args=(writer, self._lifeline, body, arguments), daemon=True)
        try:
            process.start()
        except (EOFError, ConnectionError) as error:
            reader.close()
            raise JobFailed(_NOT_STARTED) from error
        finally:
            writer.close()
        return Host(process, reader)

    def close(self) -> None:
        """Cut the lifeline: every host that still runs is killed."""
        self._held.close()


class Host:
    """A running or ended host."""

    def __init__(self, process: multiprocessing.process.BaseProcess, output: Connection) -> None:
        self._process = process
        self._output = output
        self._rest = b""
        self.open = True
        """False once the output has ended, which it does with the process."""

    @property
    def pid(self) -> int:
        """The host's process, in a process group of the same number."""
        pid = self._process.pid
        if pid is None:
            raise RuntimeError("a started process has no id")
        return pid

    def fileno(self) -> int:
        """The pipe of the host's output, for a selector."""
        return self._output.fileno()

    def read_lines(self) -> list[str]:
        """The lines that are ready, with what is left of an unfinished one when the output has ended."""
        chunk = os.read(self._output.fileno(), _READ_SIZE)
        *lines, self._rest = (self._rest + chunk).split(b"\n")
        if not chunk or len(self._rest) > _MAX_LINE:
            lines.append(self._rest)
            self._rest = b""
        if not chunk:
            self.open = False
        return [line.decode("utf-8", "replace") for line in lines]

    def terminate(self) -> None:
        """Ask the host to save what it has and end (SIGTERM)."""
        self._process.terminate()

    def kill(self) -> None:
        """End the host at once (SIGKILL)."""
        self._process.kill()

    def wait(self) -> int:
        """The exit code once the process has ended, in the shell's way: 128 + n for signal n. Ends the reading."""
        self._process.join()
        self._output.close()
        code = self._process.exitcode
        if code is None:
            raise RuntimeError("a joined process has no exit code")
        return 128 - code if code < 0 else code


def train(root: Path, image: str) -> int:
    """The body of a training host; `root` is its `/opt/ml`."""
    from tui.local.algorithms import container  # noqa: PLC0415  # preloaded in a host, far too heavy for the server

    return container.run(root, image)


def _run(output: Connection, lifeline: Connection, body: Callable[..., int], arguments: tuple[Any, ...]) -> None:
    os.setsid()
    for number in _GROUP_SIGNALS:
        # What the group was sent before this process left it was not meant for it: being ignored, it is forgotten.
        signal.signal(number, signal.signal(number, signal.SIG_IGN))
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _GROUP_SIGNALS)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    threading.Thread(target=_die_with, args=(lifeline,), daemon=True).start()
    os.dup2(output.fileno(), 1)
    os.dup2(output.fileno(), 2)
    output.close()
    sys.stdout = open(1, "w", buffering=1, encoding="utf-8", errors="replace", closefd=False)  # noqa: SIM115
    sys.stderr = open(2, "w", buffering=1, encoding="utf-8", errors="replace", closefd=False)  # noqa: SIM115
    sys.exit(body(*arguments))


def _die_with(lifeline: Connection) -> None:
    os.read(lifeline.fileno(), 1)
    os.killpg(0, signal.SIGKILL)
