"""The operations on alarms over HTTP: what is kept, found and refused."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.local.cloudwatch import alarm_request as request
from tests.local.cloudwatch import call, dimensions, error, stat, whole_minute
from tests.local.server import LocalServer


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
