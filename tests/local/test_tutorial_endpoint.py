"""The notebook "updating an endpoint": two models, alone and behind one endpoint, and a switch under load."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.local.endpoints import assert_share, load
from tests.local.server import LocalServer, run_server
from tests.local.training import LINEAR, XGBOOST
from tests.local.tutorial import (
    LINEAR_HYPERPARAMETERS,
    WAITER,
    XGBOOST_HYPERPARAMETERS,
    diabetes,
    make_model,
    own_predictions,
    read,
    row,
    training_definition,
    unpacked_booster,
    upload,
    wait_for_training,
)
from tests.waiting import until

_PREFIX = "boston-update-endpoints"
_INVOCATIONS = 200
_CLIENTS = 4
_ENDPOINT = "boston-update-endpoints-combined"
_CONFIGS = {"xgb": ["XGB-Model"], "linear": ["Linear-Model"], "combined": ["XGB-Model", "Linear-Model"]}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalServer]:
    """A server on which phases last long enough to be seen."""
    with run_server(tmp_path_factory.mktemp("updating") / "data", "--phase-seconds", "0.3") as running:
        yield running


def _train_models(server: LocalServer) -> dict[str, Any]:
    """The two training jobs of the notebook, by the names of the variants that will serve their models."""
    inputs = upload(server, _PREFIX, diabetes().split.channels)
    plans = {
        "XGB-Model": ("boston-update-endpoints-xgb", XGBOOST, "csv", XGBOOST_HYPERPARAMETERS),
        "Linear-Model": ("boston-update-endpoints-linear", LINEAR, "text/csv", LINEAR_HYPERPARAMETERS),
    }
    for name, image, content_type, hyperparameters in plans.values():
        server.client("sagemaker").create_training_job(
            TrainingJobName=name,
            HyperParameters=hyperparameters,
            **training_definition(_PREFIX, image, content_type, inputs),
        )
    return {variant: wait_for_training(server, plan[0]) for variant, plan in plans.items()}


def _create_configs(server: LocalServer, models: dict[str, str]) -> None:
    for name, variants in _CONFIGS.items():
        server.client("sagemaker").create_endpoint_config(
            EndpointConfigName=name,
            ProductionVariants=[
                {
                    "InstanceType": "ml.m4.xlarge",
                    "InitialVariantWeight": 1,
                    "InitialInstanceCount": 1,
                    "ModelName": models[variant],
                    "VariantName": variant,
                }
                for variant in variants
            ],
        )


def _create_endpoint(server: LocalServer, name: str, config: str) -> None:
    sagemaker = server.client("sagemaker")
    sagemaker.create_endpoint(EndpointName=name, EndpointConfigName=config)
    sagemaker.get_waiter("endpoint_in_service").wait(EndpointName=name, WaiterConfig=WAITER)


def _delete_endpoint(server: LocalServer, name: str) -> None:
    sagemaker = server.client("sagemaker")
    sagemaker.delete_endpoint(EndpointName=name)
    sagemaker.get_waiter("endpoint_deleted").wait(EndpointName=name, WaiterConfig=WAITER)


def _invoke(server: LocalServer, name: str, body: str, **members: str) -> tuple[str, bytes]:
    """The variant that answered, and its answer."""
    answer = server.client("sagemaker-runtime").invoke_endpoint(
        EndpointName=name, ContentType="text/csv", Body=body, **members
    )
    return answer["InvokedProductionVariant"], answer["Body"].read()


def _answers_of_endpoints_of_their_own(server: LocalServer, rows: list[str]) -> dict[str, list[bytes]]:
    """What each model answers to each row, behind an endpoint that has no other."""
    answers = {}
    for config, (variant,) in (("xgb", _CONFIGS["xgb"]), ("linear", _CONFIGS["linear"])):
        name = f"boston-update-endpoints-{config}"
        _create_endpoint(server, name, config)
        invoked = [_invoke(server, name, body) for body in rows]
        assert {who for who, _ in invoked} == {variant}
        answers[variant] = [answer for _, answer in invoked]
        _delete_endpoint(server, name)
    return answers


def _traffic(server: LocalServer, rows: list[str], answers: dict[str, list[bytes]]) -> Counter[str]:
    """Who answered how often; each answer is the variant's own."""
    numbers = [number % len(rows) for number in range(_INVOCATIONS)]
    with ThreadPoolExecutor(_CLIENTS) as pool:
        invoked = list(pool.map(lambda number: _invoke(server, _ENDPOINT, rows[number]), numbers))
    for number, (variant, answer) in zip(numbers, invoked, strict=True):
        assert answer == answers[variant][number]
    return Counter(variant for variant, _ in invoked)


