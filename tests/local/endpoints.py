"""Endpoints as a person would make them by plain boto3, for the tests to share."""

from __future__ import annotations

import math
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import psutil

from tests.local.server import LocalServer
from tests.local.serving import artifacts
from tests.local.training import LINEAR, XGBOOST, call, role_arn
from tests.waiting import until

BUCKET = "sagemaker-us-east-1-endpoint-tests"
MODEL = "endpoint-xgboost"
LINEAR_MODEL = "endpoint-linear"
BROKEN_MODEL = "endpoint-broken"
"""A model that is accepted, and does not come up when it is deployed."""

CLIENTS = 4
"""How many invoke at once under load."""

DEADLINE_SECONDS = 60
ROW = b"0.5,0.25"


def make_models(server: LocalServer) -> None:
    """Two models that answer and one that does not, unless this server has them already."""
    sagemaker, s3 = server.client("sagemaker"), server.client("s3")
    if len(sagemaker.list_models(NameContains="endpoint-", MaxResults=100)["Models"]) >= 3:
        return
    s3.create_bucket(Bucket=BUCKET)
    archives = artifacts()
    broken = archives["linear-learner"]
    for name, image, archive in (
        (MODEL, XGBOOST, archives["xgboost"]),
        (LINEAR_MODEL, LINEAR, archives["linear-learner"]),
        (BROKEN_MODEL, XGBOOST, broken),
    ):
        s3.put_object(Bucket=BUCKET, Key=f"{name}/model.tar.gz", Body=archive)
        sagemaker.create_model(**model(name, Image=image))


def model(name: str, **members: Any) -> dict[str, Any]:
    """A CreateModel request, with members of its container added or replaced."""
    container = {"Image": XGBOOST, "ModelDataUrl": f"s3://{BUCKET}/{name}/model.tar.gz"} | members
    return {"ModelName": name, "PrimaryContainer": container, "ExecutionRoleArn": role_arn()}


def make_model(server: LocalServer, name: str) -> None:
    """A model of a test's own, on data of its own, that answers."""
    server.client("s3").put_object(Bucket=BUCKET, Key=f"{name}/model.tar.gz", Body=artifacts()["xgboost"])
    server.client("sagemaker").create_model(**model(name))


def variant(name: str, model_name: str = MODEL, **members: Any) -> dict[str, Any]:
    """A production variant on one instance."""
    return {
        "VariantName": name,
        "ModelName": model_name,
        "InstanceType": "ml.m4.xlarge",
        "InitialInstanceCount": 1,
    } | members


def make_config(server: LocalServer, name: str, *variants: dict[str, Any], **members: Any) -> str:
    """An endpoint configuration; answers its name."""
    server.client("sagemaker").create_endpoint_config(
        EndpointConfigName=name, ProductionVariants=list(variants or [variant("AllTraffic")]), **members
    )
    return name


def make_endpoint(server: LocalServer, name: str, *variants: dict[str, Any], **members: Any) -> Any:
    """An endpoint in service on a configuration of the same name; answers its description."""
    make_config(server, name, *variants, **members)
    server.client("sagemaker").create_endpoint(EndpointName=name, EndpointConfigName=name)
    return wait_until_settled(server, name)


def describe(server: LocalServer, name: str) -> Any:
    """The raw answer of DescribeEndpoint, walked against its output shape."""
    return call(server, "DescribeEndpoint", {"EndpointName": name})


def wait_for(server: LocalServer, name: str, holds: Callable[[Any], Any]) -> Any:
    """The first description of an endpoint for which something holds; fails after a deadline."""
    return follow(server, name, holds)[-1]


def follow(server: LocalServer, name: str, holds: Callable[[Any], Any]) -> list[Any]:
    """All descriptions of an endpoint until something holds; fails after a deadline."""
    seen = []

    def look() -> Any:
        seen.append(describe(server, name))
        return seen[-1]

    until(look, f"endpoint {name}", holds=holds)
    return seen


@contextmanager
def held(server: LocalServer) -> Iterator[None]:
    """No model is loaded for the length of the block: the processes that do it stand still."""
    hosts = psutil.Process(server.process.pid).children(recursive=True)
    for host in hosts:
        host.suspend()
    try:
        yield
    finally:
        for host in hosts:
            host.resume()


def is_settled(endpoint: Any) -> bool:
    return endpoint["EndpointStatus"] in ("InService", "Failed")


def wait_until_settled(server: LocalServer, name: str) -> Any:
    """The description of an endpoint when nothing is being done to it."""
    return wait_for(server, name, is_settled)


def wait_until_gone(server: LocalServer, name: str) -> None:
    def gone(status: str | None) -> bool:
        assert status in ("Deleting", None)
        return status is None

    until(lambda: _listed(server).get(name), f"the end of endpoint {name}", holds=gone)


