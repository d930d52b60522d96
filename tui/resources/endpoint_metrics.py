"""What CloudWatch says about an endpoint's traffic, and since when there has been none."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

NAMESPACE = "AWS/SageMaker"

LOOK_BACK_DAYS = 14
"""How far back invocations are looked for before an endpoint counts as idle for at least that long."""

HOUR = 3600

IDLE_HOURS = 1.0
"""Without invocations, after which an endpoint counts as idle."""


@dataclass(frozen=True, slots=True)
class MetricWindow:
    """The last so many seconds, in periods."""

    seconds: int
    period: int
    """Seconds; a multiple of 60."""

    @property
    def points(self) -> int:
        """Periods in the window."""
        return self.seconds // self.period

    def __str__(self) -> str:
        if self.seconds % 86400 == 0:
            return f"{self.seconds // 86400} d"
        return f"{self.seconds // HOUR} h" if self.seconds % HOUR == 0 else f"{self.seconds // 60} min"


WINDOWS = (
    MetricWindow(900, 60),
    MetricWindow(HOUR, 60),
    MetricWindow(6 * HOUR, 300),
    MetricWindow(86400, 900),
    MetricWindow(7 * 86400, HOUR),
)
"""Those that are offered, the shortest first."""

LAST_HOUR = WINDOWS[1]

Series = tuple[float | None, ...]
"""One value for each period of a window, oldest first; None where nothing was measured, which is not 0."""


@dataclass(frozen=True, slots=True)
class VariantTraffic:
    """What one variant did in a window; latencies in milliseconds."""

    variant: str
    invocations: Series
    p50_ms: Series
    p99_ms: Series
    errors_4xx: Series
    errors_5xx: Series
    window_p50_ms: float | None = None
    """Over the whole window; None when nothing was measured."""

    window_p99_ms: float | None = None

    @property
    def total(self) -> float | None:
        """Invocations in the window; None when there were none."""
        return total_of(self.invocations)

    @property
    def share_5xx(self) -> float | None:
        """Between 0 and 1: the part of the invocations that ended in a 5XX; None when there were none."""
        return (total_of(self.errors_5xx) or 0.0) / self.total if self.total else None

    @property
    def share_4xx(self) -> float | None:
        """Likewise of 4XX."""
        return (total_of(self.errors_4xx) or 0.0) / self.total if self.total else None


@dataclass(frozen=True, slots=True)
class EndpointTraffic:
    """What the variants of an endpoint did in a window."""

    start: float
    """Seconds since the epoch."""

    window: MetricWindow
    variants: tuple[VariantTraffic, ...]

    @property
    def times(self) -> tuple[float, ...]:
        """When each period begins."""
        return tuple(self.start + index * self.window.period for index in range(self.window.points))

    def variant(self, name: str) -> VariantTraffic | None:
        """What the variant of that name did."""
        return next((variant for variant in self.variants if variant.variant == name), None)

    @property
    def summary(self) -> Traffic:
        """All of them in five numbers."""
        return Traffic(
            total_of([variant.total for variant in self.variants]),
            max((v.window_p50_ms for v in self.variants if v.window_p50_ms is not None), default=None),
            max((v.window_p99_ms for v in self.variants if v.window_p99_ms is not None), default=None),
            total_of([total_of(variant.errors_4xx) for variant in self.variants]),
            total_of([total_of(variant.errors_5xx) for variant in self.variants]),
        )


@dataclass(frozen=True, slots=True)
class Traffic:
    """An endpoint's traffic in a window in five numbers; None where nothing was measured."""

    invocations: float | None
    p50_ms: float | None
    """Of its slowest variant: percentiles of several cannot be added."""

    p99_ms: float | None
    errors_4xx: float | None
    errors_5xx: float | None


@dataclass(frozen=True, slots=True)
class Idle:
    """Since when an endpoint has not been invoked."""

    since: float
    """Seconds since the epoch, to the hour."""

    at_least: bool = False
    """Nobody looked further back: it may be idle for longer."""

    def hours(self, now: float) -> float:
        """For how many hours by now."""
        return max(0.0, now - self.since) / HOUR

    def exceeds(self, hours: float, now: float) -> bool:
        """Whether it counts as idle for a person who means so many hours."""
        return self.hours(now) >= hours


def total_of(series: Iterable[float | None]) -> float | None:
    """The sum of what was measured; None when nothing was."""
    values = [value for value in series if value is not None]
    return math.fsum(values) if values else None


_SERIES = (
    ("invocations", "Invocations", "Sum", 1.0),
    ("p50_ms", "ModelLatency", "p50", 1e-3),  # the service counts in microseconds
    ("p99_ms", "ModelLatency", "p99", 1e-3),
    ("errors_4xx", "Invocation4XXErrors", "Sum", 1.0),
    ("errors_5xx", "Invocation5XXErrors", "Sum", 1.0),
)


