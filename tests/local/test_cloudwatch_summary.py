"""Roll-ups: the statistics of what was put, and percentiles within the stated error, however it was put."""

from __future__ import annotations

import math
import random
import threading
import time
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tui.local.cloudwatch.metrics import Datum, Metric, MetricStore, Reading
from tui.local.cloudwatch.rollups import Window
from tui.local.cloudwatch.statistics import parse_statistic
from tui.local.cloudwatch.summary import EXACT_VALUES, RELATIVE_ERROR, Distribution, Summary, merged
from tui.local.store import Store

MINUTE = int(time.time()) // 60 * 60 - 600
WIDE = st.floats(min_value=0, max_value=2.0**360, allow_subnormal=False)
PERCENTS = [0.0, 1.0, 25.0, 50.0, 90.0, 99.0, 99.9, 100.0]


@pytest.fixture
def metrics(tmp_path: Path) -> MetricStore:
    return MetricStore(Store(tmp_path / "store.sqlite"))


def summarised(values: Sequence[float]) -> Summary:
    return merged(Summary.of(value) for value in values)


def percentiles(summary: Summary) -> list[float]:
    assert summary.distribution is not None
    return [summary.distribution.percentile(percent) for percent in PERCENTS]


def true_percentiles(values: Sequence[float]) -> list[float]:
    """By nearest rank, which is numpy's `inverted_cdf`; the ranks are exact here, numpy's are rounded floats."""
    ranks = [math.ceil(Fraction(str(percent)) * len(values) / 100) for percent in PERCENTS]
    return [float(np.sort(values)[max(rank, 1) - 1]) for rank in ranks]


def percentile(values: Sequence[float], percent: float) -> float | None:
    statistic = parse_statistic(f"p{percent}")
    assert statistic is not None
    return statistic.of(summarised(values))


@given(st.lists(WIDE, min_size=1, max_size=EXACT_VALUES))
def test_percentiles_of_few_values_are_exact(values: list[float]) -> None:
    assert percentiles(summarised(values)) == true_percentiles(values)


@given(st.lists(WIDE, min_size=EXACT_VALUES + 1, max_size=600, unique=True), st.integers(1, 7))
@settings(
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example],
)
def test_percentiles_of_many_values_are_within_the_stated_error(values: list[float], parts: int) -> None:
    pieces = [values[first::parts] for first in range(parts)]
    whole = merged(summarised(piece) for piece in pieces)
    assert percentiles(whole) == pytest.approx(true_percentiles(values), rel=RELATIVE_ERROR, abs=1e-300)


def test_percentiles_of_a_busy_hour_stay_within_the_stated_error() -> None:
    numbers = random.Random(5)
    minutes = [[numbers.lognormvariate(9, 2) for _ in range(500)] for _ in range(60)]
    hour = merged(summarised(minute) for minute in minutes)
    everything = [value for minute in minutes for value in minute]
    assert percentiles(hour) == pytest.approx(true_percentiles(everything), rel=RELATIVE_ERROR)
    assert hour.count == 30_000
    assert hour.total == pytest.approx(sum(everything))
    assert (hour.minimum, hour.maximum) == (min(everything), max(everything))


def test_percentiles_are_those_of_numpy() -> None:
    numbers = random.Random(3)
    values = [numbers.gammavariate(2, 50) for _ in range(10_007)]
    expected = np.percentile(values, PERCENTS, method="inverted_cdf")
    assert percentiles(summarised(values)) == pytest.approx(expected.tolist(), rel=RELATIVE_ERROR)


def test_counts_weigh() -> None:
    summary = merged([Summary.of(1.0, 90.0), Summary.of(7.0, 10.0)])
    assert percentiles(summary) == [1.0, 1.0, 1.0, 1.0, 1.0, 7.0, 7.0, 7.0]


@given(st.dictionaries(WIDE, st.floats(min_value=0.5, max_value=1e6), min_size=1, max_size=50))
def test_a_distribution_is_stored_without_loss(occurrences: dict[float, float]) -> None:
    before = Distribution.of(occurrences)
    after = Distribution.unpack(before.pack())
    assert (list(after.values), list(after.reached)) == (list(before.values), list(before.reached))


def test_there_are_no_percentiles_of_reported_statistics_or_negative_values() -> None:
    reported = Summary(10.0, 100.0, 1.0, 20.0, distribution=None)
    assert parse_statistic("p50").of(reported) is None  # type: ignore[union-attr]
    assert merged([reported, Summary.of(3.0)]).distribution is None
    assert percentile([-1.0, 2.0], 50) is None
    assert percentile([1.0, 2.0], 50) == 1.0


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Average", 5.5),
        ("Sum", 55.0),
        ("SampleCount", 10.0),
        ("Minimum", 1.0),
        ("Maximum", 10.0),
        ("p90", 9.0),
        ("p100", 10.0),
        ("tm90", 5.0),
        ("TM(10%:90%)", 5.5),
        ("TM(2:4)", 3.5),
        ("IQM", 5.5),
        ("tc50", 5.0),
        ("TS(80%:)", 19.0),
        ("PR(:3)", 30.0),
    ],
)
def test_statistics_of_one_to_ten(name: str, expected: float) -> None:
    statistic = parse_statistic(name)
    assert statistic is not None
    assert statistic.of(summarised([float(number) for number in range(1, 11)])) == pytest.approx(expected)