def _listed(server: LocalServer) -> dict[str, str]:
    """The status of every endpoint."""
    pages = server.client("sagemaker").get_paginator("list_endpoints").paginate(PaginationConfig={"PageSize": 100})
    return {item["EndpointName"]: item["EndpointStatus"] for page in pages for item in page["Endpoints"]}


def invoke(server: LocalServer, name: str, **members: Any) -> Any:
    return server.client("sagemaker-runtime").invoke_endpoint(
        EndpointName=name, ContentType="text/csv", Body=ROW, **members
    )


def shares(server: LocalServer, name: str, count: int) -> Counter[str]:
    """How many of a number of invocations each variant got."""
    return Counter(invoke(server, name)["InvokedProductionVariant"] for _ in range(count))


def stages(endpoint: Any) -> tuple[str, str | None, str | None]:
    """The status of an endpoint, of the first variant that serves, and of the first that is to."""
    pending = endpoint.get("PendingDeploymentSummary", {})
    return endpoint["EndpointStatus"], _stage(endpoint), _stage(pending)


def _stage(fleet: Any) -> str | None:
    for first in fleet.get("ProductionVariants", [])[:1]:
        for status in first.get("VariantStatus", []):
            return str(status["Status"])
    return None


def update(server: LocalServer, name: str, config: str, **members: Any) -> list[Any]:
    """Every description of an endpoint from an update on until it has ended."""
    request = {"EndpointName": name, "EndpointConfigName": config} | members
    assert call(server, "UpdateEndpoint", request)["EndpointArn"].endswith(f":endpoint/{name}")
    return follow(server, name, is_settled)


def resize(server: LocalServer, name: str, *wanted: dict[str, Any]) -> Any:
    """The description of an endpoint whose variants have got other weights and capacities."""
    request = {"EndpointName": name, "DesiredWeightsAndCapacities": wanted}
    assert call(server, "UpdateEndpointWeightsAndCapacities", request)["EndpointArn"].endswith(f":endpoint/{name}")
    return wait_until_settled(server, name)


def want(server: LocalServer, name: str, *wanted: dict[str, Any]) -> None:
    """Ask for other weights and capacities, by boto3."""
    server.client("sagemaker").update_endpoint_weights_and_capacities(
        EndpointName=name, DesiredWeightsAndCapacities=wanted
    )


def assert_share(counts: Counter[str], name: str, share: float) -> None:
    """That a variant has its share of the invocations, within five standard deviations."""
    expected, deviation = share * counts.total(), math.sqrt(share * (1 - share) * counts.total())
    assert abs(counts[name] - expected) <= 5 * deviation, counts


@contextmanager
def load(
    server: LocalServer, name: str, row: bytes = ROW, accept: str = "text/csv"
) -> Iterator[Counter[tuple[str, bytes]]]:
    """Clients that do not retry and invoke an endpoint without a pause; counts variants with their answers."""
    stop = threading.Event()
    started = threading.Barrier(CLIENTS + 1)
    answers: Counter[tuple[str, bytes]] = Counter()

    def invoke_on() -> Counter[tuple[str, bytes]]:
        runtime = server.new_client("sagemaker-runtime", server.access_key)
        seen: Counter[tuple[str, bytes]] = Counter()
        started.wait(DEADLINE_SECONDS)
        while not stop.is_set() or not seen:
            answer = runtime.invoke_endpoint(EndpointName=name, ContentType="text/csv", Body=row, Accept=accept)
            seen[answer["InvokedProductionVariant"], answer["Body"].read()] += 1
        return seen

    with ThreadPoolExecutor(CLIENTS) as pool:
        clients = [pool.submit(invoke_on) for _ in range(CLIENTS)]
        try:
            started.wait(DEADLINE_SECONDS)
            yield answers
        finally:
            stop.set()
        for client in clients:
            answers += client.result()


def size(value: int, kind: str = "CAPACITY_PERCENT") -> dict[str, Any]:
    return {"Type": kind, "Value": value}


def blue_green(kind: str, wait: int = 0, termination: int = 0, **members: Any) -> dict[str, Any]:
    """A DeploymentConfig with a BlueGreenUpdatePolicy."""
    traffic = {"Type": kind, "WaitIntervalInSeconds": wait, **members}
    return {"BlueGreenUpdatePolicy": {"TrafficRoutingConfiguration": traffic, "TerminationWaitInSeconds": termination}}


def rolling(batch: dict[str, Any], wait: int = 0, **members: Any) -> dict[str, Any]:
    """A DeploymentConfig with a RollingUpdatePolicy."""
    return {"RollingUpdatePolicy": {"MaximumBatchSize": batch, "WaitIntervalInSeconds": wait, **members}}
