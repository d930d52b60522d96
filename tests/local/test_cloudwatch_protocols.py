"""CloudWatch in each protocol that its clients speak; botocore's own serialisers and parsers are the other side."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import botocore.session
import cbor2
import pytest
from botocore.awsrequest import HeadersDict
from botocore.parsers import create_parser
from botocore.serialize import create_serializer

from tests.local.aws_cli import aws, needs_aws_cli
from tests.local.cloudwatch import call, dimensions, stat, whole_minute
from tests.local.server import Answer, LocalServer
from tests.local.shapes import mismatches

PROTOCOLS = ["query", "json", "smithy-rpc-v2-cbor"]
PATH = "/service/GraniteServiceVersion20100801/operation"


def exchange(server: LocalServer, protocol: str, operation: str, **request: Any) -> tuple[Answer, Any]:
    """The raw answer, and what botocore makes of it."""
    model = botocore.session.get_session().get_service_model("cloudwatch").operation_model(operation)
    serialised = create_serializer(protocol, include_validation=False).serialize_to_request(request, model)
    body = serialised["body"]
    if isinstance(body, dict):
        body = urlencode(body).encode()
    headers = {"Authorization": server.authorization("monitoring")} | dict(serialised["headers"])
    answer = server.send("POST", serialised["url_path"], headers, body)
    response = {"status_code": answer.status, "headers": HeadersDict(answer.headers), "body": answer.body}
    return answer, create_parser(protocol).parse(response, model.output_shape)


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_every_protocol_says_the_same(server: LocalServer, protocol: str) -> None:
    start = whole_minute(10)
    namespace = f"P/{protocol}"
    place = dimensions(Host="a & b", Zone="ü")
    when = datetime.fromtimestamp(start, UTC)
    data = [
        {"MetricName": "m", "Dimensions": place, "Timestamp": when, "Values": [1.5, 1e-7], "Counts": [2.0, 1.0]},
        {
            "MetricName": "m",
            "Dimensions": place,
            "Timestamp": when,
            "StatisticValues": {"SampleCount": 1.0, "Sum": 4.0, "Minimum": 4.0, "Maximum": 4.0},
            "Unit": "Count",
        },
    ]
    answer, parsed = exchange(server, protocol, "PutMetricData", Namespace=namespace, MetricData=data)
    assert answer.status == 200, answer.body
    assert parsed["ResponseMetadata"]["HTTPStatusCode"] == 200

    request = {"Namespace": namespace, "MetricName": "m", "Dimensions": place, "StartTime": when, "Period": 60}
    _, points = exchange(
        server,
        protocol,
        "GetMetricStatistics",
        **request,
        EndTime=datetime.fromtimestamp(start + 60, UTC),
        ExtendedStatistics=["p99.9", "p1"],
    )
    assert points["Label"] == "m"
    assert [(one["Timestamp"], one["Unit"], one["ExtendedStatistics"]) for one in points["Datapoints"]] == [
        (when, "Count", {"p99.9": 4.0, "p1": 4.0}),
        (when, "None", {"p99.9": 1.5, "p1": 1e-7}),
    ]
    _, found = exchange(
        server,
        protocol,
        "GetMetricData",
        MetricDataQueries=[
            {"Id": "m1", "MetricStat": stat(namespace, "m", "Sum", Dimensions=place), "ReturnData": False},
            {"Id": "e1", "Expression": "m1 < 8 AND m1 > 6"},
        ],
        StartTime=start,
        EndTime=start + 60,
    )
    (result,) = found["MetricDataResults"]
    assert (result["Id"], result["Timestamps"], result["Values"], result["StatusCode"]) == (
        "e1",
        [when],
        [1.0],
        "Complete",
    )
    _, listed = exchange(server, protocol, "ListMetrics", Namespace=namespace)
    assert listed["Metrics"] == [{"Namespace": namespace, "MetricName": "m", "Dimensions": place}]


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_every_protocol_has_its_errors(server: LocalServer, protocol: str) -> None:
    answer, parsed = exchange(server, protocol, "PutMetricData", Namespace="P/Errors", MetricData=[{"MetricName": "m"}])
    assert answer.status == 400
    assert parsed["Error"]["Code"] == "MissingParameter"
    assert parsed["Error"]["Message"].startswith("At least one of the parameters MetricData.member.1.Value")
    assert parsed["ResponseMetadata"]["RequestId"]


def test_a_stranger_is_told_so_in_cbor(server: LocalServer) -> None:
    headers = {"smithy-protocol": "rpc-v2-cbor", "Content-Type": "application/cbor"}
    scope = server.authorization("monitoring").replace(server.access_key, "AKIANOBODY")
    answer = server.send("POST", f"{PATH}/ListMetrics", headers | {"Authorization": scope}, b"\xa0")
    assert answer.status == 403
    assert answer.headers["smithy-protocol"] == "rpc-v2-cbor"
    assert cbor2.loads(answer.body)["__type"] == "UnrecognizedClientException"


@pytest.mark.parametrize(
    ("operation", "body", "code"),
    [
        ("ListMetrics", b"\xff\xff", "SerializationException"),
        ("ListMetrics", b"\x9f" * 20_000, "SerializationException"),
        ("ListMetrics", b"\x01", "SerializationException"),
        ("ListMetrics", cbor2.dumps({"Namespace": 7}), "SerializationException"),
        ("ListMetrics", cbor2.dumps({"Namespace": datetime(2026, 1, 1, tzinfo=UTC)}), "SerializationException"),
        ("Nothing", b"\xa0", "UnknownOperationException"),
        ("PutDashboard", b"\xa0", "UnsupportedOperation"),
    ],
)
def test_broken_cbor(server: LocalServer, operation: str, body: bytes, code: str) -> None:
    headers = {
        "smithy-protocol": "rpc-v2-cbor",
        "Content-Type": "application/cbor",
        "Authorization": server.authorization("monitoring"),
    }
    answer = server.send("POST", f"{PATH}/{operation}", headers, body)
    assert answer.status == 400
    assert cbor2.loads(answer.body)["__type"] == code


def test_an_answer_in_cbor_has_the_form_of_the_model(server: LocalServer) -> None:
    start = whole_minute(5)
    datum = {"MetricName": "m", "Value": 2.0, "Timestamp": start}
    call(server, "PutMetricData", Namespace="P/Raw", MetricData=[datum])
    request = {"MetricDataQueries": [{"Id": "a", "MetricStat": stat("P/Raw", "m", "Sum")}]}
    answer, _ = exchange(server, PROTOCOLS[-1], "GetMetricData", **request, StartTime=start, EndTime=start + 60)
    assert answer.headers["content-type"] == "application/cbor"
    content = cbor2.loads(answer.body)
    for result in content["MetricDataResults"]:
        assert all(isinstance(time, datetime) for time in result["Timestamps"])
        result["Timestamps"] = [time.timestamp() for time in result["Timestamps"]]
    assert mismatches("cloudwatch", "GetMetricData", content) == []


@pytest.mark.parametrize(
    ("form", "message"),
    [
        ("Namespace=N&Dimensions.member.1.Name=a&Dimensions.member.1=b", "Dimensions.member.1 is a value"),
        ("Namespace=N&Dimensions.member.x.Name=a", "Dimensions has members that are not numbered"),
        ("Namespace=N&Dimensions=a", "Dimensions is a value, but has members"),
        ("Namespace.a=N", "Namespace has members, but is a value"),
        ("IncludeLinkedAccounts=maybe", "IncludeLinkedAccounts is not a boolean: maybe"),
    ],
)
def test_broken_forms(server: LocalServer, form: str, message: str) -> None:
    answer = server.send_form("monitoring", f"Action=ListMetrics&Version=2010-08-01&{form}")
    assert answer.status == 400
    assert b"<Code>MalformedInput</Code>" in answer.body
    assert message.encode() in answer.body


def test_members_of_a_form_are_in_the_order_of_their_numbers(server: LocalServer) -> None:
    start = whole_minute(5)
    values = [f"MetricData.member.1.Values.member.{number}={number}" for number in (10, 2, 1)]
    form = f"Action=PutMetricData&Namespace=P/Order&MetricData.member.1.MetricName=m&{'&'.join(values)}"
    form += f"&MetricData.member.1.Timestamp={datetime.fromtimestamp(start, UTC):%Y-%m-%dT%H:%M:%S}"
    form += "&" + "&".join(f"MetricData.member.1.Counts.member.{n}={count}" for n, count in ((2, 5), (10, 7), (1, 3)))
    assert server.send_form("monitoring", form).status == 200
    request = {"Namespace": "P/Order", "MetricName": "m", "StartTime": start, "EndTime": start + 60, "Period": 60}
    (point,) = call(server, "GetMetricStatistics", Statistics=["Sum"], **request)["Datapoints"]
    assert point["Sum"] == 1 * 3 + 2 * 5 + 10 * 7


def test_large_requests_of_boto3_come_gzipped(server: LocalServer) -> None:
    client = server.client("cloudwatch")
    seen: list[str] = []
    client.meta.events.register(
        "before-send.cloudwatch.PutMetricData",
        lambda request, **_: seen.append(request.headers.get("Content-Encoding", b"").decode()),
    )
    data = [
        {"MetricName": f"m{number}", "Value": 1.0, "Dimensions": dimensions(Host="h" * 20)} for number in range(400)
    ]
    client.put_metric_data(Namespace="P/Gzip", MetricData=data)
    assert seen == ["gzip"]
    assert len(call(server, "ListMetrics", Namespace="P/Gzip")["Metrics"]) == 400


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"no gzip", 400, "SerializationException"),
        (gzip.compress(b"{}")[:-9], 400, "SerializationException"),
        (gzip.compress(b" " * (11 * 1024 * 1024)), 413, "RequestEntityTooLargeException"),
    ],
    ids=["not gzip", "cut off", "too large when unpacked"],
)
def test_broken_gzip(server: LocalServer, body: bytes, status: int, code: str) -> None:
    target = "GraniteServiceVersion20100801.ListMetrics"
    answer = server.send_json("monitoring", target, body, **{"Content-Encoding": "gzip"})
    assert (answer.status, json.loads(answer.body)["__type"]) == (status, code)


@needs_aws_cli
def test_the_aws_cli(server: LocalServer, tmp_path: Path) -> None:
    start = whole_minute(5)

    def cloudwatch(*arguments: str) -> Any:
        printed = aws(server, tmp_path, "cloudwatch", *arguments)
        return json.loads(printed) if printed else None

    when = datetime.fromtimestamp(start, UTC).isoformat()
    until = datetime.fromtimestamp(start + 60, UTC).isoformat()
    place = ("--namespace", "P/Cli", "--metric-name", "m")
    cloudwatch("put-metric-data", *place, "--value", "3", "--dimensions", "Host=a", "--timestamp", when)
    span = ("--start-time", when, "--end-time", until)
    statistics = cloudwatch(
        "get-metric-statistics",
        *place,
        *span,
        "--dimensions",
        "Name=Host,Value=a",
        "--period",
        "60",
        "--statistics",
        "Sum",
    )
    assert [point["Sum"] for point in statistics["Datapoints"]] == [3.0]
    query = {"Id": "a", "MetricStat": stat("P/Cli", "m", "p50", Dimensions=dimensions(Host="a"))}
    data = cloudwatch("get-metric-data", *span, "--metric-data-queries", json.dumps([query]))
    assert data["MetricDataResults"][0]["Values"] == [3.0]
    assert cloudwatch("list-metrics", "--namespace", "P/Cli")["Metrics"][0]["Dimensions"] == dimensions(Host="a")
    alarm = ("--statistic", "Sum", "--period", "60", "--evaluation-periods", "1", "--threshold", "1")
    operator = ("--comparison-operator", "GreaterThanThreshold", "--treat-missing-data", "breaching")
    cloudwatch("put-metric-alarm", "--alarm-name", "cli", *place, *alarm, *operator)
    described = cloudwatch("describe-alarms", "--alarm-names", "cli")
    assert [one["StateValue"] for one in described["MetricAlarms"]] == ["ALARM"]
