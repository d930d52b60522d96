"""The lines around the panes: who and where, which panes there are, what is typed."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.getters import query_one
from textual.reactive import reactive
from textual.suggester import Suggester
from textual.widget import Widget
from textual.widgets import Input, Static


class HeaderLine(Widget):
    """Account and region at the left, what the console costs the API at the right."""

    where: reactive[str] = reactive("")
    notes: reactive[str] = reactive("")
    read_only: reactive[bool] = reactive(False)

    def render(self) -> Content:
        """One line."""
        left = Content.assemble(
            (" sagedeck ", "bold $primary"),
            f" {self.where}",
            (" · read-only", "bold $text-warning") if self.read_only else "",
        )
        right = Content.styled(f"{self.notes} ", "$text-muted")
        gap = self.size.width - left.cell_length - right.cell_length
        return Content.assemble(left, " " * gap, right) if gap > 0 else left


class Navigation(Widget):
    """The panes with their digits; the one that is shown stands out."""

    current: reactive[str] = reactive("")

    def __init__(self, panes: tuple[tuple[str, str, str], ...]) -> None:
        super().__init__()
        self._panes = panes

    def render(self) -> Content:
        """One line."""
        return Content.assemble(
            *(
                (f" {digit} {title} ", "reverse bold" if name == self.current else "")
                for digit, name, title in self._panes
            )
        )


class TypedLine(Horizontal):
    """The line at the bottom for commands (`:`) and filters (`/`); hidden while nothing is typed."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "screen.close_line", "Cancel", id="line.cancel")]

    input = query_one(Input)
    prompt = query_one(Static)

    def __init__(self) -> None:
        super().__init__(id="line")

    def compose(self) -> ComposeResult:
        """The prompt and the input."""
        yield Static("")
        yield Input(compact=True, select_on_focus=False)

    def open(self, prompt: str, text: str = "", suggester: Suggester | None = None) -> None:
        """Show the line with the keyboard in it."""
        self.prompt.update(Content(prompt))
        self.input.suggester = suggester
        self.input.value = text
        self.add_class("-open")
        self.input.focus()

    def close(self) -> None:
        """Hide the line."""
        self.remove_class("-open")
        self.input.value = ""
