"""Every wish has its road."""

from __future__ import annotations

import inspect

import pytest

from tui.panes.messages import Wish
from tui.screens.flows import ROADS, road


def test_all_wishes_are_known() -> None:
    assert set(ROADS) == set(Wish.__subclasses__())


@pytest.mark.parametrize("wish", ROADS, ids=lambda wish: wish.__name__)
async def test_a_wish_is_fulfilled_by_the_road_that_says_so(wish: type[Wish]) -> None:
    stage, taken = (one.annotation for one in inspect.signature(await road(wish)).parameters.values())
    assert stage == "Stage"
    assert wish.__name__ in taken.split(" | ")
