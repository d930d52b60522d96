"""The order of a table's rows by one of its columns, found a piece at a time so that no key has to wait for it."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Generator, Iterator, Sequence
from functools import partial
from itertools import zip_longest
from typing import TYPE_CHECKING, Generic

from widgets.slices import pieces
from widgets.table_columns import Column, R

if TYPE_CHECKING:
    from _typeshed import SupportsRichComparison


class ColumnOrder(Generic[R]):
    """The places of rows in the order of a column; those equal in it stay as given, those without a value come last."""

    def __init__(self, column: Column[R], *, reverse: bool) -> None:
        self._value: Callable[[R], SupportsRichComparison | None] = column.sort_key or partial(_folded, column)
        self._reverse = reverse
        self._rows: Sequence[R] = ()
        self._values: list[SupportsRichComparison | None] = []
        self.places: list[int] = []
        """The order of the rows that the last finished `steps` were about; replaced whole, never changed in place."""

    def steps(self, rows: Sequence[R]) -> Iterator[None]:
        """Put rows in order, a piece with each step; few rows are one step.

        Rows with the values of before are in order already. Others are sorted by pieces and these merged two and two.
        """
        if rows is self._rows:
            return
        values: list[SupportsRichComparison | None] = []
        for piece in pieces(len(rows)):
            if piece.start:
                yield
            values += map(self._value, rows[piece])
        if values == self._values:
            self._rows = rows
            return
        places = [place for place, value in enumerate(values) if value is not None]
        unknown = [place for place, value in enumerate(values) if value is None]
        # Sorted upwards backwards and turned round, equal rows are in the given order again.
        if self._reverse:
            places.reverse()
        places = yield from _sorted(places, values.__getitem__)  # type: ignore[arg-type]
        if self._reverse:
            places.reverse()
        self._rows, self._values, self.places = rows, values, places + unknown


def _sorted(places: list[int], value: Callable[[int], SupportsRichComparison]) -> Generator[None, None, list[int]]:
    runs: list[list[int]] = []
    for piece in pieces(len(places)):
        if piece.start:
            yield
        runs.append(sorted(places[piece], key=value))
    while len(runs) > 1:
        merged: list[list[int]] = []
        for left, right in zip_longest(runs[::2], runs[1::2], fillvalue=places[:0]):
            merged.append((yield from _merged(left, right, value)))
        runs = merged
    return runs[0] if runs else []


def _merged(
    left: list[int], right: list[int], value: Callable[[int], SupportsRichComparison]
) -> Generator[None, None, list[int]]:
    """Two runs as one, in which of equal places those from the left come first."""
    merged: list[int] = []
    done = 0
    for piece in pieces(len(left)):
        yield
        run = left[piece]
        until = bisect_left(right, value(run[-1]), done, key=value)
        # A sort finds the two runs in its list and goes through them once.
        merged += sorted(run + right[done:until], key=value)
        done = until
    return merged + right[done:]


def _folded(column: Column[R], row: R) -> str:
    return column.text(row).casefold()
