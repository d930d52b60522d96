"""The evaluation of alarms on real metrics, at times of the tests' choosing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.local.cloudwatch import alarm_request as request
from tests.local.cloudwatch import dimensions, stat
from tests.local.shapes import mismatches
from tui.local.cloudwatch.alarms import Alarms
from tui.local.cloudwatch.metrics import Datum, MetricStore
from tui.local.store import Store

NOON = 1_760_011_200
"""A whole hour."""


class Clock:
    """Alarms with a clock that the test sets."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        store = Store(folder / "store.sqlite")
        self.now = float(NOON)
        monkeypatch.setattr("time.time", lambda: self.now)
        self.metrics = MetricStore(store)
        self.alarms = Alarms(store, self.metrics)

    def put(self, value: float, at: float | None = None, name: str = "Errors", **members: Any) -> None:
        self.metrics.put("T/Alarms", [Datum(name, (), self.now if at is None else at, value, **members)])

    def state_after(self, seconds: float) -> str | None:
        self.now += seconds
        return self.alarms.state("a")


@pytest.fixture
def clock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(tmp_path, monkeypatch)


def test_an_alarm_notices_at_once_and_recovers_when_the_data_do(clock: Clock) -> None:
    assert clock.alarms.state("a") is None
    clock.alarms.put_metric_alarm(request("a"))
    assert clock.alarms.state("a") == "INSUFFICIENT_DATA"
    clock.put(1.0)
    assert clock.alarms.state("a") == "OK"
    clock.put(1.0)
    assert clock.alarms.state("a") == "ALARM"
    assert clock.state_after(60) == "ALARM"
    clock.put(0.0)
    assert clock.alarms.state("a") == "OK"
    assert clock.state_after(600) == "INSUFFICIENT_DATA"
    items = clock.alarms.describe_alarm_history({"AlarmName": "a", "HistoryItemType": "StateUpdate"})
    assert mismatches("cloudwatch", "DescribeAlarmHistory", items) == []
    assert [item["HistorySummary"] for item in items["AlarmHistoryItems"]] == [
        "Alarm updated from OK to INSUFFICIENT_DATA",
        "Alarm updated from ALARM to OK",
        "Alarm updated from OK to ALARM",
        "Alarm updated from INSUFFICIENT_DATA to OK",
    ]


def test_too_few_in_a_minute_that_has_begun_is_no_alarm_yet(clock: Clock) -> None:
    clock.put(10.0, at=NOON - 30)
    clock.put(1.0)
    clock.alarms.put_metric_alarm(request("a", ComparisonOperator="LessThanThreshold", Threshold=5.0))
    assert clock.alarms.state("a") == "OK"
    assert clock.state_after(60) == "ALARM"


def test_several_periods_with_most_of_them_breaching(clock: Clock) -> None:
    clock.alarms.put_metric_alarm(
        request("a", Period=300, EvaluationPeriods=3, DatapointsToAlarm=2, Statistic="Maximum")
    )
    for minutes, value in ((20, 0.0), (9, 0.0), (1, 9.0)):
        clock.put(value, at=NOON - 60 * minutes)
    assert clock.alarms.state("a") == "OK"
    clock.put(9.0, at=NOON - 60 * 12)
    assert clock.alarms.state("a") == "ALARM"


def test_percentiles_units_dimensions_and_seconds(clock: Clock) -> None:
    percentile = {"ExtendedStatistic": "p90", "Unit": "Seconds"}
    without = request("a", **percentile)
    del without["Statistic"]
    clock.alarms.put_metric_alarm(without)
    for value in range(10):
        clock.put(float(value) / 5, unit="Seconds")
    clock.put(100.0, unit="Count")
    assert clock.alarms.state("a") == "ALARM"
    clock.alarms.put_metric_alarm(without | {"ExtendedStatistic": "p50"})
    assert clock.alarms.state("a") == "OK"
    clock.alarms.put_metric_alarm(request("a", Dimensions=dimensions(Host="x")))
    assert clock.alarms.state("a") == "INSUFFICIENT_DATA"
    clock.alarms.put_metric_alarm(request("a", Period=10))
    assert clock.alarms.state("a") == "ALARM"


