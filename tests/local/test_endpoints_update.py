"""Changing endpoints in service by plain boto3: to another configuration, to other weights, and back."""

from __future__ import annotations

import json
import math
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.local.endpoints import (
    BROKEN_MODEL,
    DEADLINE_SECONDS,
    LINEAR_MODEL,
    ROW,
    describe,
    follow,
    invoke,
    is_settled,
    make_config,
    make_endpoint,
    make_models,
    shares,
    stages,
    variant,
    wait_for,
    wait_until_settled,
)
from tests.local.server import LocalServer
from tests.local.training import call

_CLIENTS = 4
_INVOCATIONS = 200
_HALF = {"Type": "CAPACITY_PERCENT", "Value": 50}
_NEVER_ENDING = 3600


@pytest.fixture(scope="module")
def sagemaker(server: LocalServer) -> Any:
    make_models(server)
    return server.client("sagemaker")


def _update(server: LocalServer, name: str, config: str, **members: Any) -> list[Any]:
    """Every description of an endpoint from the update on until it has ended."""
    request = {"EndpointName": name, "EndpointConfigName": config} | members
    assert call(server, "UpdateEndpoint", request)["EndpointArn"].endswith(f":endpoint/{name}")
    return follow(server, name, is_settled)


def _resize(server: LocalServer, name: str, *wanted: dict[str, Any]) -> Any:
    """The description of an endpoint whose variants have got other weights and capacities."""
    request = {"EndpointName": name, "DesiredWeightsAndCapacities": wanted}
    assert call(server, "UpdateEndpointWeightsAndCapacities", request)["EndpointArn"].endswith(f":endpoint/{name}")
    return wait_until_settled(server, name)


def _assert_share(counts: Counter[str], name: str, share: float) -> None:
    """That a variant has its share, within five standard deviations."""
    expected, deviation = share * counts.total(), math.sqrt(share * (1 - share) * counts.total())
    assert abs(counts[name] - expected) <= 5 * deviation, counts


def _blue_green(kind: str, wait: int = 0, termination: int = 0, **size: Any) -> dict[str, Any]:
    return {
        "BlueGreenUpdatePolicy": {
            "TrafficRoutingConfiguration": {"Type": kind, "WaitIntervalInSeconds": wait, **size},
            "TerminationWaitInSeconds": termination,
        }
    }


def _rolling(wait: int = 0, **members: Any) -> dict[str, Any]:
    return {"RollingUpdatePolicy": {"MaximumBatchSize": _HALF, "WaitIntervalInSeconds": wait, **members}}


@contextmanager
def _load(server: LocalServer, name: str) -> Iterator[Counter[tuple[str, bytes]]]:
    """Clients that do not retry and invoke an endpoint without a pause; counts variants with their answers."""
    stop = threading.Event()
    started = threading.Barrier(_CLIENTS + 1)
    answers: Counter[tuple[str, bytes]] = Counter()

    def invoke_on() -> Counter[tuple[str, bytes]]:
        runtime = server.new_client("sagemaker-runtime", server.access_key)
        seen: Counter[tuple[str, bytes]] = Counter()
        started.wait(DEADLINE_SECONDS)
        while not stop.is_set() or not seen:
            answer = runtime.invoke_endpoint(EndpointName=name, ContentType="text/csv", Body=ROW, Accept="text/csv")
            seen[answer["InvokedProductionVariant"], answer["Body"].read()] += 1
        return seen

    with ThreadPoolExecutor(_CLIENTS) as pool:
        clients = [pool.submit(invoke_on) for _ in range(_CLIENTS)]
        try:
            started.wait(DEADLINE_SECONDS)
            yield answers
        finally:
            stop.set()
        for client in clients:
            answers += client.result()


