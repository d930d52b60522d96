"""What a filter searches of the rows of a table: collected when it is needed, and kept while a row stays equal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Generic

from widgets.cells import Cell
from widgets.slices import pieces
from widgets.table_columns import Column, R
from widgets.text import one_line


class RowTexts(Generic[R]):
    """One case-folded string per row, its cells in the order of the columns, each on a line of its own."""

    def __init__(self, columns: Sequence[Column[R]]) -> None:
        self._columns = columns
        self._places: Mapping[str, int] = {}
        self._rows: list[R | None] = []
        self._texts: list[str] = []

    def move(self, places: Mapping[str, int]) -> Iterator[None]:
        """Rows came and went, and are now at these places, by key and in order: follow them, a piece with each step.

        Only the last step changes anything, so that others may be left out when still other rows come.
        """
        if places is self._places:
            return
        rows: list[R | None] = []
        texts: list[str] = []
        if self._rows:
            keys = list(places)
            for piece in pieces(len(keys)):
                if piece.start:
                    yield
                known = [self._places.get(key) for key in keys[piece]]
                rows += [None if place is None else self._rows[place] for place in known]
                texts += ["" if place is None else self._texts[place] for place in known]
        self._places, self._rows, self._texts = places, rows, texts

    def of(self, rows: Sequence[R], places: Sequence[int]) -> list[str]:
        """The texts of the rows at these places."""
        if not self._rows:
            self._rows, self._texts = [None] * len(rows), [""] * len(rows)
        known, texts = self._rows, self._texts
        stale = [place for place in places if known[place] is not rows[place]]
        changed = [place for place in stale if known[place] is None or known[place] != rows[place]]
        for place in stale:
            known[place] = rows[place]
        if changed:
            for place, text in zip(changed, self._read([rows[place] for place in changed]), strict=True):
                texts[place] = text
        return [texts[place] for place in places]

    def _read(self, rows: Sequence[R]) -> list[str]:
        """The texts of rows, a column at a time: reading is what a first filter waits for."""
        cells = [_plain(map(column.value, rows)) for column in self._columns]
        return list(map(str.casefold, map("\n".join, zip(*cells, strict=True))))


def _plain(values: Iterable[str | Cell]) -> list[str]:
    """The texts of the cells of one column, without what would be a command to the terminal or a line of its own."""
    texts = [value if isinstance(value, str) else value.text for value in values]
    together = "".join(texts)
    # Looking at all of them at once costs next to nothing, and there is nearly always nothing to take out.
    return texts if together.isascii() and together.isprintable() else list(map(one_line, texts))
