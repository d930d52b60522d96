"""What a filter searches of the rows of a table: collected when it is needed, and kept while a row stays equal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Generic

from widgets.table_columns import Column, R
from widgets.text import one_line


class RowTexts(Generic[R]):
    """One case-folded string per row, its cells in the order of the columns, each on a line of its own."""

    def __init__(self, columns: Sequence[Column[R]]) -> None:
        self._columns = columns
        self._rows: list[R | None] = []
        self._texts: list[str] = []

    def move(self, keys: Sequence[str], before: Mapping[str, int]) -> None:
        """Rows come and go: at each place is now the row of this key, which `before` had at that place, if it had."""
        places = [before.get(key) for key in keys]
        rows, texts = self._rows, self._texts
        if any(row is not None for row in rows):
            self._rows = [None if place is None else rows[place] for place in places]
            self._texts = ["" if place is None else texts[place] for place in places]
        else:
            self._rows, self._texts = [None] * len(keys), [""] * len(keys)

    def of(self, rows: Sequence[R], places: Sequence[int]) -> list[str]:
        """The texts of the rows at these places."""
        known, texts = self._rows, self._texts
        stale = [place for place in places if known[place] is not rows[place]]
        changed = [place for place in stale if known[place] != rows[place]]
        for place in stale:
            known[place] = rows[place]
        if changed:
            for place, text in zip(changed, self._read([rows[place] for place in changed]), strict=True):
                texts[place] = text
        return [texts[place] for place in places]

    def _read(self, rows: Sequence[R]) -> list[str]:
        """The texts of rows, a column at a time: reading is what a first filter waits for."""
        cells = [
            [value if isinstance(value, str) else value.text for value in map(column.value, rows)]
            for column in self._columns
        ]
        return [
            "\n".join(of_row if _is_plain(of_row) else map(one_line, of_row)).casefold()
            for of_row in zip(*cells, strict=True)
        ]


def _is_plain(cells: Sequence[str]) -> bool:
    """Whether nothing has to be taken out of any of the cells."""
    text = "".join(cells)
    return text.isascii() and text.isprintable()
