"""The embedded SageMaker as a child of the console: started early, watched, started again when it dies."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from tui.service.gateway import GIVING_WAY
from tui.service.wire import Connection

HELD_BY_ANOTHER = 3
"""The exit status of a server whose data folder another one holds."""


class EmbeddedError(Exception):
    """The embedded SageMaker did not start; the message is its own sentence about why."""

    def __init__(self, message: str, running: Connection | None = None) -> None:
        super().__init__(message)
        self.running = running
        """How to reach the embedded SageMaker that already serves the same data folder, if one does."""


def usual_folder(environment: Mapping[str, str]) -> Path:
    """Where an embedded SageMaker keeps its state when nobody says otherwise."""
    share = Path(environment.get("XDG_DATA_HOME", ""))
    return (share if share.is_absolute() else Path.home() / ".local/share") / "sagedeck" / "local"


@dataclass(slots=True)
class EmbeddedSageMaker:
    """One server process on a free port, which ends when the console does."""

    data: Path
    log: Path
    """Takes the server's messages."""

    process: subprocess.Popen[bytes] | None = None
    _log_start: int = 0
    _ended: asyncio.StreamReader | None = None

    def spawn(self) -> None:
        """Start the server; `connection` tells when it is ready."""
        stderr: IO[bytes]
        with self.log.open("ab") as stderr:
            self._log_start = stderr.tell()
            self.process = subprocess.Popen(
                [
                    *GIVING_WAY,
                    sys.executable,
                    "-m",
                    "tui.local",
                    "serve",
                    "--port",
                    "0",
                    "--data",
                    str(self.data),
                    "--die-with-stdin",
                ],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=stderr,
                start_new_session=True,
            )

    async def connection(self, read_only: bool) -> Connection:
        """How to reach the server, once it is ready; `EmbeddedError` when it ended instead."""
        assert self.process is not None
        assert self.process.stdout is not None
        loop = asyncio.get_running_loop()
        reader = asyncio.StreamReader()
        await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), self.process.stdout)
        exported: dict[str, str] = {}
        while len(exported) < 4:
            line = (await reader.readline()).decode()
            if not line:
                raise await self._failure()
            name, _, value = line.strip().removeprefix("export ").partition("=")
            exported[name] = value
        self._ended = reader
        return Connection(
            region=exported["AWS_DEFAULT_REGION"],
            endpoint_url=exported["AWS_ENDPOINT_URL"],
            access_key_id=exported["AWS_ACCESS_KEY_ID"],
            secret_access_key=exported["AWS_SECRET_ACCESS_KEY"],
            read_only=read_only,
        )

    async def ended(self) -> int:
        """Wait until the server process ends; its exit status."""
        assert self.process is not None
        assert self._ended is not None
        await self._ended.read()
        return await asyncio.to_thread(self.process.wait)

    def close(self) -> None:
        """Ask the server to end; it stops its jobs first and does not need the console for that."""
        if self.process and self.process.stdin:
            with suppress(OSError):
                self.process.stdin.close()

    async def _failure(self) -> EmbeddedError:
        assert self.process is not None
        status = await asyncio.to_thread(self.process.wait)
        with self.log.open("rb") as log:
            log.seek(self._log_start)
            said = log.read().decode(errors="replace").strip()
        message = said.splitlines()[-1] if said else f"The embedded SageMaker ended with exit status {status}."
        running = None
        if status == HELD_BY_ANOTHER:
            with suppress(OSError, ValueError, KeyError):
                server = json.loads((self.data.expanduser() / "server.json").read_text())
                running = Connection(
                    region=server["region"],
                    endpoint_url=server["url"],
                    access_key_id=server["access_key_id"],
                    secret_access_key=server["secret_access_key"],
                )
        return EmbeddedError(message, running)
