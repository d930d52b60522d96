"""What all messages of a table have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar

from textual.message import Message

if TYPE_CHECKING:
    from widgets.table import Table

MessageRow = TypeVar("MessageRow")


class TableMessage(Message, Generic[MessageRow]):
    """News from a table."""

    def __init__(self, table: Table[MessageRow]) -> None:
        super().__init__()
        self.table = table

    @property
    def control(self) -> Table[MessageRow]:
        """The table, for `@on` selectors."""
        return self.table
