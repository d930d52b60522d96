"""The rows of a table and which of them are shown in what order: no screen, no cursor."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator, Sequence, Set
from dataclasses import dataclass
from itertools import compress
from time import perf_counter
from typing import Generic

from widgets.cpu_limit import TooSlow, cpu_limit
from widgets.slices import pieces
from widgets.table_columns import Column, R
from widgets.table_filter import FilterError, Match, parse
from widgets.table_keyed import KeyedRows, ShownKeys, key_rows
from widgets.table_order import ColumnOrder
from widgets.table_texts import RowTexts

_PIECE = 256
"""Rows filtered between two looks at the clock."""


@dataclass(frozen=True, slots=True)
class Sort:
    """The column that orders the rows; rows equal in it keep the order in which they were given."""

    column: str
    reverse: bool = False


class TableModel(Generic[R]):
    """Rows by key, in the order of a column, and of them those that a filter lets through.

    Whatever changes, the rows are arranged, which is to say keyed and sorted, and then filtered in the order in which
    they are shown, so that what is at the top is known first; all of it a piece at a time, see `work` and `settle`.
    What was there before stays until the new is arranged. Rows that come in are not compared with those that were here,
    because the answers of a polled service are thousands of new objects.
    """

    def __init__(self, columns: Sequence[Column[R]], key: Callable[[R], str]) -> None:
        self._columns = {column.key: column for column in columns}
        self._key = key
        self._keyed: KeyedRows[R] = KeyedRows((), (), {})
        self._new_rows: Sequence[R] | None = None
        self._texts = RowTexts(columns)
        self._column_order: ColumnOrder[R] | None = None
        self._arranging: Iterator[None] | None = None
        self._order: Sequence[int] = ()
        self._match: Match | None = None
        self._looked = 0
        self._found: list[int] = []
        self._assumed = bytearray()
        self._shown_match = True
        self.keys = ShownKeys(self._keyed, ())
        """The keys of the rows that are shown, in order; replaced whole, never changed in place."""
        self.filter_problem = ""
        """Why the filter line cannot be used, and therefore shows nothing; empty if it can."""

    @property
    def rows(self) -> Sequence[R]:
        """All rows in their natural order, shown or not."""
        return self._keyed.rows

    @property
    def existing(self) -> Set[str]:
        """The keys of all rows, shown or not."""
        return self._keyed.places.keys()

    def shown_rows(self, start: int = 0, stop: int | None = None) -> list[R]:
        """The rows that are shown, in order, all or those from one position to another."""
        rows = self._keyed.rows
        return [rows[place] for place in self.keys.places[start:stop]]

    @property
    def complete(self) -> bool:
        """Whether all rows are arranged and the filter has gone through them."""
        return self._arranging is None and self._looked == len(self._order)

    def rows_of(self, keys: Set[str]) -> tuple[R, ...]:
        """The rows with these keys, in their natural order."""
        if not keys:
            return ()
        return tuple([row for key, row in zip(self._keyed.keys, self._keyed.rows, strict=True) if key in keys])

    def row(self, key: str) -> R:
        """The row with this key; KeyError if there is none."""
        return self._keyed.row(key)

    def set_rows(self, rows: Iterable[R]) -> None:
        """Replace all rows; of rows with the same key the last one counts."""
        self._new_rows = tuple(rows)
        self._arranging = self._arrange()

    def set_filter(self, line: str) -> None:
        """Show only the rows that match a filter line (see `widgets.table_filter`)."""
        self.filter_problem = ""
        try:
            self._match = parse(line, list(self._columns))
        except FilterError as error:
            self.filter_problem = str(error)
        self._shown_match = False
        if self._arranging is None:
            self._arranging = self._arrange()

    def set_sort(self, sort: Sort | None) -> None:
        """Order by a column, or as given; KeyError if there is no such column."""
        if sort is not None and sort.column not in self._columns:
            raise KeyError(sort.column)
        self._column_order = ColumnOrder(self._columns[sort.column], reverse=sort.reverse) if sort else None
        self._arranging = self._arrange()

    def work(self, seconds: float) -> bool:
        """Arrange and filter more rows for about so long, and say whether those were all."""
        until = perf_counter() + seconds
        while not self.complete:
            if self._arranging is not None:
                next(self._arranging, None)
            if self._arranging is None and not self.complete:
                self._look()
            if perf_counter() >= until:
                break
        return self.complete

    def settle(self) -> None:
        """Let `keys` be what is known by now.

        Rows that were shown before they or their order changed stay until they are looked at.
        """
        if self._arranging is not None:
            return
        if self._match is None and not self.filter_problem:
            places = self._order
        else:
            rest = self._order[self._looked :] if self._assumed else ()
            places = [*self._found, *compress(rest, map(self._assumed.__getitem__, rest))]
        self.keys, self._shown_match = ShownKeys(self._keyed, places), True

    def _arrange(self) -> Iterator[None]:
        """Key and sort the rows, a piece with each step; the last one puts them in the place of those before."""
        keyed = self._keyed
        if self._new_rows is not None:
            keyed = yield from key_rows(self._new_rows, self._key, keyed)
        order: Sequence[int] = range(len(keyed.rows))
        if self._column_order is not None:
            yield from self._column_order.steps(keyed.rows)
            order = self._column_order.places
        assumed = bytearray()
        if self._match is not None:
            yield from self._texts.move(keyed.places)
            if self._shown_match:
                assumed = yield from self._shown_in(keyed)
        self._keyed, self._order, self._new_rows, self._arranging = keyed, order, None, None
        self._look_again(assumed)

    def _shown_in(self, keyed: KeyedRows[R]) -> Generator[None, None, bytearray]:
        """For each row whether it is shown now, a piece with each step."""
        shown = bytearray(len(keyed.rows))
        for piece in pieces(len(self.keys)):
            if piece.start:
                yield
            for key in self.keys[piece]:
                if (place := keyed.places.get(key)) is not None:
                    shown[place] = True
        return shown

    def _look_again(self, assumed: bytearray) -> None:
        """Begin to filter; what is shown is taken to match until it is looked at, unless the filter is another."""
        self._looked, self._found = 0, []
        self._assumed = assumed if self._shown_match else bytearray()
        if self.filter_problem or self._match is None:
            self._looked = len(self._order)

    def _look(self) -> None:
        """Filter the next piece."""
        assert self._match
        piece = self._order[self._looked : self._looked + _PIECE]
        texts = self._texts.of(self._keyed.rows, piece)
        try:
            with cpu_limit():
                found = list(compress(piece, map(self._match, texts)))
            self._found += found
            self._looked += len(piece)
        except TooSlow:
            self.filter_problem = (
                "This regular expression takes too long. A repeat within a repeat, as in (a+)+, is the usual reason."
            )
            self._look_again(bytearray())
