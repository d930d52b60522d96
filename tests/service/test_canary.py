"""Ladders in a time that jumps: how they are climbed, steered and taken back."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from itertools import pairwise

import pytest

from tests.service.canary_world import PLAN, World, ended, reached, shares_set
from tests.service.virtual_time import elapse, play, settle
from tui.resources.endpoint_weights import VariantWeight, weights_of
from tui.service.canary import Canaries
from tui.service.errors import InvalidRequest


def test_a_ladder_is_climbed_whoever_looks() -> None:
    async def scenario() -> None:
        world = World()
        canaries = Canaries(world)
        ladder = canaries.start(PLAN)
        await elapse(600)  # nobody watches
        assert canaries.of("shop") is ladder
        assert canaries.running == ()
        assert (ladder.state.phase, ladder.state.sure) == ("done", True)
        assert shares_set(world) == [10, 50, 100]
        assert weights_of(await world.describe("shop"))[1].weight == 100
        assert (await ended(ladder)) == ladder.state

    play(scenario())


def test_each_step_is_held_for_its_time() -> None:
    async def scenario() -> None:
        loop = asyncio.get_running_loop()
        ladder = Canaries(World(requests_a_second=100)).start(PLAN)
        times = []
        for step in range(3):
            await reached(ladder, lambda state, step=step: state.phase == "holding" and state.step == step)  # type: ignore[misc]
            times.append(loop.time())
        await ended(ladder)
        times.append(loop.time())
        held = [after - before for before, after in pairwise(times)]
        assert all(60 <= seconds <= 80 for seconds in held), held

    play(scenario())


def test_too_little_traffic_is_no_pass() -> None:
    async def scenario() -> None:
        world = World(requests_a_second=0.01)
        ladder = Canaries(world).start(PLAN)
        await elapse(7200)
        state = ladder.state
        assert (state.phase, state.step, state.remaining_seconds) == ("holding", 0, 0)
        assert state.verdict is not None
        assert state.verdict.kind == "not enough traffic yet"
        world.requests_a_second = 100
        assert (await ended(ladder)).phase == "done"

    play(scenario())


def test_a_failing_variant_is_rolled_back_by_itself() -> None:
    async def scenario() -> None:
        world = World(failing=frozenset({"new"}))
        state = await ended(Canaries(world).start(PLAN))
        assert state.phase == "rolled back"
        assert "requests to new ended in a 5XX" in state.reason
        assert shares_set(world) == [10, 0]
        assert (state.weights_said, state.sure) == ("old 100 %, new 0 %", True)

    play(scenario())


def test_a_person_pauses_goes_on_and_stops() -> None:
    async def scenario() -> None:
        world = World()
        canaries = Canaries(world)
        ladder = canaries.start(PLAN)
        await reached(ladder, lambda state: state.phase == "holding")
        with pytest.raises(InvalidRequest, match="Another one is under way"):
            canaries.start(PLAN)
        ladder.pause(True)
        await elapse(3600)
        assert (ladder.state.phase, ladder.state.step) == ("holding", 0)
        ladder.pause(False)
        await reached(ladder, lambda state: state.step == 1)
        ladder.stop()
        await settle()
        state = await ended(ladder)
        assert (state.phase, state.sure) == ("stopped", True)
        assert shares_set(world)[-1] in (10, 50)
        assert canaries.start(replace(PLAN, steps=(75.0,))) is canaries.of("shop")

    play(scenario())


def test_a_plan_with_a_problem_is_not_begun() -> None:
    async def scenario() -> None:
        canaries = Canaries(World())
        with pytest.raises(InvalidRequest, match="takes two variants"):
            canaries.start(replace(PLAN, old="new"))
        assert canaries.of("shop") is None

    play(scenario())


def test_all_steps_are_taken_back_as_one() -> None:
    async def scenario() -> None:
        world = World()
        await ended(Canaries(world).start(PLAN))
        assert shares_set(world) == [10, 50, 100]
        assert world.previous_weights("shop") == (VariantWeight("old", 1.0, 1), VariantWeight("new", 0.0, 1))

    play(scenario())


def test_what_went_back_leaves_nothing_more_to_take_back_than_there_was() -> None:
    async def scenario() -> None:
        world = World(failing=frozenset({"new"}))
        assert (await ended(Canaries(world).start(PLAN))).phase == "rolled back"
        assert world.previous_weights("shop") is None
        earlier = (VariantWeight("old", 2.0, 1), VariantWeight("new", 0.0, 1))
        world = World(failing=frozenset({"new"}), _previous={"shop": earlier})
        assert (await ended(Canaries(world).start(PLAN))).phase == "rolled back"
        assert world.previous_weights("shop") == earlier

    play(scenario())
