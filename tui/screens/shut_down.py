"""The question before endpoints are deleted: what goes with them by tick, what stays, and their name to be typed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Input, Static

from themes import DIALOGS_STYLESHEET
from tui.panes.wording import count
from tui.resources.endpoint_deployments import Belonging, ShutDownPlan
from widgets.dialog import Dialog
from widgets.text import content, one_line


@dataclass(frozen=True, slots=True)
class Ticks:
    """What goes with an endpoint."""

    config: bool = False
    models: frozenset[str] = frozenset()
    scaling: bool = False


@dataclass(frozen=True, slots=True)
class Option:
    """Something that can go as well."""

    label: str
    why_not: str = ""
    """Why it stays, as a sentence; empty when it may go."""

    ticks: Ticks = Ticks()
    """What it means to tick it."""


def options_of(plans: Sequence[ShutDownPlan]) -> tuple[Option, ...]:
    """What can be ticked: of one endpoint everything by its name, of several all of a kind together."""
    scaled = tuple(str(bounds) for plan in plans for bounds in plan.scaling)
    scaling = (Option(f"auto scaling of {', '.join(scaled)}", ticks=Ticks(scaling=True)),) if scaled else ()
    if len(plans) == 1:
        [plan] = plans
        config = (_option(plan.config, Ticks(config=True)),) if plan.config else ()
        models = tuple(_option(one, Ticks(models=frozenset({one.resource.name}))) for one in plan.models)
        return (*config, *models, *scaling)
    configs = sum(plan.config is not None for plan in plans)
    names = frozenset(model.resource.name for plan in plans for model in plan.models)
    unless = "each unless something else uses it by then"
    found = []
    if configs:
        found.append(Option(f"{count(configs, 'endpoint configuration')}, {unless}", ticks=Ticks(config=True)))
    if names:
        found.append(Option(f"{count(len(names), 'model')}, {unless}", ticks=Ticks(models=names)))
    return (*found, *scaling)


def _option(one: Belonging, ticks: Ticks) -> Option:
    return Option(str(one.resource), one.why_it_stays, ticks)


class Checklist(Vertical, can_focus=True):
    """Options with a box each."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", show=False),
        Binding("down,j", "move(1)", show=False),
        Binding("space", "tick", show=False),
        Binding("a", "tick_all", show=False),
        Binding("enter", "app.focus_next", show=False),
    ]

    def __init__(self, options: tuple[Option, ...]) -> None:
        super().__init__()
        self._options = options
        self._cursor = 0
        self._ticked: set[int] = set()
        self._text = Static()

    @property
    def ticks(self) -> Ticks:
        """What is ticked."""
        ticked = [self._options[place].ticks for place in self._ticked]
        return Ticks(
            any(one.config for one in ticked),
            frozenset[str]().union(*(one.models for one in ticked)),
            any(one.scaling for one in ticked),
        )

    def compose(self) -> ComposeResult:
        """One line for each option."""
        yield self._text

    def on_mount(self) -> None:
        """Nothing is ticked yet."""
        self._say()

    def on_focus(self) -> None:
        """Show the cursor."""
        self._say()

    def on_blur(self) -> None:
        """Hide the cursor, once the focus is elsewhere."""
        self.call_after_refresh(self._say)

    def action_move(self, step: int) -> None:
        """To another option."""
        self._cursor = min(max(self._cursor + step, 0), len(self._options) - 1)
        self._say()

    def action_tick(self) -> None:
        """Tick the option under the cursor, or not, and go on to the next."""
        if not self._options[self._cursor].why_not:
            self._ticked ^= {self._cursor}
        self.action_move(1)

    def action_tick_all(self) -> None:
        """Tick all that may go."""
        self._ticked = {place for place, option in enumerate(self._options) if not option.why_not}
        self._say()

    def _say(self) -> None:
        self._text.update(Content("\n").join(self._line(place, one) for place, one in enumerate(self._options)))

    def _line(self, place: int, option: Option) -> Content:
        box = "[ ]" if not option.why_not else " ■ "
        box = "[x]" if place in self._ticked else box
        cursor = "▏" if self.has_focus and place == self._cursor else " "
        why = f"  stays: {option.why_not}" if option.why_not else ""
        return Content.assemble(
            (f"{cursor}{box} ", "$text-accent"), content(option.label), (content(why).plain, "$text-muted")
        )


class ShutDownScreen(Dialog[Ticks | None]):
    """Leaves with what is ticked once the name was typed; with None when nothing is to be deleted."""

    CSS_PATH = DIALOGS_STYLESHEET
    DEFAULT_CSS = """
    ShutDownScreen Checklist { height: auto; margin-bottom: 1; }
    ShutDownScreen VerticalScroll { height: auto; max-height: 16; margin-top: 1; scrollbar-size-vertical: 1; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss(None)", "Cancel", show=False)]

    def __init__(self, plans: Sequence[ShutDownPlan], money: str) -> None:
        super().__init__()
        self._plans = plans
        self._money = money
        names = [plan.endpoint for plan in plans]
        self._phrase = one_line(names[0]) if len(names) == 1 else f"shut down {len(names)}"
        options = options_of(plans)
        self._checklist = Checklist(options) if options else None

    def compose(self) -> ComposeResult:
        """What goes, what may go as well, what stays, the line to type into."""
        names = [plan.endpoint for plan in self._plans]
        what = f"the endpoint {names[0]}" if len(names) == 1 else count(len(names), "endpoint")
        stays = dict.fromkeys(thing.rstrip(".") for plan in self._plans for thing in plan.stays)
        with Vertical(classes="dialog"):
            yield Static(content(f"Shut down {what}?", "bold"))
            yield Static(content(self._money, "$text-warning"))
            with VerticalScroll(can_focus=False):
                if len(names) > 1:
                    yield Static(content(", ".join(names)))
                if self._checklist:
                    yield Static(content("What else goes (Space ticks, a ticks all, Tab goes on to the name):"))
                    yield self._checklist
                yield Static(content(f"In any case there stay {', '.join(stays)}.", "$text-muted"))
            yield Static(content(f"\nType {self._phrase} to delete, Esc to cancel."))
            yield Input(compact=True)
            yield Static("", id="problem", classes="problem")

    def on_mount(self) -> None:
        """Begin with the ticks, if there are any."""
        (self._checklist or self.query_one(Input)).focus()

    @on(Input.Submitted)
    def _submitted(self, message: Input.Submitted) -> None:
        if message.value.strip() == self._phrase:
            self.dismiss(self._checklist.ticks if self._checklist else Ticks())
        else:
            self.query_one("#problem", Static).update(content("That is not it; nothing was deleted."))
