"""The rows of a table and which of them are shown in what order: no screen, no cursor."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence, Set
from dataclasses import dataclass
from functools import partial
from typing import Generic

from widgets.table_columns import Column, R
from widgets.table_filter import FilterError, Match, parse


@dataclass(frozen=True, slots=True)
class Sort:
    """The column that orders the rows; rows equal in it keep the order in which they were given."""

    column: str
    reverse: bool = False


class TableModel(Generic[R]):
    """Rows by key, filtered and sorted.

    A change costs one pass over the rows at most, and none of the passes draws anything. What a filter searches is
    collected once per row and kept while the row stays equal.
    """

    def __init__(self, columns: Sequence[Column[R]], key: Callable[[R], str]) -> None:
        self._columns = {column.key: column for column in columns}
        self._key = key
        self._rows: dict[str, R] = {}
        self._match: Match[R] | None = None
        self._sort: Sort | None = None
        self._folded: dict[str, str] = {}
        self.keys: list[str] = []
        """The keys of the rows that are shown, in order; replaced whole, never changed in place."""
        self.filter_problem = ""
        """Why the filter line cannot be understood, and therefore shows nothing; empty if it can."""

    @property
    def total(self) -> int:
        """How many rows there are, shown or not."""
        return len(self._rows)

    @property
    def existing(self) -> Set[str]:
        """The keys of all rows, shown or not."""
        return self._rows.keys()

    def ordered(self, keys: Set[str]) -> list[str]:
        """The keys in the natural order of their rows, without those that have no row."""
        return [key for key in self._rows if key in keys] if keys else []

    def row(self, key: str) -> R:
        """The row with this key; KeyError if there is none."""
        return self._rows[key]

    def set_rows(self, rows: Iterable[R]) -> None:
        """Replace all rows; of rows with the same key the last one counts."""
        before = self._rows
        self._rows = {self._key(row): row for row in rows}
        if self._folded:
            self._folded = {
                key: text for key, text in self._folded.items() if key in self._rows and self._rows[key] == before[key]
            }
        self._arrange()

    def set_filter(self, line: str) -> None:
        """Show only the rows that match a filter line (see `widgets.table_filter`)."""
        columns = {name.casefold(): partial(self._cell, index) for index, name in enumerate(self._columns)}
        self.filter_problem = ""
        try:
            self._match = parse(line, self._haystack, columns)
        except FilterError as error:
            self.filter_problem = str(error)
        self._arrange()

    def set_sort(self, sort: Sort | None) -> None:
        """Order by a column, or as given; KeyError if there is no such column."""
        if sort is not None and sort.column not in self._columns:
            raise KeyError(sort.column)
        self._sort = sort
        self._arrange()

    def _arrange(self) -> None:
        match = self._match
        if self.filter_problem:
            keys = []
        elif match is None:
            keys = list(self._rows)
        else:
            keys = [key for key, row in self._rows.items() if match(row)]
        if self._sort is not None:
            keys = self._sorted(keys, self._columns[self._sort.column], reverse=self._sort.reverse)
        self.keys = keys

    def _sorted(self, keys: list[str], column: Column[R], *, reverse: bool) -> list[str]:
        rows, sort_key = self._rows, column.sort_key or partial(_folded, column)
        order = {key: value for key in keys if (value := sort_key(rows[key])) is not None}
        known = sorted(order, key=order.__getitem__, reverse=reverse)
        return known + [key for key in keys if key not in order] if len(known) < len(keys) else known

    def _cell(self, index: int, row: R) -> str:
        return self._haystack(row).split("\n")[index]

    def _haystack(self, row: R) -> str:
        """All cells of a row in one case-folded string; the separator keeps a word from matching across two cells."""
        key = self._key(row)
        text = self._folded.get(key)
        if text is None:
            text = "\n".join(column.text(row) for column in self._columns.values()).casefold()
            self._folded[key] = text
        return text


def _folded(column: Column[R], row: R) -> str:
    return column.text(row).casefold()
