"""What a road that takes minutes is doing, step by step; it goes on when a person looks elsewhere."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import ClassVar, Literal

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from themes import DIALOGS_STYLESHEET
from tui.panes.wording import duration
from widgets.dialog import Dialog
from widgets.text import content

State = Literal["doing", "done", "stays", "failed"]

_GLYPHS: dict[State, tuple[str, str]] = {
    "doing": ("▶", "$status-running"),
    "done": ("✓", "$status-completed"),
    "stays": ("■", "$text-muted"),
    "failed": ("✗", "$status-failed"),
}


@dataclass(frozen=True, slots=True)
class Step:
    """One step: told when it begins, when something happens to it, and when it is over."""

    what: str
    state: State
    words: str = ""
    key: str = ""
    """By which it is known again when `what` is said differently later."""


class StepsScreen(Dialog[bool]):
    """Shows the steps it is told; leaves with True when a person asked for `offer` after they had failed."""

    CSS_PATH = DIALOGS_STYLESHEET
    DEFAULT_CSS = "StepsScreen VerticalScroll { height: auto; max-height: 14; margin: 1 0; }"

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,enter,q", "dismiss(False)", "Leave", show=False),
        Binding("r", "take_offer", "Remove", show=False),
    ]

    def __init__(self, title: str, offer: str) -> None:
        super().__init__()
        self._title = title
        self._offer = offer
        self._steps: dict[str, tuple[Step, float]] = {}
        """How far each is, and since when."""

        self._problem = ""
        self._over = False
        self._offered = False
        self._text, self._hint = Static(), Static()

    def compose(self) -> ComposeResult:
        """The steps so far, and what one can do."""
        with Vertical(classes="dialog"):
            yield Static(content(self._title, "bold"))
            yield VerticalScroll(self._text, can_focus=False)
            yield self._hint

    def on_mount(self) -> None:
        """The age of the step that is under way is shown."""
        self._say()
        self.set_interval(1, self._say_age)

    def tell(self, step: Step) -> None:
        """Show a step."""
        key = step.key or step.what
        known = self._steps.get(key)
        self._steps[key] = (step, known[1] if known else time.monotonic())
        self._say()

    def fail(self, problem: str, *, offered: bool) -> None:
        """Say what went wrong; with `offered` what was made can be removed."""
        self._steps = {
            key: (replace(step, state="failed") if step.state == "doing" else step, since)
            for key, (step, since) in self._steps.items()
        }
        self._problem, self._offered, self._over = problem, offered, True
        self._say()

    def finish(self, *, leave: bool) -> None:
        """All is done; without `leave` the steps stay until they were read."""
        self._over = True
        self._say()
        if leave and self.is_current:  # a question may stand above
            self.dismiss(False)

    def action_take_offer(self) -> None:
        """Leave, asking for what is offered."""
        if self._offered:
            self.dismiss(True)

    def _say_age(self) -> None:
        if not self._over:
            self._say()

    def _say(self) -> None:
        lines = [_line(step, since) for step, since in self._steps.values()]
        if self._problem:
            lines += [Content(""), content(self._problem, "$text-error")]
        self._text.update(Content("\n").join(lines))
        if not self._over:
            hint = "Esc leaves this page; it goes on."
        else:
            hint = f"r: {self._offer}   Esc: leave it as it is" if self._offered else "Esc leaves this page."
        self._hint.update(content(hint, "$text-muted"))


def _line(step: Step, since: float) -> Content:
    glyph, style = _GLYPHS[step.state]
    age = f"  {duration(time.monotonic() - since)}" if step.state == "doing" else ""
    return Content.assemble(
        (f"{glyph} ", style), content(step.what), (f"  {content(step.words).plain}{age}".rstrip(), "$text-muted")
    )
