"""The help: what the keys do, this pane's first, with the reason why a dimmed one does nothing."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from themes import DIALOGS_STYLESHEET
from tui.commands import Command
from widgets.dialog import Dialog


class HelpScreen(Dialog[None]):
    """Lists the commands that the screen below offered when help was asked for."""

    CSS_PATH = DIALOGS_STYLESHEET

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,q,question_mark", "dismiss(None)", "Close", show=False)]

    def __init__(self, heading: str, offered: tuple[Command, ...]) -> None:
        super().__init__()
        self._heading = heading
        self._offered = offered

    def compose(self) -> ComposeResult:
        """One text that scrolls."""
        with VerticalScroll(id="help"):
            yield Static(Content("\n").join(self._lines()))

    def _lines(self) -> list[Content]:
        lines = [Content.styled(self._heading, "bold"), Content("")]
        for command in self._offered:
            style = "" if command.enabled else "$text-disabled"
            why = "" if command.enabled else f"  (not now: {command.why_not})"
            lines.append(
                Content.assemble(
                    (f"{command.key} ".ljust(16), "bold $accent" if command.enabled else style),
                    (command.description.ljust(16), style),
                    (f"{command.explanation}{why}", style or "$text-muted"),
                )
            )
        lines += [
            Content(""),
            Content.styled('Filters: words, "phrases", !without, ~fuzzy, re:regex, column:value.', "$text-muted"),
            Content.styled("Esc closes this page.", "$text-muted"),
        ]
        return lines
