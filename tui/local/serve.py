"""`sagedeck local serve`: the embedded SageMaker as a process, from its arguments to its orderly end."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import logging
import os
import signal
import socket
import sqlite3
import sys
import threading
from collections.abc import Generator
from pathlib import Path

import uvicorn

from tui.local.app import LocalAws
from tui.local.folder import Credentials, DataFolder, FolderError, FolderHeldError, unusable
from tui.local.gate import Gate
from tui.local.settings import REGION, Settings

EXIT_HELD = 3
"""Another server holds the data folder."""

EXIT_PORT = 4
"""The port is in use or not ours to take."""

EXIT_FOLDER = 5
"""The data folder cannot be written, is damaged, or is not a folder."""

DEFAULT_PORT = 4870
"""The port for people: fixed, so that a shell's settings stay true over a restart."""

_GRACE_SECONDS = 3
"""How long requests under way may take to finish when the server stops."""


class PortError(Exception):
    """A port that cannot be listened on; the text is a sentence for the person who named it."""


def main(argv: list[str]) -> int:
    """Serve until a signal or the end of standard input; returns the exit code of the process."""
    arguments = _parser().parse_args(argv)
    logging.basicConfig(stream=sys.stderr, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    os.umask(0o077)
    try:
        _serve(Settings(arguments.data, arguments.phase_seconds), arguments.port, arguments.die_with_stdin)
    except FolderHeldError as error:
        return _complain(error, EXIT_HELD)
    except PortError as error:
        return _complain(error, EXIT_PORT)
    except FolderError as error:
        return _complain(error, EXIT_FOLDER)
    return 0


def default_data() -> Path:
    """Where the embedded SageMaker keeps its state unless told otherwise."""
    home = Path(os.environ.get("XDG_DATA_HOME", ""))
    if not home.is_absolute():
        home = Path.home() / ".local" / "share"
    return home / "sagedeck" / "local"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="sagedeck local serve",
        description="Run the embedded SageMaker and print the settings that make any AWS client use it.",
    )
    parser.add_argument("--port", type=_port, default=DEFAULT_PORT, help="0 takes a free one (default: %(default)s)")
    parser.add_argument("--data", type=_absolute, default=default_data(), metavar="DIR", help="default: %(default)s")
    parser.add_argument(
        "--phase-seconds",
        type=_seconds,
        default=1.0,
        metavar="S",
        help="least time of a job in each phase around training (default: %(default)s)",
    )
    parser.add_argument("--die-with-stdin", action="store_true", help="stop when standard input ends")
    return parser


def _port(text: str) -> int:
    port = int(text)
    if not 0 <= port <= 65535:
        raise argparse.ArgumentTypeError(f"{text} is not a port; ports are 0 to 65535")
    return port


def _seconds(text: str) -> float:
    seconds = float(text)
    if not 0 <= seconds <= 3600:
        raise argparse.ArgumentTypeError(f"{text} is not a number of seconds from 0 to 3600")
    return seconds


def _absolute(text: str) -> Path:
    return Path(text).expanduser().absolute()


def _complain(error: Exception, code: int) -> int:
    sys.stderr.write(f"sagedeck local serve: {error}\n")
    return code


def _serve(settings: Settings, port: int, die_with_stdin: bool) -> None:
    folder = DataFolder(settings.data)
    with contextlib.closing(folder):
        credentials = folder.credentials()
        with contextlib.closing(_listen(port)) as listener:
            port = listener.getsockname()[1]
            try:
                app = LocalAws(settings, Gate(port, credentials.access_key_id))
                app.start()
            except (OSError, sqlite3.Error) as error:
                raise unusable(settings.data, error) from error
            with contextlib.closing(app):
                asyncio.run(_Server(app, folder, credentials, port).run_until_told(listener, die_with_stdin))


def _listen(port: int) -> socket.socket:
    # asyncio switches Nagle's algorithm off only where the protocol is named; with it, each answer on a kept
    # connection takes 40 ms longer.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(("127.0.0.1", port))
        listener.listen(128)
    except OSError as error:
        listener.close()
        raise PortError(
            f"Cannot listen on port {port} of 127.0.0.1: {error.strerror}. "
            "Stop what uses it, name another one with --port, or let --port 0 take a free one."
        ) from error
    return listener


class _Server(uvicorn.Server):
    """uvicorn on our socket, with our signals, and with word of its readiness."""

    def __init__(self, app: LocalAws, folder: DataFolder, credentials: Credentials, port: int) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                http="h11",
                ws="none",
                lifespan="off",
                log_config=None,
                access_log=False,
                server_header=False,
                timeout_graceful_shutdown=_GRACE_SECONDS,
            )
        )
        self._folder = folder
        self._credentials = credentials
        self._url = f"http://127.0.0.1:{port}"

    async def run_until_told(self, listener: socket.socket, die_with_stdin: bool) -> None:
        """Serve until SIGINT, SIGTERM, SIGHUP or, if asked, the end of standard input."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(number, self._stop)
        if die_with_stdin:
            threading.Thread(target=self._stop_at_end_of_stdin, args=(loop,), daemon=True).start()
        await self.serve([listener])

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start to listen, then say so in `server.json` and on standard output."""
        await super().startup(sockets)
        self._folder.announce(self._url, self._credentials)
        sys.stdout.write(
            f"export AWS_ENDPOINT_URL={self._url}\n"
            f"export AWS_ACCESS_KEY_ID={self._credentials.access_key_id}\n"
            f"export AWS_SECRET_ACCESS_KEY={self._credentials.secret_access_key}\n"
            f"export AWS_DEFAULT_REGION={REGION}\n"
        )
        sys.stdout.flush()

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None]:
        """Leave the signals alone: uvicorn would raise them again after its shutdown, and so end the process."""
        yield

    def _stop(self) -> None:
        self.force_exit = self.should_exit
        self.should_exit = True

    def _stop_at_end_of_stdin(self, loop: asyncio.AbstractEventLoop) -> None:
        # Not through sys.stdin: a daemon thread inside its lock would abort the interpreter at exit.
        while os.read(0, 4096):
            pass
        with contextlib.suppress(RuntimeError):  # the loop is closed: the server has stopped already
            loop.call_soon_threadsafe(self._stop)
