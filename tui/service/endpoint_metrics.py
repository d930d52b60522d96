"""The traffic of endpoints, as CloudWatch counts it: in few calls, for each metric asked for costs money."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from typing import Any

from tui.resources.endpoint_metrics import (
    HOUR,
    LOOK_BACK_DAYS,
    EndpointTraffic,
    Idle,
    MetricWindow,
    Traffic,
    idle_from,
    idle_query,
    summary_from,
    summary_queries,
    traffic_from,
    traffic_queries,
    window_start,
)
from tui.resources.endpoints import Endpoint
from tui.service.gateway import Gateway

_QUERIES = 250
"""In a call: with the hours of two weeks each, they stay below the 100,800 points that it may answer."""


class EndpointMetrics:
    """Asks CloudWatch about endpoints."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway

    async def traffic(self, endpoint: str, variants: Sequence[str], window: MetricWindow) -> EndpointTraffic:
        """What the variants of one endpoint did, period by period, in one call."""
        start = window_start(window, time.time())
        queries = traffic_queries(endpoint, variants, window)
        results = await self._results(queries, start, start + window.seconds)
        return traffic_from(results, variants, window, start)

    async def summaries(self, endpoints: Sequence[Endpoint]) -> dict[str, Traffic]:
        """What endpoints whose variants are known did in the last hour, by ARN."""
        end = math.ceil(time.time() / 60) * 60
        queries = [
            query
            for place, endpoint in enumerate(endpoints)
            for query in summary_queries(place, endpoint.name, _variants(endpoint))
        ]
        results = await self._results(queries, end - HOUR, end)
        return {endpoint.arn: summary_from(results, place) for place, endpoint in enumerate(endpoints)}

    async def idle(self, endpoints: Sequence[Endpoint]) -> dict[str, Idle]:
        """Since when endpoints whose variants are known have not been invoked, by ARN."""
        now = time.time()
        start = math.floor(now / HOUR + 1) * HOUR - LOOK_BACK_DAYS * 86400
        queries = [
            idle_query(place, index, endpoint.name, variant)
            for place, endpoint in enumerate(endpoints)
            for index, variant in enumerate(_variants(endpoint))
        ]
        hours: dict[int, list[tuple[float, float]]] = {}
        for result in await self._results(queries, start, math.ceil(now)):
            place = int(result["Id"].split("_")[1])
            hours.setdefault(place, []).extend(zip(result["Timestamps"], result["Values"], strict=True))
        return {
            endpoint.arn: idle_from(hours.get(place, ()), endpoint.created, start, now)
            for place, endpoint in enumerate(endpoints)
        }

    async def _results(self, queries: Sequence[dict[str, Any]], start: float, end: float) -> list[dict[str, Any]]:
        return [
            result
            for first in range(0, len(queries), _QUERIES)
            async for page in self._gateway.pages(
                "cloudwatch",
                "GetMetricData",
                MetricDataQueries=list(queries[first : first + _QUERIES]),
                StartTime=int(start),
                EndTime=int(end),
                ScanBy="TimestampAscending",
            )
            for result in page["MetricDataResults"]
        ]


def _variants(endpoint: Endpoint) -> list[str]:
    return [variant.name for variant in endpoint.variants]
