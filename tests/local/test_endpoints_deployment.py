"""One deployment on its own: what ends it that no test can wait for through HTTP."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from tests.local.endpoints import MODEL, variant
from tests.local.serving import BUCKET, Stage, open_stage
from tests.local.training import XGBOOST
from tests.waiting import until
from tui.local.endpoints.deployer import Deployer
from tui.local.endpoints.deployment import Deployment
from tui.local.endpoints.fleets import Fleet, new_fleet
from tui.local.endpoints.rollout import Rollout
from tui.local.endpoints.table import Endpoint, EndpointTable, Status
from tui.local.endpoints.workshop import Workshop
from tui.local.models import Container
from tui.local.settings import Settings
from tui.local.store import Store
from tui.local.tags import Tags

_ARN = "arn:aws:sagemaker:us-east-1:123456789012:endpoint/timed"


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with open_stage(tmp_path / "stage") as opened:
        yield opened


def _fleet(name: str) -> Fleet:
    config = {"EndpointConfigName": name, "ProductionVariants": [variant(name) | {"InitialVariantWeight": 1.0}]}
    container = Container(XGBOOST, f"s3://{BUCKET}/xgboost.tar.gz", {})
    return new_fleet(config, {MODEL: container}, time.time())


def _deployed(shop: Workshop, fleet: Fleet, rollout: Rollout) -> Endpoint:
    """The endpoint after a deployment."""
    endpoint = shop.endpoints.get(_ARN)
    assert endpoint is not None
    Deployment(endpoint, fleet, rollout, shop).run()
    after = shop.endpoints.get(_ARN)
    assert after is not None
    return after


def test_a_deployment_beyond_its_time_goes_back(stage: Stage, tmp_path: Path) -> None:
    with closing(Store(tmp_path / "endpoints.sqlite")) as store:
        hosting = stage.hosting
        shop = Workshop(EndpointTable(store), hosting.fleet, hosting.router, lambda _: "OK", phase_seconds=0)
        with store.write() as connection:
            shop.endpoints.insert(connection, "timed", _ARN, _fleet("Old"), None)
        assert _deployed(shop, _fleet("Old"), Rollout()).status is Status.IN_SERVICE

        timed = Rollout(steps=(0.5, 1.0), bake_seconds=60, timeout_seconds=0.5)
        after = _deployed(shop, _fleet("New"), timed)

        assert after.status is Status.IN_SERVICE
        assert after.failure_reason == "The deployment exceeded its MaximumExecutionTimeoutInSeconds of 0.5."
        assert after.active is not None
        assert after.active.config_name == "Old"
        assert {stage.invoke("timed")["InvokedProductionVariant"] for _ in range(20)} == {"Old"}


def test_a_defect_ends_an_endpoint_with_a_reason_and_the_log_has_the_traceback(
    stage: Stage, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with closing(Store(tmp_path / "endpoints.sqlite")) as store:
        endpoints = EndpointTable(store)
        with store.write() as connection:
            endpoints.insert(connection, "timed", _ARN, _fleet("New"), None)
        endpoints.change(_ARN, lambda endpoint: replace(endpoint, pending=None))
        deployer = Deployer(Settings(tmp_path, phase_seconds=0), store, Tags(store), stage.hosting, lambda _: "OK")

        deployer.deploy(_ARN, Rollout())

        def look() -> Endpoint:
            endpoint = endpoints.get(_ARN)
            assert endpoint is not None
            return endpoint

        failed = until(look, "the end of the endpoint", holds=lambda endpoint: endpoint.status is Status.FAILED)
        assert failed.failure_reason == (
            "InternalServerError: the embedded SageMaker failed, as its log tells, while it created this endpoint. "
            "Delete it and create it again."
        )
        assert "AssertionError" in caplog.text
        deployer.close()
