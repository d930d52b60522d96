"""Endpoints as a person would make them by plain boto3, for the tests to share."""

from __future__ import annotations

import functools
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.local.server import LocalServer
from tests.local.serving import train_artifacts
from tests.local.training import LINEAR, XGBOOST, call, role_arn

BUCKET = "sagemaker-us-east-1-endpoint-tests"
MODEL = "endpoint-xgboost"
LINEAR_MODEL = "endpoint-linear"
BROKEN_MODEL = "endpoint-broken"
"""A model that is accepted, and does not come up when it is deployed."""

DEADLINE_SECONDS = 60
ROW = b"0.5,0.25"


def make_models(server: LocalServer) -> None:
    """Two models that answer and one that does not, unless this server has them already."""
    sagemaker, s3 = server.client("sagemaker"), server.client("s3")
    if len(sagemaker.list_models(NameContains="endpoint-", MaxResults=100)["Models"]) >= 3:
        return
    s3.create_bucket(Bucket=BUCKET)
    archives = train_models()
    broken = archives["linear-learner"]
    for name, image, archive in (
        (MODEL, XGBOOST, archives["xgboost"]),
        (LINEAR_MODEL, LINEAR, archives["linear-learner"]),
        (BROKEN_MODEL, XGBOOST, broken),
    ):
        s3.put_object(Bucket=BUCKET, Key=f"{name}/model.tar.gz", Body=archive)
        sagemaker.create_model(**model(name, Image=image))


@functools.cache
def train_models() -> dict[str, bytes]:
    """The `model.tar.gz` of each algorithm, trained once for all servers."""
    with tempfile.TemporaryDirectory(prefix="endpoint-models-") as folder:
        return {name: path.read_bytes() for name, path in train_artifacts(Path(folder)).items()}


def model(name: str, **members: Any) -> dict[str, Any]:
    """A CreateModel request, with members of its container added or replaced."""
    container = {"Image": XGBOOST, "ModelDataUrl": f"s3://{BUCKET}/{name}/model.tar.gz"} | members
    return {"ModelName": name, "PrimaryContainer": container, "ExecutionRoleArn": role_arn()}


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
    deadline = time.monotonic() + DEADLINE_SECONDS
    seen = [describe(server, name)]
    while not holds(seen[-1]):
        assert time.monotonic() < deadline, f"waited in vain for {name}: {seen[-1]}"
        time.sleep(0.01)
        seen.append(describe(server, name))
    return seen


def is_settled(endpoint: Any) -> bool:
    return endpoint["EndpointStatus"] in ("InService", "Failed")


def wait_until_settled(server: LocalServer, name: str) -> Any:
    """The description of an endpoint when nothing is being done to it."""
    return wait_for(server, name, is_settled)


def wait_until_gone(server: LocalServer, name: str) -> None:
    deadline = time.monotonic() + DEADLINE_SECONDS
    while status := _listed(server).get(name):
        assert status == "Deleting"
        assert time.monotonic() < deadline, f"{name} is still there"
        time.sleep(0.01)


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
