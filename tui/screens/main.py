"""The main screen: the frame around the panes, and the mediator between them."""

from __future__ import annotations

import asyncio
import gc
from importlib import import_module
from shutil import get_terminal_size
from typing import TYPE_CHECKING, Any, ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.command import Provider
from textual.getters import query_one
from textual.screen import Screen
from textual.widgets import ContentSwitcher, Input

from tui.config import Config
from tui.drafts import Drafts
from tui.panes.data_messages import CANCELLABLE, CancelWanted
from tui.panes.endpoint_messages import IdleWanted
from tui.panes.log_messages import LogsWanted
from tui.panes.messages import CopyWanted, Wish
from tui.panes.pane import Pane
from tui.screens.catalog import PANES, make_pane
from tui.screens.chrome import DimmedKeys, HeaderLine, Navigation, TooSmall, TypedLine
from tui.service.sagemaker import SageMaker
from widgets.key_bar import KeyBar
from widgets.table import Table
from widgets.worker_owner import WorkerOwner

if TYPE_CHECKING:
    from tui.commands import Command
    from tui.resources.endpoints import Endpoint
    from tui.resources.logs import LogSource
    from tui.screens.stage import EndingNow

WIDE = 120
"""Columns from which list and inspector stand side by side."""

MONEY_AFTER = 1.0
"""Seconds after the start at which the console begins to look at what endpoints cost: the first screen comes first."""


def _collect_garbage_again() -> None:
    """What the start has made stays for good: it is taken out of every later collection, which then takes no time."""
    gc.freeze()
    gc.enable()


def _palette_commands() -> type[Provider]:
    from tui.commands import PaletteCommands  # noqa: PLC0415

    return PaletteCommands


