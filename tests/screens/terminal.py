"""What a console shows and what it writes, without a terminal."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from textual.app import App
from textual.drivers.headless_driver import HeadlessDriver

from tests.waiting import turn

DEADLINE = 60.0
"""Seconds until something that was waited for counts as missing; the machine may be busy with other tests."""

_LOOK_EVERY = 0.1
"""Seconds between two looks at things that nothing is written about, e.g. files."""


class Terminal(HeadlessDriver):
    """A driver without a terminal that keeps what an app writes to one.

    Unlike its base it is no headless driver to the app: one of those is never given anything to write.
    """

    def __init__(self, app: App[Any], *, debug: bool, mouse: bool, size: tuple[int, int] | None) -> None:
        super().__init__(app, debug=debug, mouse=mouse, size=size)
        self.written: list[str] = []
        self.news = asyncio.Event()

    @property
    def is_headless(self) -> bool:
        return False

    def write(self, data: str) -> None:
        self.written.append(data)
        self.news.set()


def terminal_of(app: App[Any]) -> Terminal:
    """The terminal of an app that runs with `driver_class = Terminal`."""
    assert isinstance(app._driver, Terminal)
    return app._driver


def screen_lines(app: App[Any]) -> list[str]:
    """The lines of the screen as a person reads them, without the blanks at their ends."""
    return [strip.text.rstrip() for strip in app.screen._compositor.render_strips()]


def screen_text(app: App[Any]) -> str:
    """The screen as one text."""
    return "\n".join(screen_lines(app))


async def until(app: App[Any], happened: Callable[[], bool], what: str, deadline: float = DEADLINE) -> None:
    """Wait until something has happened; fails with the screen when it has not in time."""
    try:
        async with asyncio.timeout(deadline):
            while not happened():
                if app._exception is not None:
                    raise app._exception
                await _news(terminal_of(app))
    except TimeoutError:
        raise AssertionError(f"{what}; the screen is:\n{screen_text(app)}") from None


async def _news(terminal: Terminal) -> None:
    terminal.news.clear()
    with suppress(TimeoutError):
        async with asyncio.timeout(_LOOK_EVERY):
            await terminal.news.wait()
    await turn()
