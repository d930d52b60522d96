"""Traffic from CloudWatch: on a grid with gaps, summed up, and since when there is none."""

from __future__ import annotations

from typing import Any

import pytest

from tui.resources.endpoint_metrics import (
    HOUR,
    LAST_HOUR,
    WINDOWS,
    Idle,
    MetricWindow,
    Traffic,
    idle_from,
    summary_from,
    summary_queries,
    total_of,
    traffic_from,
    traffic_queries,
    window_start,
)

MINUTES = MetricWindow(300, 60)


def test_one_request_asks_for_all_variants() -> None:
    queries = traffic_queries("boston", ["A", "B"], LAST_HOUR)
    ids = [query["Id"] for query in queries]
    assert len(ids) == len(set(ids)) == 14
    asked = [
        (
            query["MetricStat"]["Metric"]["MetricName"],
            query["MetricStat"]["Stat"],
            query["MetricStat"]["Period"],
            query["MetricStat"]["Metric"]["Dimensions"][1]["Value"],
        )
        for query in queries
    ]
    for variant in "AB":
        assert ("Invocations", "Sum", 60, variant) in asked
        assert ("ModelLatency", "p99", 60, variant) in asked
        assert ("ModelLatency", "p50", 3600, variant) in asked
        assert ("Invocation5XXErrors", "Sum", 60, variant) in asked


def test_no_period_is_longer_than_cloudwatch_allows() -> None:
    for window in WINDOWS:
        assert window.seconds % window.period == 0
        assert max(query["MetricStat"]["Period"] for query in traffic_queries("e", ["A"], window)) <= 86400
    assert [str(window) for window in WINDOWS] == ["15 min", "1 h", "6 h", "1 d", "7 d"]


def test_a_gap_is_not_a_zero() -> None:
    start = 600.0
    results: list[dict[str, Any]] = [
        {"Id": "invocations_0", "Timestamps": [600.0, 720.0], "Values": [4.0, 6.0]},
        {"Id": "invocations_0", "Timestamps": [840.0], "Values": [0.0]},  # of the second page
        {"Id": "p50_ms_0", "Timestamps": [600.0, 720.0], "Values": [2000.0, 3000.0]},
        {"Id": "errors_5xx_0", "Timestamps": [600.0, 720.0], "Values": [0.0, 1.0]},
        {"Id": "whole_p50_0", "Timestamps": [600.0], "Values": [2500.0]},
        {"Id": "invocations_1", "Timestamps": [], "Values": []},
    ]
    traffic = traffic_from(results, ["A", "B"], MINUTES, start)
    a, b = traffic.variants
    assert a.invocations == (4.0, None, 6.0, None, 0.0)
    assert a.p50_ms == (2.0, None, 3.0, None, None)
    assert (a.total, a.window_p50_ms, a.window_p99_ms) == (10.0, 2.5, None)
    assert (a.share_5xx, a.share_4xx) == (0.1, 0.0)
    assert (b.invocations, b.total, b.share_5xx) == ((None,) * 5, None, None)
    assert traffic.times == (600.0, 660.0, 720.0, 780.0, 840.0)
    assert traffic.summary == Traffic(10.0, 2.5, None, None, 1.0)
    assert traffic.variant("B") is b


def test_what_lies_outside_of_the_window_is_left_out() -> None:
    results = [{"Id": "invocations_0", "Timestamps": [0.0, 660.0, 9000.0], "Values": [1.0, 2.0, 3.0]}]
    (a,) = traffic_from(results, ["A"], MINUTES, 600.0).variants
    assert a.invocations == (None, 2.0, None, None, None)


@pytest.mark.parametrize("now", [0.0, 59.9, 60.0, 3599.0, 123456.7])
def test_a_window_holds_the_present_and_begins_with_a_period(now: float) -> None:
    for window in WINDOWS:
        start = window_start(window, now)
        assert start % window.period == 0
        assert start <= now + window.period - window.seconds <= now < start + window.seconds


def test_a_summary_of_several_endpoints_in_one_answer() -> None:
    ids = [query["Id"] for place in (0, 11) for query in summary_queries(place, "e", ["A", "B"])]
    assert len(set(ids)) == 20
    values = {"invocations_11_0": [3.0], "invocations_11_1": [4.0], "p99_ms_11_0": [9000.0], "p99_ms_11_1": [8000.0]}
    results = [{"Id": name, "Timestamps": [0.0], "Values": values.get(name, [])} for name in ids]
    assert summary_from(results, 11) == Traffic(7.0, None, 9.0, None, None)
    assert summary_from(results, 1) == summary_from(results, 0) == Traffic(None, None, None, None, None)


def test_totals() -> None:
    assert total_of([None, None]) is None
    assert total_of([None, 0.0]) == 0.0
    assert total_of([0.1] * 10) == 1.0


def test_since_when_an_endpoint_is_idle() -> None:
    now = 100 * HOUR + 900.0
    busy = idle_from([(99.0 * HOUR, 5.0), (100.0 * HOUR, 2.0)], 0.0, 0.0, now)
    assert busy == Idle(now)
    assert not busy.exceeds(1, now)
    quiet = idle_from([(90.0 * HOUR, 5.0), (95.0 * HOUR, 0.0)], 0.0, 0.0, now)
    assert quiet == Idle(91.0 * HOUR)
    assert (quiet.hours(now), quiet.exceeds(9.25, now), quiet.exceeds(9.5, now)) == (9.25, True, False)
    assert idle_from([], 98.0 * HOUR, 50.0 * HOUR, now) == Idle(98.0 * HOUR)
    assert idle_from([], 10.0 * HOUR, 50.0 * HOUR, now) == Idle(50.0 * HOUR, at_least=True)