def test_an_update_shows_the_old_until_the_new_serves(server: LocalServer, sagemaker: Any) -> None:
    make_endpoint(server, "update-road", variant("Old"), variant("Other", LINEAR_MODEL))
    make_config(server, "update-road-next", variant("New", LINEAR_MODEL, InitialInstanceCount=3))
    deployment = _blue_green("LINEAR", wait=1, termination=1, LinearStepSize=_HALF)

    *during, after = _update(server, "update-road", "update-road-next", DeploymentConfig=deployment)

    seen = list(dict.fromkeys(stages(endpoint) for endpoint in during))
    assert seen[-1] == ("Updating", "Deleting", None)
    assert ("Updating", None, "Baking") in seen
    assert set(seen) <= {
        ("Updating", None, "Creating"),
        ("Updating", None, "ActivatingTraffic"),
        ("Updating", None, "Baking"),
        ("Updating", "Deleting", None),
    }
    for endpoint in during:
        assert endpoint["EndpointConfigName"] == "update-road"
        assert [item["VariantName"] for item in endpoint["ProductionVariants"]] == ["Old", "Other"]
        pending = endpoint["PendingDeploymentSummary"]
        assert pending["EndpointConfigName"] == "update-road-next"
        assert pending["StartTime"] >= endpoint["CreationTime"]
        (new,) = pending["ProductionVariants"]
        assert (new["VariantName"], new["DesiredInstanceCount"]) == ("New", 3)
    assert stages(after) == ("InService", None, None)
    assert after["EndpointConfigName"] == "update-road-next"
    assert [item["VariantName"] for item in after["ProductionVariants"]] == ["New"]
    assert after["LastDeploymentConfig"] == deployment
    assert {"PendingDeploymentSummary", "FailureReason"} & after.keys() == set()
    assert shares(server, "update-road", 10) == {"New": 10}

    again = _update(server, "update-road", "update-road", RetainDeploymentConfig=True)[-1]
    assert again["LastDeploymentConfig"] == deployment
    plain = _update(server, "update-road", "update-road-next")[-1]
    assert "LastDeploymentConfig" not in plain


def test_no_invocation_fails_while_endpoints_change(server: LocalServer, sagemaker: Any) -> None:
    make_endpoint(server, "update-load", variant("X"), variant("L", LINEAR_MODEL))
    own = {
        (name, invoke(server, "update-load", TargetVariant=name, Accept="text/csv")["Body"].read())
        for name in ("X", "L")
    }
    make_config(server, "update-load-x", variant("X"))
    make_config(server, "update-load-broken", variant("X", BROKEN_MODEL))
    with _load(server, "update-load") as answers:
        _update(server, "update-load", "update-load-x")
        assert _update(server, "update-load", "update-load-broken")[-1]["FailureReason"]
        canary = _blue_green("CANARY", wait=1, CanarySize=_HALF)
        _update(server, "update-load", "update-load", DeploymentConfig=canary)
        _resize(server, "update-load", {"VariantName": "L", "DesiredWeight": 3})
        _update(server, "update-load", "update-load-x", DeploymentConfig=_rolling())
    assert set(answers) == own, "every answer is the named variant's own"
    assert min(answers.values()) > 20
    assert shares(server, "update-load", 10) == {"X": 10}


def test_weights_share_out_the_traffic(server: LocalServer, sagemaker: Any) -> None:
    make_endpoint(server, "update-weights", variant("A"), variant("B"))
    _assert_share(shares(server, "update-weights", _INVOCATIONS), "A", 1 / 2)

    endpoint = _resize(
        server,
        "update-weights",
        {"VariantName": "A", "DesiredWeight": 3},
        {"VariantName": "B", "DesiredInstanceCount": 2},
    )

    assert endpoint["EndpointStatus"] == "InService"
    assert endpoint["EndpointConfigName"] == "update-weights"
    assert [
        [item[kind + "Weight"] for kind in ("Current", "Desired")]
        + [item[kind + "InstanceCount"] for kind in ("Current", "Desired")]
        for item in endpoint["ProductionVariants"]
    ] == [[3, 3, 1, 1], [1, 1, 2, 2]]
    _assert_share(shares(server, "update-weights", _INVOCATIONS), "A", 3 / 4)

    _resize(server, "update-weights", {"VariantName": "B", "DesiredWeight": 0})
    assert shares(server, "update-weights", _INVOCATIONS) == {"A": _INVOCATIONS}
    assert invoke(server, "update-weights", TargetVariant="B")["InvokedProductionVariant"] == "B"


