"""Metrics of CloudWatch over HTTP: raw answers, and boto3 as a person uses it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.local.cloudwatch import call, dimensions, stat, whole_minute
from tests.local.server import LocalServer


def put_minutes(server: LocalServer, namespace: str, values: list[float], start: int, **members: Any) -> None:
    """A value for each minute from a start on."""
    data = [
        {"MetricName": "m", "Value": value, "Timestamp": start + 60 * number} | members
        for number, value in enumerate(values)
    ]
    call(server, "PutMetricData", Namespace=namespace, MetricData=data)


def test_a_metric_is_read_back_newest_first(server: LocalServer) -> None:
    start = whole_minute(10)
    put_minutes(server, "T/Back", [1.0, 2.0, 3.0], start)
    queries = [{"Id": "m1", "MetricStat": stat("T/Back", "m", "Average")}]
    span = {"StartTime": start, "EndTime": start + 600}
    answer = call(server, "GetMetricData", MetricDataQueries=queries, **span)
    assert answer["MetricDataResults"] == [
        {
            "Id": "m1",
            "Label": "m",
            "Timestamps": [start + 120, start + 60, start],
            "Values": [3.0, 2.0, 1.0],
            "StatusCode": "Complete",
        }
    ]
    assert answer["Messages"] == []
    ascending = call(server, "GetMetricData", MetricDataQueries=queries, ScanBy="TimestampAscending", **span)
    assert ascending["MetricDataResults"][0]["Values"] == [1.0, 2.0, 3.0]


def test_the_time_asked_for_begins_with_a_whole_minute_and_excludes_its_end(server: LocalServer) -> None:
    start = whole_minute(10)
    put_minutes(server, "T/Span", [1.0, 2.0, 3.0], start)

    def values(begin: float, end: float, period: int = 60) -> list[float]:
        queries = [{"Id": "m1", "MetricStat": stat("T/Span", "m", "Sum", period)}]
        answer = call(server, "GetMetricData", MetricDataQueries=queries, StartTime=begin, EndTime=end)
        found: list[float] = answer["MetricDataResults"][0]["Values"]
        return found

    assert values(start + 59.9, start + 120) == [2.0, 1.0]
    assert values(start + 60, start + 121) == [3.0, 2.0]
    assert values(start, start + 180, 120) == [3.0, 3.0]
    assert values(start + 60, start + 180, 120) == [5.0]
    assert values(start + 3600, start + 7200) == []


def test_values_counts_and_statistics(server: LocalServer) -> None:
    start = whole_minute(5)
    data = [
        {"MetricName": "m", "Timestamp": start, "Values": [1.0, 10.0], "Counts": [9.0, 1.0]},
        {
            "MetricName": "m",
            "Timestamp": start + 60,
            "StatisticValues": {"SampleCount": 4.0, "Sum": 20.0, "Minimum": 2.0, "Maximum": 9.0},
        },
        {"MetricName": "m", "Timestamp": start + 120, "Values": [5.0], "Unit": "Milliseconds"},
    ]
    call(server, "PutMetricData", Namespace="T/Counts", MetricData=data)
    request = {"Namespace": "T/Counts", "MetricName": "m", "StartTime": start, "EndTime": start + 180, "Period": 60}
    names = ["SampleCount", "Sum", "Average", "Minimum", "Maximum"]
    answer = call(server, "GetMetricStatistics", Statistics=names, **request)
    assert answer["Label"] == "m"
    rows = [
        (point["Timestamp"] - start, *(point[name] for name in names), point["Unit"]) for point in answer["Datapoints"]
    ]
    assert rows == [
        (0, 10.0, 19.0, 1.9, 1.0, 10.0, "None"),
        (60, 4.0, 20.0, 5.0, 2.0, 9.0, "None"),
        (120, 1.0, 5.0, 5.0, 5.0, 5.0, "Milliseconds"),
    ]
    extended = call(server, "GetMetricStatistics", ExtendedStatistics=["p50", "p95"], **request)
    assert [(point["Timestamp"] - start, point["ExtendedStatistics"]) for point in extended["Datapoints"]] == [
        (0, {"p50": 1.0, "p95": 10.0}),
        (120, {"p50": 5.0, "p95": 5.0}),
    ]
    only = call(server, "GetMetricStatistics", Statistics=["Sum"], Unit="Milliseconds", **request)
    assert [point["Sum"] for point in only["Datapoints"]] == [5.0]


def test_units_are_apart_in_statistics_and_together_in_data(server: LocalServer) -> None:
    start = whole_minute(5)
    put_minutes(server, "T/Units", [1.0], start, Unit="Count")
    put_minutes(server, "T/Units", [10.0], start, Unit="Percent")
    span = {"StartTime": start, "EndTime": start + 60}
    statistics = {"Namespace": "T/Units", "MetricName": "m", "Period": 60, "Statistics": ["Sum"]} | span
    points = call(server, "GetMetricStatistics", **statistics)["Datapoints"]
    assert [(point["Unit"], point["Sum"]) for point in points] == [("Count", 1.0), ("Percent", 10.0)]
    both = stat("T/Units", "m", "Sum")
    queries = [{"Id": "all", "MetricStat": both}, {"Id": "count", "MetricStat": both | {"Unit": "Count"}}]
    results = call(server, "GetMetricData", MetricDataQueries=queries, **span)["MetricDataResults"]
    assert [(result["Id"], result["Values"]) for result in results] == [("all", [11.0]), ("count", [1.0])]


def test_high_resolution(server: LocalServer) -> None:
    start = whole_minute(5)
    data = [
        {"MetricName": "m", "Value": float(second), "Timestamp": start + second, "StorageResolution": 1}
        for second in range(60)
    ]
    call(server, "PutMetricData", Namespace="T/High", MetricData=data)
    queries = [
        {"Id": "ten", "MetricStat": stat("T/High", "m", "Maximum", 10)},
        {"Id": "minute", "MetricStat": stat("T/High", "m", "Maximum", 60)},
    ]
    answer = call(server, "GetMetricData", MetricDataQueries=queries, StartTime=start + 23, EndTime=start + 60)
    ten, minute = answer["MetricDataResults"]
    assert ten["Timestamps"] == [start + 50, start + 40, start + 30, start + 20]
    assert ten["Values"] == [59.0, 49.0, 39.0, 29.0]
    assert minute["Values"] == [59.0]


def test_expressions(server: LocalServer) -> None:
    start = whole_minute(10)
    put_minutes(server, "T/Maths", [4.0, 8.0, 6.0], start, Dimensions=dimensions(Kind="all"))
    put_minutes(server, "T/Maths", [1.0, 2.0], start, Dimensions=dimensions(Kind="bad"))
    queries = [
        {"Id": "rate", "Expression": "100 * bad / total", "Label": "Error rate"},
        {"Id": "filled", "Expression": "FILL(bad, 0) + rate_twice / 2"},
        {"Id": "rate_twice", "Expression": "rate * 2", "ReturnData": False},
        {
            "Id": "bad",
            "MetricStat": stat("T/Maths", "m", "Sum", Dimensions=dimensions(Kind="bad")),
            "ReturnData": False,
        },
        {"Id": "total", "MetricStat": stat("T/Maths", "m", "Sum", Dimensions=dimensions(Kind="all")), "Label": "All"},
        {"Id": "each", "Expression": "METRICS() / 2"},
    ]
    answer = call(
        server,
        "GetMetricData",
        MetricDataQueries=queries,
        StartTime=start,
        EndTime=start + 180,
        ScanBy="TimestampAscending",
    )
    found = [(one["Id"], one["Label"], one["Values"]) for one in answer["MetricDataResults"]]
    assert found == [
        ("rate", "Error rate", [25.0, 25.0]),
        ("filled", "filled", [26.0, 27.0]),
        ("total", "All", [4.0, 8.0, 6.0]),
        ("each", "m", [0.5, 1.0]),
        ("each", "m", [2.0, 4.0, 3.0]),
    ]


def test_expressions_over_metrics_of_different_periods(server: LocalServer) -> None:
    start = whole_minute(10)
    put_minutes(server, "T/Periods", [4.0, 8.0], start)
    quick = {"MetricName": "quick", "Value": 3.0, "Timestamp": start + 30, "StorageResolution": 1}
    call(server, "PutMetricData", Namespace="T/Periods", MetricData=[quick])
    queries = [
        {"Id": "slow", "MetricStat": stat("T/Periods", "m", "Sum"), "ReturnData": False},
        {"Id": "quick", "MetricStat": stat("T/Periods", "quick", "Sum", 10), "ReturnData": False},
        {"Id": "a", "Expression": "FILL(slow, 0)"},
        {"Id": "b", "Expression": "FILL(quick, 1)"},
    ]
    answer = call(server, "GetMetricData", MetricDataQueries=queries, StartTime=start + 15, EndTime=start + 60)
    a, b = answer["MetricDataResults"]
    assert (a["Timestamps"], a["Values"]) == ([start], [4.0])
    assert (b["Timestamps"], b["Values"]) == ([start + 10 * n for n in (5, 4, 3, 2, 1)], [1.0, 1.0, 3.0, 1.0, 1.0])


@pytest.mark.parametrize("ascending", [False, True])
def test_data_come_in_pages(server: LocalServer, ascending: bool) -> None:
    start = whole_minute(30)
    namespace = f"T/Pages{ascending}"
    put_minutes(server, namespace, [float(number) for number in range(10)], start)
    queries = [
        {"Id": "first", "MetricStat": stat(namespace, "m", "Sum")},
        {"Id": "none", "MetricStat": stat(namespace, "none", "Sum")},
        {"Id": "second", "MetricStat": stat(namespace, "m", "Maximum", 120)},
    ]
    request: dict[str, Any] = {"MetricDataQueries": queries, "StartTime": start, "EndTime": start + 600}
    if ascending:
        request["ScanBy"] = "TimestampAscending"
    whole = {one["Id"]: one for one in call(server, "GetMetricData", **request)["MetricDataResults"]}
    seen: dict[str, list[float]] = {}
    statuses: dict[str, list[str]] = {}
    token: dict[str, str] = {}
    pages = 0
    while True:
        page = call(server, "GetMetricData", MaxDatapoints=4, **request, **token)
        pages += 1
        assert sum(len(one["Values"]) for one in page["MetricDataResults"]) <= 4
        for one in page["MetricDataResults"]:
            seen.setdefault(one["Id"], []).extend(one["Values"])
            statuses.setdefault(one["Id"], []).append(one["StatusCode"])
        if "NextToken" not in page:
            break
        token = {"NextToken": page["NextToken"]}
    assert seen == {name: one["Values"] for name, one in whole.items()}
    assert statuses["first"] == ["PartialData", "PartialData", "Complete"]
    assert statuses["none"] == ["Complete"]
    assert pages == 4


def test_metrics_are_listed(server: LocalServer) -> None:
    start = whole_minute(1)
    for host in ("a", "b"):
        put_minutes(server, "T/List", [1.0], start, Dimensions=dimensions(Host=host, Zone="z"))
    put_minutes(server, "T/List", [1.0], start - 4 * 3600)
    listed = {"Namespace": "T/List", "MetricName": "m"}
    hosts = [listed | {"Dimensions": dimensions(Host=host, Zone="z")} for host in ("a", "b")]
    everything = call(server, "ListMetrics", Namespace="T/List")["Metrics"]
    assert sorted(everything, key=str) == sorted([*hosts, listed | {"Dimensions": []}], key=str)
    assert call(server, "ListMetrics", **listed, RecentlyActive="PT3H")["Metrics"] == hosts
    assert call(server, "ListMetrics", Dimensions=dimensions(Host="b"))["Metrics"] == hosts[1:]
    assert call(server, "ListMetrics", **listed, Dimensions=[{"Name": "Zone"}])["Metrics"] == hosts
    linked = call(server, "ListMetrics", **listed, IncludeLinkedAccounts=True)
    assert linked["OwningAccounts"] == ["123456789012"] * 3


def test_many_metrics_are_listed_in_pages_by_boto3(server: LocalServer) -> None:
    client = server.client("cloudwatch")
    names = [f"metric-{number:04}" for number in range(1001)]
    for first in range(0, len(names), 1000):
        data = [{"MetricName": name, "Value": 1.0} for name in names[first : first + 1000]]
        client.put_metric_data(Namespace="T/Many", MetricData=data)
    pages = list(client.get_paginator("list_metrics").paginate(Namespace="T/Many"))
    assert [len(page["Metrics"]) for page in pages] == [500, 500, 1]
    assert [metric["MetricName"] for page in pages for metric in page["Metrics"]] == names


def test_a_curve_by_boto3_as_a_person_reads_it(server: LocalServer) -> None:
    client = server.client("cloudwatch")
    now = datetime.now(UTC).replace(second=0, microsecond=0)
    client.put_metric_data(
        Namespace="T/Person",
        MetricData=[
            {
                "MetricName": "Latency",
                "Timestamp": now - timedelta(minutes=5),
                "Values": list(range(1, 101)),
                "Unit": "Seconds",
            }
        ],
    )
    query = {"Id": "p99", "MetricStat": stat("T/Person", "Latency", "p99")}
    page = client.get_metric_data(MetricDataQueries=[query], StartTime=now - timedelta(hours=3), EndTime=now)
    (result,) = page["MetricDataResults"]
    assert (result["Timestamps"], result["Values"]) == ([now - timedelta(minutes=5)], [99.0])
