"""The lines around the panes: who and where, which panes there are, what is typed."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.reactive import reactive
from textual.suggester import Suggester
from textual.widget import Widget
from textual.widgets import Input, Static


class HeaderLine(Widget):
    """Account and region at the left, money and what the console costs the API at the right."""

    where: reactive[str] = reactive("")
    money: reactive[str] = reactive("")
    """What endpoints in service cost; empty while nothing does."""

    notes: reactive[str] = reactive("")
    read_only: reactive[bool] = reactive(False)

    def render(self) -> Content:
        """One line."""
        left = Content.assemble(
            (" sagedeck ", "bold $primary"),
            f" {self.where}",
            (" · read-only", "bold $text-warning") if self.read_only else "",
        )
        money = Content.styled(self.money, "$text-warning")
        notes = Content.styled(f"{self.notes} ", "$text-muted")
        both = Content.assemble(money, "   " if self.money else "", notes)
        for right in (both, Content.assemble(money, " ")):  # of the two, money matters more
            gap = self.size.width - left.cell_length - right.cell_length
            if gap > 0:
                return Content.assemble(left, " " * gap, right)
        return left


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
    """The line at the bottom for commands (`:`) and filters (`/`); empty until something is typed."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "screen.close_line", "Cancel", id="line.cancel")]

    def __init__(self) -> None:
        super().__init__(id="line")

    @property
    def is_open(self) -> bool:
        """Whether something is being typed."""
        return self.has_class("-open")

    async def open(self, prompt: str, text: str = "", suggester: Suggester | None = None) -> None:
        """Show the line with the keyboard in it."""
        await self.remove_children()
        typed = Input(text, compact=True, select_on_focus=False, suggester=suggester)
        await self.mount(Static(Content(prompt)), typed)
        self.add_class("-open")
        typed.focus()

    def close(self) -> None:
        """Hide the line."""
        self.remove_class("-open")