@pytest.mark.parametrize(
    ("members", "weight", "count"),
    [
        ({}, 1, 1),
        ({"RetainAllVariantProperties": True}, 5, 4),
        (
            {
                "RetainAllVariantProperties": True,
                "ExcludeRetainedVariantProperties": [{"VariantPropertyType": "DesiredWeight"}],
            },
            1,
            4,
        ),
        (
            {
                "RetainAllVariantProperties": True,
                "ExcludeRetainedVariantProperties": [{"VariantPropertyType": "DesiredInstanceCount"}],
            },
            5,
            1,
        ),
    ],
    ids=["nothing", "all", "not the weight", "not the count"],
)
def test_an_update_retains_what_it_is_told_to(
    server: LocalServer, sagemaker: Any, members: dict[str, Any], weight: float, count: int
) -> None:
    if not sagemaker.list_endpoints(NameContains="update-retain")["Endpoints"]:
        make_endpoint(server, "update-retain", variant("V"), variant("W"))
        make_config(server, "update-retain-next", variant("V"), variant("Other"))
    _update(server, "update-retain", "update-retain")
    _resize(server, "update-retain", {"VariantName": "V", "DesiredWeight": 5, "DesiredInstanceCount": 4})

    endpoint = _update(server, "update-retain", "update-retain-next", **members)[-1]

    kept, other = endpoint["ProductionVariants"]
    assert (kept["CurrentWeight"], kept["DesiredWeight"]) == (weight, weight)
    assert (kept["CurrentInstanceCount"], kept["DesiredInstanceCount"]) == (count, count)
    assert (other["CurrentWeight"], other["CurrentInstanceCount"]) == (1, 1)


def test_a_serverless_variant_gets_another_concurrency(server: LocalServer, sagemaker: Any) -> None:
    config = {"MemorySizeInMB": 1024, "MaxConcurrency": 5}
    make_endpoint(
        server, "update-serverless", {"VariantName": "S", "ModelName": LINEAR_MODEL, "ServerlessConfig": config}
    )
    endpoint = _resize(
        server, "update-serverless", {"VariantName": "S", "ServerlessUpdateConfig": {"MaxConcurrency": 9}}
    )
    assert endpoint["ProductionVariants"][0]["CurrentServerlessConfig"] == config | {"MaxConcurrency": 9}
    for wanted, words in (
        ({"DesiredInstanceCount": 2}, "DesiredInstanceCount cannot be applied to S: it is serverless"),
        ({"ServerlessUpdateConfig": {"ProvisionedConcurrency": 10}}, "ProvisionedConcurrency 10 of variant S must be"),
    ):
        with pytest.raises(ClientError, match=words):
            _wanted(sagemaker, "update-serverless", {"VariantName": "S"} | wanted)


def _wanted(sagemaker: Any, name: str, *wanted: dict[str, Any]) -> Any:
    return sagemaker.update_endpoint_weights_and_capacities(EndpointName=name, DesiredWeightsAndCapacities=wanted)


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        (
            [{"VariantName": "Z", "DesiredWeight": 1}, {"VariantName": "Y"}],
            r'variant name\(s\) "Y", "Z" is/are not present within endpoint configuration "update-refused"',
        ),
        ([{"VariantName": "V"}, {"VariantName": "V"}], 'Duplicate variant names found: "V"'),
        ([{"VariantName": "V", "DesiredWeight": 0}], "sum of the weights of all production variants"),
        ([{"VariantName": "V", "DesiredInstanceCount": 0}], "DesiredInstanceCount of variant V must be at least 1"),
        ([{"VariantName": "V", "ServerlessUpdateConfig": {}}], "it has instances"),
    ],
)
def test_capacities_that_are_refused(
    server: LocalServer, sagemaker: Any, wanted: list[dict[str, Any]], words: str
) -> None:
    before = _refused_endpoint(server)
    with pytest.raises(ClientError, match=words) as refused:
        _wanted(sagemaker, "update-refused", *wanted)
    assert refused.value.response["Error"]["Code"] == "ValidationException"
    assert describe(server, "update-refused") == before


