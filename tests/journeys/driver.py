"""Drives the whole console as a person does: by its keys, and by what stands on the screen."""

from __future__ import annotations

import asyncio
import re
import subprocess
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
from textual.pilot import Pilot

from tests.screens.terminal import DEADLINE, Terminal, screen_text, terminal_of, until
from tui.app import SagedeckApp
from tui.config import Config
from tui.embedded import EmbeddedSageMaker
from tui.service.budget import Rates
from tui.service.gateway import spawn_worker
from tui.service.pace import Pace
from tui.service.wire import Connection

FAST = Pace(listing=0.5, changing=0.2, logs=0.1)
"""Polls that keep the tests short."""

UNHURRIED = Rates(listing=50, describing=50, logs=50, other=50)

JOURNEY_SECONDS = 180.0
"""A console that has not come to its end after this long hangs."""

_NAMED_KEYS = {
    " ": "space",
    "-": "minus",
    "=": "equals_sign",
    ".": "full_stop",
    ",": "comma",
    ":": "colon",
    "/": "slash",
    "!": "exclamation_mark",
    "@": "at",
    "?": "question_mark",
    "_": "underscore",
}


@dataclass(slots=True)
class Console:
    """A running console and the person in front of it."""

    app: SagedeckApp
    pilot: Pilot[None]

    async def press(self, *keys: str) -> None:
        """Press keys, named as Textual names them: `n`, `f2`, `colon`."""
        await self.pilot.press(*keys)

    async def types(self, text: str) -> None:
        """Type a text."""
        await self.pilot.press(*(_NAMED_KEYS.get(character, character) for character in text))

    async def command(self, line: str) -> None:
        """Type a line behind `:` and enter it."""
        await self.press("colon")
        await self.types(line)
        await self.press("enter")

    async def sees(self, *texts: str, deadline: float = DEADLINE) -> None:
        """Wait until all of the texts stand on the screen at once."""
        await self.until(lambda: all(text in self.text for text in texts), f"no {texts} on the screen", deadline)

    async def sees_match(self, pattern: str, deadline: float = DEADLINE) -> re.Match[str]:
        """Wait until the pattern is found on the screen; what it matches."""
        await self.until(lambda: re.search(pattern, self.text) is not None, f"no match of {pattern}", deadline)
        found = re.search(pattern, self.text)
        assert found is not None
        return found

    async def sees_no(self, *texts: str, deadline: float = DEADLINE) -> None:
        """Wait until none of the texts stands on the screen."""
        await self.until(lambda: not any(text in self.text for text in texts), f"still {texts} on the screen", deadline)

    async def until(self, happened: Callable[[], bool], what: str, deadline: float = DEADLINE) -> None:
        """Wait until something has happened."""
        await until(self.app, happened, what, deadline)

    @property
    def text(self) -> str:
        """What stands on the screen now."""
        return screen_text(self.app)

    @property
    def written(self) -> list[str]:
        """What the console has written to its terminal since it began."""
        return terminal_of(self.app).written

    def line_with(self, text: str) -> str:
        """The first line of the screen that holds the text."""
        return next(line for line in self.text.splitlines() if text in line)


@asynccontextmanager
async def console(
    config: Config,
    size: tuple[int, int] = (120, 40),
    *,
    wait_for_server: bool = True,
    seconds: float = JOURNEY_SECONDS,
) -> AsyncIterator[Console]:
    """A console as its command starts it, for the length of the block.

    Its processes have ended when that is over, with `wait_for_server` also the embedded SageMaker, which takes a moment
    longer than the console. A journey that is not over after `seconds` fails.
    """
    config.state_folder.mkdir(parents=True, exist_ok=True)
    worker = spawn_worker(config.state_folder / "worker.log")
    embedded = None
    if config.local:
        assert config.data is not None
        embedded = EmbeddedSageMaker(config.data, config.state_folder / "embedded.log")
        embedded.spawn()
    app = SagedeckApp(config, worker, embedded)
    app.driver_class = Terminal
    try:
        async with (
            asyncio.timeout(seconds),
            app.run_test(size=size, notifications=True, headless=False) as pilot,
        ):
            yield Console(app, pilot)
            app.workers.cancel_all()  # as the app does when it ends by itself; the pilot tears its screens down first
    finally:
        server = app.embedded.process if app.embedded else None
        ours = (worker, app.service.gateway._process, server if wait_for_server else None)
        await asyncio.to_thread(_see_ended, [process for process in ours if process])


def _see_ended(processes: list[subprocess.Popen[bytes]]) -> None:
    """Wait until the processes that a console started have ended by themselves."""
    for process in processes:
        try:
            process.wait(DEADLINE)
        except subprocess.TimeoutExpired:
            process.kill()
            raise


def local_config(folder: Path, **changes: Any) -> Config:
    """The configuration of a console with an embedded SageMaker below a test's folder."""
    settings: dict[str, Any] = {
        "local": True,
        "data": folder / "data",
        "state_folder": folder / "state",
        "pace": FAST,
        "rates": UNHURRIED,
    }
    return Config(**settings | changes)


def client_of(console: Console, service: str) -> Any:
    """A plain boto3 client of the console's SageMaker."""
    connection: Connection = console.app.service.gateway._connection
    session: Any = boto3.session.Session()
    return session.client(
        service,
        endpoint_url=connection.endpoint_url,
        aws_access_key_id=connection.access_key_id,
        aws_secret_access_key=connection.secret_access_key,
        region_name=connection.region,
    )
