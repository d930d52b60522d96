"""Lists to choose from whose keys do no harm before the list is there: whoever types ahead presses them then."""

from __future__ import annotations

from typing import Literal, TypeVar

from textual.app import ComposeResult
from textual.command import CommandList, CommandPalette
from textual.widgets import LoadingIndicator, OptionList, Select
from textual.widgets._select import SelectCurrent, SelectOverlay

from widgets.dialog import LeftOnce
from widgets.worker_owner import WorkerOwner

Value = TypeVar("Value")


class Options(OptionList):
    """A list to choose from; a page is nothing, rather than the end of the console, while it has no size yet."""

    def _move_page(self, direction: Literal[-1, 1]) -> None:
        if self.scrollable_content_region:
            super()._move_page(direction)


class _Overlay(SelectOverlay, Options):
    """The list that a dropdown opens."""


class Dropdown(Select[Value]):
    """Textual's select with such a list."""

    def compose(self) -> ComposeResult:
        """The choice, and the list that opens below it."""
        yield SelectCurrent(self.prompt)
        yield _Overlay(type_to_search=self._type_to_search).data_bind(compact=Select.compact)


class Palette(LeftOnce, WorkerOwner, CommandPalette):
    """Textual's command palette, whose search ends before its list does, and whose pages wait for the list."""

    def _watch__list_visible(self) -> None:
        if self.query(CommandList):
            super()._watch__list_visible()

    async def _watch__show_busy(self) -> None:
        """A search that was given up says that it is over, however late."""
        if self.query(LoadingIndicator):
            await super()._watch__show_busy()

    def _action_command_list(self, action: str) -> None:
        if self.query_one(CommandList).scrollable_content_region:
            super()._action_command_list(action)
