"""Workers whose answer arrives while what they would show it on is taken away."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from textual import on
from textual.app import App, ComposeResult
from textual.message import Message
from textual.screen import ModalScreen
from textual.widgets import Static

from tests.waiting import eventually
from widgets.worker_owner import WorkerOwner


class Going(Static):
    """Says that it goes, while its screen is still there."""

    def __init__(self, goes: asyncio.Event) -> None:
        super().__init__(id="going")
        self._goes = goes

    def on_unmount(self) -> None:
        self._goes.set()


class Asking(WorkerOwner, ModalScreen[None]):
    """Gets its answer at the moment at which its only child is gone."""

    def __init__(self) -> None:
        super().__init__()
        self.answered = asyncio.Event()
        self.shown = self.begun = False

    def compose(self) -> ComposeResult:
        yield Going(self.answered)

    def on_mount(self) -> None:
        work: Callable[[], Awaitable[None]] = self.ask
        self.run_worker(work)

    async def ask(self) -> None:
        await self.answered.wait()
        self.query_one("#going", Static).update("the answer")
        self.shown = True


async def test_an_answer_for_a_screen_that_goes_is_dropped() -> None:
    app = App[None]()
    async with app.run_test():
        asking = Asking()
        await app.push_screen(asking)
        asking.dismiss()
        await eventually(lambda: not asking.is_attached, "the screen is gone")
        assert asking.answered.is_set()
    assert not asking.shown


class TypedAhead(Asking):
    """Is asked by what was typed before it was told to go, and is looked at afterwards."""

    class Typed(Message):
        """What was typed."""

    def on_mount(self) -> None:
        """Nothing is asked yet."""

    def _on_prune(self) -> None:
        self.post_message(self.Typed())

    @on(Typed)
    def begin(self) -> None:
        self.begun = True
        work: Callable[[], Awaitable[None]] = self.ask
        self.run_worker(work)


async def test_an_answer_that_was_asked_for_at_the_last_moment_is_dropped() -> None:
    app = App[None]()
    async with app.run_test():
        asking = TypedAhead()
        await app.push_screen(asking)
        asking.dismiss()
        await eventually(lambda: not asking.is_attached, "the screen is gone")
        assert asking.begun
    assert not asking.shown


async def test_an_answer_for_a_screen_that_stays_is_shown() -> None:
    app = App[None]()
    async with app.run_test():
        asking = Asking()
        await app.push_screen(asking)
        asking.answered.set()
        await eventually(lambda: asking.shown, "the answer is shown")
