"""What CloudWatch refuses, and how it says so."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.local.cloudwatch import call, error, send, stat, whole_minute
from tests.local.server import LocalServer

START = whole_minute(60)
SPAN = {"StartTime": START, "EndTime": START + 600}
MEMBER = "MetricData.member.1"


@pytest.mark.parametrize(
    ("datum", "code", "message"),
    [
        (
            {},
            "MissingParameter",
            f"At least one of the parameters {MEMBER}.Value, {MEMBER}.Values, {MEMBER}.StatisticValues"
            " must be specified.",
        ),
        (
            {"Value": 1.0, "Values": [1.0]},
            "InvalidParameterCombination",
            f"The parameters {MEMBER}.Value and {MEMBER}.Values are mutually exclusive and you have specified both.",
        ),
        (
            {"Values": [1.0, 2.0], "Counts": [1.0]},
            "InvalidParameterValue",
            f"The parameters {MEMBER}.Values and {MEMBER}.Counts must be of the same size.",
        ),
        (
            {"Values": [1.0], "Counts": [0.0]},
            "InvalidParameterValue",
            f"The value 0.0 for parameter {MEMBER}.Counts must be greater than 0.",
        ),
        (
            {"Values": [1.0] * 151},
            "InvalidParameterValue",
            f"The collection {MEMBER}.Values must not have a size greater than 150.",
        ),
        (
            {"Value": 1e200},
            "InvalidParameterValue",
            f"The value 1e+200 for parameter {MEMBER}.Value is invalid.",
        ),
        (
            {"Value": 1.0, "Timestamp": START - 15 * 86_400},
            "InvalidParameterValue",
            f"The parameter {MEMBER}.Timestamp must specify a time no more than two weeks in the past.",
        ),
        (
            {"Value": 1.0, "Timestamp": START + 4 * 3600},
            "InvalidParameterValue",
            f"The parameter {MEMBER}.Timestamp must specify a time no more than two hours in the future.",
        ),
        (
            {"Value": 1.0, "StorageResolution": 5},
            "InvalidParameterValue",
            f"The value 5 for parameter {MEMBER}.StorageResolution is invalid: it is 1 or 60.",
        ),
        (
            {"Value": 1.0, "Dimensions": [{"Name": "a", "Value": "1"}, {"Name": "a", "Value": "2"}]},
            "InvalidParameterValue",
            f"The parameter {MEMBER}.Dimensions has two dimensions of one name.",
        ),
        (
            {"StatisticValues": {"SampleCount": 2.0, "Sum": 3.0, "Minimum": 2.0, "Maximum": 1.0}},
            "InvalidParameterValue",
            f"The parameter {MEMBER}.StatisticValues.Maximum must be greater than or equal to"
            f" {MEMBER}.StatisticValues.Minimum.",
        ),
        (
            {"StatisticValues": {"SampleCount": 0.0, "Sum": 0.0, "Minimum": 0.0, "Maximum": 0.0}},
            "InvalidParameterValue",
            f"The value 0.0 for parameter {MEMBER}.StatisticValues.SampleCount must be greater than 0.",
        ),
        (
            {"Value": 1.0, "Unit": "Furlongs"},
            "ValidationError",
            None,
        ),
        (
            {"Value": 1.0, "Dimensions": [{"Name": f"d{number}", "Value": "x"} for number in range(31)]},
            "ValidationError",
            None,
        ),
    ],
)
def test_wrong_data_are_refused_whole(server: LocalServer, datum: Any, code: str, message: str | None) -> None:
    bad = {"MetricName": "bad"} | datum
    refused = error(server, "PutMetricData", Namespace="R/Put", MetricData=[bad, {"MetricName": "good", "Value": 1.0}])
    assert refused[0] == code
    assert message is None or refused[1] == message
    assert call(server, "ListMetrics", Namespace="R/Put")["Metrics"] == []


def test_constraints_of_the_model_are_told_in_the_services_words(server: LocalServer) -> None:
    assert error(server, "PutMetricData", Namespace=":x", MetricData=[{"MetricName": ""}]) == (
        "ValidationError",
        "2 validation errors detected: Value ':x' at 'namespace' failed to satisfy constraint: Member must satisfy"
        " regular expression pattern: [^:].*; Value '' at 'metricData.1.member.metricName' failed to satisfy"
        " constraint: Member must have length greater than or equal to 1",
    )


def test_requests_of_a_wrong_size_or_kind(server: LocalServer) -> None:
    datum = {"MetricName": "m", "Value": 1.0}
    assert error(server, "PutMetricData", Namespace="R/Size", MetricData=[datum] * 1001) == (
        "InvalidParameterValue",
        "The collection MetricData must not have a size greater than 1000.",
    )
    assert error(server, "PutMetricData", Namespace="R/Size")[0] == "MissingParameter"
    assert error(server, "PutMetricData", Namespace="AWS/SageMaker", MetricData=[datum]) == (
        "InvalidParameterValue",
        "The value AWS/ for parameter Namespace is invalid.",
    )
    assert "EntityMetricData" in error(server, "PutMetricData", Namespace="R/Size", EntityMetricData=[])[1]
    assert error(server, "PutMetricData", Namespace="R/Size", MetricData=[datum | {"Value": "NaN"}])[0] == (
        "SerializationException"
    )


QUERY = {"Id": "m1", "MetricStat": stat("R", "m", "Sum")}


@pytest.mark.parametrize(
    ("queries", "message"),
    [
        ([], "The collection MetricDataQueries must have a size of 1 to 500."),
        ([QUERY] * 501, "The collection MetricDataQueries must have a size of 1 to 500."),
        ([QUERY, QUERY], "The values for parameter id in MetricDataQueries are not unique."),
        (
            [QUERY | {"Id": "M"}],
            "The value M for parameter Id is not matching the expected pattern [a-z][a-zA-Z0-9_]*.",
        ),
        ([{"Id": "a"}], "Exactly one of MetricStat and Expression must be specified in the query a."),
        ([QUERY | {"Expression": "1"}], "Exactly one of MetricStat and Expression must be specified in the query m1."),
        ([QUERY | {"ReturnData": False}], "At least one query must have ReturnData set to true."),
        (
            [{"Id": "a", "MetricStat": stat("R", "m", "Sum", 45)}],
            "The value 45 for parameter Period must be 1, 5, 10, 20, 30 or a multiple of 60.",
        ),
        ([{"Id": "a", "MetricStat": stat("R", "m", "p900")}], "The value p900 for parameter Stat is not supported."),
        (
            [{"Id": "a", "MetricStat": {"Metric": {"Namespace": "R"}, "Period": 60, "Stat": "Sum"}}],
            "The parameter MetricStat.Metric.MetricName of the query a is required.",
        ),
        ([{"Id": "a", "Expression": "b +"}], "Error in expression 'a': The expression ends too early"),
        ([{"Id": "a", "Expression": "b"}], "Error in expression 'a': The id 'b' is not defined"),
        ([{"Id": "a", "Expression": "1"}], "Error in expression 'a': The result is a number, not a time series"),
        (
            [{"Id": "a", "Expression": "SEARCH('{R} m', 'Sum')"}],
            "Error in expression 'a': The function SEARCH is not implemented by the embedded SageMaker",
        ),
        (
            [{"Id": "a", "Expression": "TIME_SERIES(b)"}, {"Id": "b", "Expression": "a"}],
            "Error in expression 'a': It refers to itself",
        ),
    ],
)
def test_queries_that_cannot_be_answered(server: LocalServer, queries: Any, message: str) -> None:
    code, text = error(server, "GetMetricData", MetricDataQueries=queries, **SPAN)
    assert code == "ValidationError"
    assert text.replace("'b': It", "'a': It") == message


def test_times_and_pages_that_make_no_sense(server: LocalServer) -> None:
    def refused(**members: Any) -> tuple[str, str]:
        return error(server, "GetMetricData", **({"MetricDataQueries": [QUERY]} | SPAN | members))

    assert refused(EndTime=START) == (
        "ValidationError",
        "The parameter StartTime must not equal parameter EndTime.",
    )
    assert refused(EndTime=START - 1) == ("ValidationError", "The parameter EndTime must be greater than StartTime.")
    assert refused(MaxDatapoints=0)[0] == "ValidationError"
    assert refused(NextToken="none of ours")[0] == "InvalidNextToken"
    assert refused(ScanBy="Sideways")[0] == "ValidationError"
    filled = [{"Id": "a", "Expression": "TIME_SERIES(1)", "Period": 1}]
    assert refused(MetricDataQueries=filled, EndTime=START + 200_000) == (
        "ValidationError",
        "The expression 'a' has more than 100800 points: take a longer Period.",
    )
    assert error(server, "ListMetrics", NextToken="none of ours")[0] == "InvalidParameterValue"


@pytest.mark.parametrize(
    ("members", "code", "message"),
    [
        ({}, "InvalidParameterCombination", "Must specify either Statistics or ExtendedStatistics"),
        (
            {"ExtendedStatistics": ["p101"]},
            "InvalidParameterValue",
            "The value p101 for parameter ExtendedStatistics is not supported.",
        ),
        (
            {"Statistics": ["Sum"], "Period": 90},
            "InvalidParameterValue",
            "The value 90 for parameter Period must be 1, 5, 10, 20, 30 or a multiple of 60.",
        ),
        (
            {"Statistics": ["Sum"], "EndTime": START},
            "InvalidParameterValue",
            "The parameter StartTime must not equal parameter EndTime.",
        ),
        (
            {"Statistics": ["Sum"], "EndTime": START - 60},
            "InvalidParameterValue",
            "The parameter StartTime must be less than the parameter EndTime.",
        ),
        (
            {"Statistics": ["Sum"], "StartTime": START - 86_400, "EndTime": START + 600},
            "InvalidParameterCombination",
            "You have requested up to 1,450 datapoints, which exceeds the limit of 1,440. You may reduce the datapoints"
            " requested by increasing Period, or decreasing the time range.",
        ),
        ({"Statistics": ["Median"]}, "ValidationError", None),
    ],
)
def test_statistics_that_cannot_be_answered(server: LocalServer, members: Any, code: str, message: str | None) -> None:
    request = {"Namespace": "R", "MetricName": "m", "Period": 60} | SPAN | members
    refused = error(server, "GetMetricStatistics", **request)
    assert refused[0] == code
    assert message is None or refused[1] == message


def test_boto3_raises_the_exception_of_the_model(server: LocalServer) -> None:
    client = server.client("cloudwatch")
    with pytest.raises(client.exceptions.MissingRequiredParameterException):
        client.put_metric_data(Namespace="R/Boto", MetricData=[])
    with pytest.raises(ClientError) as caught:
        client.put_metric_data(Namespace="R/Boto", MetricData=[{"MetricName": "m", "Value": 1.0, "Unit": "None!"}])
    assert caught.value.response["Error"]["Code"] == "ValidationError"


def test_the_body_of_an_error_names_the_exception_of_the_model(server: LocalServer) -> None:
    answer = send(server, "PutMetricData", {"Namespace": "R", "MetricData": []})
    assert json.loads(answer.body)["__type"] == "MissingRequiredParameterException"
    assert answer.headers["x-amzn-query-error"] == "MissingParameter;Sender"


def test_operations_that_are_not_implemented_are_named(server: LocalServer) -> None:
    assert error(server, "PutDashboard", DashboardName="d", DashboardBody="{}") == (
        "UnsupportedOperation",
        "The embedded SageMaker does not implement PutDashboard of cloudwatch.",
    )