class MainScreen(WorkerOwner, Screen[None]):
    """Shows one pane at a time and carries wishes from one to another.

    What is not on the first screen is imported when it is first asked for: it would be a fifth of the start-up.
    """

    COMMANDS = {_palette_commands}
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (WIDE, "-wide")]

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("colon", "command", "Command", id="app.command", tooltip="Type a command", key_display=":"),
        Binding("slash", "filter", "Filter", id="app.filter", tooltip="Filter the list", key_display="/"),
        Binding("question_mark", "help", "Help", id="app.help", tooltip="What the keys do here"),
        *(
            Binding(digit, f"show('{name}')", title, id=f"app.{name}", tooltip=f"Show the pane {title}", show=False)
            for digit, name, title in PANES
        ),
        Binding("minus", "last_pane", "Last pane", id="app.last", tooltip="Back to the pane before", show=False),
        Binding("at", "call_log", "Call log", id="app.calls", tooltip="What this console changed", show=False),
        Binding("X", "export", "Export", id="app.export", tooltip="Write or copy the rows of the list", show=False),
        Binding("p", "pause", "Pause", id="app.pause", tooltip="Pause or go on asking the service", show=False),
        Binding(
            "dollar_sign",
            "idle",
            "Idle endpoints",
            id="app.idle",
            tooltip="Endpoints that nobody invokes, and what they cost",
            key_display="$",
            show=False,
        ),
        Binding("q", "app.ask_quit", "Quit", id="app.quit", tooltip="Leave the console", show=False),
    ]

    header = query_one(HeaderLine)
    navigation = query_one(Navigation)
    switcher = query_one("#panes", ContentSwitcher)
    typed = query_one(TypedLine)

    def __init__(self, service: SageMaker, config: Config) -> None:
        # The breakpoint's class from the start: added with the first resize it would lay everything out again.
        super().__init__(classes="-wide" if get_terminal_size().columns >= WIDE else "-narrow")
        self.service = service
        self.config = config
        self.drafts = Drafts(config.state_folder / "drafts")
        self._last = "train"
        self._filtered: Table[Any] | None = None
        self._dimmed = DimmedKeys(self)
        self._offered: tuple[Command, ...] = ()
        self.endpoints: tuple[Endpoint, ...] = ()
        """Those of the list, once somebody has looked."""

        self.endings: list[EndingNow] = []
        """What the roads that are walked now lose with the console."""

    def compose(self) -> ComposeResult:
        """Header, navigation, one pane, the typed line, the keys."""
        yield HeaderLine()
        yield Navigation(PANES)
        with ContentSwitcher(id="panes", initial="train"):
            yield make_pane("train", self.service, self.config)
        yield TypedLine()
        yield KeyBar()

    def on_mount(self) -> None:
        """The list of training jobs is where one begins."""
        self.navigation.current = "train"
        self.header.read_only = self.config.read_only
        self.pane("train").focus_first()
        self.set_interval(5, self._say_calls)
        self.set_timer(MONEY_AFTER, self._begin_to_follow_money)
        self.call_after_refresh(_collect_garbage_again)

    async def on_resize(self, event: events.Resize) -> None:
        """Say so when the terminal is too small to be of use."""
        too_small = TooSmall.is_said_at(event.size)
        if too_small and not self.query(TooSmall):
            await self.mount(TooSmall())
        self.set_class(too_small, "-too-small")

    def _say_calls(self) -> None:
        budget = self.service.budget
        self.header.say_calls(budget.calls_per_second(), budget.throttled)

    def _begin_to_follow_money(self) -> None:
        self.run_worker(self._follow_money(), group="money")

    async def _follow_money(self) -> None:
        """Show what endpoints cost, whichever pane is shown."""
        # In a thread: the values of endpoints are many, and somebody may be typing.
        burn = await asyncio.to_thread(import_module, "tui.screens.burn")
        async for endpoints, money in burn.follow(self.service):
            self.endpoints, self.header.money = endpoints, money

    def pane(self, name: str) -> Pane:
        """A pane by its name."""
        return self.query_one(f"#{name}", Pane)

    async def action_show(self, name: str) -> None:
        """Show a pane; it is made when it is first asked for."""
        if not self.switcher.query(f"#{name}"):
            await self.switcher.add_content(make_pane(name, self.service, self.config), id=name)
        if name != self.switcher.current:
            self._last = self.switcher.current or name
        self.action_close_line(keep=True)
        self.switcher.current = name
        self.navigation.current = self.pane(name).UNDER or name
        self.pane(name).focus_first()

    async def open_pane(self, pane: Pane) -> None:
        """Show a pane that is about one thing, in place of the one that was about another."""
        assert pane.id is not None
        await self.switcher.query(f"#{pane.id}").remove()
        await self.switcher.add_content(pane, id=pane.id)
        if self.switcher.current == pane.id:
            pane.display = True  # the switcher sees no change where a pane takes the place of its like
        await self.action_show(pane.id)

    async def action_last_pane(self) -> None:
        """The pane before this one, unless another is just taking its place."""
        if self.switcher.query(f"#{self._last}"):
            await self.action_show(self._last)

    @on(Wish)
    def _fulfil(self, wish: Wish) -> None:
        from tui.screens.flows import fulfil  # noqa: PLC0415
        from tui.screens.stage import Stage  # noqa: PLC0415

        shows = self.action_show, self.open_pane
        stage = Stage(self, self.service, self.drafts, self.config.read_only, *shows, self.endings)
        self.run_worker(fulfil(stage, wish), group=type(wish).__name__, exclusive=True)

    @on(CancelWanted)
    def _cancel_making(self) -> None:
        """End the roads that can be; each says what is left."""
        for kind in CANCELLABLE:
            self.workers.cancel_group(self, kind.__name__)

    @on(LogsWanted)
    async def _show_logs(self, message: LogsWanted) -> None:
        await self.show_logs(message.source)

    async def show_logs(self, source: LogSource) -> None:
        """Show a log."""
        from tui.panes.logs import LogsPane  # noqa: PLC0415

        await self.action_show("logs")
        self.query_one(LogsPane).source = source

    @on(CopyWanted)
    def _copy(self, message: CopyWanted) -> None:
        from widgets.clipboard import copy  # noqa: PLC0415

        self.notify(f"Copied {message.what} {copy(self.app, message.text)}.", markup=False, timeout=3)

    async def action_command(self) -> None:
        """Type a command."""
        from tui.commands import CommandSuggester, commands  # noqa: PLC0415
        from tui.resources.logs import SOURCES  # noqa: PLC0415

        # Now, while the pane has the keyboard: in the typed line none of its commands is active.
        self._offered = tuple(commands(self))
        names = (*(name for _, name, _ in PANES), "quit", "help", "theme", *(f"logs {kind} " for kind in SOURCES))
        await self.typed.open(":", suggester=CommandSuggester(names, self._offered))

    async def action_filter(self) -> None:
        """Type a filter for the list that has the keyboard."""
        if (table := self._table("filter")) is not None:
            self._filtered = table
            await self.typed.open("/", table.filter_text)

    def action_export(self) -> None:
        """Write or copy the rows of the list that has the keyboard."""
        from tui.screens.export import export_table  # noqa: PLC0415

        if (table := self._table("export")) is not None:
            self.run_worker(export_table(self, table, self.switcher.current or "rows"), group="export", exclusive=True)

    def _table(self, verb: str) -> Table[Any] | None:
        """The list that is meant, or a word about there being none."""
        if isinstance(self.focused, Table):
            return self.focused
        tables = self.pane(self.switcher.current or "train").query(Table)
        if tables:
            return tables.first()
        self.notify(f"There is no list to {verb} in this pane.", timeout=3)
        return None

    @on(Input.Changed, "#line Input")
    def _typed(self, message: Input.Changed) -> None:
        message.stop()
        if self._filtered is not None and self.typed.is_open:
            self._filtered.filter_text = message.value

    @on(Input.Submitted, "#line Input")
    async def _entered(self, message: Input.Submitted) -> None:
        message.stop()
        filtered = self._filtered is not None
        line = message.value.strip()
        self.action_close_line(keep=True)
        if not filtered and line:
            from tui.screens.command_line import run_command  # noqa: PLC0415

            await run_command(self, line, self._offered)

    def action_close_line(self, keep: bool = False) -> None:
        """Hide the typed line; without `keep` the filter goes as well."""
        if not self.typed.is_open:
            return
        table, self._filtered = self._filtered, None
        self.typed.close()
        if table is not None and not keep:
            table.filter_text = ""
        if table is not None:
            table.focus()
        else:
            self.pane(self.switcher.current or "train").focus_first()

    def on_key(self, event: events.Key) -> None:
        """Say why a dimmed key does nothing: a key without an answer looks broken."""
        self._dimmed.answer(event.key)

    def action_help(self) -> None:
        """What the keys do here."""
        from tui.commands import commands  # noqa: PLC0415
        from tui.screens.help import HelpScreen  # noqa: PLC0415

        title = next(title for _, name, title in PANES if name == self.navigation.current)
        self.app.push_screen(HelpScreen(f"Keys of the pane {title}", tuple(commands(self))))

    def action_call_log(self) -> None:
        """What this console changed."""
        from tui.screens.call_log import CallLog  # noqa: PLC0415

        self.app.push_screen(CallLog(tuple(self.service.budget.mutations)))

    def action_idle(self) -> None:
        """Show the endpoints that nobody invokes."""
        self.post_message(IdleWanted())

    def action_pause(self) -> None:
        """Stop asking for the list that is shown, or go on."""
        self.pane(self.switcher.current or "train").pause_or_go_on()
