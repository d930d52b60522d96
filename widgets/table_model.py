"""The rows of a table and which of them are shown in what order: no screen, no cursor."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence, Set
from dataclasses import dataclass
from functools import partial
from itertools import compress
from time import perf_counter
from typing import Generic

from widgets.cpu_limit import TooSlow, cpu_limit
from widgets.table_columns import Column, R
from widgets.table_filter import FilterError, Match, parse
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

    Whatever changes, the filter goes through the rows again in the order in which they are shown, a piece at a time, so
    that what is at the top is known first: see `work` and `settle`. Rows that come in are not compared with those that
    were here, because the answers of a polled service are thousands of new objects.
    """

    def __init__(self, columns: Sequence[Column[R]], key: Callable[[R], str]) -> None:
        self._columns = {column.key: column for column in columns}
        self._key = key
        self._rows: Sequence[R] = ()
        self._all_keys: list[str] = []
        self._places: dict[str, int] = {}
        self._texts = RowTexts(columns)
        self._sort: Sort | None = None
        self._order: Sequence[int] = ()
        self._match: Match | None = None
        self._looked = 0
        self._found: list[int] = []
        self._assumed: Set[int] = frozenset()
        self.keys: list[str] = []
        """The keys of the rows that are shown, in order; replaced whole, never changed in place."""
        self.filter_problem = ""
        """Why the filter line cannot be used, and therefore shows nothing; empty if it can."""

    @property
    def total(self) -> int:
        """How many rows there are, shown or not."""
        return len(self._rows)

    @property
    def existing(self) -> Set[str]:
        """The keys of all rows, shown or not."""
        return self._places.keys()

    @property
    def complete(self) -> bool:
        """Whether the filter has gone through all rows."""
        return self._looked == len(self._order)

    def ordered(self, keys: Set[str]) -> list[str]:
        """The keys in the natural order of their rows, without those that have no row."""
        return [key for key in self._all_keys if key in keys] if keys else []

    def row(self, key: str) -> R:
        """The row with this key; KeyError if there is none."""
        return self._rows[self._places[key]]

    def set_rows(self, rows: Iterable[R]) -> None:
        """Replace all rows; of rows with the same key the last one counts."""
        rows = tuple(rows)
        keys = list(map(self._key, rows))
        shown = self.keys
        if keys != self._all_keys:
            places = dict(zip(keys, range(len(keys)), strict=True))
            if len(places) < len(keys):
                unique = dict(zip(keys, rows, strict=True))
                keys, rows = list(unique), tuple(unique.values())
                places = dict(zip(keys, range(len(keys)), strict=True))
            self._texts.move(keys, self._places)
            self._all_keys, self._places = keys, places
        self._rows = rows
        self._arrange(shown)

    def set_filter(self, line: str) -> None:
        """Show only the rows that match a filter line (see `widgets.table_filter`)."""
        self.filter_problem = ""
        try:
            self._match = parse(line, list(self._columns))
        except FilterError as error:
            self.filter_problem = str(error)
        self._look_again(())

    def set_sort(self, sort: Sort | None) -> None:
        """Order by a column, or as given; KeyError if there is no such column."""
        if sort is not None and sort.column not in self._columns:
            raise KeyError(sort.column)
        self._sort = sort
        self._arrange(self.keys)

    def work(self, seconds: float) -> bool:
        """Go through more rows for about so long, and say whether those were all."""
        until = perf_counter() + seconds
        while not self.complete:
            self._look()
            if perf_counter() >= until:
                break
        return self.complete

    def settle(self) -> None:
        """Let `keys` be what is known by now.

        Rows that were shown before they or their order changed stay until they are looked at.
        """
        keys, places = self._all_keys, self._order
        if self._match is not None or self.filter_problem:
            rest = self._order[self._looked :] if self._assumed else ()
            places = [*self._found, *(place for place in rest if place in self._assumed)]
        self.keys = keys if places == range(len(keys)) else [keys[place] for place in places]

    def _arrange(self, shown: Iterable[str]) -> None:
        """Order the rows anew."""
        rows, sort = self._rows, self._sort
        self._order = range(len(rows))
        if sort is not None:
            column = self._columns[sort.column]
            values = list(map(column.sort_key or partial(_folded, column), rows))
            known = [place for place in self._order if values[place] is not None]
            known.sort(key=values.__getitem__, reverse=sort.reverse)  # type: ignore[arg-type]
            if len(known) < len(rows):
                known += [place for place in self._order if values[place] is None]
            self._order = known
        self._look_again(shown)

    def _look_again(self, shown: Iterable[str]) -> None:
        """Begin to filter; what was shown is taken to match until it is looked at."""
        self._looked, self._found, self._assumed = 0, [], frozenset()
        if self.filter_problem or self._match is None:
            self._looked = len(self._order)
        else:
            self._assumed = {place for key in shown if (place := self._places.get(key)) is not None}

    def _look(self) -> None:
        """Filter the next piece."""
        assert self._match
        piece = self._order[self._looked : self._looked + _PIECE]
        texts = self._texts.of(self._rows, piece)
        try:
            with cpu_limit():
                self._found += compress(piece, map(self._match, texts))
            self._looked += len(piece)
        except TooSlow:
            self.filter_problem = (
                "This regular expression takes too long. A repeat within a repeat, as in (a+)+, is the usual reason."
            )
            self._look_again(())


def _folded(column: Column[R], row: R) -> str:
    return column.text(row).casefold()
