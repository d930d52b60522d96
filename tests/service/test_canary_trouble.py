"""Ladders in a time that jumps: lost workers and connections, refusals, and somebody else."""

from __future__ import annotations

import pytest

from tests.service.canary_world import PLAN, World, ended, reached, shares_set
from tests.service.virtual_time import elapse, play
from tui.resources.endpoint_weights import VariantWeight
from tui.service.canary import Canaries
from tui.service.errors import AccessDenied, InvalidRequest, NotFound, ServiceError, WorkerLost

LOST = WorkerLost("The worker process ended unexpectedly", next_step="It was started again")


@pytest.mark.parametrize("arrived", [True, False])
def test_a_worker_lost_while_weights_are_set_leaves_them_known(arrived: bool) -> None:
    async def scenario() -> None:
        world = World()

        def lose_once() -> None:
            if len(world.set) == 2:
                if arrived:
                    world.arrive(world.set[-1])
                raise LOST

        world.on_set = lose_once
        ladder = Canaries(world).start(PLAN)
        state = await reached(ladder, lambda state: state.trouble)
        assert state.trouble == str(LOST)
        assert state.weights_said == "old 90 %, new 10 %, or new 50 %: not known yet"
        state = await reached(ladder, lambda state: state.sure)
        assert state.weights_said == "old 50 %, new 50 %"
        assert (await ended(ladder)).phase == "done"
        assert shares_set(world) == ([10, 50, 100] if arrived else [10, 50, 50, 100])

    play(scenario())


def test_a_connection_lost_for_an_hour_stops_the_clock_and_is_said() -> None:
    async def scenario() -> None:
        world = World()
        ladder = Canaries(world).start(PLAN)
        await reached(ladder, lambda state: state.held_seconds > 20)

        def fail() -> None:
            raise LOST

        world.on_look = fail
        state = await reached(ladder, lambda state: state.trouble)
        held = state.held_seconds
        await elapse(3600)
        assert (ladder.state.phase, ladder.state.held_seconds, ladder.state.weights_said) == (
            "holding",
            held,
            "old 90 %, new 10 %",
        )
        world.on_look = lambda: None
        assert (await ended(ladder)).phase == "done"

    play(scenario())


def test_going_back_is_not_given_up() -> None:
    async def scenario() -> None:
        world = World()
        ladder = Canaries(world).start(PLAN)
        await reached(ladder, lambda state: state.phase == "holding" and state.step == 1)
        refusals = [AccessDenied("Not allowed"), InvalidRequest("Updating"), LOST]

        def refuse() -> None:
            if refusals:
                raise refusals.pop(0)

        world.on_set = refuse
        ladder.go_back()
        state = await ended(ladder)
        assert (state.phase, state.reason) == ("rolled back", "You asked to go back.")
        assert refusals == []
        assert world.weights[1].weight == 0

    play(scenario())


@pytest.mark.parametrize(
    ("error", "weights"), [(AccessDenied("Not allowed"), "old 100 %, new 0 %"), (NotFound("It is gone"), "")]
)
def test_a_refusal_ends_it_with_the_weights_known(error: ServiceError, weights: str) -> None:
    async def scenario() -> None:
        world = World()

        def refuse() -> None:
            raise error

        world.on_set = refuse
        state = await ended(Canaries(world).start(PLAN))
        assert (state.phase, state.reason, state.weights_said) == ("stopped", str(error), weights)

    play(scenario())


def test_somebody_else_is_not_overruled() -> None:
    async def scenario() -> None:
        world = World()
        ladder = Canaries(world).start(PLAN)
        await reached(ladder, lambda state: state.phase == "holding")
        world.weights = (VariantWeight("old", 7.0), VariantWeight("new", 3.0))
        state = await ended(ladder)
        assert (state.phase, state.weights_said) == ("stopped", "old 70 %, new 30 %")
        assert "somebody else" in state.reason
        assert len(world.set) == 1

    play(scenario())
