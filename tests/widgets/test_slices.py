"""Long work on the loop leaves others their turn."""

from __future__ import annotations

import asyncio
from itertools import pairwise

import pytest

from tests.waiting import turn
from widgets import slices
from widgets.slices import in_slices


async def test_others_get_their_turn_between_two_slices(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slices, "SLICE", 0.0)
    turns = 0

    async def other() -> None:
        nonlocal turns
        while True:
            turns += 1
            await turn()

    task = asyncio.create_task(other())
    seen = [(item, turns) async for item in in_slices("abc")]
    task.cancel()
    assert [item for item, _ in seen] == ["a", "b", "c"]
    assert all(before < after for (_, before), (_, after) in pairwise(seen))
