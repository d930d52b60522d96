"""Long work on the loop, a slice at a time, so that keys need not wait for its end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Iterator
from time import perf_counter
from typing import TypeVar

T = TypeVar("T")

SLICE = 0.008
"""Seconds of work before others get their turn."""

PIECE = 2048
"""Things that are read, compared or moved between two looks at the clock: some milliseconds at most."""

_TURNS = 12


async def give_way() -> None:
    """Let others run between two slices.

    From a key to its last byte on the screen the loop turns about ten times; with one turn per slice each key would
    wait for ten slices.
    """
    for _ in range(_TURNS):
        await asyncio.sleep(0)


async def in_slices(items: Iterable[T]) -> AsyncIterator[T]:
    """The items, with pauses for others while they are made."""
    until = perf_counter() + SLICE
    for item in items:
        if perf_counter() > until:
            await give_way()
            until = perf_counter() + SLICE
        yield item


def pieces(count: int) -> Iterator[slice]:
    """The pieces of so many things, one after the other."""
    return (slice(start, start + PIECE) for start in range(0, count, PIECE))