def test_an_alarm_on_an_expression(clock: Clock) -> None:
    metrics = [
        {"Id": "errors", "MetricStat": stat("T/Alarms", "Errors", "Sum"), "ReturnData": False},
        {"Id": "calls", "MetricStat": stat("T/Alarms", "Calls", "Sum"), "ReturnData": False},
        {"Id": "rate", "Expression": "100 * FILL(errors, 0) / calls", "ReturnData": True},
    ]
    on_expression = {
        name: value
        for name, value in request("a", Metrics=metrics, Threshold=5.0, EvaluationPeriods=2).items()
        if name not in {"Namespace", "MetricName", "Statistic", "Period"}
    }
    clock.alarms.put_metric_alarm(on_expression)
    for minutes in (3, 2, 1):
        clock.put(100.0, at=NOON - 60 * minutes, name="Calls")
    assert clock.alarms.state("a") == "OK"
    clock.put(6.0, at=NOON - 120)
    assert clock.alarms.state("a") == "OK"
    clock.put(6.0, at=NOON - 60)
    assert clock.alarms.state("a") == "ALARM"
    answer = clock.alarms.describe_alarms({})
    assert mismatches("cloudwatch", "DescribeAlarms", answer) == []
    (described,) = answer["MetricAlarms"]
    assert described["Metrics"] == metrics
    assert "[6.0 (09/10/25 11:59:00), 6.0 (09/10/25 11:58:00)]" in described["StateReason"]


def test_an_expression_that_loses_its_value_is_missing_data(clock: Clock) -> None:
    metrics = [
        {"Id": "errors", "MetricStat": stat("T/Alarms", "Errors", "Sum"), "ReturnData": False},
        {"Id": "odd", "Expression": "IF(SUM(errors) > 3, 1, errors)"},
    ]
    given = {"AlarmName": "a", "EvaluationPeriods": 1, "Threshold": 1.0, "ComparisonOperator": "GreaterThanThreshold"}
    clock.alarms.put_metric_alarm(given | {"Metrics": metrics, "TreatMissingData": "breaching"})
    clock.put(1.0)
    assert clock.alarms.state("a") == "OK"
    clock.put(4.0)
    assert clock.alarms.state("a") == "ALARM"


def test_a_state_set_by_hand_stays_until_the_next_evaluation(clock: Clock) -> None:
    clock.alarms.put_metric_alarm(request("a", TreatMissingData="notBreaching"))
    assert clock.alarms.state("a") == "OK"
    clock.alarms.set_alarm_state({"AlarmName": "a", "StateValue": "ALARM", "StateReason": "a drill"})
    assert clock.state_after(59) == "ALARM"
    assert clock.state_after(1) == "OK"


def test_missing_data_ignored_leave_the_state(clock: Clock) -> None:
    clock.alarms.put_metric_alarm(request("a", TreatMissingData="ignore"))
    clock.put(5.0)
    assert clock.alarms.state("a") == "ALARM"
    assert clock.state_after(3600) == "ALARM"
    clock.put(0.0)
    assert clock.alarms.state("a") == "OK"


def test_alarms_survive_a_restart(clock: Clock, tmp_path: Path) -> None:
    clock.alarms.put_metric_alarm(request("a"))
    clock.put(5.0)
    assert clock.alarms.state("a") == "ALARM"
    store = Store(tmp_path / "store.sqlite")
    again = Alarms(store, MetricStore(store))
    assert again.describe_alarms({}) == clock.alarms.describe_alarms({})


def test_a_new_configuration_keeps_the_state_and_its_time(clock: Clock) -> None:
    clock.alarms.put_metric_alarm(request("a"))
    clock.put(5.0)
    (before,) = clock.alarms.describe_alarms({})["MetricAlarms"]
    clock.now += 30
    clock.alarms.put_metric_alarm(request("a", AlarmDescription="new", Threshold=2.0))
    (after,) = clock.alarms.describe_alarms({})["MetricAlarms"]
    assert (after["StateValue"], after["Threshold"], after["AlarmDescription"]) == ("ALARM", 2.0, "new")
    assert after["StateTransitionedTimestamp"] == before["StateTransitionedTimestamp"]
    assert after["AlarmConfigurationUpdatedTimestamp"] == before["AlarmConfigurationUpdatedTimestamp"] + 30
