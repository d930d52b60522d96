"""A host for one pane on a screen as the console has it, with a service that answers what a test tells it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Generic, TypeVar

from textual import on
from textual.app import App, ComposeResult
from textual.message import Message
from textual.pilot import Pilot
from textual.screen import Screen
from textual.widgets import ContentSwitcher, Static

from tests.screens.terminal import DEADLINE, Terminal, screen_text, terminal_of, until
from themes import STATUS_TOKENS, STYLESHEET, THEMES
from tui.commands import commands
from tui.panes.data_messages import CancelWanted
from tui.panes.log_messages import LogsWanted
from tui.panes.messages import CopyWanted, Wish
from tui.panes.pane import Pane
from tui.screens.main import MainScreen
from tui.service.errors import ServiceError
from tui.service.feed import Feed
from widgets.key_bar import KeyBar

T = TypeVar("T")


class Told(Generic[T]):
    """A feed whose every poll waits for what the test tells it."""

    def __init__(self) -> None:
        self.polls = 0
        self._answers: asyncio.Queue[T | ServiceError] = asyncio.Queue()
        self.feed: Feed[T] = Feed(self._poll, lambda _: None)

    async def _poll(self) -> T:
        self.polls += 1
        answer = await self._answers.get()
        if isinstance(answer, ServiceError):
            raise answer
        return answer

    def tell(self, answer: T | ServiceError) -> None:
        """Let the poll that is under way, or the next one, end like this; then poll again."""
        self._answers.put_nowait(answer)
        self.feed.wake()

    @property
    def untold(self) -> int:
        """How many answers no poll has taken."""
        return self._answers.qsize()


class PaneScreen(Screen[None]):
    """The console's screen with one pane, and an empty one to hide it behind."""

    HORIZONTAL_BREAKPOINTS = MainScreen.HORIZONTAL_BREAKPOINTS

    def __init__(self, pane: Pane) -> None:
        super().__init__()
        self.pane = pane

    def compose(self) -> ComposeResult:
        assert self.pane.id is not None
        with ContentSwitcher(id="panes", initial=self.pane.id):
            yield self.pane
            yield Static("elsewhere", id="elsewhere")
        yield KeyBar()

    def on_mount(self) -> None:
        self.pane.focus_first()

    def action_last_pane(self) -> None:
        """What Esc asks for in panes that are looked into from another."""
        self.action_show("")

    def action_show(self, name: str) -> None:
        """Likewise in those that always lead back to the same one."""
        self.query_one("#panes", ContentSwitcher).current = "elsewhere"


class PaneApp(App[None]):
    """Shows the pane and keeps the wishes that it sends up."""

    CSS_PATH = STYLESHEET

    def __init__(self, pane: Pane) -> None:
        super().__init__()
        self.driver_class = Terminal
        self.pane = pane
        self.wishes: list[Message] = []
        for theme in THEMES:
            self.register_theme(theme)
        self.theme = "sagedeck-dark"

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return STATUS_TOKENS

    def on_mount(self) -> None:
        self.push_screen(PaneScreen(self.pane))

    @on(Wish)
    @on(LogsWanted)
    @on(CopyWanted)
    @on(CancelWanted)
    def keep(self, wish: Message) -> None:
        self.wishes.append(wish)


@dataclass(slots=True)
class Stage:
    """A pane on its screen, and the person in front of it."""

    app: PaneApp
    pilot: Pilot[None]

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)

    async def sees(self, *texts: str) -> None:
        await self.until(lambda: all(text in self.text for text in texts), f"no {texts} on the screen")

    async def sees_no(self, *texts: str) -> None:
        await self.until(lambda: not any(text in self.text for text in texts), f"still {texts} on the screen")

    async def until(self, happened: Callable[[], bool], what: str) -> None:
        await until(self.app, happened, what)

    async def hide(self) -> None:
        self.app.screen.query_one("#panes", ContentSwitcher).current = "elsewhere"
        await self.sees("elsewhere")

    async def show(self) -> None:
        self.app.screen.query_one("#panes", ContentSwitcher).current = self.app.pane.id
        self.app.pane.focus_first()
        await self.sees_no("elsewhere")

    @property
    def text(self) -> str:
        return screen_text(self.app)

    @property
    def written(self) -> list[str]:
        return terminal_of(self.app).written

    @property
    def dimmed(self) -> set[str]:
        """The ids of the pane's commands that cannot be used now; those of its table are the table's own affair."""
        bindings = self.app.screen.active_bindings.values()
        known = {active.binding.id for active in bindings if active.binding.id and not active.enabled}
        return {identifier for identifier in known if not identifier.startswith("table.")}

    @property
    def why_dimmed(self) -> dict[str, str]:
        """Why the pane's commands cannot be used now, by their ids."""
        dimmed = (command for command in commands(self.app.screen) if not command.enabled)
        return {each.identifier: each.why_not for each in dimmed if not each.identifier.startswith("table.")}

    async def settled(self) -> None:
        """Wait until everything that is under way inside the app is done and painted."""
        for _ in range(3):
            await self.pilot.pause()


@asynccontextmanager
async def stage(pane: Pane, size: tuple[int, int] = (120, 40)) -> AsyncIterator[Stage]:
    """The pane on a screen of that size, for the length of the block."""
    app = PaneApp(pane)
    async with asyncio.timeout(3 * DEADLINE), app.run_test(size=size, headless=False, notifications=True) as pilot:
        running: Stage = Stage(app, pilot)
        await running.until(lambda: isinstance(app.screen, PaneScreen), "no screen")
        yield running
        app.workers.cancel_all()
