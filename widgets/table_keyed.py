"""The rows of a table by key, and those of them that are shown as their places among all."""

from __future__ import annotations

import sys
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Generic, overload

from widgets.slices import pieces
from widgets.table_columns import R


@dataclass(frozen=True)
class KeyedRows(Generic[R]):
    """Rows in their natural order, and at which place of it each one is by its key."""

    rows: Sequence[R]
    keys: Sequence[str]
    places: Mapping[str, int]

    def row(self, key: str) -> R:
        """The row with this key; KeyError if there is none."""
        return self.rows[self.places[key]]


def key_rows(rows: Sequence[R], key: Callable[[R], str], before: KeyedRows[R]) -> Generator[None, None, KeyedRows[R]]:
    """The rows by key, a piece with each step; of those with the same key the last one counts.

    Args:
        rows: in their natural order.
        key: of a row.
        before: the rows in place of which these are; the same keys in the same order are taken from there.
    """
    keys: list[str] = []
    read = map(key, rows)
    for piece in pieces(len(rows)):
        if piece.start:
            yield
        keys += islice(read, piece.stop - piece.start)
    if keys == before.keys:
        return KeyedRows(rows, before.keys, before.places)
    places: dict[str, int] = {}
    for piece in pieces(len(keys)):
        if piece.start:
            yield
        places.update(zip(keys[piece], range(piece.start, len(keys)), strict=False))
    if len(places) == len(keys):
        return KeyedRows(rows, keys, places)
    unique = dict(zip(keys, rows, strict=True))
    return KeyedRows(tuple(unique.values()), list(unique), {key: place for place, key in enumerate(unique)})


class ShownKeys(Sequence[str]):
    """The keys of rows at some places, looked up when they are asked for, since few of them are on screen."""

    __slots__ = ("_keyed", "places")

    def __init__(self, keyed: KeyedRows[Any], places: Sequence[int]) -> None:
        self._keyed = keyed
        self.places = places

    def __len__(self) -> int:
        return len(self.places)

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> list[str]: ...
    def __getitem__(self, index: int | slice) -> str | list[str]:
        if isinstance(index, slice):
            return [self._keyed.keys[place] for place in self.places[index]]
        return self._keyed.keys[self.places[index]]

    def __iter__(self) -> Iterator[str]:
        return map(self._keyed.keys.__getitem__, self.places)

    def index(self, value: str, start: int = 0, stop: int = sys.maxsize) -> int:
        """Where a key is; ValueError if it is not shown between these two."""
        place = self._keyed.places.get(value)
        if place is None or not start <= (found := self.places.index(place)) < stop:
            raise ValueError(f"{value} is not shown")
        return found