@pytest.mark.parametrize(
    ("members", "words"),
    [
        ({"EndpointConfigName": "nothing"}, "Could not find endpoint configuration"),
        ({"DeploymentConfig": _blue_green("ALL_AT_ONCE") | _rolling()}, "only one of BlueGreenUpdatePolicy and"),
        ({"DeploymentConfig": _blue_green("CANARY")}, "must have CanarySize if its Type is CANARY"),
        ({"DeploymentConfig": _blue_green("LINEAR", CanarySize=_HALF)}, "must have CanarySize if its Type is CANARY"),
        (
            {"DeploymentConfig": _blue_green("CANARY", CanarySize=_HALF | {"Value": 51})},
            "CanarySize of 51 by CAPACITY_PERCENT is out of range: it must be less than or equal to 50%",
        ),
        (
            {"DeploymentConfig": _blue_green("LINEAR", LinearStepSize=_HALF | {"Value": 9})},
            "LinearStepSize of 9 by CAPACITY_PERCENT is out of range: it must be 10-50%",
        ),
        (
            {"DeploymentConfig": _rolling(RollbackMaximumBatchSize={"Type": "INSTANCE_COUNT", "Value": 2})},
            "RollbackMaximumBatchSize of 2 by INSTANCE_COUNT is out of range",
        ),
        (
            {"DeploymentConfig": _rolling(wait=300, MaximumExecutionTimeoutInSeconds=600)},
            "MaximumExecutionTimeoutInSeconds 600 must be larger than the total waiting time of the deployment",
        ),
        (
            {"DeploymentConfig": {"AutoRollbackConfiguration": {"Alarms": [{"AlarmName": "missing"}]}}},
            "Could not find the CloudWatch alarms of AutoRollbackConfiguration: missing",
        ),
        ({"DeploymentConfig": {"AutoRollbackConfiguration": {"Alarms": [{}]}}}, "must have an AlarmName"),
    ],
)
def test_updates_that_are_refused(server: LocalServer, sagemaker: Any, members: dict[str, Any], words: str) -> None:
    before = _refused_endpoint(server)
    with pytest.raises(ClientError, match=words) as refused:
        sagemaker.update_endpoint(
            **{"EndpointName": "update-refused", "EndpointConfigName": "update-refused"} | members
        )
    assert refused.value.response["Error"]["Code"] == "ValidationException"
    assert describe(server, "update-refused") == before


def _refused_endpoint(server: LocalServer) -> Any:
    if not server.client("sagemaker").list_endpoints(NameContains="update-refused")["Endpoints"]:
        make_endpoint(server, "update-refused", variant("V"))
    return describe(server, "update-refused")


def test_a_variant_that_does_not_load_leaves_the_old_in_service(server: LocalServer, sagemaker: Any) -> None:
    before = make_endpoint(server, "update-broken", variant("Old"))
    make_config(server, "update-broken-next", variant("Good"), variant("Bad", BROKEN_MODEL))

    *during, after = _update(server, "update-broken", "update-broken-next")

    assert {endpoint["EndpointStatus"] for endpoint in during} <= {"Updating", "RollingBack"}
    assert after.pop("FailureReason") == (
        "The primary container for production variant Bad did not pass the ping health check. "
        "Please check CloudWatch logs for this endpoint."
    )
    assert after.pop("LastModifiedTime") > before.pop("LastModifiedTime")
    assert after == before
    assert shares(server, "update-broken", 5) == {"Old": 5}
    assert "FailureReason" not in _resize(server, "update-broken", {"VariantName": "Old", "DesiredWeight": 2})


@pytest.fixture
def alarm(server: LocalServer, request: pytest.FixtureRequest) -> str:
    """The name of an alarm of the test's own, on a metric that nobody reports."""
    name = str(request.node.name)
    server.client("cloudwatch").put_metric_alarm(
        AlarmName=name,
        Namespace="tests",
        MetricName=name,
        Statistic="Sum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=1,
        ComparisonOperator="GreaterThanThreshold",
    )
    return name


@pytest.mark.parametrize(
    ("name", "deployment", "share"),
    [
        ("all", _blue_green("ALL_AT_ONCE", _NEVER_ENDING), 1.0),
        ("canary", _blue_green("CANARY", _NEVER_ENDING, CanarySize={"Type": "INSTANCE_COUNT", "Value": 1}), 0.1),
        ("linear", _blue_green("LINEAR", _NEVER_ENDING, LinearStepSize={"Type": "CAPACITY_PERCENT", "Value": 20}), 0.2),
        ("rolling", _rolling(_NEVER_ENDING, RollbackMaximumBatchSize={"Type": "CAPACITY_PERCENT", "Value": 20}), 0.5),
    ],
)
def test_an_alarm_sends_the_traffic_back(
    server: LocalServer, sagemaker: Any, alarm: str, name: str, deployment: dict[str, Any], share: float
) -> None:
    name = f"update-alarm-{name}"
    make_endpoint(server, name, variant("Blue"))
    make_config(server, name + "-next", variant("Green", InitialInstanceCount=10))
    deployment = deployment | {"AutoRollbackConfiguration": {"Alarms": [{"AlarmName": alarm}]}}
    sagemaker.update_endpoint(EndpointName=name, EndpointConfigName=name + "-next", DeploymentConfig=deployment)
    wait_for(server, name, lambda endpoint: stages(endpoint) == ("Updating", None, "Baking"))
    _assert_share(shares(server, name, _INVOCATIONS), "Green", share)

    server.client("cloudwatch").set_alarm_state(AlarmName=alarm, StateValue="ALARM", StateReason="a test")
    *during, after = follow(server, name, is_settled)

    assert {endpoint["EndpointStatus"] for endpoint in during} <= {"Updating", "RollingBack"}
    assert after["EndpointStatus"] == "InService"
    assert after["EndpointConfigName"] == name
    assert after["FailureReason"] == f"The alarm {alarm} of AutoRollbackConfiguration is in state ALARM."
    assert after["LastDeploymentConfig"] == deployment
    assert shares(server, name, 20) == {"Blue": 20}


