"""What the roads across panes are walked on: the screen, the services, the drafts, the person."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

from textual.notifications import SeverityLevel
from textual.screen import Screen

from tui.drafts import Drafts
from tui.panes.pane import Pane
from tui.service.sagemaker import SageMaker

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Ending:
    """What becomes of something when the console is left."""

    what: str
    """It, as one would say it after `the`, e.g. `upload of houses`."""

    then: str
    """What comes of it, as one would go on after that: what is lost, what stays, what goes on later."""


EndingNow = Callable[[], Ending | None]
"""What becomes of it when the console is left at this moment; None while nothing is lost by that."""


@dataclass(frozen=True, slots=True)
class Stage:
    """What a road needs of the main screen."""

    screen: Screen[None]
    service: SageMaker
    drafts: Drafts
    read_only: bool
    show_pane: Callable[[str], Awaitable[None]]
    """Shows one of the panes that have a digit, by its name."""

    open_pane: Callable[[Pane], Awaitable[None]]
    """Shows a pane that is about one thing, such as the trials of a tuning job, in place of the one before it."""

    endings: list[EndingNow]
    """What all roads that are walked now lose with the console."""

    @contextmanager
    def ending(self, now: EndingNow) -> Iterator[None]:
        """Whoever leaves the console within the block is told what becomes of what is done in it."""
        self.endings.append(now)
        try:
            yield
        finally:
            self.endings.remove(now)

    async def ask(self, dialog: Screen[Answer]) -> Answer | None:
        """Put a form or a question before the person; what they answered."""
        return await self.screen.app.push_screen_wait(dialog)

    def say(self, message: str, severity: SeverityLevel = "information") -> None:
        """Tell the person; an error stays long enough to be read."""
        self.screen.notify(message, severity=severity, markup=False, timeout=12 if severity == "error" else 5)
