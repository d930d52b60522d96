"""What the roads across panes are walked on: the screen, the services, the drafts, the person."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

from textual.notifications import SeverityLevel
from textual.screen import Screen

from tui.drafts import Drafts
from tui.panes.pane import Pane
from tui.service.sagemaker import SageMaker

Answer = TypeVar("Answer")


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

    async def ask(self, dialog: Screen[Answer]) -> Answer | None:
        """Put a form or a question before the person; what they answered."""
        return await self.screen.app.push_screen_wait(dialog)

    def say(self, message: str, severity: SeverityLevel = "information") -> None:
        """Tell the person; an error stays long enough to be read."""
        self.screen.notify(message, severity=severity, markup=False, timeout=12 if severity == "error" else 5)
