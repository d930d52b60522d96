"""Long work on the loop, a slice at a time, so that keys need not wait for its end."""

from __future__ import annotations

import asyncio

SLICE = 0.008
"""Seconds of work before others get their turn."""

_TURNS = 12


async def give_way() -> None:
    """Let others run between two slices.

    From a key to its last byte on the screen the loop turns about ten times; with one turn per slice each key would
    wait for ten slices.
    """
    for _ in range(_TURNS):
        await asyncio.sleep(0)