def window_start(window: MetricWindow, now: float) -> float:
    """When a window that holds the present begins: at a whole period, so that periods stay the same between polls."""
    return (math.floor(now / window.period) + 1) * window.period - window.seconds


def traffic_queries(endpoint: str, variants: Sequence[str], window: MetricWindow) -> list[dict[str, Any]]:
    """The MetricDataQueries for `traffic_from`, seven for each variant."""
    queries = []
    for index, variant in enumerate(variants):
        for key, metric, stat, _ in _SERIES:
            queries.append(_query(f"{key}_{index}", (endpoint, variant), metric, stat, window.period))
        for stat in ("p50", "p99"):
            # CloudWatch knows no longer period than a day.
            period = min(window.seconds, 86400)
            queries.append(_query(f"whole_{stat}_{index}", (endpoint, variant), "ModelLatency", stat, period))
    return queries


def traffic_from(
    results: Iterable[Mapping[str, Any]], variants: Sequence[str], window: MetricWindow, start: float
) -> EndpointTraffic:
    """From the MetricDataResults of `traffic_queries`, of all pages."""
    points: dict[str, dict[float, float]] = {}
    for result in results:
        points.setdefault(result["Id"], {}).update(zip(result["Timestamps"], result["Values"], strict=True))
    found = []
    for index, variant in enumerate(variants):
        series = {key: _on_grid(points.get(f"{key}_{index}", {}), window, start, scale) for key, _, _, scale in _SERIES}
        whole = [max(points.get(f"whole_{stat}_{index}", {}).values(), default=None) for stat in ("p50", "p99")]
        p50, p99 = (None if value is None else value * 1e-3 for value in whole)
        found.append(VariantTraffic(variant, **series, window_p50_ms=p50, window_p99_ms=p99))
    return EndpointTraffic(start, window, tuple(found))


def _on_grid(points: Mapping[float, float], window: MetricWindow, start: float, scale: float) -> Series:
    values: list[float | None] = [None] * window.points
    for when, value in points.items():
        place = int((when - start) // window.period)
        if 0 <= place < window.points:
            values[place] = value * scale
    return tuple(values)


def summary_queries(place: int, endpoint: str, variants: Sequence[str]) -> list[dict[str, Any]]:
    """The MetricDataQueries for `summary_from`: five for each variant, for the one hour that the request is about.

    `place` tells the endpoints of one request apart.
    """
    return [
        _query(f"{key}_{place}_{index}", (endpoint, variant), metric, stat, HOUR)
        for index, variant in enumerate(variants)
        for key, metric, stat, _ in _SERIES
    ]


def summary_from(results: Iterable[Mapping[str, Any]], place: int) -> Traffic:
    """From the MetricDataResults of `summary_queries`."""
    values: dict[str, list[float]] = {key: [] for key, *_ in _SERIES}
    scales = {key: scale for key, _, _, scale in _SERIES}
    for result in results:
        key, of, _ = result["Id"].rsplit("_", 2)
        if of == str(place):
            values[key] += [value * scales[key] for value in result["Values"]]
    return Traffic(
        total_of(values["invocations"]),
        max(values["p50_ms"], default=None),
        max(values["p99_ms"], default=None),
        total_of(values["errors_4xx"]),
        total_of(values["errors_5xx"]),
    )


def idle_query(place: int, index: int, endpoint: str, variant: str) -> dict[str, Any]:
    """The MetricDataQuery for a variant's invocations by the hour, from which `idle_from` tells."""
    return _query(f"idle_{place}_{index}", (endpoint, variant), "Invocations", "Sum", HOUR)


def idle_from(hours: Iterable[tuple[float, float]], created: float, start: float, now: float) -> Idle:
    """Since when an endpoint is idle, from (begin of an hour, invocations in it) of all its variants since `start`."""
    last = max((when for when, count in hours if count > 0), default=None)
    if last is not None:
        return Idle(min(now, last + HOUR))
    return Idle(created) if created >= start else Idle(start, at_least=True)


def _query(identifier: str, whose: tuple[str, str], metric: str, stat: str, period: int) -> dict[str, Any]:
    dimensions = [
        {"Name": f"{kind}Name", "Value": name} for kind, name in zip(("Endpoint", "Variant"), whose, strict=True)
    ]
    return {
        "Id": identifier,
        "MetricStat": {
            "Metric": {"Namespace": NAMESPACE, "MetricName": metric, "Dimensions": dimensions},
            "Period": period,
            "Stat": stat,
        },
    }
