"""Changing endpoints in service by plain boto3: to another configuration, to other weights, and back."""

from __future__ import annotations

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.local.endpoints import (
    BROKEN_MODEL,
    CLIENTS,
    DEADLINE_SECONDS,
    LINEAR_MODEL,
    assert_share,
    blue_green,
    invoke,
    load,
    make_config,
    make_endpoint,
    resize,
    rolling,
    shares,
    size,
    stages,
    update,
    variant,
    wait_until_settled,
    want,
)
from tests.local.server import LocalServer

pytestmark = pytest.mark.usefixtures("endpoint_models")

_INVOCATIONS = 200


def test_an_update_shows_the_old_until_the_new_serves(server: LocalServer, sagemaker: Any) -> None:
    make_endpoint(server, "update-road", variant("Old"), variant("Other", LINEAR_MODEL))
    make_config(server, "update-road-next", variant("New", LINEAR_MODEL, InitialInstanceCount=3))
    deployment = blue_green("LINEAR", wait=1, termination=1, LinearStepSize=size(50))

    *during, after = update(server, "update-road", "update-road-next", DeploymentConfig=deployment)

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

    again = update(server, "update-road", "update-road", RetainDeploymentConfig=True)[-1]
    assert again["LastDeploymentConfig"] == deployment
    plain = update(server, "update-road", "update-road-next")[-1]
    assert "LastDeploymentConfig" not in plain


def test_no_invocation_fails_while_endpoints_change(server: LocalServer, sagemaker: Any) -> None:
    make_endpoint(server, "update-load", variant("X"), variant("L", LINEAR_MODEL))
    own = {
        (name, invoke(server, "update-load", TargetVariant=name, Accept="text/csv")["Body"].read())
        for name in ("X", "L")
    }
    make_config(server, "update-load-x", variant("X"))
    make_config(server, "update-load-broken", variant("X", BROKEN_MODEL))
    with load(server, "update-load") as answers:
        update(server, "update-load", "update-load-x")
        assert update(server, "update-load", "update-load-broken")[-1]["FailureReason"]
        canary = blue_green("CANARY", wait=1, CanarySize=size(50))
        update(server, "update-load", "update-load", DeploymentConfig=canary)
        resize(server, "update-load", {"VariantName": "L", "DesiredWeight": 3})
        update(server, "update-load", "update-load-x", DeploymentConfig=rolling(size(50)))
    assert set(answers) == own, "every answer is the named variant's own"
    assert min(answers.values()) > 20
    assert shares(server, "update-load", 10) == {"X": 10}


def test_weights_share_out_the_traffic(server: LocalServer, sagemaker: Any) -> None:
    make_endpoint(server, "update-weights", variant("A"), variant("B"))
    assert_share(shares(server, "update-weights", _INVOCATIONS), "A", 1 / 2)

    endpoint = resize(
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
    assert_share(shares(server, "update-weights", _INVOCATIONS), "A", 3 / 4)

    resize(server, "update-weights", {"VariantName": "B", "DesiredWeight": 0})
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
    update(server, "update-retain", "update-retain")
    resize(server, "update-retain", {"VariantName": "V", "DesiredWeight": 5, "DesiredInstanceCount": 4})

    endpoint = update(server, "update-retain", "update-retain-next", **members)[-1]

    kept, other = endpoint["ProductionVariants"]
    assert (kept["CurrentWeight"], kept["DesiredWeight"]) == (weight, weight)
    assert (kept["CurrentInstanceCount"], kept["DesiredInstanceCount"]) == (count, count)
    assert (other["CurrentWeight"], other["CurrentInstanceCount"]) == (1, 1)


def test_a_serverless_variant_gets_another_concurrency(server: LocalServer, sagemaker: Any) -> None:
    config = {"MemorySizeInMB": 1024, "MaxConcurrency": 5}
    make_endpoint(
        server, "update-serverless", {"VariantName": "S", "ModelName": LINEAR_MODEL, "ServerlessConfig": config}
    )
    endpoint = resize(
        server, "update-serverless", {"VariantName": "S", "ServerlessUpdateConfig": {"MaxConcurrency": 9}}
    )
    assert endpoint["ProductionVariants"][0]["CurrentServerlessConfig"] == config | {"MaxConcurrency": 9}
    for wanted, words in (
        ({"DesiredInstanceCount": 2}, "DesiredInstanceCount cannot be applied to S: it is serverless"),
        ({"ServerlessUpdateConfig": {"ProvisionedConcurrency": 10}}, "ProvisionedConcurrency 10 of variant S must be"),
    ):
        with pytest.raises(ClientError, match=words):
            want(server, "update-serverless", {"VariantName": "S"} | wanted)


def test_updates_at_once_are_made_one_by_one_or_refused(server: LocalServer, sagemaker: Any) -> None:
    make_endpoint(server, "update-contended", variant("V"))
    body = json.dumps({"EndpointName": "update-contended", "EndpointConfigName": "update-contended"}).encode()
    barrier = threading.Barrier(CLIENTS)

    def update(_: int) -> int:
        barrier.wait(DEADLINE_SECONDS)
        return server.send_json("sagemaker", "SageMaker.UpdateEndpoint", body).status

    with ThreadPoolExecutor(CLIENTS) as pool:
        statuses = sorted(pool.map(update, range(CLIENTS)))
    assert statuses[0] == 200
    assert set(statuses[1:]) <= {200, 400}
    assert "FailureReason" not in wait_until_settled(server, "update-contended")
