"""WorkerOwner: workers end before what they show is taken away."""

from __future__ import annotations

from typing import Protocol

from textual.widget import Widget
from textual.worker_manager import WorkerManager


class _Node(Protocol):
    @property
    def workers(self) -> WorkerManager: ...


class WorkerOwner:
    """A widget or screen whose workers tell its children something; to be named before the widget's own class.

    Textual ends the workers of a widget that is removed only after its children are gone. One whose answer arrives
    in between finds none of them, which ends the console: a form was left while a price was asked for.
    """

    async def _message_loop_exit(self: _Node) -> None:
        """The last message was taken, of which some may have begun work; now the children are told to go."""
        assert isinstance(self, Widget)
        self.workers.cancel_node(self)
        await Widget._message_loop_exit(self)
