"""Ladders that run: traffic is moved step by step, watched, and moved back by itself when a bound breaks."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import replace

from tui.resources.canary import CanaryState, same_weights
from tui.resources.canary_plan import CanaryPlan, Counts
from tui.resources.endpoint_metrics import WINDOWS, MetricWindow
from tui.resources.endpoint_weights import VariantWeight, weights_of
from tui.resources.endpoints import SERVING, EndpointDetail
from tui.service.endpoints import Endpoints, Weights
from tui.service.errors import (
    AccessDenied,
    InvalidRequest,
    NotFound,
    ReadOnly,
    ServiceError,
    Unreachable,
    WorkerLost,
)

_FINAL = (AccessDenied, InvalidRequest, NotFound, ReadOnly)
"""Errors that do not pass by themselves."""

_TICK_SECONDS = 1.0
_MOST_MINUTES = 1440
_LEAST_REST, _LONGEST_REST = 0.1, 60.0


class Canaries:
    """The ladders of this console, at most one for each endpoint; they run whoever looks at them."""

    def __init__(self, endpoints: Endpoints) -> None:
        self._endpoints = endpoints
        self._ladders: dict[str, Ladder] = {}

    def of(self, endpoint: str) -> Ladder | None:
        """The last ladder of an endpoint, whether it has ended or not."""
        return self._ladders.get(endpoint)

    @property
    def running(self) -> tuple[Ladder, ...]:
        """Those that have not ended: they end with the console, and their weights stay where they are."""
        return tuple(ladder for ladder in self._ladders.values() if not ladder.state.ended)

    def start(self, plan: CanaryPlan) -> Ladder:
        """Begin to climb.

        Raises:
            InvalidRequest: The plan cannot be climbed, or another one of this endpoint is under way.
        """
        under_way = (ladder := self.of(plan.endpoint)) is not None and not ladder.state.ended
        if problem := "another one is under way" if under_way else plan.problem:
            raise InvalidRequest(f"The canary of {plan.endpoint} was not begun", problem)
        ladder = self._ladders[plan.endpoint] = Ladder(self._endpoints, plan)
        return ladder


class Ladder:
    """One canary, from its first step to its end."""

    def __init__(self, endpoints: Endpoints, plan: CanaryPlan) -> None:
        self.state = CanaryState(plan, plan.weights(-1))
        self._endpoints = endpoints
        self._name = plan.endpoint
        self._news = asyncio.Event()
        self._wake = asyncio.Event()
        self._asked: tuple[tuple[VariantWeight, ...], float] | None = None
        """What was asked for, and when, so that it is not asked for again at once."""

        self._began = time.time()
        self._before: dict[str, Counts] = {}
        """What the minute in which the step began had counted before it."""

        self._know_reference = False
        self._undone = endpoints.previous_weights(plan.endpoint)
        """What could be restored before the ladder."""

        self._task = asyncio.create_task(self._run(), name=f"canary of {plan.endpoint}")

    async def watch(self) -> AsyncIterator[CanaryState]:
        """Every state from now on, beginning with the present one, to the end with the weights known."""
        shown: CanaryState | None = None
        while shown is None or not (shown.ended and shown.sure):
            if self.state is shown:
                await self._news.wait()
            shown = self.state
            yield shown

    def pause(self, paused: bool) -> None:
        """Stay at this step, or go on; bounds are watched all the same."""
        self._steer(self.state.paused_now(paused))

    def go_back(self) -> None:
        """Restore the weights from before."""
        self._steer(self.state.back("You asked to go back."))

    def stop(self) -> None:
        """End here, with the weights that there are."""
        self._steer(self.state.stopped("You stopped it; the weights are left as they are."))

    def _steer(self, state: CanaryState) -> None:
        self._publish(state)
        self._wake.set()

    def _publish(self, state: CanaryState) -> None:
        if state != self.state:
            self.state = state
            news, self._news = self._news, asyncio.Event()
            news.set()

    async def _run(self) -> None:
        failures = 0
        while not (self.state.ended and self.state.sure):
            self._wake.clear()
            try:
                seconds = await self._turn()
                failures = 0
            except ServiceError as error:
                failures += 1
                self._fail(error)
                seconds = min(_LONGEST_REST, self._endpoints.pace.changing * 2 ** min(failures, 8))
            except Exception as error:
                # One that dies unsaid would hold the traffic where it is for ever.
                self._publish(self.state.stopped(f"The console failed: {type(error).__name__}: {error}"))
                raise
            await self._rest(seconds)

    def _fail(self, error: ServiceError) -> None:
        """Say what is wrong; going back is not given up for anything but an endpoint that is gone."""
        state, why = self.state, str(error)
        if isinstance(error, NotFound):
            self._publish(state.gone(why))
        elif isinstance(error, _FINAL) and state.phase != "going back":
            self._publish(state.stopped(why))
        else:
            self._publish(state.lost(why))

    async def _turn(self) -> float:
        """Look, and do what is to be done now; the seconds until the next look."""
        pace = self._endpoints.pace
        detail = await self._endpoints.describe(self._name)
        self._publish(self.state.saw(weights_of(detail)))
        if self.state.ended:
            return 0.0
        if detail.endpoint.status not in SERVING:
            raise InvalidRequest(f"{self._name} is {detail.endpoint.status}", detail.failure_reason)
        if detail.endpoint.running:
            return pace.changing
        if self.state.phase == "holding":
            return await self._look()
        if _serves(detail, self.state.wanted):
            return await self._arrive()
        await self._shift()
        return pace.changing

    async def _shift(self) -> None:
        """Ask for the wanted weights, unless that was done a moment ago and is only not visible yet."""
        wanted, now = self.state.wanted, asyncio.get_running_loop().time()
        if self._asked and self._asked[0] == wanted and now - self._asked[1] < self._endpoints.grace_seconds:
            return
        if not self._know_reference:
            await self._learn_reference()
        known = self.state.weights
        self._publish(self.state.asking())
        try:
            await self._endpoints.set_weights(self._name, wanted, self._undo)
        except ServiceError as error:
            if not isinstance(error, Unreachable | WorkerLost):
                self._publish(self.state.saw(known))  # refused: nothing has changed
            raise
        self._asked = wanted, now

    def _undo(self, detail: EndpointDetail) -> Weights | None:
        """All steps together are one change, to be taken back as one; when they were, what was before counts again."""
        if self.state.phase == "going back":
            return self._undone
        before = {one.name: one.weight for one in self.state.plan.weights(-1)}
        return tuple(replace(one, weight=before.get(one.name, one.weight)) for one in weights_of(detail))

    async def _arrive(self) -> float:
        state = self.state
        if state.phase == "shifting":
            self._began = time.time()
            traffic = await self._endpoints.traffic(self._name, MetricWindow(60, 60))
            self._before = {one.variant: Counts.of(one) for one in traffic.variants}
        if self.state is state or self.state.phase == state.phase:  # a person may have steered meanwhile
            self._publish(self.state.arrived())
        return 0.0

    async def _learn_reference(self) -> None:
        """What the old variant did before the ladder, in case it never gets enough traffic on it."""
        plan = self.state.plan
        traffic = await self._endpoints.traffic(self._name, WINDOWS[0])
        self._know_reference = True
        self._publish(self.state.referred(Counts.of(traffic.variant(plan.old))))

    async def _look(self) -> float:
        plan, pace = self.state.plan, self._endpoints.pace
        minutes = int(time.time() // 60) - int(self._began // 60) + 1
        traffic = await self._endpoints.traffic(self._name, MetricWindow(60 * min(minutes, _MOST_MINUTES), 60))
        new, old = (Counts.of(traffic.variant(name), self._before.get(name)) for name in (plan.new, plan.old))
        self._publish(self.state.observed(new, old))
        if self.state.phase != "holding":
            return 0.0
        remaining = self.state.remaining_seconds
        return min(pace.listing, max(_LEAST_REST, remaining)) if remaining else pace.listing

    async def _rest(self, seconds: float) -> None:
        """Let time pass, which counts for a step that is watched, until something is to be done."""
        loop = asyncio.get_running_loop()
        while seconds > 0 and not self._wake.is_set():
            began, tick = loop.time(), min(_TICK_SECONDS, seconds)
            with suppress(TimeoutError):
                async with asyncio.timeout(tick):
                    await self._wake.wait()
            self._publish(self.state.waited(loop.time() - began))
            seconds -= tick


def _serves(detail: EndpointDetail, wanted: tuple[VariantWeight, ...]) -> bool:
    """Whether the variants have the wanted weights already, not only the wish for them."""
    return same_weights([VariantWeight(one.name, one.weight) for one in detail.production], wanted)
