"""The part of a table that knows its rows: which are shown in what order, and on which of them the cursor stands."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from time import monotonic
from typing import Generic

from textual import work
from textual.reactive import var

from widgets.slices import SLICE, give_way
from widgets.table_columns import Column, R
from widgets.table_cursor import CursorView
from widgets.table_model import Sort, TableModel
from widgets.table_window import Window

PROGRESS_INTERVAL = 0.1
"""Seconds between two looks at what a filter has found so far."""


class TableRows(CursorView, Generic[R]):
    """Finds the rows to show and keeps the cursor on its row; a subclass draws."""

    # Compared by what is on screen: to compare all rows costs more than to arrange them.
    rows: var[tuple[R, ...]] = var((), init=False, always_update=True)
    """All rows in their natural order; of rows with the same key the last one counts."""
    filter_text: var[str] = var("", init=False)
    """A filter line: words, "phrases", `!inverse`, `~fuzzy`, `re:regex`, `column:value`; see `widgets.table_filter`."""
    sort: var[Sort | None] = var(None, init=False)
    """What orders the rows; None: as given."""

    def __init__(
        self,
        columns: Sequence[Column[R]],
        key: Callable[[R], str],
        *,
        name: str | None = None,
        id: str | None = None,
        classes: str | None = None,
        disabled: bool = False,
    ) -> None:
        super().__init__(name=name, id=id, classes=classes, disabled=disabled)
        self._columns = tuple(columns)
        self._model = TableModel(self._columns, key)
        self._placed: Sequence[str] = ()
        self._before: tuple[Window, Sequence[str]] | None = None
        self._arranged = self._window

    @property
    def shown(self) -> int:
        """How many rows the filter lets through, as far as it has looked."""
        return len(self._model.keys)

    @property
    def total(self) -> int:
        """How many rows there are."""
        return len(self._model.rows)

    @property
    def looking(self) -> bool:
        """Whether some rows are not sorted, or not looked at by the filter, yet."""
        return not self._model.complete

    @property
    def cursor_row(self) -> R | None:
        """The row under the cursor, if any is shown."""
        return None if self._cursor_key is None else self._model.row(self._cursor_key)

    def move_to(self, key: str) -> bool:
        """Put the cursor on the row with this key; False, and nothing moves, if it is not shown."""
        if key not in self._model.keys:
            return False
        self._show(self._window.at(self._model.keys.index(key)))
        return True

    async def settled(self) -> None:
        """Return when all rows are sorted and filtered: whoever acts on all that match means all of them."""
        while self.looking:
            await give_way()
            if self._model.work(SLICE):
                self._rearranged()

    def watch_rows(self, rows: tuple[R, ...]) -> None:
        """Take the new rows over."""
        self._model.set_rows(rows)
        self._arrange()

    def watch_filter_text(self, line: str) -> None:
        """Show what matches."""
        self._model.set_filter(line)
        self._arrange()

    def watch_sort(self, sort: Sort | None) -> None:
        """Show the rows in the new order."""
        self._model.set_sort(sort)
        self._arrange()

    def on_mount(self) -> None:
        """Go on with what was asked for before."""
        if self.looking:
            self._arrange()

    @property
    def _cursor_key(self) -> str | None:
        return self._model.keys[self._window.cursor] if self.shown else None

    def _arrange(self) -> None:
        """Show what there is to see at once, and the rest as it is found."""
        if not self._model.work(SLICE) and self.is_attached:
            self._go_on()
        self._rearranged()

    @work(group="table-filter", exclusive=True)
    async def _go_on(self) -> None:
        """Sort and filter, a slice at a time."""
        told = monotonic()
        while self.looking:
            await give_way()
            self._model.work(SLICE)
            if not self.looking or monotonic() - told > PROGRESS_INTERVAL:
                self._rearranged()
                told = monotonic()

    def _rearranged(self) -> None:
        """Find the cursor's row again among the rows that are shown now.

        As long as the filter is looking, that begins where the cursor stood before: its row may still be found.
        """
        if self._window != self._arranged:
            self._before = None
        window, placed = self._before or (self._window, self._placed)
        self._before = (window, placed) if self.looking else None
        self._model.settle()
        keys = self._model.keys
        self._placed = keys or placed
        self._show(window.follow(placed, keys))
        self._arranged = self._window
