"""Where the console begins when it does not know which SageMaker to use, or cannot use the one it was told."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import Screen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from themes import DIALOGS_STYLESHEET
from widgets.dialog import LeftOnce
from widgets.options import Options
from widgets.text import content

WELCOME = """sagedeck is the keyboard console for Amazon SageMaker. It found no AWS settings on this machine
(no profile, no access key in the environment)."""


class StartScreen(LeftOnce, Screen[str]):
    """Offers the ways to begin; leaves with the id of the one chosen."""

    CSS_PATH = DIALOGS_STYLESHEET

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("q,escape", "dismiss('quit')", "Quit", show=False),
        Binding("j", "cursor(1)", show=False),
        Binding("k", "cursor(-1)", show=False),
    ]

    def __init__(self, why: str, choices: tuple[tuple[str, str], ...]) -> None:
        super().__init__()
        self._why = why
        self._choices = choices

    def compose(self) -> ComposeResult:
        """Why we are here, and the choices."""
        with Vertical(id="start"):
            yield Static(content("sagedeck", "bold $primary"))
            yield Static(content(self._why))
            yield Options(*(Option(content(text), id=key) for key, text in self._choices), compact=True)
            yield Static(content("Enter chooses, j and k move, q quits.", "$text-muted"))

    @on(OptionList.OptionSelected)
    def _chosen(self, message: OptionList.OptionSelected) -> None:
        self.dismiss(message.option_id or "quit")

    def action_cursor(self, step: int) -> None:
        """Move in the list."""
        options = self.query_one(OptionList)
        if step > 0:
            options.action_cursor_down()
        else:
            options.action_cursor_up()
