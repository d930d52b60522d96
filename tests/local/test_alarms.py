"""Alarms over HTTP, and their evaluation on real metrics at times of the tests' choosing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.local.cloudwatch import call, dimensions, error, stat, whole_minute
from tests.local.server import LocalServer
from tests.local.shapes import mismatches
from tui.local.cloudwatch.alarms import Alarms
from tui.local.cloudwatch.metrics import Datum, MetricStore
from tui.local.store import Store

NOON = 1_760_011_200
"""A whole hour."""


def request(name: str, **members: Any) -> dict[str, Any]:
    """A PutMetricAlarm request for errors of an endpoint: more than one in a minute."""
    return {
        "AlarmName": name,
        "Namespace": "T/Alarms",
        "MetricName": "Errors",
        "Statistic": "Sum",
        "Period": 60,
        "EvaluationPeriods": 1,
        "Threshold": 1.0,
        "ComparisonOperator": "GreaterThanThreshold",
    } | members


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


def test_an_alarm_over_http(server: LocalServer) -> None:
    call(
        server,
        "PutMetricData",
        Namespace="T/Http",
        MetricData=[{"MetricName": "Errors", "Value": 7.0, "Timestamp": whole_minute(0)}],
    )
    made = request("http-1", Namespace="T/Http", AlarmActions=["arn:aws:sns:us-east-1:123456789012:topic"])
    call(server, "PutMetricAlarm", **made, Tags=[{"Key": "team", "Value": "x"}])
    (alarm,) = call(server, "DescribeAlarms", AlarmNames=["http-1"])["MetricAlarms"]
    assert alarm.items() >= (made | {"ActionsEnabled": True, "Dimensions": [], "OKActions": []}).items()
    assert alarm["AlarmArn"] == "arn:aws:cloudwatch:us-east-1:123456789012:alarm:http-1"
    assert alarm["StateValue"] == "ALARM"
    data = json.loads(alarm["StateReasonData"])
    assert (data["recentDatapoints"], data["threshold"], data["period"], data["statistic"]) == ([7.0], 1.0, 60, "Sum")
    call(server, "DisableAlarmActions", AlarmNames=["http-1", "nobody"])
    (alarm,) = call(server, "DescribeAlarms", AlarmNames=["http-1"])["MetricAlarms"]
    assert alarm["ActionsEnabled"] is False
    call(server, "EnableAlarmActions", AlarmNames=["http-1"])
    call(
        server, "SetAlarmState", AlarmName="http-1", StateValue="OK", StateReason="a drill", StateReasonData='{"a": 1}'
    )
    (alarm,) = call(server, "DescribeAlarms", AlarmNames=["http-1"])["MetricAlarms"]
    assert (alarm["ActionsEnabled"], alarm["StateValue"], alarm["StateReason"]) == (True, "OK", "a drill")
    call(server, "DeleteAlarms", AlarmNames=["http-1"])
    assert call(server, "DescribeAlarms", AlarmNames=["http-1"])["MetricAlarms"] == []
    history = call(server, "DescribeAlarmHistory", AlarmName="http-1", ScanBy="TimestampAscending")
    assert [item["HistorySummary"] for item in history["AlarmHistoryItems"]] == [
        'Alarm "http-1" created',
        "Alarm updated from INSUFFICIENT_DATA to ALARM",
        "Alarm updated from ALARM to OK",
        'Alarm "http-1" deleted',
    ]


def test_alarms_are_found_by_what_they_are(server: LocalServer) -> None:
    action = "arn:aws:sns:us-east-1:123456789012:pager"
    made: dict[str, dict[str, Any]] = {
        "find-a": {"TreatMissingData": "breaching"},
        "find-b": {"TreatMissingData": "notBreaching", "OKActions": [action]},
        "find-c": {"Dimensions": dimensions(Host="h", Zone="z"), "Statistic": "Average"},
        "other": {},
    }
    for name, members in made.items():
        call(server, "PutMetricAlarm", **request(name, Namespace="T/Find", **members))

    def names(operation: str = "DescribeAlarms", **members: Any) -> list[str]:
        return [alarm["AlarmName"] for alarm in call(server, operation, **members)["MetricAlarms"]]

    assert names(AlarmNamePrefix="find-") == ["find-a", "find-b", "find-c"]
    assert names(AlarmNamePrefix="find-", StateValue="ALARM") == ["find-a"]
    assert names(AlarmNamePrefix="find-", StateValue="INSUFFICIENT_DATA") == ["find-c"]
    assert names(AlarmNames=["other", "find-b", "nobody"]) == ["find-b", "other"]
    assert names(ActionPrefix=action[:-2]) == ["find-b"]
    assert names(AlarmTypes=["CompositeAlarm"]) == []
    metric = {"Namespace": "T/Find", "MetricName": "Errors"}
    assert names("DescribeAlarmsForMetric", **metric) == ["find-a", "find-b", "other"]
    assert names("DescribeAlarmsForMetric", **metric, Period=300) == []
    assert names("DescribeAlarmsForMetric", **metric, Dimensions=dimensions(Zone="z", Host="h")) == ["find-c"]
    client = server.client("cloudwatch")
    pages = client.get_paginator("describe_alarms").paginate(AlarmNamePrefix="find-", PaginationConfig={"PageSize": 2})
    assert [[alarm["AlarmName"] for alarm in page["MetricAlarms"]] for page in pages] == [
        ["find-a", "find-b"],
        ["find-c"],
    ]
    history = client.get_paginator("describe_alarm_history").paginate(
        AlarmName="find-a", PaginationConfig={"PageSize": 1}
    )
    assert [item["HistoryItemType"] for page in history for item in page["AlarmHistoryItems"]] == [
        "StateUpdate",
        "ConfigurationUpdate",
    ]


def test_deleting_some_unknown_alarms_deletes_the_others(server: LocalServer) -> None:
    call(server, "PutMetricAlarm", **request("doomed"))
    assert error(server, "DeleteAlarms", AlarmNames=["nobody", "doomed"]) == (
        "ResourceNotFound",
        "There is no alarm named nobody.",
    )
    assert call(server, "DescribeAlarms", AlarmNames=["doomed"])["MetricAlarms"] == []


@pytest.mark.parametrize(
    ("change", "code", "message"),
    [
        ({"Threshold": None}, "MissingParameter", "The parameter Threshold is required."),
        ({"EvaluationPeriods": None}, "MissingParameter", "The parameter EvaluationPeriods is required."),
        ({"MetricName": None}, "MissingParameter", "The parameter MetricName is required."),
        (
            {"ExtendedStatistic": "p90"},
            "InvalidParameterCombination",
            "Exactly one of Statistic and ExtendedStatistic must be specified.",
        ),
        (
            {"Statistic": None, "ExtendedStatistic": "p123"},
            "InvalidParameterValue",
            "The value p123 for parameter ExtendedStatistic is not supported.",
        ),
        (
            {"Metrics": [{"Id": "a", "MetricStat": stat("N", "m", "Sum")}]},
            "InvalidParameterCombination",
            "The parameters Metrics and MetricName are mutually exclusive.",
        ),
        ({"Period": 45}, "ValidationError", "Period must be 10, 20, 30 or a multiple of 60."),
        (
            {"EvaluationPeriods": 1441},
            "ValidationError",
            "Metrics cannot be checked across more than a day (EvaluationPeriods * Period must be <= 86400).",
        ),
        (
            {"DatapointsToAlarm": 2},
            "ValidationError",
            "DatapointsToAlarm must be less than or equal to EvaluationPeriods.",
        ),
        (
            {"TreatMissingData": "forget"},
            "ValidationError",
            "Option forget is not supported. Supported options for parameter TreatMissingData are breaching and"
            " notBreaching and ignore and missing.",
        ),
        (
            {"ComparisonOperator": "GreaterThanUpperThreshold"},
            "ValidationError",
            "GreaterThanUpperThreshold is for anomaly detection, which is not implemented here.",
        ),
        (
            {"EvaluationInterval": 60},
            "ValidationError",
            "EvaluationInterval of PutMetricAlarm is not implemented by the embedded SageMaker.",
        ),
        ({"AlarmName": ""}, "ValidationError", None),
        ({"OKActions": ["a"] * 6}, "ValidationError", None),
    ],
)
def test_alarms_that_make_no_sense(server: LocalServer, change: Any, code: str, message: str | None) -> None:
    given = {name: value for name, value in (request("bad") | change).items() if value is not None}
    refused = error(server, "PutMetricAlarm", **given)
    assert refused[0] == code
    assert message is None or refused[1] == message
    assert call(server, "DescribeAlarms", AlarmNames=["bad"])["MetricAlarms"] == []


@pytest.mark.parametrize(
    ("queries", "message"),
    [
        (
            [{"Id": "a", "MetricStat": stat("N", "m", "Sum")}, {"Id": "b", "Expression": "a"}],
            "Exactly one element of the metrics list should return data.",
        ),
        ([{"Id": "a", "Expression": "nobody > 1"}], "Error in expression 'a': The id 'nobody' is not defined"),
        (
            [
                {"Id": "a", "MetricStat": stat("N", "m", "Sum"), "ReturnData": False},
                {"Id": "b", "MetricStat": stat("N", "m", "Sum"), "ReturnData": False},
                {"Id": "c", "Expression": "METRICS()"},
            ],
            "An alarm watches one time series, and the expression has several.",
        ),
        ([{"Id": "a", "Expression": "SEARCH("}], "Error in expression 'a': The expression ends too early"),
        ([], "Exactly one element of the metrics list should return data."),
    ],
)
def test_expressions_that_no_alarm_can_watch(server: LocalServer, queries: Any, message: str) -> None:
    given = {"AlarmName": "bad", "EvaluationPeriods": 1, "Threshold": 1.0, "ComparisonOperator": "LessThanThreshold"}
    assert error(server, "PutMetricAlarm", **given, Metrics=queries) == ("ValidationError", message)


@pytest.mark.parametrize(
    ("operation", "members", "code"),
    [
        ("SetAlarmState", {"AlarmName": "nobody", "StateValue": "OK", "StateReason": ""}, "ResourceNotFound"),
        ("SetAlarmState", {"AlarmName": "nobody", "StateValue": "FINE", "StateReason": ""}, "ValidationError"),
        ("DescribeAlarms", {"AlarmNames": ["a"], "AlarmNamePrefix": "a"}, "ValidationError"),
        ("DescribeAlarms", {"ChildrenOfAlarmName": "a"}, "ValidationError"),
        ("DescribeAlarms", {"NextToken": "none of ours"}, "InvalidNextToken"),
        ("DescribeAlarms", {"MaxRecords": 101}, "ValidationError"),
        ("DescribeAlarmHistory", {"NextToken": "none of ours"}, "InvalidNextToken"),
    ],
)
def test_other_requests_that_make_no_sense(server: LocalServer, operation: str, members: Any, code: str) -> None:
    assert error(server, operation, **members)[0] == code


def test_a_reason_in_json_has_to_be_json(server: LocalServer) -> None:
    call(server, "PutMetricAlarm", **request("reasoned"))
    given = {"AlarmName": "reasoned", "StateValue": "OK", "StateReason": "x"}
    assert error(server, "SetAlarmState", **given, StateReasonData="{")[0] == "InvalidFormat"