def _set_weights(server: LocalServer, **weights: float) -> None:
    """Have the waiter see that the endpoint has its new weights."""
    sagemaker = server.client("sagemaker")
    wanted = {"XGB-Model": weights["xgboost"], "Linear-Model": weights["linear"]}
    sagemaker.update_endpoint_weights_and_capacities(
        EndpointName=_ENDPOINT,
        DesiredWeightsAndCapacities=[
            {"VariantName": variant, "DesiredWeight": weight} for variant, weight in wanted.items()
        ],
    )
    sagemaker.get_waiter("endpoint_in_service").wait(EndpointName=_ENDPOINT, WaiterConfig=WAITER)
    described = sagemaker.describe_endpoint(EndpointName=_ENDPOINT)["ProductionVariants"]
    assert {variant["VariantName"]: variant["CurrentWeight"] for variant in described} == wanted


def _update_under_load(server: LocalServer, body: str) -> Counter[tuple[str, bytes]]:
    """Switch the endpoint to the linear model while clients that do not retry invoke it; their answers."""
    sagemaker = server.client("sagemaker")
    with load(server, _ENDPOINT, body.encode(), accept="") as answers:
        sagemaker.update_endpoint(EndpointName=_ENDPOINT, EndpointConfigName="linear")
        meanwhile = sagemaker.describe_endpoint(EndpointName=_ENDPOINT)
        sagemaker.get_waiter("endpoint_in_service").wait(EndpointName=_ENDPOINT, WaiterConfig=WAITER)
    assert (meanwhile["EndpointStatus"], meanwhile["EndpointConfigName"]) == ("Updating", "combined")
    assert [variant["VariantName"] for variant in meanwhile["ProductionVariants"]] == _CONFIGS["combined"]
    assert meanwhile["PendingDeploymentSummary"]["EndpointConfigName"] == "linear"
    return answers


def test_updating_an_endpoint(server: LocalServer) -> None:
    data = diabetes()
    rows = [row(features) for features in data.test_x[:8]]
    jobs = _train_models(server)
    _create_configs(server, {variant: make_model(server, job) for variant, job in jobs.items()})
    answers = _answers_of_endpoints_of_their_own(server, rows)
    booster = unpacked_booster(read(server, jobs["XGB-Model"]["ModelArtifacts"]["S3ModelArtifacts"]))
    scores = [float(answer) for answer in answers["XGB-Model"]]
    assert scores == pytest.approx(own_predictions(booster, data.test_x[:8]), rel=1e-6)
    scores = [json.loads(answer)["predictions"][0]["score"] for answer in answers["Linear-Model"]]
    assert data.split.train_y.min() < min(scores) < max(scores) < data.split.train_y.max()

    _create_endpoint(server, _ENDPOINT, "combined")

    for variant, expected in answers.items():
        assert _invoke(server, _ENDPOINT, rows[0], TargetVariant=variant) == (variant, expected[0])
    assert_share(_traffic(server, rows, answers), "XGB-Model", 0.5)
    _set_weights(server, xgboost=3, linear=1)
    assert_share(_traffic(server, rows, answers), "XGB-Model", 0.75)
    _set_weights(server, xgboost=1, linear=0)
    assert _traffic(server, rows, answers) == {"XGB-Model": _INVOCATIONS}

    seen = _update_under_load(server, rows[0])
    assert set(seen) == {(variant, answers[variant][0]) for variant in _CONFIGS["combined"]}
    assert _traffic(server, rows, answers) == {"Linear-Model": _INVOCATIONS}
    updated = server.client("sagemaker").describe_endpoint(EndpointName=_ENDPOINT)
    assert updated["EndpointConfigName"] == "linear"
    assert [variant["VariantName"] for variant in updated["ProductionVariants"]] == _CONFIGS["linear"]
    assert "PendingDeploymentSummary" not in updated

    _delete_endpoint(server, _ENDPOINT)
    _check_what_is_left(server, jobs)


def _check_what_is_left(server: LocalServer, jobs: dict[str, Any]) -> None:
    """A deleted endpoint is gone, and nothing else."""
    sagemaker = server.client("sagemaker")
    assert sagemaker.list_endpoints()["Endpoints"] == []
    with pytest.raises(ClientError, match=f"Endpoint {_ENDPOINT} of account 123456789012 not found"):
        _invoke(server, _ENDPOINT, "0")
    configs = sagemaker.list_endpoint_configs()["EndpointConfigs"]
    assert {config["EndpointConfigName"] for config in configs} == set(_CONFIGS)
    models = {model["ModelName"] for model in sagemaker.list_models()["Models"]}
    assert models == {f"{job['TrainingJobName']}-model" for job in jobs.values()}
    for job in jobs.values():
        assert read(server, job["ModelArtifacts"]["S3ModelArtifacts"]).startswith(b"\x1f\x8b")
    group = {"logGroupNamePrefix": f"/aws/sagemaker/Endpoints/{_ENDPOINT}"}
    until(lambda: server.client("logs").describe_log_groups(**group)["logGroups"], "the log group of the endpoint")
