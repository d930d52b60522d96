"""The rows a person marked for a bulk action, as a value: keys and arithmetic on them, no screen."""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Marks:
    """The marked rows by key."""

    keys: frozenset[str] = frozenset()
    last: str | None = None
    """Where a range begins: the row marked last, as long as it is marked."""

    def toggled(self, key: str) -> Marks:
        """The mark of one row set, or taken away."""
        if key in self.keys:
            return Marks(self.keys - {key})
        return Marks(self.keys | {key}, key)

    def through(self, shown: Sequence[str], key: str) -> Marks:
        """Every row marked from the last mark to `key` in the order that is on screen.

        Where the last mark is not on screen there is no order to follow: `key` alone is marked.
        """
        first = shown.index(self.last) if self.last in shown else shown.index(key)
        start, stop = sorted((first, shown.index(key)))
        return Marks(self.keys.union(shown[start : stop + 1]), key)

    def joined(self, keys: Iterable[str]) -> Marks:
        """These rows marked as well."""
        return Marks(self.keys.union(keys), self.last)

    def within(self, existing: Set[str]) -> Marks:
        """The marks without those whose row is gone: nobody can want to act on it."""
        if self.keys <= existing:
            return self
        return Marks(self.keys & existing, self.last if self.last in existing else None)
