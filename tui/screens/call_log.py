"""The call log: what this console changed, as lines for the AWS CLI."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from themes import DIALOGS_STYLESHEET
from tui.panes.wording import moment
from tui.service.budget import LoggedCall
from widgets.dialog import Dialog
from widgets.text import content


class CallLog(Dialog[None]):
    """Lists the mutating calls, newest first."""

    CSS_PATH = DIALOGS_STYLESHEET

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,q,at", "dismiss(None)", "Close", show=False)]

    def __init__(self, calls: tuple[LoggedCall, ...]) -> None:
        super().__init__()
        self._calls = calls

    def compose(self) -> ComposeResult:
        """One text that scrolls."""
        with VerticalScroll(id="help"):
            yield Static(Content("\n").join(self._lines()))

    def _lines(self) -> list[Content]:
        lines = [Content.styled("What this console changed", "bold"), Content("")]
        if not self._calls:
            lines.append(Content("Nothing yet: every call so far only read."))
        for call in reversed(self._calls):
            lines.append(Content.assemble((moment(call.at), "$text-muted"), "  ", content(call.outcome)))
            lines.append(content(call.command))
        return lines
