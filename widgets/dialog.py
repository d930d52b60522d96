"""Screens that somebody leaves with an answer."""

from __future__ import annotations

from typing import Any, TypeVar

from textual.await_complete import AwaitComplete
from textual.screen import ModalScreen, Screen

from widgets.worker_owner import WorkerOwner

Answer = TypeVar("Answer")


class LeftOnce:
    """A screen that is left once; to be named before the screen's own class.

    Textual lets a second answer, of keys that were typed ahead, leave the screen below; where there is none the console
    ends.
    """

    def dismiss(self, result: Any = None) -> AwaitComplete:
        """Leave with an answer, unless the screen was left already or another one stands above."""
        assert isinstance(self, Screen)
        return Screen.dismiss(self, result) if self.is_active else AwaitComplete()


class Dialog(LeftOnce, WorkerOwner, ModalScreen[Answer]):
    """A question above what it is about."""
