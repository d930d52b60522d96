"""Questions before something is done that cannot be taken back."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.widgets import Button, Input, Static

from themes import DIALOGS_STYLESHEET
from widgets.dialog import Dialog
from widgets.text import cells, content

_SHORT, _LONG = 14, 40
"""Cells within which the sentences of a list to choose from begin below each other."""


class Confirm(Dialog[bool]):
    """Asks once; Cancel has the keyboard, so that a stray Enter does nothing."""

    CSS_PATH = DIALOGS_STYLESHEET

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,n", "answer(False)", "Cancel", show=False),
        Binding("y", "answer(True)", "Yes", show=False),
        Binding("left,right,h,l", "app.focus_next", "Other button", show=False),
    ]

    def __init__(self, question: str, detail: str, action: str) -> None:
        super().__init__()
        self._question = question
        self._detail = detail
        self._action = action

    def compose(self) -> ComposeResult:
        """Question, consequences, two buttons."""
        with Vertical(classes="dialog"):
            yield Static(content(self._question, "bold"))
            yield Static(content(self._detail), classes="dialog-detail")
            with Horizontal(classes="dialog-buttons"):
                yield Button("Cancel (n)", id="cancel", compact=True)
                yield Button(f"{self._action} (y)", id="yes", variant="error", compact=True)

    @on(Button.Pressed)
    def _pressed(self, message: Button.Pressed) -> None:
        self.dismiss(message.button.id == "yes")

    def action_answer(self, answer: bool) -> None:
        """Leave with the answer."""
        self.dismiss(answer)


class TypeName(Dialog[bool]):
    """Asks for the name of what is deleted, so that no single key deletes anything."""

    CSS_PATH = DIALOGS_STYLESHEET

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss(False)", "Cancel", show=False)]

    def __init__(self, name: str, question: str, detail: str) -> None:
        super().__init__()
        self._name_to_type = name
        self._question = question
        self._detail = detail

    def compose(self) -> ComposeResult:
        """Question, what goes and what stays, the line to type the name into."""
        with Vertical(classes="dialog"):
            yield Static(content(self._question, "bold"))
            yield Static(content(self._detail), classes="dialog-detail")
            yield Static(content(f"Type {self._name_to_type} to delete it, Esc to cancel."))
            yield Input(compact=True)
            yield Static("", id="problem", classes="problem")

    @on(Input.Submitted)
    def _submitted(self, message: Input.Submitted) -> None:
        if message.value == self._name_to_type:
            self.dismiss(True)
        else:
            self.query_one("#problem", Static).update(content("That is not its name; nothing was deleted."))


class Choose(Dialog[str | None]):
    """A short list to choose from."""

    CSS_PATH = DIALOGS_STYLESHEET

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", "Cancel", show=False),
        Binding("j", "app.simulate_key('down')", show=False),
        Binding("k", "app.simulate_key('up')", show=False),
    ]

    def __init__(self, question: str, choices: tuple[tuple[str, str], ...]) -> None:
        super().__init__()
        self._question = question
        self._choices = choices

    def compose(self) -> ComposeResult:
        """The question and the choices, each with a sentence."""
        from textual.widgets.option_list import Option  # noqa: PLC0415

        from widgets.options import Options  # noqa: PLC0415

        width = max(_SHORT, *(min(cells(key), _LONG) for key, _ in self._choices))
        with Vertical(classes="dialog"):
            yield Static(content(self._question, "bold"))
            yield Options(
                *(Option(content(f"{key:<{width}} {sentence}"), id=key) for key, sentence in self._choices),
                compact=True,
            )

    def on_option_list_option_selected(self, message: object) -> None:
        """Leave with the choice."""
        self.dismiss(getattr(message, "option_id", None))
