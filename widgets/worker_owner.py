"""WorkerOwner: workers end before what they show is taken away."""

from __future__ import annotations

from typing import Protocol

from textual.dom import DOMNode
from textual.worker_manager import WorkerManager


class _Node(Protocol):
    @property
    def workers(self) -> WorkerManager: ...


class WorkerOwner:
    """A widget or screen whose workers tell its children something; to be named before the widget's own class.

    Textual ends the workers of a widget that is removed only after its children are gone. One whose answer arrives
    in between finds none of them, which ends the console: a form was left while a price was asked for.
    """

    def _on_prune(self: _Node) -> None:
        """The widget begins to go; its children are told after this."""
        assert isinstance(self, DOMNode)
        self.workers.cancel_node(self)
