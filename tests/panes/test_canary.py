"""What a ladder looks like."""

from __future__ import annotations

from dataclasses import replace

from tests.panes import golden
from tests.panes.host import stage
from tests.panes.scripted_traffic import Aws, endpoints_of, live
from tests.panes.test_golden import both_sizes
from tui.panes.canary import CanaryPane
from tui.panes.endpoint_messages import NewCanaryWanted, WeightsWanted
from tui.panes.log_messages import LogsWanted
from tui.resources.canary import CanaryState
from tui.resources.canary_plan import CanaryPlan, Counts
from tui.resources.endpoint_weights import VariantWeight
from tui.service.canary import Ladder

PLAN = CanaryPlan("shop", "XGB-2", "XGB-1", (VariantWeight("XGB-1", 1.0, 1), VariantWeight("XGB-2", 0.0, 1)))
GOOD = Counts(1234, 3, 0, 12.5)


class Told(Ladder):
    """A ladder that is where a test says."""

    def __init__(self, state: CanaryState) -> None:
        super().__init__(endpoints_of(Aws([live("XGB-1"), live("XGB-2")])), state.plan)
        self._task.cancel()
        self.state = state

    def tell(self, state: CanaryState) -> None:
        self._publish(state)


def held(seconds: float) -> CanaryState:
    """The second step, watched for so long."""
    state = CanaryState(PLAN, PLAN.weights(-1)).arrived().observed(GOOD, GOOD).waited(300).observed(GOOD, GOOD)
    return state.arrived().observed(Counts(2345, 2, 1, 14.25), Counts(7001, 7, 0, 13.5)).waited(seconds)


@both_sizes
async def test_a_ladder(size: tuple[int, int]) -> None:
    name = f"{size[0]}x{size[1]}"
    ladder = Told(held(100))
    async with stage(CanaryPane(ladder), size) as here:
        await here.sees("step 2 of 4, 25 %", "3m 20s to go", "XGB-1 75 %, XGB-2 25 %")
        await here.settled()
        golden.check(here.app, f"canary-watching-{name}")
        broken = held(100).observed(Counts(2500, 2, 400, 14.25), Counts(7500, 7, 0, 13.5))
        ladder.tell(broken.asking())
        await here.sees("Going back", "ended in a 5XX", "not known yet")
        await here.settled()
        golden.check(here.app, f"canary-going-back-{name}")
        ladder.tell(broken.arrived())
        await here.sees("Rolled back", "XGB-1 100 %, XGB-2 0 %")


async def test_a_person_steers() -> None:
    ladder = Told(held(100))
    async with stage(CanaryPane(ladder)) as here:
        await here.sees("Watching")
        assert here.why_dimmed == dict.fromkeys(("canary.new", "canary.weights"), "it has not ended yet")
        await here.press("p")
        await here.sees("Paused")
        await here.press("p")
        await here.sees("Watching")
        ladder.tell(replace(ladder.state, trouble="The worker process ended unexpectedly."))
        await here.sees("Nothing is known about the present: The worker process ended")
        await here.press("u")
        await here.sees("Going back", "You asked to go back.")
        await here.until(lambda: here.why_dimmed.get("canary.pause") == "it is going back", "it goes back")
        await here.press("x")
        await here.sees("Stopped")
        ended = dict.fromkeys(("canary.pause", "canary.back", "canary.stop"), "it has ended")
        await here.until(lambda: here.why_dimmed == ended, "it has ended")
        await here.sees("u there restores those from before the canary")
        await here.press("n", "l", "equals_sign")
        await here.until(lambda: len(here.app.wishes) == 3, "three wishes")
        new, logs, weights = here.app.wishes
        assert isinstance(weights, WeightsWanted)
        assert weights.endpoint == "shop"
        assert isinstance(new, NewCanaryWanted)
        assert isinstance(logs, LogsWanted)
        assert logs.source.label == "shop/XGB-2"


async def test_too_little_traffic_is_said() -> None:
    state = CanaryState(PLAN, PLAN.weights(-1)).arrived().observed(Counts(12, 0, 0, 9.0), Counts(500, 0, 0, 9.0))
    async with stage(CanaryPane(Told(state.waited(300)))) as here:
        await here.sees("held for its time", "not enough traffic yet: XGB-2 has had 12 of 100 requests")
