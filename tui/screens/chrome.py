"""The lines around the panes: who and where, which panes there are, what is typed."""

from __future__ import annotations

from typing import Any, ClassVar

from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.geometry import Size
from textual.reactive import reactive
from textual.screen import Screen
from textual.suggester import Suggester
from textual.widget import Widget
from textual.widgets import Input, Static

from widgets.key_bar import KeyBar

ANSWER_SECONDS = 3.0
"""How long it stands on the screen why a key did nothing."""

NEWS_IN_RATE = 0.2
"""Calls a second by which the rate must differ from the one shown."""


class TooSmall(Static):
    """Stands in place of everything else while the terminal is too small to be of use."""

    SMALLEST = Size(80, 24)

    def __init__(self) -> None:
        super().__init__("sagedeck needs a terminal of at least 80 × 24 characters.", id="too-small")

    @classmethod
    def is_said_at(cls, size: Size) -> bool:
        """Whether a terminal of this size is too small."""
        return size.width < cls.SMALLEST.width or size.height < cls.SMALLEST.height


class HeaderLine(Widget):
    """Account and region at the left, money and what the console costs the API at the right."""

    where: reactive[str] = reactive("")
    money: reactive[str] = reactive("")
    """What endpoints in service cost; empty while nothing does."""

    notes: reactive[str] = reactive("")
    read_only: reactive[bool] = reactive(False)

    def __init__(self) -> None:
        super().__init__()
        self._rate, self._throttled = -1.0, 0

    def say_calls(self, rate: float, throttled: int) -> None:
        """Show the calls a second, but no change on which nobody would act: idle means nothing is painted."""
        if abs(rate - self._rate) >= NEWS_IN_RATE or throttled != self._throttled:
            self._rate, self._throttled = rate, throttled
            self.notes = f"{rate:.1f} calls/s" + (f"   429 ×{throttled}" if throttled else "")

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


class DimmedKeys:
    """Says why a key of the bar does nothing, once to whoever holds it down."""

    def __init__(self, screen: Screen[Any]) -> None:
        self._screen = screen
        self._said: set[str] = set()
        """As far as it stands on the screen."""

    def answer(self, key: str) -> None:
        """A key was pressed that nobody has taken."""
        active = self._screen.query_one(KeyBar).dimmed.get(key)
        if active is None or not active.binding.description:
            return
        from tui.commands import why_not  # noqa: PLC0415 - not on the way to the first screen

        answer = f"{active.binding.description} is not possible now: {why_not(active)}."
        if answer not in self._said:
            self._said.add(answer)
            self._screen.set_timer(ANSWER_SECONDS, lambda: self._said.discard(answer))
            self._screen.notify(answer, severity="warning", timeout=ANSWER_SECONDS)