@pytest.mark.parametrize(
    "name", ["", "average", "p", "p101", "p-1", "p9O", "tm", "TM", "TM()", "TM(:)", "PR(1%:2%)", "wm"]
)
def test_what_is_no_statistic(name: str) -> None:
    assert parse_statistic(name) is None


def test_values_are_found_again_by_period_and_unit(metrics: MetricStore) -> None:
    place = (("Host", "a"), ("Zone", "b"))
    data = [Datum("m", place, MINUTE + 10 * number, float(number), "Count") for number in range(12)]
    metrics.put("N", [*data, Datum("m", place[::-1], MINUTE, 100.0, "Percent")])
    metric = Metric("N", "m", place[::-1])
    window = Window(MINUTE, MINUTE + 120, 60)
    found = metrics.summaries(metric, window, unit="Count")
    assert {time: (one.count, one.total, one.minimum, one.maximum) for time, one in found.items()} == {
        MINUTE: (6.0, 15.0, 0.0, 5.0),
        MINUTE + 60: (6.0, 51.0, 6.0, 11.0),
    }
    (both,) = metrics.summaries(metric, Window(MINUTE, MINUTE + 120, 120), distributions=True).values()
    assert both.count == 13
    assert percentiles(both)[-1] == 100.0
    assert metrics.units(metric, window) == ["Count", "Percent"]
    assert metrics.summaries(Metric("N", "m", place[:1]), window) == {}


def test_nothing_is_lost_when_several_threads_put(metrics: MetricStore) -> None:
    def put() -> None:
        for number in range(50):
            metrics.put("N", [Datum("m", (), MINUTE, float(number)), Datum("n", (), MINUTE + 60, 1.0)])

    threads = [threading.Thread(target=put) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    (summary,) = metrics.summaries(Metric("N", "m", ()), Window(MINUTE, MINUTE + 60, 60), distributions=True).values()
    assert (summary.count, summary.total) == (200, 4 * sum(range(50)))
    assert percentiles(summary) == true_percentiles([float(number) for number in range(50)] * 4)


def test_seconds_are_kept_apart_only_where_asked_for(metrics: MetricStore) -> None:
    quick = [Reading("quick", (), MINUTE + second, Summary.of(1.0), resolution=1) for second in range(60)]
    slow = [Reading("slow", (), MINUTE + second, Summary.of(1.0)) for second in range(60)]
    metrics.add("N", [*quick, *slow])
    window = Window(MINUTE, MINUTE + 60, 10)
    tens = metrics.summaries(Metric("N", "quick", ()), window)
    assert [summary.count for summary in tens.values()] == [10.0] * 6
    assert {time: one.count for time, one in metrics.summaries(Metric("N", "slow", ()), window).items()} == {
        MINUTE: 60.0
    }
    (minute,) = metrics.summaries(Metric("N", "quick", ()), Window(MINUTE, MINUTE + 60, 60)).values()
    assert minute.count == 60.0


def test_what_is_older_than_its_retention_goes(metrics: MetricStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui.local.cloudwatch.metrics._CLEANING_SECONDS", -1.0)
    now = MINUTE + 20 * 86_400
    monkeypatch.setattr("tui.local.cloudwatch.metrics.time.time", lambda: float(now))
    old, young = now - 16 * 86_400, now - 14 * 86_400
    metrics.put("N", [Datum("gone", (), old, 1.0), Datum("kept", (), old, 1.0), Datum("kept", (), young, 2.0)])
    everything = Window(MINUTE, now + 60, 86_400)
    assert metrics.summaries(Metric("N", "gone", ()), everything) == {}
    assert [one.total for one in metrics.summaries(Metric("N", "kept", ()), everything).values()] == [2.0]
    assert [metric.name for metric in metrics.names(active_seconds=30 * 86_400, limit=9)] == ["kept"]


def test_metrics_are_listed_by_what_they_have(metrics: MetricStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui.local.cloudwatch.metrics.time.time", lambda: float(MINUTE))
    hosts = [("a", "x"), ("b", "x"), ('"b', "y"), ("a]", 'x"')]
    data = [Datum("m", (("Host", host), ("Zone", zone)), MINUTE, 1.0) for host, zone in hosts]
    metrics.put("N", [*data, Datum("m", (), MINUTE - 15 * 86_400, 1.0), Datum("n", (("Zone", "Host"),), MINUTE, 1.0)])
    metrics.put("O", data[:1])

    def hosts_of(**filters: str | None) -> list[str]:
        found = metrics.names(namespace="N", dimensions=filters, limit=99)
        return sorted(dict(metric.dimensions).get("Host", "none") for metric in found)

    assert hosts_of(Zone="x") == ["a", "b"]
    assert hosts_of(Host=None) == sorted(host for host, _ in hosts)
    assert hosts_of(Host='"b', Zone="y") == ['"b']
    assert hosts_of(Zone="Host") == ["none"]
    first = metrics.names(limit=2)
    rest = metrics.names(after=first[-1], limit=99)
    assert len(first) == 2
    assert [*first, *rest] == metrics.names(limit=99)
    assert len(first) + len(rest) == 6
