"""Which rows are on screen and which one has the cursor: arithmetic on positions, nothing else."""

from __future__ import annotations

from bisect import bisect
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import compress


@dataclass(frozen=True, slots=True)
class Window:
    """A cursor and `height` visible rows, the first of them at `top`, over `count` rows.

    While there are no rows, cursor and top wait where they were for `follow` to find their rows again.
    """

    count: int = 0
    height: int = 0
    cursor: int = 0
    top: int = 0

    @property
    def cursor_visible(self) -> bool:
        """Whether the cursor is on screen; the wheel can leave it behind."""
        return self.top <= self.cursor < self.top + self.height

    @property
    def thumb(self) -> range:
        """The lines of the screen that the scrollbar's thumb covers; none while everything fits."""
        if self.count <= self.height or not self.height:
            return range(0)
        size = max(1, self.height * self.height // self.count)
        start = self.top * (self.height - size) // (self.count - self.height)
        return range(start, start + size)

    def at(self, cursor: int) -> Window:
        """The cursor on another row, scrolled just far enough to see it."""
        if not self.count:
            return self
        cursor = max(0, min(cursor, self.count - 1))
        return replace(self, cursor=cursor).scrolled(min(cursor, max(self.top, cursor - self.height + 1)))

    def paged(self, pages: int) -> Window:
        """Cursor and rows moved by whole screens, with one row of overlap."""
        step = pages * max(self.height - 1, 1)
        return self.scrolled(self.top + step).at(self.cursor + step)

    def scrolled(self, top: int) -> Window:
        """Other rows on screen, the cursor where it is."""
        return replace(self, top=max(0, min(top, self.count - self.height))) if self.count else self

    def resized(self, height: int) -> Window:
        """More or fewer lines; a visible cursor stays visible."""
        if height == self.height:
            return self
        resized = replace(self, height=height).scrolled(self.top)
        return resized.at(self.cursor) if self.cursor_visible or not self.height else resized

    def follow(self, before: Sequence[str], after: Sequence[str]) -> Window:
        """The window after the rows changed from `before` to `after`, both given by key.

        The cursor stays on its key, or on the nearest neighbour that is left, and on its line of the screen. At the
        top the window stays at the top, so that new rows come into view.
        """
        if not before or not after:
            return replace(self, count=len(after))
        if len(after) == self.count and all(before[place] == after[place] for place in (self.cursor, self.top)):
            return self
        cursor = _survivor(before, after, self.cursor)
        followed = replace(self, count=len(after), cursor=cursor)
        if not self.cursor_visible:
            return followed.scrolled(_survivor(before, after, self.top) if self.top else 0)
        return followed.scrolled(cursor - (self.cursor - self.top) if self.top else 0).at(cursor)


def _survivor(before: Sequence[str], after: Sequence[str], index: int) -> int:
    """Where the key at `index`, or the nearest one that is left, is now; the following ones first."""
    if index < len(after) and before[index] == after[index]:
        return index
    with suppress(ValueError):
        return after.index(before[index])
    left = set(after)
    places = list(compress(range(len(before)), map(left.__contains__, before)))
    if not places:
        return min(index, len(after) - 1)
    following = bisect(places, index)
    neighbours = places[following : following + 1] + places[max(0, following - 1) : following]
    return after.index(before[min(neighbours, key=lambda place: abs(place - index))])
