"""What a table tells its surroundings."""

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


class TableMessages:
    """The names under which hosts know the messages: `Table.Selected` and so on."""

    class Selected(TableMessage[MessageRow], namespace="table"):
        """The person opened a row, by Enter or double click."""

        def __init__(self, table: Table[MessageRow], row: MessageRow) -> None:
            super().__init__(table)
            self.row = row

    class Highlighted(TableMessage[MessageRow], namespace="table"):
        """Under the cursor is another row, the same row with other values, or (None) no row at all."""

        def __init__(self, table: Table[MessageRow], row: MessageRow | None) -> None:
            super().__init__(table)
            self.row = row

    class Counted(TableMessage[MessageRow], namespace="table"):
        """Another number of rows is shown, or exists."""

        def __init__(self, table: Table[MessageRow], shown: int, total: int) -> None:
            super().__init__(table)
            self.shown = shown
            self.total = total

    class Marked(TableMessage[MessageRow], namespace="table"):
        """Other rows are marked than before, one of them has other values, or the filter hides others of them."""

        def __init__(self, table: Table[MessageRow], rows: tuple[MessageRow, ...], hidden: int) -> None:
            super().__init__(table)
            self.rows = rows
            self.hidden = hidden
            """How many of them the filter hides: a bulk action should say so before it acts."""