def test_an_alarm_that_is_on_already_lets_no_traffic_through(server: LocalServer, sagemaker: Any, alarm: str) -> None:
    make_endpoint(server, "update-alarmed", variant("Blue"))
    make_config(server, "update-alarmed-next", variant("Green"))
    server.client("cloudwatch").set_alarm_state(AlarmName=alarm, StateValue="ALARM", StateReason="a test")
    deployment = {"AutoRollbackConfiguration": {"Alarms": [{"AlarmName": alarm}]}}
    with _load(server, "update-alarmed") as answers:
        after = _update(server, "update-alarmed", "update-alarmed-next", DeploymentConfig=deployment)[-1]
    assert alarm in after["FailureReason"]
    assert {name for name, _ in answers} == {"Blue"}


def test_an_alarm_that_is_deleted_rolls_back(server: LocalServer, sagemaker: Any, alarm: str) -> None:
    make_endpoint(server, "update-unwatched", variant("Blue"))
    deployment = _blue_green("ALL_AT_ONCE", _NEVER_ENDING)
    deployment |= {"AutoRollbackConfiguration": {"Alarms": [{"AlarmName": alarm}]}}
    sagemaker.update_endpoint(
        EndpointName="update-unwatched", EndpointConfigName="update-unwatched", DeploymentConfig=deployment
    )
    wait_for(server, "update-unwatched", lambda endpoint: stages(endpoint)[2] == "Baking")
    server.client("cloudwatch").delete_alarms(AlarmNames=[alarm])
    after = wait_until_settled(server, "update-unwatched")
    assert after["FailureReason"] == f"The alarm {alarm} of AutoRollbackConfiguration does not exist any more."


def test_an_endpoint_in_progress_is_left_alone(server: LocalServer, sagemaker: Any, alarm: str) -> None:
    arn = make_endpoint(server, "update-busy", variant("V"))["EndpointArn"]
    deployment = _blue_green("ALL_AT_ONCE", _NEVER_ENDING)
    deployment |= {"AutoRollbackConfiguration": {"Alarms": [{"AlarmName": alarm}]}}
    update = {"EndpointName": "update-busy", "EndpointConfigName": "update-busy"}
    sagemaker.update_endpoint(**update, DeploymentConfig=deployment)
    for operation, members in (
        (sagemaker.update_endpoint, update),
        (sagemaker.delete_endpoint, {"EndpointName": "update-busy"}),
        (
            sagemaker.update_endpoint_weights_and_capacities,
            {"EndpointName": "update-busy", "DesiredWeightsAndCapacities": [{"VariantName": "V", "DesiredWeight": 2}]},
        ),
    ):
        with pytest.raises(ClientError, match=f'Cannot update in-progress endpoint "{arn}"') as refused:
            operation(**members)
        assert refused.value.response["Error"]["Code"] == "ValidationException"
    server.client("cloudwatch").set_alarm_state(AlarmName=alarm, StateValue="ALARM", StateReason="a test")
    wait_until_settled(server, "update-busy")


def test_updates_at_once_are_made_one_by_one_or_refused(server: LocalServer, sagemaker: Any) -> None:
    make_endpoint(server, "update-contended", variant("V"))
    body = json.dumps({"EndpointName": "update-contended", "EndpointConfigName": "update-contended"}).encode()
    barrier = threading.Barrier(_CLIENTS)

    def update(_: int) -> int:
        barrier.wait(10)
        return server.send_json("sagemaker", "SageMaker.UpdateEndpoint", body).status

    with ThreadPoolExecutor(_CLIENTS) as pool:
        statuses = sorted(pool.map(update, range(_CLIENTS)))
    assert statuses[0] == 200
    assert set(statuses[1:]) <= {200, 400}
    assert "FailureReason" not in wait_until_settled(server, "update-contended")
