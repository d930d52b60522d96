"""What the list of endpoints learns beyond the service's own: details where something changed, traffic now and then."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import TypeVar

from tui.resources.endpoint_metrics import Idle, Traffic
from tui.resources.endpoints import SERVING, Endpoint, EndpointDetail
from tui.service.endpoint_metrics import EndpointMetrics
from tui.service.errors import ServiceError
from tui.service.feed import Feed
from tui.service.pace import Pace

T = TypeVar("T")

DESCRIBED = 10
"""Endpoints described for each poll of the list, changing ones first; the budget does not reach further."""

METERED = 50
"""Endpoints whose traffic is asked for, the newest ones."""

TRAFFIC_POLLS = 4
"""Polls of a quiet list to one of its traffic, which costs money."""

IDLE_POLLS = 20
"""Likewise to one look for idle endpoints, which are counted in hours."""


class EndpointLearning:
    """The learning step of the list of endpoints."""

    def __init__(
        self,
        describe: Callable[[str], Awaitable[EndpointDetail]],
        metrics: EndpointMetrics,
        pace: Callable[[], Pace],
        feed: Callable[[], Feed[tuple[Endpoint, ...]]],
    ) -> None:
        self._describe = describe
        self._metrics = metrics
        self._pace = pace
        self._feed = feed
        """The list's own, which is made of what is learnt here."""

        self._described: dict[str, float] = {}
        """By ARN: the last modification of which a row knows."""

        self._asked: dict[tuple[str, str], float] = {}
        """By what was asked and the ARN: when."""

        self._traffic: dict[str, Traffic] = {}
        self._idle: dict[str, Idle] = {}
        self._asking: set[asyncio.Task[None]] = set()

    async def learn(self, endpoints: tuple[Endpoint, ...]) -> dict[str, Endpoint]:
        """The rows to which something was added, by ARN."""
        wanted = [one for one in endpoints if one.running or self._described.get(one.arn) != one.modified]
        wanted.sort(key=lambda endpoint: not endpoint.running)  # stable: newest first among either
        learnt = {row.arn: row for row in await asyncio.gather(*map(self._with_detail, wanted[:DESCRIBED]))}
        rows = [learnt.get(endpoint.arn, endpoint) for endpoint in endpoints]
        serving = [row for row in rows if row.status in SERVING and row.variants][:METERED]
        if self._feed().attended:  # what all of them cost takes no traffic
            self._now_and_then("traffic", serving, TRAFFIC_POLLS, self._metrics.summaries, self._traffic)
        self._now_and_then("idle", serving, IDLE_POLLS, self._metrics.idle, self._idle)
        return learnt | {
            row.arn: replace(row, traffic=self._traffic.get(row.arn), idle=self._idle.get(row.arn)) for row in serving
        }

    async def _with_detail(self, row: Endpoint) -> Endpoint:
        try:
            detail = await self._describe(row.name)
        except ServiceError:  # the list is right without; the poll itself reports what is wrong
            return row
        self._described[row.arn] = row.modified
        found = detail.endpoint
        return replace(
            row, config=found.config, variants=found.variants, failure_reason=found.failure_reason, rate=found.rate
        )

    def _now_and_then(
        self,
        what: str,
        rows: Sequence[Endpoint],
        polls: int,
        ask: Callable[[Sequence[Endpoint]], Awaitable[Mapping[str, T]]],
        known: dict[str, T],
    ) -> None:
        """Ask about the rows whose turn it is; the list does not wait for the answers, it is polled again with them."""
        now = time.monotonic()
        seconds = polls * self._pace().listing
        due = [row for row in rows if now - self._asked.get((what, row.arn), float("-inf")) >= seconds]
        if not due:
            return
        self._asked |= {(what, row.arn): now for row in due}

        async def answered() -> None:
            with suppress(ServiceError):  # without the right to read metrics there is a list all the same
                known.update(await ask(due))
                self._feed().wake()

        task = asyncio.create_task(answered())
        self._asking.add(task)
        task.add_done_callback(self._asking.discard)
