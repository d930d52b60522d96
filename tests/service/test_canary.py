"""Ladders in a time that jumps, on an endpoint that does as it is told, or not."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any

import pytest

from tests.service.virtual_time import elapse, play, settle
from tui.resources.canary import CanaryState
from tui.resources.canary_plan import Bounds, CanaryPlan
from tui.resources.endpoint_metrics import EndpointTraffic, MetricWindow, VariantTraffic
from tui.resources.endpoint_weights import VariantWeight, weights_of
from tui.resources.endpoints import EndpointDetail
from tui.service.canary import Canaries, Ladder
from tui.service.endpoints import Endpoints
from tui.service.errors import AccessDenied, InvalidRequest, NotFound, ServiceError, WorkerLost
from tui.service.pace import Pace

ORIGINAL = (VariantWeight("old", 1.0, 1), VariantWeight("new", 0.0, 1))
PLAN = CanaryPlan("shop", "new", "old", ORIGINAL, (10.0, 50.0, 100.0), 60.0, Bounds(least=100))
LOST = WorkerLost("The worker process ended unexpectedly", next_step="It was started again")


@dataclass
class World(Endpoints):
    """An endpoint with two variants, and what befalls it."""

    weights: tuple[VariantWeight, ...] = ORIGINAL
    status: str = "InService"
    requests_a_second: float = 10.0
    failing: frozenset[str] = frozenset()
    """Variants that answer 500."""

    set: list[tuple[VariantWeight, ...]] = field(default_factory=list)
    on_set: Callable[[], None] = lambda: None
    on_look: Callable[[], None] = lambda: None
    _counted: dict[str, list[float]] = field(default_factory=lambda: {"old": [0.0, 0.0], "new": [0.0, 0.0]})
    _until: float = 0.0

    @property
    def pace(self) -> Pace:
        return Pace()

    async def describe(self, name: str) -> EndpointDetail:
        await elapse(0.1)
        self.on_look()
        variants = [
            {
                "VariantName": one.name,
                "CurrentWeight": one.weight,
                "DesiredWeight": one.weight,
                "CurrentInstanceCount": 1,
            }
            for one in self.weights
        ]
        return EndpointDetail.from_descriptions(
            {
                "EndpointName": name,
                "EndpointArn": f"arn/{name}",
                "EndpointStatus": self.status,
                "CreationTime": 0.0,
                "ProductionVariants": variants,
            },
            None,
        )

    async def set_weights(self, name: str, wanted: Sequence[VariantWeight]) -> None:
        self._count()
        self.set.append(tuple(wanted))
        self.on_set()
        self.arrive(tuple(wanted))

    def arrive(self, wanted: tuple[VariantWeight, ...]) -> None:
        self.weights, self.status = wanted, "Updating"
        asyncio.get_running_loop().call_later(3, lambda: setattr(self, "status", "InService"))

    async def traffic(self, name: str, window: MetricWindow) -> EndpointTraffic:
        await elapse(0.1)
        self.on_look()
        self._count()
        return EndpointTraffic(0.0, window, tuple(self._counts_of(*item) for item in self._counted.items()))

    def _counts_of(self, name: str, counted: list[float]) -> VariantTraffic:
        invocations, errors = counted
        return VariantTraffic(name, (invocations,), (), (), (0.0,), (errors,), 5.0, 9.0 if invocations else None)

    def _count(self) -> None:
        now = asyncio.get_running_loop().time()
        total = sum(one.weight for one in self.weights)
        for one in self.weights:
            requests = (now - self._until) * self.requests_a_second * one.weight / total
            self._counted[one.name][0] += requests
            self._counted[one.name][1] += requests * (one.name in self.failing)
        self._until = now


def shares_set(world: World) -> list[float]:
    return [100 * one[1].weight / (one[0].weight + one[1].weight) for one in world.set]


async def ended(ladder: Ladder) -> CanaryState:
    async for state in ladder.watch():
        last = state
    return last


async def reached(ladder: Ladder, holds: Callable[[CanaryState], Any]) -> CanaryState:
    async for state in ladder.watch():
        if holds(state):
            return state
    raise AssertionError(f"it ended otherwise: {ladder.state}")


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


def test_a_plan_with_a_problem_is_not_begun() -> None:
    async def scenario() -> None:
        canaries = Canaries(World())
        with pytest.raises(InvalidRequest, match="takes two variants"):
            canaries.start(replace(PLAN, old="new"))
        assert canaries.of("shop") is None

    play(scenario())
